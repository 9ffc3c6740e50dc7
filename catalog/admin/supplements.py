"""Supplements, and what they do not go with."""

from django.contrib import admin

from catalog.admin.base import CanonicalAdmin, LibraryAdmin
from catalog.forms.editors import SupplementForm, SupplementInteractionForm
from catalog.models import Supplement, SupplementInteraction


@admin.register(Supplement)
class SupplementAdmin(LibraryAdmin):
    form = SupplementForm
    list_columns = ("category", "evidence_grade")
    filters = ("category", "evidence_grade")
    fieldsets = (
        (None, {"fields": ("name", "slug", "status", "publish_at", "replaced_by", "names", "aliases")}),
        ("Kind", {"fields": ("category", "forms", "nutrients", "contents")}),
        (
            "Dose",
            {
                "fields": (
                    ("dose_low", "dose_high"), ("dose_unit", "dose_basis"), ("upper_limit", "upper_limit_unit"),
                    "upper_limit_applies_to", "timing", "with_food",
                )
            },
        ),
        ("What is known", {"fields": ("evidence_grade", "summary", "benefits", "instructions", "citations")}),
        ("Care", {"fields": ("warnings", "contraindications", "contraindication_notes")}),
        ("Where it comes from", {"fields": ("source", "source_id", "attribution")}),
    )  # fmt: skip


@admin.register(SupplementInteraction)
class SupplementInteractionAdmin(CanonicalAdmin):
    form = SupplementInteractionForm
