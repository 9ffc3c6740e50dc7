"""Downloads of FoodData Central as JSON: {"FoundationFoods": [{...}, ...]}, one kind of food a file."""

from collections.abc import Iterator, Mapping
from typing import Any

from catalog.domain.food_records import (
    FoodRecord,
    OurNutrient,
    Problem,
    Refused,
    amounts_from,
    fitting_name,
    fitting_portions,
    normal_barcode,
    portion,
)
from catalog.services.importing.fdc_tables import portion_name, serving
from catalog.services.importing.streams import Item, JsonList

LISTS = ("FoundationFoods", "SRLegacyFoods", "SurveyFoods", "BrandedFoods")
# Its categories, by words that stand in them; the first that fits.
CATEGORIES = (
    ("baby", "other"), ("dairy", "dairy_eggs"), ("poultry", "poultry"), ("sausage", "meat"), ("beef", "meat"),
    ("pork", "meat"), ("lamb", "meat"), ("finfish", "fish"), ("legume", "legumes"), ("nut and seed", "nuts_seeds"),
    ("fruit", "fruit"), ("vegetable", "vegetables"), ("fats and oils", "fats_oils"), ("baked", "bakery"),
    ("sweets", "sweets"), ("snack", "sweets"), ("beverage", "beverages"), ("cereal", "grains"), ("spices", "condiments"),
    ("soups", "meals"), ("fast food", "meals"), ("restaurant", "meals"), ("meals", "meals"),
)  # fmt: skip

Json = Mapping[str, Any]


def records(file: JsonList, ours: Mapping[int, OurNutrient]) -> Iterator[FoodRecord | Problem]:
    for item in file.items():
        try:
            yield _record(item, ours)
        except Refused as refusal:
            name = item.value.get("description", "") if isinstance(item.value, dict) else ""
            yield Problem(item.line, str(name)[:200], str(refusal))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            yield Problem(item.line, "", f"it has not the shape of a food: {error}")


def _record(item: Item, ours: Mapping[int, OurNutrient]) -> FoodRecord:
    food: Json = item.value
    name, aliases = fitting_name(str(food["description"]))
    found = [
        (int(one["nutrient"]["id"]), str(one["nutrient"].get("unitName", "")), float(one["amount"]))
        for one in food.get("foodNutrients") or ()
        if one.get("amount") is not None and one.get("nutrient")
    ]
    nutrients, notes = amounts_from(found, ours)
    label = serving(
        food.get("householdServingFullText"), str(food.get("servingSize") or ""), food.get("servingSizeUnit")
    )
    sr_number = str(food.get("ndbNumber") or "")
    return FoodRecord(
        line=item.line,
        source_id=str(food["fdcId"]),
        name=name,
        aliases=aliases,
        nutrients=nutrients,
        brand=str(food.get("brandName") or food.get("brandOwner") or "")[:120],
        barcode=normal_barcode(str(food.get("gtinUpc") or "")),
        category=_category(food),
        portions=fitting_portions([label, *map(_portion, food.get("foodPortions") or ())]),
        sr_number=sr_number.zfill(5) if sr_number and food.get("dataType") == "SR Legacy" else "",
        notes=tuple(notes),
    )


def _portion(one: Json) -> Mapping[str, str | float] | None:
    unit = one.get("measureUnit") or {}
    amount = one.get("amount")
    name = portion_name(
        "" if amount is None else f"{float(amount):g}",
        str(unit.get("name") or ""),
        str(one.get("portionDescription") or ""),
        str(one.get("modifier") or ""),
    )
    return portion(name, float(one.get("gramWeight") or 0))


def _category(food: Json) -> str:
    category = food.get("foodCategory") or {}
    words = str(category.get("description", "") if isinstance(category, dict) else "").lower()
    return next((ours for theirs, ours in CATEGORIES if theirs in words), "other")
