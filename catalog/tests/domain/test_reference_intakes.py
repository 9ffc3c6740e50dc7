"""The reference intakes that come with the library, and whose is which."""

import csv
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import orjson
import pytest
from hypothesis import given

from catalog.domain.nutrients import converted
from catalog.domain.reference_intakes import (
    PER_KG,
    SCOPES,
    Kind,
    Person,
    ReferenceIntake,
    Source,
    amount_a_day,
    counted_toward,
    intake_for,
    read_reference_intakes,
    target_for,
)
from catalog.services.seeding import DATA

TEXT = (DATA / "reference_intakes.csv").read_text()
ROWS = read_reference_intakes(TEXT.splitlines())
UNITS: dict[str, str] = {row["slug"]: row["unit"] for row in orjson.loads((DATA / "nutrients.json").read_bytes())}

# How many rows the tables have of each nutrient.
COUNTS = {
    "alpha-linolenic-acid": 22,
    "biotin": 22,
    "calcium": 64,
    "carbohydrate": 42,
    "chloride": 42,
    "choline": 42,
    "chromium": 22,
    "copper": 62,
    "fat": 2,
    "fiber": 20,
    "fluoride": 44,
    "folate": 62,
    "iodine": 62,
    "iron": 65,
    "linoleic-acid": 22,
    "magnesium": 62,
    "manganese": 42,
    "molybdenum": 62,
    "niacin": 62,
    "pantothenic-acid": 22,
    "phosphorus": 62,
    "potassium": 13,
    "protein": 43,
    "riboflavin": 42,
    "selenium": 64,
    "sodium": 10,
    "thiamin": 42,
    "vitamin-a": 64,
    "vitamin-b12": 42,
    "vitamin-b6": 62,
    "vitamin-c": 62,
    "vitamin-d": 64,
    "vitamin-e": 62,
    "vitamin-k": 22,
    "water": 22,
    "zinc": 65,
}

NUTRIENTS = st.sampled_from(sorted(COUNTS))
KINDS = st.sampled_from(list(Kind))
AGES_Y = st.floats(0, 110)
PEOPLE = st.one_of(
    st.builds(Person, AGES_Y, st.sampled_from(["female", "male", None])),
    st.builds(Person, st.floats(14, 60), st.just("female"), st.sampled_from(["pregnancy", "lactation"])),
)
CUTS = (slice(None, -1), slice(1, None))
MAN, WOMAN = Person(30.0, "male"), Person(30.0, "female")


def value_for(nutrient: str, kind: Kind, person: Person) -> tuple[float, str] | None:
    found = intake_for(ROWS, nutrient, kind, person)
    return (found.value, found.unit) if found else None


# --- the tables ---


def test_every_nutrient_has_its_rows() -> None:
    assert len(ROWS) == 1586
    assert Counter(row.nutrient for row in ROWS) == COUNTS


def test_every_row_names_its_source_and_a_nutrient_whose_unit_it_can_be_given_in() -> None:
    wrong = [row for row in ROWS if not row.source or not given_in(row, UNITS[row.nutrient])]
    assert wrong == []


def given_in(row: ReferenceIntake, unit: str) -> bool:
    return converted(row.value, "g" if row.unit == PER_KG else row.unit, unit) >= 0


def test_what_counts_toward_every_limit_is_known() -> None:
    assert {row.applies_to for row in ROWS} == set(SCOPES)


def test_ages_of_a_figure_follow_each_other_without_gap_or_overlap() -> None:
    groups: dict[tuple[str, ...], list[ReferenceIntake]] = {}
    for row in ROWS:
        for sex in ("female", "male") if row.sex == "both" else (row.sex,):
            groups.setdefault((row.nutrient, row.kind, sex, row.stage), []).append(row)
    broken = [
        (key, earlier.age_below_y, later.age_from_y)
        for key, rows in groups.items()
        for earlier, later in zip(*(sorted(rows, key=lambda row: row.age_from_y)[cut] for cut in CUTS), strict=True)
        if earlier.age_below_y != later.age_from_y
    ]
    assert broken == []


def test_rows_are_those_of_the_tables_they_were_taken_from() -> None:
    path = Path(__file__).resolve().parents[4] / "shared" / "data" / "dri.csv"
    if not path.exists():
        pytest.skip("the tables are not here")
    slugs = {"Carbohydrates": "carbohydrate", "Total fiber": "fiber", "Total water": "water"}
    slugs["α-Linolenic acid"] = "alpha-linolenic-acid"

    def normal(row: dict[str, Any]) -> list[Any]:
        numbers = [float(row[name]) if row[name] else None for name in ("age_from_y", "age_below_y", "value")]
        nutrient = slugs.get(row["nutrient"], row["nutrient"].lower().replace(" ", "-"))
        words = [row[name] for name in ("unit", "sex", "stage", "applies_to", "source")]
        return [nutrient, row["kind"].lower(), *words, *numbers]

    assert [normal(row) for row in rows_of(TEXT)] == [normal(row) for row in rows_of(path.read_text())]


def rows_of(text: str) -> list[dict[str, Any]]:
    return list(csv.DictReader(text.splitlines()))


# --- whose is which ---


@pytest.mark.parametrize(
    ("nutrient", "kind", "person", "expected"),
    [
        ("potassium", Kind.AI, MAN, (3400.0, "mg")),
        ("potassium", Kind.AI, WOMAN, (2600.0, "mg")),
        ("potassium", Kind.AI, Person(30.0, "female", "pregnancy"), (2900.0, "mg")),
        ("sodium", Kind.AI, WOMAN, (1500.0, "mg")),
        ("sodium", Kind.CDRR, MAN, (2300.0, "mg")),
        ("sodium", Kind.UL, MAN, None),
        ("magnesium", Kind.UL, MAN, (350.0, "mg")),
        ("magnesium", Kind.RDA, Person(31.0, "male"), (420.0, "mg")),
        ("iron", Kind.RDA, WOMAN, (18.0, "mg")),
        ("iron", Kind.RDA, MAN, (8.0, "mg")),
        ("iron", Kind.RDA, Person(51.0, "female"), (8.0, "mg")),
        ("iron", Kind.RDA, Person(30.0, "female", "pregnancy"), (27.0, "mg")),
        ("iron", Kind.AI, Person(0.25, "male"), (0.27, "mg")),
        ("copper", Kind.UL, MAN, (10000.0, "ug")),
        ("protein", Kind.EAR, MAN, (0.66, "g/kg")),
        ("protein", Kind.RDA, WOMAN, (46.0, "g")),
        ("water", Kind.AI, MAN, (3.7, "L")),
        ("vitamin-d", Kind.RDA, Person(71.0, "male"), (20.0, "ug")),
        ("vitamin-d", Kind.RDA, Person(70.9, "male"), (15.0, "ug")),
    ],
)
def test_intake_is_that_of_sex_age_and_stage(
    nutrient: str, kind: Kind, person: Person, expected: tuple[float, str] | None
) -> None:
    assert value_for(nutrient, kind, person) == expected


def test_stage_that_the_tables_do_not_treat_apart_leaves_the_ordinary_figure() -> None:
    assert value_for("sodium", Kind.AI, Person(30.0, "female", "pregnancy")) == (1500.0, "mg")


def test_stage_has_no_figure_beyond_the_ages_of_the_tables() -> None:
    assert value_for("iron", Kind.RDA, Person(50.9, "female", "pregnancy")) == (27.0, "mg")
    assert value_for("iron", Kind.RDA, Person(51.0, "female", "pregnancy")) is None


def test_person_whose_sex_is_unsaid_has_what_holds_for_both() -> None:
    unsaid = Person(30.0, None)
    assert value_for("calcium", Kind.RDA, unsaid) == (1000.0, "mg")
    assert value_for("sodium", Kind.CDRR, unsaid) == (2300.0, "mg")
    assert value_for("iron", Kind.RDA, unsaid) is None


def test_stage_says_the_sex() -> None:
    said = Person(30.0, "female", "lactation")
    assert (
        value_for("iodine", Kind.RDA, replace(said, sex=None)) == value_for("iodine", Kind.RDA, said) == (290.0, "ug")
    )


def test_man_has_no_stage() -> None:
    with pytest.raises(ValueError, match=r"The tables know no pregnancy of a man\."):
        Person(30.0, "male", "pregnancy")


@given(NUTRIENTS, KINDS, PEOPLE)
def test_intake_is_of_the_person(nutrient: str, kind: Kind, person: Person) -> None:
    found = intake_for(ROWS, nutrient, kind, person)
    if found is None:
        return
    assert (found.nutrient, found.kind) == (nutrient, kind)
    assert found.age_from_y <= person.age_y < (found.age_below_y or 1000)
    assert found.sex == "both" or person.sex in (found.sex, None)
    assert found.stage in (person.stage, "")


@given(NUTRIENTS, PEOPLE)
def test_requirement_allowance_and_limit_are_in_order(nutrient: str, person: Person) -> None:
    ear, rda = (intake_for(ROWS, nutrient, kind, person) for kind in (Kind.EAR, Kind.RDA))
    if ear and rda and ear.unit == rda.unit:
        assert ear.value <= rda.value
    limit = intake_for(ROWS, nutrient, Kind.UL, person)
    if rda and limit and limit.applies_to == "":
        assert rda.value <= limit.value


@given(NUTRIENTS, AGES_Y, st.sampled_from(["female", "male"]))
def test_target_is_the_allowance_or_the_adequate_intake(nutrient: str, age_y: float, sex: str) -> None:
    found = target_for(ROWS, nutrient, Person(age_y, sex))
    both = [intake_for(ROWS, nutrient, kind, Person(age_y, sex)) for kind in (Kind.RDA, Kind.AI)]
    assert [row for row in both if row] == ([found] if found else [])


# --- amounts ---


def intake(nutrient: str, kind: Kind, person: Person = MAN) -> ReferenceIntake:
    found = intake_for(ROWS, nutrient, kind, person)
    assert found is not None
    return found


def test_amount_a_day_is_in_the_unit_of_the_nutrient() -> None:
    assert amount_a_day(intake("copper", Kind.RDA), unit="mg") == pytest.approx(0.9)
    assert amount_a_day(intake("water", Kind.AI), unit="g") == pytest.approx(3700.0)


def test_amount_by_body_weight_needs_the_weight() -> None:
    protein = intake("protein", Kind.EAR)
    assert amount_a_day(protein, unit="g", body_mass_kg=80.0) == pytest.approx(52.8)
    assert amount_a_day(protein, unit="g") is None


# --- limits ---


def test_limit_of_magnesium_counts_supplements_only() -> None:
    taken = {
        Source.FOOD: {"magnesium": 420.0},
        Source.FORTIFIED: {"magnesium": 50.0},
        Source.SUPPLEMENT: {"magnesium": 300.0},
    }
    assert counted_toward(intake("magnesium", Kind.UL), taken) == 300.0
    assert counted_toward(intake("magnesium", Kind.UL), {Source.FOOD: {"magnesium": 420.0}}) is None


def test_limit_of_vitamin_a_counts_retinol_only() -> None:
    taken = {Source.FOOD: {"vitamin-a": 5000.0, "retinol": 200.0}, Source.SUPPLEMENT: {"retinol": 800.0}}
    assert counted_toward(intake("vitamin-a", Kind.UL), taken) == 1000.0


def test_limit_of_folate_counts_folic_acid_only() -> None:
    taken = {Source.FOOD: {"folate": 900.0, "folic-acid": 100.0}, Source.SUPPLEMENT: {"folic-acid": 400.0}}
    assert counted_toward(intake("folate", Kind.UL), taken) == 500.0


@pytest.mark.parametrize("nutrient", ["niacin", "vitamin-e"])
def test_limit_counts_what_was_added_only(nutrient: str) -> None:
    taken = {Source.FOOD: {nutrient: 90.0}, Source.FORTIFIED: {nutrient: 4.0}, Source.SUPPLEMENT: {nutrient: 10.0}}
    assert counted_toward(intake(nutrient, Kind.UL), taken) == 14.0


@pytest.mark.parametrize(("nutrient", "kind"), [("zinc", Kind.UL), ("sodium", Kind.CDRR)])
def test_other_limits_count_everything(nutrient: str, kind: Kind) -> None:
    taken = {Source.FOOD: {nutrient: 10.0}, Source.FORTIFIED: {}, Source.SUPPLEMENT: {nutrient: 25.0}}
    assert counted_toward(intake(nutrient, kind), taken) == 35.0


def test_limit_for_something_unknown_is_refused() -> None:
    with pytest.raises(ValueError, match=r"What counts toward a limit for “moon dust” is not known\."):
        counted_toward(replace(intake("zinc", Kind.UL), applies_to="moon dust"), {Source.FOOD: {"zinc": 1.0}})
