"""Nutrition templates, and what is in them."""

from django.contrib import admin

from catalog.admin.base import CanonicalAdmin, LibraryAdmin
from catalog.models import NutritionTemplate, NutritionTemplateItem, NutritionTemplateMeal


@admin.register(NutritionTemplate)
class NutritionTemplateAdmin(LibraryAdmin):
    pass


@admin.register(NutritionTemplateMeal, NutritionTemplateItem)
class NutritionTemplatePartAdmin(CanonicalAdmin):
    pass
