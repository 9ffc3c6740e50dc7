"""Nutrition templates, and what is in them."""

from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from catalog.admin.base import LibraryAdmin
from catalog.admin.parts import PartAdmin, PartInline, WithParts
from catalog.forms.editors import EditorForm, NutritionTemplateForm
from catalog.models import NutritionTemplate, NutritionTemplateItem, NutritionTemplateMeal

MEAL = (("name", "slot"), ("energy_percent", "protein_percent"), "notes")
ITEM = ("food", "grams", "typed_name", "notes")


class ItemInline(PartInline):
    model = NutritionTemplateItem
    form = EditorForm
    fields = (*ITEM, "position")
    autocomplete_fields = ("food",)
    show_change_link = collapsible = False
    verbose_name, verbose_name_plural = "food", "foods"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("food")


class MealInline(PartInline):
    """The foods of a meal have its page."""

    model = NutritionTemplateMeal
    form = EditorForm
    fields = (*MEAL, "foods", "position")
    readonly_fields = ("foods",)
    show_change_link = collapsible = False
    verbose_name, verbose_name_plural = "meal", "meals"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        items = NutritionTemplateItem.objects.canonical().select_related("food").order_by("position", "id")
        return super().get_queryset(request).prefetch_related(Prefetch("items", items, to_attr="live_items"))

    @admin.display(description="Foods")
    def foods(self, meal: NutritionTemplateMeal) -> str:
        items = getattr(meal, "live_items", None)
        if items is None:
            return "Once the meal is saved."
        said = ", ".join(f"{item}" for item in items) or "None yet."
        address = reverse("admin:catalog_nutritiontemplatemeal_change", args=[meal.pk])
        return format_html('{} <a class="text-link" href="{}">Open the meal</a>', said, address)


@admin.register(NutritionTemplate)
class NutritionTemplateAdmin(WithParts, LibraryAdmin):
    form = NutritionTemplateForm
    inlines = (MealInline,)
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


@admin.register(NutritionTemplateMeal)
class NutritionTemplateMealAdmin(WithParts, PartAdmin):
    inlines = (ItemInline,)
    list_columns = ("template", "slot", "energy_percent")
    search_fields = ("=id", "name", "template__name")
    search_help_text = "An id, or a part of a name."
    autocomplete_fields = ("template",)
    fieldsets = ((None, {"fields": ("template", *MEAL)}),)


@admin.register(NutritionTemplateItem)
class NutritionTemplateItemAdmin(PartAdmin):
    list_columns = ("food", "meal", "grams")
    search_fields = ("=id", "food__name", "meal__name")
    search_help_text = "An id, or a part of a name."
    autocomplete_fields = ("meal", "food")
    fieldsets = ((None, {"fields": ("meal", *ITEM)}),)
