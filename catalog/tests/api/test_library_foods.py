"""Filters, facets and favourites: of foods for the most part, of which a library has many."""

from typing import Any

import pytest

from accounts.models import User
from catalog.enums import Status
from catalog.models import NutritionTemplate, RecommendationRule, Supplement
from catalog.tests.factories import make_canonical, make_food, make_intake, make_program, make_shared
from config.tests.contract import SchemaClient, check_error
from conftest import client_of
from lib.tests.factories import make
from training.models import Favourite

LIBRARY = "/api/v1/library"
FOODS = f"{LIBRARY}/foods/"


def slugs(response: Any) -> list[str]:
    assert response.status_code == 200, response.content
    return [row["slug"] for row in response.json()["results"]]


@pytest.fixture
def foods(db: None) -> None:
    make_food(
        "almonds",
        category="nuts_seeds",
        diets=["vegan", "vegetarian"],
        allergens=["tree-nuts"],
        nutrients={"energy": 579, "protein": 21.2, "fat": 49.9, "carbohydrate": 21.6, "fiber": 12.5, "iron": 3.7},
        source="usda-sr28",
        source_id="12061",
        attribution="USDA",
    )
    make_food(
        "cheddar",
        category="dairy_eggs",
        brand="Hilltop",
        barcode="40123455",
        diets=["vegetarian"],
        allergens=["milk"],
        nutrients={"energy": 403, "protein": 24.9, "fat": 33.1, "carbohydrate": 1.3, "iron": 0},
    )
    make_food("unmeasured", category="meals")
    make_food("hidden", category="dairy_eggs", brand="Hilltop", status=Status.DRAFT)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("category=dairy_eggs", ["cheddar"]),
        ("category=dairy_eggs&category=meals", ["cheddar", "unmeasured"]),
        ("diet=vegan", ["almonds"]),
        ("diet=vegetarian", ["almonds", "cheddar"]),
        ("without_allergens=milk", ["almonds", "unmeasured"]),
        ("without_allergens=milk,tree-nuts", ["unmeasured"]),
        ("brand=Hilltop", ["cheddar"]),
        ("barcode=40123455", ["cheddar"]),
        ("source=usda-sr28", ["almonds"]),
        ("protein_g__gte=22", ["cheddar"]),
        ("energy_kcal__lte=500", ["cheddar"]),
        ("fat_g__gte=30&carbohydrate_g__lte=2", ["cheddar"]),
        ("fiber_g__gte=0", ["almonds"]),
        ("nutrient=iron", ["almonds", "cheddar"]),
        ("nutrient=iron&nutrient_min=1", ["almonds"]),
        ("nutrient=iron&nutrient_max=1", ["cheddar"]),
        ("nutrient=iron&nutrient_min=0&nutrient_max=5", ["almonds", "cheddar"]),
        ("nutrient=no-such&nutrient_min=0", []),
        ("nutrient=no-such'&nutrient_min=0", []),
        ("search=almnods", ["almonds"]),
        ("search=hilltop", ["cheddar"]),
        ("search=hilltop&diet=vegan", []),
    ],
)
def test_filters_narrow_the_foods(foods: None, anonymous: SchemaClient, query: str, found: list[str]) -> None:
    assert slugs(anonymous.get(f"{FOODS}?{query}")) == found


@pytest.mark.parametrize(
    ("query", "code", "attr"),
    [
        ("nutrient_min=5", "nutrient_missing", "nutrient_min"),
        ("nutrient_max=5", "nutrient_missing", "nutrient_max"),
        ("protein_g__gte=x", "invalid", "protein_g__gte"),
        ("category=no-such", "invalid_choice", "category"),
        ("nutrient=%00", "null_characters_not_allowed", "nutrient"),
        (f"search={'x' * 101}", "max_length", "search"),
        ("search=%00", "null_characters_not_allowed", "search"),
    ],
)
def test_filter_that_says_nothing_is_refused(anonymous: SchemaClient, query: str, code: str, attr: str) -> None:
    check_error(anonymous.get(f"{FOODS}?{query}"), 400, code, attr)


def test_food_says_where_it_comes_from_and_what_it_holds(foods: None, anonymous: SchemaClient) -> None:
    body = anonymous.get(f"{FOODS}almonds/").json()
    shown = ("source", "source_id", "attribution", "energy_kcal", "protein_g", "fiber_g")
    assert [body[name] for name in shown] == ["usda-sr28", "12061", "USDA", 579.0, 21.2, 12.5]
    assert anonymous.get(f"{FOODS}unmeasured/").json()["protein_g"] is None  # not measured is not zero


@pytest.mark.django_db
def test_energy_is_of_the_macronutrients_where_it_was_not_measured(anonymous: SchemaClient) -> None:
    make_food(nutrients={"protein": 10, "fat": 10, "carbohydrate": 10, "alcohol": 10})
    assert anonymous.get(f"{FOODS}oats/").json()["energy_kcal"] == 240.0


def test_intakes_are_found_by_whom_they_are_for(db: None, anonymous: SchemaClient) -> None:
    make_intake("iron-man", nutrient="iron", sex="male", age_from_y="19", value="8")
    make_intake("iron-woman", nutrient="iron", sex="female", age_from_y="19", age_below_y="51", value="18")
    make_intake("iron-pregnancy", nutrient="iron", sex="female", stage="pregnancy", age_from_y="19", value="27")
    make_intake("iron-limit", nutrient="iron", kind="ul", age_from_y="14", value="45")
    make_intake("zinc", nutrient="zinc", age_from_y="9", age_below_y="14", value="8")
    url = f"{LIBRARY}/reference-intakes/"
    for query, found in (
        ("nutrient=iron&sex=female&stage=none&age_y=30", ["iron-limit", "iron-woman"]),
        ("nutrient=iron&sex=female&stage=none&age_y=51", ["iron-limit"]),
        ("stage=pregnancy", ["iron-pregnancy"]),
        ("kind=ul", ["iron-limit"]),
        ("age_y=13.5", ["zinc"]),
    ):
        assert slugs(anonymous.get(f"{url}?{query}")) == found


def test_other_libraries_have_filters_of_their_own(db: None, anonymous: SchemaClient) -> None:
    make_shared(
        Supplement, "creatine", evidence_grade="a", category="performance", contraindications=["kidney-disease"]
    )
    make_shared(Supplement, "hay", evidence_grade="d")
    make_shared(NutritionTemplate, "plants", diet="vegan", goal="health", exclusions=["milk", "eggs"])
    make_shared(NutritionTemplate, "all", diet="omnivore")
    make_shared(RecommendationRule, "rest", area="recovery")
    make_shared(RecommendationRule, "eat", area="nutrition")
    for query, found in (
        ("supplements/?evidence_grade=a&evidence_grade=b", ["creatine"]),
        ("supplements/?without_contraindications=kidney-disease", ["hay"]),
        ("nutrition-templates/?diet=vegan&goal=health", ["plants"]),
        ("nutrition-templates/?without_allergens=milk", ["plants"]),
        ("recommendation-rules/?area=nutrition", ["eat"]),
    ):
        assert slugs(anonymous.get(f"{LIBRARY}/{query}")) == found


# --- facets ---


def test_facets_count_what_the_filters_find(foods: None, anonymous: SchemaClient) -> None:
    body = anonymous.get(f"{FOODS}facets/").json()
    assert (body["count"], body["complete"]) == (3, True)
    assert body["facets"]["diet"] == [{"value": "vegetarian", "count": 2}, {"value": "vegan", "count": 1}]
    assert body["facets"]["brand"] == [{"value": "Hilltop", "count": 1}]
    narrowed = anonymous.get(f"{FOODS}facets/?diet=vegan").json()
    assert (narrowed["count"], narrowed["facets"]["category"]) == (1, [{"value": "nuts_seeds", "count": 1}])
    assert anonymous.get(f"{FOODS}facets/?search=chedar").json()["facets"]["brand"] == body["facets"]["brand"]
    assert anonymous.get(f"{FOODS}facets/?diet=none").json()["facets"]["diet"] == []


@pytest.mark.parametrize("count", [1, 3])
def test_facets_take_one_query_however_many_there_are(
    db: None, anonymous: SchemaClient, count: int, django_assert_num_queries: Any
) -> None:
    for n in range(count):
        make_food(f"food-{n}", diets=["vegan"], brand=f"Brand {n}")
    with django_assert_num_queries(1):
        assert anonymous.get(f"{FOODS}facets/").json()["count"] == count


@pytest.mark.parametrize(
    "kind", ["exercise-types", "programs", "foods", "supplements", "nutrition-templates", "recommendation-rules"]
)
def test_each_facet_is_of_a_filter_that_finds_as_many(db: None, anonymous: SchemaClient, kind: str) -> None:
    make_canonical(category="cardio", primary_muscles=[], mechanic="compound")
    make_program(status="published", goal="strength", days_per_week=3, tags=["base"])
    make_food(diets=["vegan"], brand="Hilltop", source="here")
    make_shared(Supplement, "zinc", timing=["evening"], evidence_grade="b")
    make_shared(NutritionTemplate, "plants", exclusions=["milk"], tags=["easy"])
    make_shared(RecommendationRule, "rest")
    names = {"allergen": "without_allergens", "exclusion": "without_allergens"}
    found = anonymous.get(f"{LIBRARY}/{kind}/facets/").json()["facets"]
    assert any(found.values())
    for name, counted in found.items():
        for each in counted:
            query = {names.get(name, name): each["value"]}
            assert len(slugs(anonymous.get(f"{LIBRARY}/{kind}/", query))) == each["count"], name


# --- favourites ---


@pytest.fixture
def liked(alice: User) -> list[str]:
    """Seven foods, of which alice likes the last and the third."""
    rows = [make_food(f"food-{n}") for n in range(7)]
    for n in (6, 2):
        make(Favourite, alice, food=str(rows[n].pk))
    return ["food-2", "food-6", "food-0", "food-1", "food-3", "food-4", "food-5"]


@pytest.mark.parametrize("size", [1, 2, 3, 50])
@pytest.mark.parametrize("query", ["", "category=other&", "search=food&"])
def test_favourites_come_first_on_the_way_forth_and_back(
    liked: list[str], api: SchemaClient, query: str, size: int
) -> None:
    url: str | None = f"{FOODS}?{query}page_size={size}"
    seen: list[str] = []
    last = url
    while url:
        last, body = url, api.get(url).json()
        seen += [row["slug"] for row in body["results"]]
        url = body["next"]
    assert seen == liked
    back: list[str] = []
    while last:
        body = api.get(last).json()
        back = [row["slug"] for row in body["results"]] + back
        last = body["previous"]
    assert back == liked


def test_favourites_are_ones_own(liked: list[str], anonymous: SchemaClient, bob: User) -> None:
    bobs = client_of(bob)
    for client in (anonymous, bobs):
        assert slugs(client.get(FOODS)) == sorted(liked)
        assert slugs(client.get(f"{FOODS}?search=food")) == sorted(liked)


def test_favourite_types_and_programs_come_first_too(api: SchemaClient, alice: User) -> None:
    make_canonical("a-first")
    make(Favourite, alice, exercise_type=str(make_canonical("z-last").pk))
    make_program(slug="a-first", title="A first", status="published")
    make(Favourite, alice, program=str(make_program(slug="z-last", title="Z last", status="published").pk))
    for kind in ("exercise-types", "programs"):
        assert slugs(api.get(f"{LIBRARY}/{kind}/"))[0] == "z-last"


def test_list_with_favourites_takes_three_queries(
    liked: list[str], api: SchemaClient, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(3):  # the session with its user; the version of the catalogue; the page
        assert slugs(api.get(FOODS)) == liked
