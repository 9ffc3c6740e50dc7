"""The supplements that come with the repository: complete, honest about limits, and the interactions that must not be missing."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db.models import Model

from catalog import enums
from catalog.domain.reference_intakes import Kind, read_reference_intakes
from catalog.models import Supplement, SupplementInteraction
from catalog.services.seeding import DATA
from catalog.tests.library import LANGUAGES, decimals, faults_of_citations, page, read, slugs

SUPPLEMENTS = read("supplements")
BY_SLUG = {row["slug"]: row for row in SUPPLEMENTS}
INTERACTIONS = [(row["slug"], found) for row in SUPPLEMENTS for found in row["interactions"]]
KEYS = {
    *(
        "slug",
        "name",
        "names",
        "aliases",
        "category",
        "forms",
        "nutrients",
        "dose_low",
        "dose_high",
        "dose_unit",
        "dose_basis",
    ),
    *("upper_limit", "upper_limit_unit", "upper_limit_applies_to", "timing", "with_food", "evidence_grade", "summary"),
    *("benefits", "instructions", "warnings", "contraindications", "contraindication_notes", "citations", "source"),
    "interactions",
}
INTERACTION_KEYS = {
    *("with_kind", "with_name", "with_supplement", "with_nutrients", "severity", "effect", "advice", "separate_hours"),
    *("ask_clinician", "citations"),
}
TIMING = {
    *("any-time", "morning", "evening", "before-bed", "with-meal", "between-meals"),
    *("before-training", "during-training", "after-training", "around-training"),
}
HEAVY_KG = 150  # of body weight: a dose for each kilogram must be within the limit for nearly everybody


# Whose limit counts what the supplement brings.
LIMITED = {"folic-acid": "folate", "retinol": "vitamin-a"}


def upper_limits_of_adults() -> dict[str, set[tuple[float, str, str]]]:
    """By nutrient: the limits from 19 to 50 years, without pregnancy and lactation, with unit and what they apply to."""
    found: dict[str, set[tuple[float, str, str]]] = {}
    with (DATA / "reference_intakes.csv").open(encoding="utf-8") as file:
        for row in read_reference_intakes(file):
            if row.kind == Kind.UL and row.stage == "" and row.age_from_y in (19, 31):
                found.setdefault(row.nutrient, set()).add((row.value, row.unit, row.applies_to))
    return found


def limits_of(row: Mapping[str, Any]) -> set[tuple[float, str, str]]:
    return {limit for slug in row["nutrients"] for limit in LIMITS.get(LIMITED.get(slug, slug), set())}


LIMITS = upper_limits_of_adults()


def sentences(row: Mapping[str, Any]) -> Iterator[str]:
    yield from (row["summary"], row["instructions"], *row["benefits"], *row["warnings"])
    for found in row["interactions"]:
        yield from (found["effect"], found["advice"])


# --- each row ---


def test_there_are_at_least_forty_five_in_order() -> None:
    assert len(SUPPLEMENTS) >= 45
    assert slugs(SUPPLEMENTS) == sorted(set(slugs(SUPPLEMENTS)))


@pytest.mark.parametrize("row", SUPPLEMENTS, ids=slugs(SUPPLEMENTS))
def test_supplement_is_complete(row: Mapping[str, Any]) -> None:
    assert row.keys() == KEYS
    assert row["names"].keys() == LANGUAGES
    assert all(
        [*row["names"].values(), row["forms"], row["source"], row["warnings"], row["benefits"], row["citations"]]
    )
    assert row["category"] in enums.SupplementCategory
    assert row["evidence_grade"] in enums.EvidenceGrade
    assert row["with_food"] in enums.WithFood
    assert set(row["timing"]) <= TIMING
    assert row["timing"]
    assert list(faults_of_citations(row["citations"])) == []
    assert [text for text in sentences(row) if not re.fullmatch(r"[A-Z0-9].*\.", text)] == []


@pytest.mark.parametrize("row", SUPPLEMENTS, ids=slugs(SUPPLEMENTS))
def test_interactions_are_complete_and_lead_to_a_clinician(row: Mapping[str, Any]) -> None:
    for found in row["interactions"]:
        assert found.keys() == INTERACTION_KEYS
        assert found["with_kind"] in enums.InteractionKind
        assert found["severity"] in enums.Severity
        assert found["with_name"]
        assert list(faults_of_citations(found["citations"])) == []
        if found["severity"] == "serious" or found["with_kind"] in ("medicine", "condition"):
            assert found["ask_clinician"] is True
        assert bool(found["with_supplement"]) == (found["with_kind"] == "supplement")
        assert found["separate_hours"] is None or 0 < Decimal(found["separate_hours"]) <= 48


def faults_of(row: Model, *but: str) -> dict[str, list[str]]:
    """What its fields refuse. but: fields that would ask the database."""
    try:
        row.clean_fields(exclude=["user", *but])
    except ValidationError as error:
        return error.message_dict
    return {}


@pytest.mark.parametrize("row", SUPPLEMENTS, ids=slugs(SUPPLEMENTS))
def test_values_are_what_the_fields_take(row: Mapping[str, Any]) -> None:
    own = {name: value for name, value in row.items() if name != "interactions"}
    assert faults_of(Supplement(**own), "nutrients") == {}
    for found in row["interactions"]:
        own = {name: value for name, value in found.items() if name != "with_supplement"}
        assert faults_of(SupplementInteraction(**own), "supplement", "with_nutrients") == {}


def test_no_two_supplements_share_a_name_or_alias() -> None:
    names = [name.casefold() for row in SUPPLEMENTS for name in (row["name"], *row["aliases"])]
    assert sorted(names) == sorted(set(names))
    for language in LANGUAGES:
        names = [row["names"][language].casefold() for row in SUPPLEMENTS]
        assert sorted(names) == sorted(set(names))


def test_nutrients_that_are_named_are_in_the_library() -> None:
    named = {slug for row in SUPPLEMENTS for slug in row["nutrients"]}
    named |= {slug for _, found in INTERACTIONS for slug in found["with_nutrients"]}
    assert named - set(slugs(read("nutrients"))) == set()


def test_interaction_of_two_supplements_is_told_on_both_pages() -> None:
    told = {
        (slug, found["with_supplement"]): (found["severity"], found["separate_hours"], found["ask_clinician"])
        for slug, found in INTERACTIONS
        if found["with_supplement"]
    }
    assert {other for _, other in told} <= set(BY_SLUG)
    assert [pair for pair, said in told.items() if told.get(pair[::-1]) != said] == []


# --- doses and limits ---


def test_limits_of_nutrients_are_those_of_the_reference_intakes() -> None:
    limited = [row for row in SUPPLEMENTS if limits_of(row)]
    assert len(limited) >= 14
    for row in limited:
        assert {(float(row["upper_limit"]), row["upper_limit_unit"], row["upper_limit_applies_to"])} == limits_of(
            row
        ), row["slug"]


def test_limit_of_something_else_says_whose_it_is() -> None:
    others = [row for row in SUPPLEMENTS if row["upper_limit"] is not None and not limits_of(row)]
    assert {row["slug"] for row in others} == {"caffeine", "green-tea-extract", "omega-3"}
    assert all("EFSA" in row["upper_limit_applies_to"] for row in others)


@pytest.mark.parametrize("row", SUPPLEMENTS, ids=slugs(SUPPLEMENTS))
def test_dose_over_the_limit_has_a_warning_that_says_so(row: Mapping[str, Any]) -> None:
    low, high, limit = decimals(row, "dose_low", "dose_high", "upper_limit")
    assert {low is None, high is None, row["dose_unit"] == "", row["dose_basis"] == ""} in ({True}, {False})
    assert low is None or high is None or 0 < low <= high
    assert (limit is None) == (row["upper_limit_unit"] == "")
    if high is None or limit is None:
        return
    assert row["dose_unit"] == row["upper_limit_unit"]
    most = high * (HEAVY_KG if row["dose_basis"] == "kg_day" else 1)
    assert most <= limit or any("limit" in warning for warning in row["warnings"])


def test_caffeine_for_each_kilogram_can_be_over_the_limit() -> None:
    row = BY_SLUG["caffeine"]
    assert Decimal(row["dose_high"]) * HEAVY_KG > Decimal(row["upper_limit"])


def test_limit_that_counts_only_a_part_is_told_in_a_warning_or_reached_by_no_food() -> None:
    for slug in ("magnesium", "vitamin-a", "folic-acid", "niacin", "vitamin-e"):
        assert any("counts" in warning for warning in BY_SLUG[slug]["warnings"]), slug


def test_herbs_without_a_limit_have_no_dose() -> None:
    herbs = [
        row for row in SUPPLEMENTS if row["category"] == enums.SupplementCategory.HERBAL and row["upper_limit"] is None
    ]
    assert len(herbs) >= 5
    assert [row["slug"] for row in herbs if row["dose_high"] is not None] == []


# --- interactions that must not be missing ---

HELD: list[tuple[str, str, str, str | None]] = [
    ("calcium", "Iron", "caution", "2"),
    ("iron", "Zinc", "caution", "2"),
    ("zinc", "Copper", "serious", None),
    ("vitamin-c", "Iron", "info", None),
    ("vitamin-k", "Warfarin", "serious", None),
    ("calcium", "Levothyroxine", "serious", "4"),
    ("iron", "Levothyroxine", "serious", "4"),
    ("magnesium", "Levothyroxine", "serious", "4"),
    ("zinc", "Levothyroxine", "caution", "4"),
    ("calcium", "Tetracycline and quinolone", "serious", "4"),
    ("iron", "Tetracycline and quinolone", "serious", "4"),
    ("magnesium", "Tetracycline and quinolone", "serious", "4"),
    ("zinc", "Tetracycline and quinolone", "serious", "4"),
    ("vitamin-e", "Anticoagulants", "serious", None),
    ("omega-3", "Anticoagulants", "caution", None),
    ("ginkgo", "Anticoagulants", "serious", None),
    ("st-johns-wort", "SSRIs", "serious", None),
    ("st-johns-wort", "Hormonal contraception", "serious", None),
    ("potassium", "ACE inhibitors", "serious", None),
    ("potassium", "Potassium-sparing diuretics", "serious", None),
    ("caffeine", "Ephedrine", "serious", None),
    ("caffeine", "Bitter orange", "serious", None),
    ("niacin", "Statins", "serious", None),
    ("vitamin-a", "Pregnancy", "serious", None),
    ("biotin", "Blood tests", "serious", "48"),
]


@pytest.mark.parametrize(("slug", "name", "severity", "hours"), HELD)
def test_known_interaction_is_held(slug: str, name: str, severity: str, hours: str | None) -> None:
    [found] = [found for found in BY_SLUG[slug]["interactions"] if found["with_name"].startswith(name)]
    assert (found["severity"], found["separate_hours"]) == (severity, hours)


# --- the page ---


def test_page_defines_every_grade_severity_and_contraindication() -> None:
    text = page("supplements.md")
    for word in (*enums.EvidenceGrade, *enums.Severity):
        assert f"| `{word}` | " in text
    defined = set(
        re.findall(r"^\| `([a-z0-9-]+)` \|", text.split("### Contraindications")[1].split("## A nutr")[0], re.MULTILINE)
    )
    assert defined == {slug for row in SUPPLEMENTS for slug in row["contraindications"]}
