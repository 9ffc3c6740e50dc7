"""Recommendation rules."""

from django.contrib import admin

from catalog.admin.base import LibraryAdmin
from catalog.forms.editors import RecommendationRuleForm
from catalog.models import RecommendationRule


@admin.register(RecommendationRule)
class RecommendationRuleAdmin(LibraryAdmin):
    form = RecommendationRuleForm
    list_columns = ("area", "priority")
    filters = ("area",)
    fieldsets = (
        (None, {"fields": ("name", "slug", "status", "publish_at", "replaced_by", "names", "aliases")}),
        ("Rule", {"fields": (("area", "priority"), "condition", "outcome")}),
        ("For the reader", {"fields": ("message", "rationale", "citations")}),
        ("Where it comes from", {"fields": ("source", "source_id", "attribution")}),
    )
