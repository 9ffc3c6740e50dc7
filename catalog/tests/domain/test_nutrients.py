"""Energy, amounts of a food and sums, by figures that were worked out by hand and by laws."""

from math import isclose
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from catalog.domain.nutrients import (
    AtwaterFactors,
    Eaten,
    Energy,
    FiberPolicy,
    Total,
    amounts_in,
    converted,
    energy_of,
    totals,
)

# FDC 323505: kale, raw, with its own factors. FDC prints 35 kcal.
KALE = {"protein": 2.92, "fat": 1.49, "carbohydrate": 4.42}
KALE_FACTORS = AtwaterFactors(protein=2.44, fat=8.37, carbohydrate=3.57)

SLUGS = st.sampled_from(["energy", "protein", "iron", "vitamin-c", "retinol"])
GRAMS = st.floats(0, 5000, allow_nan=False)
FOODS = st.builds(Eaten, GRAMS, st.dictionaries(SLUGS, st.floats(0, 1000, allow_nan=False)))
MEALS = st.lists(FOODS, min_size=1, max_size=8)


# --- energy ---


def rounded(energy: Energy | None) -> tuple[float, str]:
    assert energy is not None
    return round(energy.kcal, 1), energy.basis.value


def test_energy_is_made_with_the_factors_of_the_food() -> None:
    assert rounded(energy_of(KALE, factors=KALE_FACTORS)) == (35.4, "specific")


def test_energy_without_factors_is_made_with_the_general_ones() -> None:
    assert rounded(energy_of(KALE)) == (42.8, "macros")


@pytest.mark.parametrize(
    ("given_energy", "expected"),
    [
        ({"energy": 1.0, "energy-atwater-specific": 2.0, "energy-atwater-general": 3.0}, (1.0, "measured")),
        ({"energy": 0.0, "energy-atwater-specific": 2.0}, (0.0, "measured")),
        ({"energy-atwater-specific": 2.0, "energy-atwater-general": 3.0}, (2.0, "specific")),
        ({"energy-atwater-general": 3.0}, (35.4, "specific")),
    ],
)
def test_energy_is_the_best_figure_there_is(given_energy: dict[str, float], expected: tuple[float, str]) -> None:
    assert rounded(energy_of(KALE | given_energy, factors=KALE_FACTORS)) == expected


def test_energy_by_general_factors_comes_after_the_specific_ones_only() -> None:
    assert rounded(energy_of(KALE | {"energy-atwater-general": 43.0})) == (43.0, "general")


def test_energy_counts_alcohol() -> None:
    # red wine with 10.6 g of alcohol in 100 g
    assert rounded(energy_of({"protein": 0.07, "fat": 0.0, "carbohydrate": 2.61, "alcohol": 10.6})) == (84.9, "macros")


def test_fibre_counts_as_the_policy_says() -> None:
    bran = {"protein": 15.0, "fat": 4.0, "carbohydrate": 64.0, "fiber": 42.0}
    assert rounded(energy_of(bran)) == (352.0, "macros")
    assert rounded(energy_of(bran, fiber=FiberPolicy.HALF)) == (268.0, "macros")


def test_fibre_that_is_unknown_leaves_energy_unknown_where_it_counts_apart() -> None:
    assert energy_of(KALE, fiber=FiberPolicy.HALF) is None


@pytest.mark.parametrize("missing", ["protein", "fat", "carbohydrate"])
def test_energy_is_unknown_without_a_macro(missing: str) -> None:
    kept = {slug: amount for slug, amount in KALE.items() if slug != missing}
    assert energy_of(kept, factors=KALE_FACTORS) is None


@given(st.dictionaries(st.sampled_from(["protein", "fat", "carbohydrate"]), st.floats(0, 100), min_size=3))
def test_energy_of_macros_never_falls_when_one_grows(macros: dict[str, float]) -> None:
    less, more = energy_of(macros), energy_of(macros | {"fat": macros["fat"] + 1})
    assert less is not None
    assert more is not None
    assert isclose(more.kcal - less.kcal, 9.0, abs_tol=1e-9)


# --- units ---


@pytest.mark.parametrize(
    ("amount", "unit", "to", "expected"),
    [(900.0, "ug", "mg", 0.9), (3.7, "L", "g", 3700.0), (2.3, "g", "mg", 2300.0), (418.4, "kJ", "kcal", 100.0)],
)
def test_amount_is_converted(amount: float, unit: str, to: str, expected: float) -> None:
    assert converted(amount, unit, to) == pytest.approx(expected)


@given(st.floats(0.001, 1e6), st.sampled_from(["g", "mg", "ug", "L"]), st.sampled_from(["g", "mg", "ug", "L"]))
def test_conversion_comes_back(amount: float, unit: str, to: str) -> None:
    assert isclose(converted(converted(amount, unit, to), to, unit), amount, rel_tol=1e-12)


@pytest.mark.parametrize(("unit", "to"), [("kcal", "g"), ("mg", "kJ"), ("mg", "iu"), ("iu", "iu")])
def test_units_of_different_things_are_refused(unit: str, to: str) -> None:
    with pytest.raises(ValueError, match=f"{unit} cannot be given in {to}."):
        converted(1.0, unit, to)


# --- a food ---


def test_amounts_are_those_of_the_grams() -> None:
    assert amounts_in(250.0, {"protein": 31.0, "iron": 0.0}) == {"protein": 77.5, "iron": 0.0}


@given(FOODS, GRAMS, GRAMS)
def test_amounts_of_two_helpings_add_up(food: Eaten, grams: float, more: float) -> None:
    whole = amounts_in(grams + more, food.nutrients)
    first, second = amounts_in(grams, food.nutrients), amounts_in(more, food.nutrients)
    assert whole.keys() == first.keys()
    assert all(isclose(whole[slug], first[slug] + second[slug], rel_tol=1e-9, abs_tol=1e-9) for slug in whole)


@pytest.mark.parametrize("grams", [-1.0, float("nan"), float("inf")])
def test_no_food_weighs_that(grams: float) -> None:
    with pytest.raises(ValueError, match="Nobody eats"):
        Eaten(grams, {})


def test_amounts_of_the_whole_need_no_weight_and_those_of_100_g_do() -> None:
    assert Eaten(None, {"protein": 30.0}, is_whole=True).amounts == {"protein": 30.0}
    assert Eaten(250.0, {"protein": 30.0}, is_whole=True).amounts == {"protein": 30.0}
    with pytest.raises(ValueError, match="need the grams"):
        Eaten(None, {"protein": 30.0})


def test_coverage_is_by_foods_where_one_has_no_weight() -> None:
    weighed, quick = Eaten(900.0, {"protein": 10.0}), Eaten(None, {"protein": 30.0, "iron": 2.0}, is_whole=True)
    found = totals([weighed, quick])
    assert (found["protein"].amount, found["protein"].coverage, found["protein"].is_complete) == (120.0, 1.0, True)
    assert (found["iron"].amount, found["iron"].coverage, found["iron"].is_complete) == (2.0, 0.5, False)


# --- sums ---


def test_total_says_how_much_of_it_is_known() -> None:
    day = [
        Eaten(200.0, {"protein": 10.0, "vitamin-c": 5.0}),
        Eaten(100.0, {"protein": 30.0}),
        Eaten(100.0, {"protein": 0.0, "vitamin-c": 0.0}),
    ]
    assert totals(day) == {
        "protein": Total(amount=50.0, grams=400.0, known_grams=400.0, items=3, known_items=3),
        "vitamin-c": Total(amount=10.0, grams=400.0, known_grams=300.0, items=3, known_items=2),
    }
    assert [(total.coverage, total.is_complete) for total in totals(day).values()] == [(1.0, True), (0.75, False)]


def test_total_of_nothing_is_unknown() -> None:
    assert totals([]) == {}


def test_total_of_foods_that_weigh_nothing_covers_by_foods() -> None:
    found = totals([Eaten(0.0, {"iron": 1.0}), Eaten(0.0, {})])["iron"]
    assert (found.amount, found.coverage) == (0.0, 0.5)


@given(MEALS, st.randoms(use_true_random=False))
def test_total_does_not_depend_on_the_order(meal: list[Eaten], chance: Any) -> None:
    shuffled = list(meal)
    chance.shuffle(shuffled)
    assert totals(shuffled) == totals(meal)


@given(MEALS, GRAMS)
def test_food_without_a_figure_adds_nothing_and_lowers_the_coverage(meal: list[Eaten], grams: float) -> None:
    before, after = totals(meal), totals([*meal, Eaten(grams, {})])
    assert {slug: total.amount for slug, total in after.items()} == {
        slug: total.amount for slug, total in before.items()
    }
    assert not any(total.is_complete for total in after.values())
    assert all(after[slug].coverage <= before[slug].coverage for slug in before if before[slug].grams)


@given(MEALS)
def test_coverage_is_a_share(meal: list[Eaten]) -> None:
    assert all(0 <= total.coverage <= 1 for total in totals(meal).values())
    assert all(total.coverage == 1 for total in totals(meal).values() if total.is_complete)
