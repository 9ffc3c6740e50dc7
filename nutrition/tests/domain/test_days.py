"""Sums of a day: three days worked out by hand, what nobody measured, and what counts toward a limit."""

from dataclasses import replace
from typing import Any

import hypothesis.strategies as st
import orjson
import pytest
from hypothesis import given

from catalog.domain.nutrients import Eaten, EnergyBasis
from catalog.domain.reference_intakes import Kind, Person, ReferenceIntake, Source, read_reference_intakes
from catalog.services.seeding import DATA
from nutrition.domain.days import (
    MACROS,
    Item,
    Limit,
    Line,
    Nutrient,
    Tables,
    Taken,
    added,
    lines_of,
    sums_by_slot,
    sums_of,
)
from nutrition.tests.three_days import EATEN, FACTS, HAND, KCAL_BY_SLOT

NUTRIENTS = {
    row["slug"]: Nutrient(row["slug"], row["name"], row["unit"], place)
    for place, row in enumerate(orjson.loads((DATA / "nutrients.json").read_bytes()))
}
INTAKES = read_reference_intakes((DATA / "reference_intakes.csv").read_text().splitlines())
MAN = Tables(NUTRIENTS, INTAKES, Person(34, "male"), body_mass_kg=80)
WEIGHTS_G = {1: 910, 2: 735, 3: 500}


def items_of(day: int) -> list[Item]:
    return [Item(slot, Eaten(grams, FACTS[number])) for slot, number, grams in EATEN[day]]


def line(lines: list[Line], slug: str) -> Line:
    return next(one for one in lines if one.nutrient.slug == slug)


def limit_of(lines: list[Line], slug: str, kind: Kind = Kind.UL) -> Limit:
    return next(limit for limit in line(lines, slug).limits if limit.kind is kind)


@pytest.mark.parametrize("day", [1, 2, 3])
def test_sums_of_a_day_are_those_worked_out_by_hand(day: int) -> None:
    items = items_of(day)
    sums = sums_of([item.eaten for item in items])
    assert sums.energy is not None
    found = {slug: (total.amount, total.known_grams) for slug, total in sums.nutrients.items()}
    found["energy"] = (sums.energy.total.amount, sums.energy.total.known_grams)
    assert {slug: amount for slug, (amount, _) in found.items()} == pytest.approx(
        {slug: amount for slug, (amount, _) in HAND[day].items()}
    )
    assert {slug: grams for slug, (_, grams) in found.items()} == {
        slug: grams for slug, (_, grams) in HAND[day].items()
    }
    assert {total.grams for total in sums.nutrients.values()} == {WEIGHTS_G[day]}
    kcal = {slot: its.energy and its.energy.total.amount for slot, its in sums_by_slot(items).items()}
    assert kcal == pytest.approx(KCAL_BY_SLOT[day])


def test_what_nobody_measured_is_no_zero() -> None:
    lines = lines_of(Taken(items_of(2)), MAN)
    vitamin_k = line(lines, "vitamin-k")
    assert vitamin_k.amount == pytest.approx(289.74)
    assert vitamin_k.food is not None
    assert [vitamin_k.food.coverage, vitamin_k.food.is_complete] == pytest.approx([385 / 735, False])
    calcium = line(lines, "calcium")  # no food of this day says any, though a man needs 1,000 mg
    assert (calcium.amount, calcium.food, calcium.reference and calcium.reference.amount) == (None, None, 1000)
    assert limit_of(lines, "calcium").is_over is None


def test_quick_numbers_count_whole_and_make_coverage_one_of_items() -> None:
    quick = Item("dinner", Eaten(None, {"energy": 500.0, "protein": 30.0}, is_whole=True))
    sums = sums_of([item.eaten for item in [*items_of(3), quick]])
    assert sums.energy is not None
    assert [sums.energy.total.amount, sums.energy.total.coverage] == pytest.approx([1013.5, 1])
    assert sums.nutrients["protein"].amount == pytest.approx(76.04)
    fat = sums.nutrients["fat"]  # known of three items of four: the weight of the fourth is not known
    assert [fat.amount, fat.coverage, fat.is_complete] == pytest.approx([11.765, 0.75, False])


def test_energy_says_what_it_is_known_from() -> None:
    by_macros = Eaten(
        50, {"protein": 10.0, "fat": 20.0, "carbohydrate": 30.0}
    )  # 4 x 10 + 9 x 20 + 4 x 30 = 340 in 100 g
    sums = sums_of([Eaten(100, {"energy": 120.0}), by_macros, Eaten(100, {"iron": 2.0})])
    assert sums.energy is not None
    assert sums.energy.by_basis == {EnergyBasis.MEASURED: 120, EnergyBasis.MACROS: 170}
    assert [sums.energy.total.amount, sums.energy.total.coverage] == pytest.approx([290, 150 / 250])
    assert sums_of([Eaten(100, {"iron": 2.0})]).energy is None


def test_limit_of_magnesium_counts_supplements_alone() -> None:
    """Day 1 holds 447.3 mg in foods, which is over the figure of 350 mg and harms nobody."""
    food_alone = limit_of(lines_of(Taken(items_of(1)), MAN), "magnesium")
    assert (food_alone.amount, food_alone.counted, food_alone.is_over) == (350, None, None)
    for dose, is_over in ((350.0, False), (400.0, True)):
        lines = lines_of(Taken(items_of(1), doses=[{"magnesium": dose}]), MAN)
        limit = limit_of(lines, "magnesium")
        assert (limit.counted, limit.is_over, limit.sources) == (dose, is_over, (Source.SUPPLEMENT,))
        assert line(lines, "magnesium").amount == pytest.approx(447.3 + dose)
        assert bool(line(lines, "magnesium").over) is is_over


def test_limit_of_vitamin_a_counts_retinol_of_all_sources() -> None:
    """A portion of liver: 9,428 ug of retinol, where 3,000 is the limit."""
    limit = limit_of(lines_of(Taken(items_of(3)), MAN), "vitamin-a")
    assert (limit.counts, limit.amount, limit.counted, limit.is_over) == ("retinol", 3000, 9428, True)
    together = lines_of(Taken(items_of(1), doses=[{"retinol": 2900.0}]), MAN)  # 157 of food
    assert (limit_of(together, "vitamin-a").counted, limit_of(together, "vitamin-a").is_over) == (3057, True)
    carotene = lines_of(Taken(doses=[{"vitamin-a": 9000.0, "carotene-beta": 108_000.0}]), MAN)
    assert limit_of(carotene, "vitamin-a").is_over is None


def test_what_a_maker_added_counts_where_the_limit_says_so() -> None:
    cereal = Item("breakfast", Eaten(100, {"niacin": 40.0}), Source.FORTIFIED)
    plain = Item("lunch", Eaten(100, {"niacin": 20.0}))
    limit = limit_of(lines_of(Taken([cereal, plain]), MAN), "niacin")
    assert (limit.amount, limit.counted, limit.is_over) == (35, 40, True)
    assert limit_of(lines_of(Taken([plain]), MAN), "niacin").counted is None


def test_sodium_has_a_figure_to_stay_below_and_no_upper_limit() -> None:
    lines = lines_of(Taken([Item("", Eaten(100, {"sodium": 2400.0}))]), MAN)
    assert {limit.kind for limit in line(lines, "sodium").limits} == {Kind.CDRR}
    assert limit_of(lines, "sodium", Kind.CDRR).is_over is True
    assert line(lines, "sodium").over == []


def test_needs_are_those_of_the_person_and_targets_their_own() -> None:
    woman = Tables(NUTRIENTS, INTAKES, Person(34, "female"), body_mass_kg=60)
    pregnant = Tables(NUTRIENTS, INTAKES, Person(34, None, "pregnancy"))

    def needs(tables: Tables, slug: str) -> Any:
        found = line(lines_of(Taken(), tables, {"iron": 25.0}), slug)
        return found.target, found.reference and found.reference.amount

    assert [needs(tables, "iron") for tables in (MAN, woman, pregnant)] == [(25, 8), (25, 18), (25, 27)]
    assert [needs(tables, "protein")[1] for tables in (MAN, woman, pregnant)] == [56, 46, 71]
    by_weight = replace(MAN, intakes=[ReferenceIntake("protein", "g/kg", Kind.RDA, "both", "", 0, None, 0.8, "", "x")])
    assert needs(by_weight, "protein")[1] == pytest.approx(64)
    assert needs(replace(by_weight, body_mass_kg=None), "protein")[1] is None


def test_water_that_was_drunk_is_added_to_that_of_foods() -> None:
    taken = Taken([Item("", Eaten(100, {"water": 90.0}))], drunk_ml=1500)
    water = line(lines_of(taken, MAN), "water")
    assert (water.amount, water.reference and water.reference.amount) == (1590, 3700)


def test_words_about_a_limit_that_nobody_knows_call_no_day_safe() -> None:
    row = ReferenceIntake("zinc", "mg", Kind.UL, "both", "", 0, None, 40, "of a moonless night only", "nobody")
    limit = limit_of(lines_of(Taken(doses=[{"zinc": 90.0}]), Tables(NUTRIENTS, [row], Person(34, "male"))), "zinc")
    assert (limit.counted, limit.is_over, limit.sources) == (None, None, ())


amounts = st.dictionaries(st.sampled_from(["zinc", "iron", "protein"]), st.floats(0, 1000), max_size=3)
foods = st.builds(Eaten, st.floats(0, 2000), amounts)


@given(st.lists(st.tuples(st.sampled_from(["lunch", "dinner", ""]), foods), max_size=8), st.lists(amounts, max_size=4))
def test_a_day_is_the_sum_of_its_slots_and_sources(
    eaten: list[tuple[str, Eaten]], doses: list[dict[str, float]]
) -> None:
    items = [Item(slot, food) for slot, food in eaten]
    taken = Taken(items, doses=doses)
    by_slot = [{slug: t.amount for slug, t in its.nutrients.items()} for its in sums_by_slot(items).values()]
    of_food = dict(taken.by_source.get(Source.FOOD, {}))
    assert added(by_slot) == pytest.approx({slug: of_food[slug] for slug in of_food if slug in MACROS.values()})
    whole = {one.nutrient.slug: one.amount for one in lines_of(taken, MAN) if one.amount is not None}
    assert whole == pytest.approx(added([of_food, *doses]))
