"""Foods, and those that athletes' devices keep."""

from django.contrib import admin

from accounts.admin.athletes import AthleteAdmin
from catalog.admin.base import LibraryAdmin
from catalog.forms.editors import FoodForm
from catalog.models import Food, KeptFood


@admin.register(Food)
class FoodAdmin(LibraryAdmin):
    form = FoodForm
    list_columns = ("brand", "category", "energy_kcal", "protein_g")
    filters = ("category",)
    fieldsets = (
        (None, {"fields": ("name", "slug", "status", "publish_at", "replaced_by", "names", "aliases")}),
        ("Kind", {"fields": ("category", "brand", "barcode", "diets", "allergens")}),
        ("Portions", {"fields": ("portions",)}),
        ("Nutrients", {"fields": ("nutrients",)}),
        ("Where it comes from", {"fields": ("source", "source_id", "attribution")}),
    )


@admin.register(KeptFood)
class KeptFoodAdmin(AthleteAdmin):
    pass
