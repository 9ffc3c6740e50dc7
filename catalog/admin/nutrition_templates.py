"""Nutrition templates, and what is in them."""

from django.contrib import admin

from catalog.admin.base import CanonicalAdmin, LibraryAdmin
from catalog.forms.editors import NutritionTemplateForm
from catalog.models import NutritionTemplate, NutritionTemplateItem, NutritionTemplateMeal


@admin.register(NutritionTemplate)
class NutritionTemplateAdmin(LibraryAdmin):
    form = NutritionTemplateForm
    list_columns = ("diet", "goal", "energy_percent")
    filters = ("diet", "goal")
    fieldsets = (
        (None, {"fields": ("name", "slug", "status", "publish_at", "replaced_by", "names", "aliases")}),
        ("For whom", {"fields": (("diet", "goal"), "exclusions", "tags")}),
        (
            "How much",
            {
                "fields": (
                    "energy_percent", ("protein_g_per_kg", "carbohydrate_g_per_kg"), "fat_g_per_kg_min",
                    ("fat_energy_percent_min", "fat_energy_percent_max"), "fiber_g_per_1000_kcal",
                )
            },
        ),
        ("For the reader", {"fields": ("summary", "description")}),
        ("Where it comes from", {"fields": ("source", "source_id", "attribution")}),
    )  # fmt: skip


@admin.register(NutritionTemplateMeal, NutritionTemplateItem)
class NutritionTemplatePartAdmin(CanonicalAdmin):
    pass
