"""The recommendation rules that come with the repository: of the language, safe, and right for athletes as they are."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from catalog.domain.rule_conditions import facts_of, holds
from catalog.domain.rule_facts import FACTS, facts_faults
from catalog.domain.rule_outcomes import AREAS, KINDS
from catalog.domain.rules_language import GUARDS, applies, references_of, rule_faults
from catalog.enums import RuleArea
from catalog.models import RecommendationRule
from catalog.tests.library import LANGUAGES, faults_of_citations, read, slugs

RULES = read("recommendation_rules")
BY_SLUG = {row["slug"]: row for row in RULES}
KEYS = {
    *(
        "slug",
        "name",
        "names",
        "area",
        "priority",
        "condition",
        "outcome",
        "message",
        "rationale",
        "citations",
        "source",
    ),
}


def rule(slug: str) -> tuple[dict[str, Any], dict[str, Any]]:
    return BY_SLUG[slug]["condition"], BY_SLUG[slug]["outcome"]


# --- each row ---


def test_there_are_at_least_twenty_five() -> None:
    assert len(RULES) >= 25


@pytest.mark.parametrize("row", RULES, ids=slugs(RULES))
def test_rule_is_complete_and_of_the_language(row: Mapping[str, Any]) -> None:
    assert row.keys() == KEYS
    assert row["area"] in AREAS
    assert row["names"].keys() == LANGUAGES
    assert all([*row["names"].values(), row["name"], row["message"], row["rationale"], row["source"], row["citations"]])
    assert list(faults_of_citations(row["citations"])) == []
    assert rule_faults(row["condition"], row["outcome"]) == []
    RecommendationRule(**row).clean_fields(exclude=["user"])


def test_no_two_rules_share_a_name_in_a_language() -> None:
    for language in LANGUAGES:
        names = [row["names"][language].casefold() for row in RULES]
        assert sorted(names) == sorted(set(names))


def test_what_rules_name_is_in_the_library() -> None:
    known = {
        "exercise_type": slugs(read("exercise_types")),
        "equipment": slugs(read("equipment")),
        "supplement": slugs(read("supplements")),
        "nutrition_template": slugs(read("nutrition_templates")),
    }
    named = {reference for row in RULES for reference in references_of(row["condition"], row["outcome"])}
    assert {library for library, _ in named} == known.keys()
    assert [(library, slug) for library, slug in named if slug not in known[library]] == []


def test_every_area_and_kind_of_outcome_has_a_rule() -> None:
    assert {row["area"] for row in RULES} == set(AREAS) == set(RuleArea)
    assert {row["outcome"]["kind"] for row in RULES} == KINDS.keys()


def test_swap_is_not_proposed_for_what_it_proposes() -> None:
    types = {row["slug"]: row for row in read("exercise_types")}
    for row in RULES:
        for slug in row["outcome"].get("exercise_types", []):
            itself = {
                "exercise_type": slug,
                "exercise_pattern": types[slug]["movement_pattern"],
                "exercise_equipment": types[slug]["equipment"],
                "injuries": FACTS["injuries"].choices,
            }
            assert holds(row["condition"], itself) is False, (row["slug"], slug)


# --- a professional first ---

FIRST: list[tuple[str, dict[str, Any], str]] = [
    ("under-eighteen-eating", {"age_y": 17}, "nutrition"),
    ("pregnancy", {"pregnant": True}, "nutrition"),
    ("pregnancy", {"pregnant": True}, "training"),
    ("breastfeeding", {"breastfeeding": True}, "nutrition"),
    ("low-body-mass", {"bmi": 18.4}, "nutrition"),
    ("eating-disorder", {"eating_disorder_flag": True}, "nutrition"),
    ("screening-says-yes", {"health_screening_flag": True}, "training"),
    ("chest-pain-or-fainting", {"symptoms": ["fainting"]}, "training"),
]


@pytest.mark.parametrize(("slug", "facts", "guard"), FIRST, ids=[f"{slug}-{guard}" for slug, _, guard in FIRST])
def test_who_a_guard_holds_for_is_sent_to_a_professional(slug: str, facts: dict[str, Any], guard: str) -> None:
    condition, outcome = rule(slug)
    assert holds(GUARDS[guard], facts) is True
    assert applies(condition, outcome, facts) is True
    assert outcome["kind"] == "consult"
    assert {"nutrition": "nutrition", "training": "program"}[guard] in outcome["instead_of"]


def test_every_fact_of_a_guard_has_a_rule_that_sends_to_a_professional() -> None:
    asked = {name for guard in GUARDS.values() for name in facts_of(guard)}
    assert asked == {name for _, facts, _ in FIRST for name in facts}


def test_a_professional_comes_before_everything_else() -> None:
    first = [row["priority"] for row in RULES if row["outcome"]["kind"] == "consult"]
    others = [row["priority"] for row in RULES if row["outcome"]["kind"] != "consult"]
    assert min(first) > max(others)


# --- athletes ---

HEALTHY = {
    "age_y": 30,
    "bmi": 23.0,
    "diet": "omnivore",
    **dict.fromkeys(("pregnant", "breastfeeding", "eating_disorder_flag", "health_screening_flag"), False),
    **dict.fromkeys(("supplement_interaction", "over_upper_limit"), False),
    **dict.fromkeys(("symptoms", "conditions", "medicines", "injuries", "supplements"), ()),
}
STUCK = {"exercise_trend": "plateau", "rpe_trend": "stable"}
ATHLETES: dict[str, tuple[dict[str, Any], set[str]]] = {
    "new": ({"level": "beginner", "has_program": False, "days_per_week": 3, "training_weeks": 0}, {"first-program"}),
    "keen": ({"level": "beginner", "has_program": False, "days_per_week": 6}, {"beginner-who-wants-every-day"}),
    "back": ({"days_since_workout": 30, "training_weeks": 50}, {"back-after-a-break"}),
    "tired": (
        {"weeks_since_deload": 6, "rpe_trend": "rising", "energy": 3, "sleep_h": 6.0, "resting_heart_rate_rise_bpm": 2},
        {"deload-due", "short-sleep"},
    ),
    "worn out": (
        {"weeks_since_deload": 1, "rpe_trend": "rising", "energy": 1.5, "sleep_h": 8, "resting_heart_rate_rise_bpm": 8},
        {"worn-out-for-weeks"},
    ),
    "stuck and rested": (STUCK | {"sleep_h": 8}, {"plateau-with-good-recovery"}),
    "stuck and tired": (STUCK | {"sleep_h": 6}, {"plateau-with-poor-recovery", "short-sleep"}),
    "stuck": (STUCK, {"plateau-and-no-sleep-known"}),
    "uncertain": ({"exercise_trend": "uncertain", "rpe_trend": "stable", "sleep_h": 8}, set()),
    "sore knee": (
        {"injuries": ["knee"], "exercise_pattern": "squat", "exercise_type": "barbell-back-squat"},
        {"knee-swap"},
    ),
    "vegan": ({"diet": "vegan", "supplements": ["creatine-monohydrate"]}, {"vegan-without-b12"}),
    "vegan with B12": ({"diet": "vegan", "supplements": ["vitamin-b12"]}, set()),
    "losing fast": ({"goal": "fat_loss", "weight_change_percent_per_week": -1.4}, {"losing-too-fast"}),
    "little protein": ({"goal": "strength", "complete_food_days": 10, "protein_g_per_kg": 1.0}, {"more-protein"}),
    "little protein, few days": ({"goal": "strength", "complete_food_days": 3, "protein_g_per_kg": 1.0}, set()),
}  # fmt: skip


@pytest.mark.parametrize(("facts", "expected"), ATHLETES.values(), ids=ATHLETES)
def test_athlete_gets_what_fits(facts: dict[str, Any], expected: set[str]) -> None:
    known: dict[str, Any] = HEALTHY | facts
    assert facts_faults(known) == {}
    assert {row["slug"] for row in RULES if applies(row["condition"], row["outcome"], known) is True} == expected


def test_minor_gets_no_numbers_for_food() -> None:
    known = HEALTHY | ATHLETES["little protein"][0] | {"age_y": 16}
    assert {row["slug"] for row in RULES if applies(row["condition"], row["outcome"], known)} == {
        "under-eighteen-eating"
    }


def test_of_somebody_unknown_nothing_but_questions_is_said() -> None:
    said = {row["slug"] for row in RULES if applies(row["condition"], row["outcome"], {})}
    assert said == set()


# --- where Django asks ---


def test_draft_may_be_empty_and_a_fault_is_said_with_its_place() -> None:
    draft = RecommendationRule(name="Rest", area="recovery")
    draft.clean_fields(exclude=["user"])
    draft.condition, draft.outcome = {"fact": "age_y", "lt": "old"}, {"kind": "cure"}
    with pytest.raises(ValidationError) as caught:
        draft.clean_fields(exclude=["user"])
    assert caught.value.message_dict["condition"] == ["condition.lt: Must be a number."]
    assert caught.value.message_dict["outcome"][0].startswith("outcome.kind: Must be one of ")
    assert {error.code for errors in caught.value.error_dict.values() for error in errors} == {"invalid_rule"}
