"""What athletes eat and mean to eat."""

from typing import Any

from django.contrib import admin

from accounts.admin.athletes import AthleteAdmin
from nutrition.admin.words import amount_of, joined, on_day, plain
from nutrition.models import Meal, MealItem, MealLog, MealLogItem, NutritionTarget, WaterLog


@admin.register(Meal)
class MealAdmin(AthleteAdmin):
    search_fields = (*AthleteAdmin.search_fields, "name__unaccent")
    columns = ("slot", "servings", "tags")


@admin.register(MealItem)
class MealItemAdmin(AthleteAdmin):
    columns = ("meal", "position")
    joined = ("food",)

    def name_of(self, row: Any) -> str:
        return joined(row.typed_name or str(row.food), amount_of(row))


@admin.register(MealLog)
class MealLogAdmin(AthleteAdmin):
    search_fields = (*AthleteAdmin.search_fields, "title__unaccent")
    columns = ("status", "eaten_on", "slot")
    joined = ("meal",)

    def name_of(self, row: Any) -> str:
        said = row.title or (row.meal and row.meal.name) or row.get_slot_display() or "Eaten"
        return f"{said}, {on_day(row.eaten_on)}"


@admin.register(MealLogItem)
class MealLogItemAdmin(AthleteAdmin):
    columns = ("meal_log", "position")
    joined = ("food", "meal_log__meal")

    def name_of(self, row: Any) -> str:
        called = row.typed_name or (str(row.food) if row.food else "Numbers alone")
        return joined(called, amount_of(row))


@admin.register(NutritionTarget)
class NutritionTargetAdmin(AthleteAdmin):
    columns = ("day_kind", "method", "starts_on")

    def name_of(self, row: Any) -> str:
        energy = "" if row.energy_kcal is None else f"{plain(row.energy_kcal)} kcal"
        protein = "" if row.protein_g is None else f"{plain(row.protein_g)} g of protein"
        return joined(row.get_day_kind_display(), energy, protein)


@admin.register(WaterLog)
class WaterLogAdmin(AthleteAdmin):
    columns = ("drunk_on",)

    def name_of(self, row: Any) -> str:
        return f"{row.amount_ml} ml, {on_day(row.drunk_on)}"
