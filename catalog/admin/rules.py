"""Recommendation rules."""

from django.contrib import admin

from catalog.admin.base import LibraryAdmin
from catalog.models import RecommendationRule


@admin.register(RecommendationRule)
class RecommendationRuleAdmin(LibraryAdmin):
    pass
