"""Whatever a product holds, a proposal is made of it, or it is named as none."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.domain.food_records import NAME_MAX_LENGTH
from catalog.domain.open_food_facts import FIELDS, IN_GRAMS, Proposal, proposal_from
from catalog.tests.open_food_facts import BARCODE, PRODUCT
from catalog.validators import validate_nutrients, validate_portions

UNITS = dict.fromkeys(IN_GRAMS, "g") | {"sodium": "mg", "vitamin-b12": "ug"}
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from(["en:vegan", "en:gluten"]),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=10), inside, max_size=4),
    max_leaves=8,
)
NAMES = [f"{name}_100g" for called in IN_GRAMS.values() for name in called]
NUTRIMENTS = st.dictionaries(
    st.sampled_from([*NAMES, "energy-kcal_100g", "energy_100g", "salt_100g"]), ANYTHING, max_size=6
)


def proposed(**product: Any) -> Proposal:
    found = proposal_from({"status": 1, "product": {"code": BARCODE, **product}}, BARCODE, UNITS)
    assert found is not None
    return found


@given(st.dictionaries(st.sampled_from(FIELDS[1:]), ANYTHING), NUTRIMENTS)
def test_any_product_makes_a_possible_food(product: dict[str, Any], nutriments: dict[str, Any]) -> None:
    found = proposed(**product, **({} if "nutriments" in product else {"nutriments": nutriments}))
    validate_nutrients(dict(found.nutrients))
    validate_portions(list(found.portions))
    assert all(len(name) <= NAME_MAX_LENGTH for name in (found.name, *found.names.values()))


@pytest.mark.parametrize(
    ("said", "diets"),
    [
        (["en:vegan", "en:vegetarian"], ["pescatarian", "vegetarian", "vegan"]),
        (["en:non-vegan", "en:vegetarian"], ["pescatarian", "vegetarian"]),
        (["en:vegan-status-unknown", "en:vegetarian-status-unknown"], []),
        (["en:maybe-vegan", "en:maybe-vegetarian"], []),
        (["en:non-vegan", "en:non-vegetarian"], []),
    ],
)
def test_diets_are_said_and_never_guessed(said: list[str], diets: list[str]) -> None:
    assert proposed(ingredients_analysis_tags=said).diets == diets
    assert proposed(labels_tags=["en:vegan"], ingredients_analysis_tags=["en:non-vegan"]).diets == []


def test_energy_is_that_of_the_package_else_made_from_kj() -> None:
    assert proposed(nutriments={"energy-kcal_100g": 100, "energy_100g": 420}).nutrients == {"energy": 100}
    assert proposed(nutriments={"energy_100g": 418.4, "energy_unit": "kcal"}).nutrients == {"energy": 100}


def test_sodium_goes_before_salt() -> None:
    assert proposed(nutriments={"sodium_100g": 0.1, "salt_100g": 1}).nutrients == {"sodium": 100}
    assert proposed(nutriments={"salt_100g": 1}).nutrients == {"sodium": 400}


def test_more_than_all_of_it_is_left_out_as_a_whole() -> None:
    found = proposed(nutriments={"proteins_100g": 60, "fat_100g": 60, "iron_100g": 0.01})
    assert found.nutrients == {}
    assert found.left_out == ("All amounts, for 100 g of it hold 120 g of macronutrients.",)


def test_product_without_a_table_has_no_amounts() -> None:
    assert proposed(nutriments=PRODUCT["nutriments"], no_nutrition_data="on").nutrients == {}


def test_alcohol_is_not_weighed() -> None:
    found = proposed(nutriments={"alcohol_100g": 5})
    assert (found.nutrients, len(found.left_out)) == ({}, 1)
