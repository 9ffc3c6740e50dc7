"""The nutrients and foods that come with the repository: every row, by what must hold of food."""

import csv
import re
from collections import Counter
from pathlib import Path
from typing import Any

import orjson
import pytest

from catalog.enums import FoodCategory, NutrientCategory
from catalog.services.seeding import DATA
from lib.fields import SLUG_PATTERN

Row = dict[str, Any]


def read(name: str) -> list[Row]:
    rows: list[Row] = orjson.loads((DATA / f"{name}.json").read_bytes())
    return rows


NUTRIENTS, FOODS = read("nutrients"), read("foods")
BY_SLUG = {food["slug"]: food for food in FOODS}
LANGUAGES = ["de", "es", "fr"]
MACROS = ("energy", "protein", "fat", "carbohydrate")
ALLERGENS = {
    "celery", "crustaceans", "eggs", "fish", "gluten", "lupin", "milk", "molluscs", "mustard", "nuts", "peanuts",
    "sesame", "soy", "sulphites",
}  # fmt: skip
DIETS = [[], ["pescatarian"], ["pescatarian", "vegetarian"], ["pescatarian", "vegan", "vegetarian"]]
SEAFOOD = {"fish", "crustaceans", "molluscs"}

# Energy that 4, 4 and 9 kcal do not explain, and what does.
OTHER_ENERGY = {
    "beer": "alcohol",
    "beer-light": "alcohol",
    "dessert-wine": "alcohol",
    "red-wine": "alcohol",
    "sake": "alcohol",
    "spirits-40-percent-alcohol": "alcohol",
    "white-wine": "alcohol",
    "cider-vinegar": "acetic acid",
    "white-vinegar": "acetic acid",
    "cocoa-powder-unsweetened": "factors of its own: little of it is digested",
    "nori-raw": "factors of its own: little of it is digested",
    "oat-bran": "factors of its own: little of it is digested",
    "spirulina-dried": "factors of its own: little of it is digested",
}

# Column of USDA SR28 by nutrient. Left out: vitamins A and D in IU, which are the same measurements in another unit.
COLUMNS = {
    "water": "Water_(g)", "energy": "Energ_Kcal", "protein": "Protein_(g)", "fat": "Lipid_Tot_(g)", "ash": "Ash_(g)",
    "carbohydrate": "Carbohydrt_(g)", "fiber": "Fiber_TD_(g)", "sugars": "Sugar_Tot_(g)", "calcium": "Calcium_(mg)",
    "iron": "Iron_(mg)", "magnesium": "Magnesium_(mg)", "phosphorus": "Phosphorus_(mg)", "potassium": "Potassium_(mg)",
    "sodium": "Sodium_(mg)", "zinc": "Zinc_(mg)", "copper": "Copper_(mg)", "manganese": "Manganese_(mg)",
    "selenium": "Selenium_(ug)", "vitamin-c": "Vit_C_(mg)", "thiamin": "Thiamin_(mg)", "riboflavin": "Riboflavin_(mg)",
    "niacin": "Niacin_(mg)", "pantothenic-acid": "Panto_Acid_(mg)", "vitamin-b6": "Vit_B6_(mg)",
    "folate-total": "Folate_Tot_(ug)", "folic-acid": "Folic_Acid_(ug)", "folate-food": "Food_Folate_(ug)",
    "folate": "Folate_DFE_(ug)", "choline": "Choline_Tot_(mg)", "vitamin-b12": "Vit_B12_(ug)",
    "vitamin-a": "Vit_A_RAE_(ug)_", "retinol": "Retinol_(ug)", "carotene-alpha": "Alpha_Carot_(ug)",
    "carotene-beta": "Beta_Carot_(ug)", "cryptoxanthin-beta": "Beta_Crypt_(ug)", "lycopene": "Lycopene_(ug)",
    "lutein-zeaxanthin": "Lut+Zea_(ug)", "vitamin-e": "Vit_E_(mg)", "vitamin-d": "Vit_D_ug", "vitamin-k": "Vit_K_(ug)",
    "fatty-acids-saturated": "FA_Sat_(g)", "fatty-acids-monounsaturated": "FA_Mono_(g)",
    "fatty-acids-polyunsaturated": "FA_Poly_(g)", "cholesterol": "Cholestrl_(mg)",
}  # fmt: skip

# A word of a name, and what then must be among the allergens; and the words with which it means something else.
NONE = "(?!)"
GRAIN = (
    "bread|toast|pasta|spaghetti|macaroni|lasagne|ravioli|tortellini|couscous|bulgur|semolina|barley|spelt|rye|wheat|oats?"
    "|muesli|granola|pizza|bun|bagel|croissant|cake|cookies|muffin|waffles|pancakes|strudel|beer"
)
NUTS = "almonds?|hazelnuts?|walnuts?|cashews?|pecans?|pistachios|macadamia|brazil nuts|mixed nuts|marzipan"
DAIRY = "milk|butter|cheese|yogurt|cream|ghee|whey|mozzarella|ricotta|feta|parmesan|cheddar|gouda|caramels?"
FINFISH = "salmon|tuna|cod|herring|mackerel|sardines|anchovies|trout|halibut|haddock|sole|eel|carp|pike|fish"
WORDS = [
    ("gluten", GRAIN, "pasta sauce"),
    ("milk", DAIRY, "coconut|peanut|almond|cashew|butter(nut|head)"),
    ("eggs", "eggs?|omelette|mayonnaise|waffles|pancakes", "eggplant"),
    ("peanuts", "peanuts?", NONE),
    ("nuts", NUTS, NONE),
    ("soy", "soy|soybeans?|tofu|tempeh|edamame|miso|tamari|teriyaki", NONE),
    ("sesame", "sesame|tahini|hummus|halva", NONE),
    ("mustard", "mustard", NONE),
    ("celery", "celery|celeriac", NONE),
    ("lupin", "lupins?", NONE),
    ("fish", FINFISH, NONE),
    ("crustaceans", "prawns?|crab|lobster", NONE),
    ("molluscs", "mussels|clams|oysters?|scallops|squid|octopus", "oyster mushrooms"),
]


def unlike(rows: list[Row], *names: str) -> list[str]:
    """What two rows share and must not."""
    return [value for name in names for value, count in Counter(row[name] for row in rows).items() if count > 1]


# --- nutrients ---


def test_nutrients_are_told_apart() -> None:
    assert unlike(NUTRIENTS, "slug", "name", "fdc_id", "position") == []
    assert [row["slug"] for row in NUTRIENTS if not re.fullmatch(SLUG_PATTERN, row["slug"])] == []


def test_nutrients_are_complete() -> None:
    assert {row["category"] for row in NUTRIENTS} == set(NutrientCategory)
    assert {row["unit"] for row in NUTRIENTS} == {"kcal", "g", "mg", "ug"}
    assert [row["slug"] for row in NUTRIENTS if not row["source"] or sorted(row["names"]) != LANGUAGES] == []
    assert [row["position"] for row in NUTRIENTS] == sorted(row["position"] for row in NUTRIENTS)


def test_nutrients_have_their_numbers_in_fooddata_central() -> None:
    numbers = {row["slug"]: row["fdc_id"] for row in NUTRIENTS}
    expected = {"energy": 1008, "protein": 1003, "fat": 1004, "carbohydrate": 1005, "fiber": 1079, "sodium": 1093}
    assert {slug: numbers[slug] for slug in expected} == expected


def test_units_are_those_of_the_columns() -> None:
    stated = {slug: re.search(r"(?<=\()[a-z]+(?=\))|ug$|Kcal$", column) for slug, column in COLUMNS.items()}
    units = {slug: found and found[0].lower() for slug, found in stated.items()}
    assert {row["slug"]: row["unit"] for row in NUTRIENTS if row["slug"] in COLUMNS} == units


# --- foods ---


def test_there_are_enough_foods_of_every_category() -> None:
    counted = Counter(food["category"] for food in FOODS)
    assert counted.keys() == set(FoodCategory) - {FoodCategory.OTHER}
    assert (len(FOODS) > 700, min(counted.values()) >= 10) == (True, True)


def test_foods_are_told_apart_in_every_language() -> None:
    assert unlike(FOODS, "slug", "name", "source_id") == []
    assert unlike([food["names"] for food in FOODS], *LANGUAGES) == []
    assert [food["slug"] for food in FOODS if not re.fullmatch(SLUG_PATTERN, food["slug"])] == []


def test_foods_name_their_source() -> None:
    wrong = [food for food in FOODS if food["source"] != "usda-sr28" or not re.fullmatch(r"\d{5}", food["source_id"])]
    assert wrong == []


def test_aliases_say_something_new() -> None:
    repeated = [
        (food["slug"], alias)
        for food in FOODS
        for alias in food["aliases"]
        if alias.casefold() in {name.casefold() for name in (food["name"], *food["names"].values())}
    ]
    assert repeated == []


def test_nutrients_of_foods_are_known_and_not_negative() -> None:
    known = {row["slug"] for row in NUTRIENTS}
    wrong = [
        (food["slug"], slug)
        for food in FOODS
        for slug, amount in food["nutrients"].items()
        if slug not in known or amount < 0
    ]
    assert wrong == []


def test_every_food_has_energy_and_macros() -> None:
    assert [food["slug"] for food in FOODS if not set(MACROS) <= food["nutrients"].keys()] == []


def test_energy_is_that_of_the_macros() -> None:
    """Between all fibre giving 4 kcal/g and none: give or take 10 %, or 8 kcal."""
    strange = {food["slug"] for food in FOODS if energy_gap_kcal(food) > max(8.0, 0.1 * food["nutrients"]["energy"])}
    assert strange == OTHER_ENERGY.keys()


def energy_gap_kcal(food: Row) -> float:
    """How far its energy is from what its macros give."""
    kcal, protein_g, fat_g, carbohydrate_g = (float(food["nutrients"][slug]) for slug in MACROS)
    fiber_g = float(food["nutrients"].get("fiber", 0))
    most = 4 * protein_g + 9 * fat_g + 4 * carbohydrate_g
    least = most - 4 * fiber_g
    return max(0.0, least - kcal, kcal - most)


@pytest.mark.parametrize(
    ("whole", "parts"),
    [
        ("carbohydrate", ["sugars"]),
        ("carbohydrate", ["fiber"]),
        ("fat", ["fatty-acids-saturated", "fatty-acids-monounsaturated", "fatty-acids-polyunsaturated"]),
    ],
)
def test_parts_are_no_more_than_the_whole(whole: str, parts: list[str]) -> None:
    """Give or take 1 g: each was measured on its own."""
    sums_g = {food["slug"]: sum(food["nutrients"].get(part, 0) for part in parts) for food in FOODS}
    assert [slug for slug, sum_g in sums_g.items() if sum_g > BY_SLUG[slug]["nutrients"][whole] + 1] == []


def test_100_g_are_no_more_than_100_g() -> None:
    parts = ("water", "protein", "fat", "carbohydrate", "ash")
    sums_g = {food["slug"]: sum(food["nutrients"].get(part, 0) for part in parts) for food in FOODS}
    assert [found for found in sums_g.items() if found[1] > 103] == []


def test_values_are_those_of_the_source() -> None:
    expected = {
        "chicken-breast-roasted-without-skin": {"energy": 165, "protein": 31.02, "fat": 3.57, "carbohydrate": 0},
        "banana": {"energy": 89, "potassium": 358, "vitamin-b6": 0.367},
        "egg-raw": {"energy": 143, "protein": 12.56, "cholesterol": 372},
        "white-rice-long-grain-cooked": {"energy": 130, "carbohydrate": 28.17},
        "olive-oil": {"energy": 884, "fat": 100, "vitamin-e": 14.35},
    }
    assert {
        slug: {name: BY_SLUG[slug]["nutrients"][name] for name in row} for slug, row in expected.items()
    } == expected


def test_what_was_not_measured_is_absent() -> None:
    assert BY_SLUG["chia-seeds"]["nutrients"].keys() & {"vitamin-d", "folic-acid", "choline"} == set()
    assert BY_SLUG["olive-oil"]["nutrients"]["protein"] == 0


def test_foods_are_those_of_the_file_they_were_taken_from() -> None:
    path = Path(__file__).resolve().parents[3] / "shared" / "data" / "usda_sr.csv"
    if not path.exists():
        pytest.skip("the file is not here")
    with path.open(newline="") as file:
        rows = {row["NDB_No"]: row for row in csv.DictReader(file)}
    for food in FOODS:
        row = rows[food["source_id"]]
        measured = {slug: float(row[column]) for slug, column in COLUMNS.items() if row[column]}
        grams = [float(row[name]) for name in ("GmWt_1", "GmWt_2") if row[name]]
        assert food["nutrients"] == measured, food["slug"]
        assert [portion for portion in food["portions"] if portion["grams"] not in grams] == []


# --- portions ---


def test_portions_are_named_and_weigh_something() -> None:
    wrong = [
        (food["slug"], portion)
        for food in FOODS
        for portion in food["portions"]
        if portion.keys() != {"name", "grams"} or not portion["grams"] > 0 or re.search(SHORTHAND, portion["name"])
    ]
    assert wrong == []
    assert [food["slug"] for food in FOODS if unlike(food["portions"], "name")] == []


SHORTHAND = r'"|\b(oz|tbsp|tsp|lb|dia|NLEA|pkg|approx)\b|  |^\.|^$'


# --- diets and allergens ---


def test_diets_include_each_other() -> None:
    assert [food["slug"] for food in FOODS if food["diets"] not in DIETS] == []


def test_allergens_are_those_of_the_law() -> None:
    found = {allergen for food in FOODS for allergen in food["allergens"]}
    assert found == ALLERGENS
    assert [food["slug"] for food in FOODS if food["allergens"] != sorted(set(food["allergens"]))] == []


def test_vegan_foods_hold_nothing_of_animals() -> None:
    animal = SEAFOOD | {"milk", "eggs"}
    wrong = [
        food["slug"]
        for food in FOODS
        if "vegan" in food["diets"] and (animal & set(food["allergens"]) or food["nutrients"].get("cholesterol", 0) > 0)
    ]
    assert wrong == []


def test_vegetarian_foods_hold_no_meat_and_no_fish() -> None:
    wrong = [
        food["slug"]
        for food in FOODS
        if "vegetarian" in food["diets"]
        and (food["category"] in {"meat", "poultry", "fish"} or SEAFOOD & set(food["allergens"]))
    ]
    assert wrong == []


def test_meat_is_for_none_of_the_diets_and_seafood_for_one() -> None:
    diets = {(food["category"], *food["diets"]) for food in FOODS if food["category"] in {"meat", "poultry", "fish"}}
    assert diets == {("meat",), ("poultry",), ("fish", "pescatarian")}


@pytest.mark.parametrize(("allergen", "words", "others"), WORDS)
def test_allergen_that_a_name_says_is_among_them(allergen: str, words: str, others: str) -> None:
    said = re.compile(rf"\b({words})\b", re.IGNORECASE)
    other = re.compile(others, re.IGNORECASE)
    silent = [
        food["name"]
        for food in FOODS
        if said.search(food["name"]) and not other.search(food["name"]) and allergen not in food["allergens"]
    ]
    assert silent == []


@pytest.mark.parametrize(("category", "one_of"), [("fish", SEAFOOD), ("dairy_eggs", {"milk", "eggs"})])
def test_category_says_an_allergen(category: str, one_of: set[str]) -> None:
    assert [
        food["slug"] for food in FOODS if food["category"] == category and not one_of & set(food["allergens"])
    ] == []
