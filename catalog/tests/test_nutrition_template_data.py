"""The nutrition templates that come with the repository, computed from the foods that they name."""

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from catalog import enums
from catalog.models import NutritionTemplate
from catalog.tests.library import LANGUAGES, page, read, slugs

TEMPLATES = read("nutrition_templates")
FOODS = {row["slug"]: row for row in read("foods")}
KEYS = {
    *("slug", "name", "names", "summary", "description", "diet", "goal", "energy_percent", "protein_g_per_kg"),
    *("fat_g_per_kg_min", "fat_energy_percent_min", "fat_energy_percent_max", "carbohydrate_g_per_kg"),
    *("fiber_g_per_1000_kcal", "exclusions", "tags", "source", "meals"),
}
NUMBERS = [name for name in sorted(KEYS) if "percent" in name or "_per_" in name]
BODY_KG = 70
each_template = pytest.mark.parametrize("row", TEMPLATES, ids=slugs(TEMPLATES))


def amount(items: list[Mapping[str, Any]], nutrient: str) -> float:
    """What the items hold of it. A food for which it was not measured fails the test: nothing is taken to be zero."""
    return math.fsum(float(item["grams"]) / 100 * FOODS[item["food"]]["nutrients"][nutrient] for item in items)


def least_amount(items: list[Mapping[str, Any]], nutrient: str) -> float:
    """What the foods hold for which it was measured: at least so much is in all of them."""
    return amount([item for item in items if nutrient in FOODS[item["food"]]["nutrients"]], nutrient)


def numbers_of(row: Mapping[str, Any]) -> dict[str, float]:
    """What it says in numbers; nothing said is zero, for each is a floor."""
    return {name: float(row[name] or 0) for name in NUMBERS}


def items_of(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [item for meal in row["meals"] for item in meal["items"]]


def test_there_are_ten_in_order() -> None:
    assert len(TEMPLATES) == 10
    assert slugs(TEMPLATES) == sorted(set(slugs(TEMPLATES)))


@each_template
def test_template_is_complete(row: Mapping[str, Any]) -> None:
    assert row.keys() == KEYS
    assert row["names"].keys() == LANGUAGES
    assert all([*row["names"].values(), row["summary"], row["description"], row["source"]])
    assert row["diet"] in enums.Diet
    assert row["goal"] in enums.NutritionGoal
    NutritionTemplate(**{name: value for name, value in row.items() if name != "meals"}).clean_fields(exclude=["user"])
    for meal in row["meals"]:
        assert meal.keys() == {"name", "slot", "energy_percent", "protein_percent", "notes", "items"}
        assert meal["slot"] in enums.MealSlot
        assert all(item.keys() == {"food", "grams", "notes"} and Decimal(item["grams"]) > 0 for item in meal["items"])
        assert len({item["food"] for item in meal["items"]}) == len(meal["items"])


@each_template
@pytest.mark.parametrize(("share", "nutrient"), [("energy_percent", "energy"), ("protein_percent", "protein")])
def test_shares_sum_to_a_hundred_and_are_those_of_the_items(row: Mapping[str, Any], share: str, nutrient: str) -> None:
    assert sum(Decimal(meal[share]) for meal in row["meals"]) == 100
    whole = amount(items_of(row), nutrient)
    for meal in row["meals"]:
        assert float(meal[share]) == pytest.approx(amount(meal["items"], nutrient) / whole * 100, abs=1), meal["name"]


@each_template
def test_items_make_a_day_as_the_template_says(row: Mapping[str, Any]) -> None:
    items, says = items_of(row), numbers_of(row)
    energy_kcal = amount(items, "energy")
    assert 1950 <= energy_kcal <= 2450
    protein, least = amount(items, "protein"), says["protein_g_per_kg"] * BODY_KG
    assert least <= protein <= 1.25 * least
    fat = amount(items, "fat")
    assert fat >= says["fat_g_per_kg_min"] * BODY_KG
    assert says["fat_energy_percent_min"] <= fat * 9 / energy_kcal * 100 <= says["fat_energy_percent_max"]
    assert amount(items, "carbohydrate") >= says["carbohydrate_g_per_kg"] * BODY_KG
    assert least_amount(items, "fiber") >= says["fiber_g_per_1000_kcal"] * energy_kcal / 1000


@each_template
def test_floors_are_held(row: Mapping[str, Any]) -> None:
    says = numbers_of(row)
    assert 80 <= says["energy_percent"] <= 115
    assert 1.2 <= says["protein_g_per_kg"] <= 2.4
    assert says["fat_g_per_kg_min"] >= 0.6
    assert 20 <= says["fat_energy_percent_min"] < says["fat_energy_percent_max"] <= 35


@each_template
def test_items_fit_the_diet_and_have_no_allergen_that_is_excluded(row: Mapping[str, Any]) -> None:
    foods = [FOODS[item["food"]] for item in items_of(row)]
    if row["diet"] != "omnivore":
        assert [food["slug"] for food in foods if row["diet"] not in food["diets"]] == []
    assert [food["slug"] for food in foods if set(food["allergens"]) & set(row["exclusions"])] == []


def test_diets_and_exclusions_that_people_ask_for_are_there() -> None:
    assert {row["diet"] for row in TEMPLATES} == set(enums.Diet)
    assert {tuple(row["exclusions"]) for row in TEMPLATES} >= {("gluten",), ("milk",)}


def test_page_says_what_the_tests_hold() -> None:
    text = page("supplements.md")
    assert "The items make 1,950 to 2,450 kcal" in text
    assert f"for a body of {BODY_KG} kg" in text
