"""The language of recommendation rules: what is of it, where a fault is, and when a condition holds."""

import re
from functools import cache
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.enums import Goal, Level, Sex
from catalog.domain.rule_conditions import (
    KNOWN,
    MAX_CONDITIONS,
    MAX_DEPTH,
    MAX_PARTS,
    MAX_VALUES,
    OPERATORS,
    comparisons_of,
    condition_faults,
    facts_of,
    holds,
    operators_of,
    subject_of,
)
from catalog.domain.rule_facts import FACTS, Fact, facts_faults
from catalog.domain.rule_outcomes import KINDS, TARGETS
from catalog.domain.rules_language import (
    GUARDS,
    MAX_FAULTS,
    RuleProblem,
    applies,
    check_rule,
    language_schema,
    missing_facts,
    references_of,
    rule_faults,
)
from catalog.enums import MovementPattern
from catalog.tests.library import page

ADULT = {"fact": "age_y", "gte": 18}
HEALTHY = {"age_y": 30, "pregnant": False, "breastfeeding": False, "bmi": 23.0, "eating_disorder_flag": False}
INFORM = {"kind": "inform"}
PROTEIN = {"kind": "set_target", "target": "protein_g_per_kg", "min": 1.6, "max": 2.2}


@cache
def validator() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(language_schema())


def schema_takes(condition: Any, outcome: Any = INFORM) -> bool:
    return validator().is_valid({"condition": condition, "outcome": outcome})


# --- what is generated ---

SLUGS = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,2}", fullmatch=True)


def one_value(fact: Fact, *, inner: bool = False) -> st.SearchStrategy[Any]:
    """inner: without the ends of a range, at which a comparison may say nothing."""
    if fact.type == "integer":
        return st.integers(int(fact.low) + inner, int(fact.high) - inner)
    if fact.type == "number":
        return st.floats(fact.low, fact.high, exclude_min=inner, exclude_max=inner)
    if fact.type == "boolean":
        return st.booleans()
    return st.sampled_from(fact.choices) if fact.choices else SLUGS


def known_value(fact: Fact) -> st.SearchStrategy[Any]:
    return st.frozensets(one_value(fact), max_size=4) if fact.type == "set" else one_value(fact)


@st.composite
def comparisons(draw: st.DrawFn, *, with_known: bool = True) -> dict[str, Any]:
    fact = FACTS[draw(st.sampled_from([name for name, fact in FACTS.items() if fact.subject == "athlete"]))]
    name = draw(st.sampled_from([name for name in operators_of(fact) if with_known or name != KNOWN]))
    if name == KNOWN:
        return {"fact": fact.name, KNOWN: draw(st.booleans())}
    one = one_value(fact, inner=True)
    several = OPERATORS[name].takes_list
    return {"fact": fact.name, name: draw(st.lists(one, min_size=1, max_size=4, unique=True) if several else one)}


def conditions(*, with_known: bool = True) -> st.SearchStrategy[dict[str, Any]]:
    one = comparisons(with_known=with_known)
    for _ in range(2):
        parts = st.lists(one, min_size=1, max_size=3)
        one |= (
            st.builds(lambda found: {"all": found}, parts)
            | st.builds(lambda found: {"any": found}, parts)
            | st.builds(lambda part: {"not": part}, one)
        )
    return one


@st.composite
def cases(draw: st.DrawFn, *, with_known: bool = True) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """A condition, what is known, and the rest of what it asks for."""
    condition = draw(conditions(with_known=with_known))
    everything = {name: draw(known_value(FACTS[name])) for name in sorted(facts_of(condition))}
    known = {name: value for name, value in everything.items() if draw(st.booleans())}
    return condition, known, everything


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 200) | st.floats(allow_nan=False) | st.sampled_from([*FACTS, "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["all", "any", "not", "fact", KNOWN, *OPERATORS, "x"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@st.composite
def near_comparisons(draw: st.DrawFn) -> dict[str, Any]:
    """A fact with an operator that may not go with it, and a value that may be of another fact."""
    fact, other = (FACTS[draw(st.sampled_from(sorted(FACTS)))] for _ in range(2))
    operator = draw(st.sampled_from(operators_of(fact)) | st.sampled_from(sorted(OPERATORS)))
    value = one_value(fact) | one_value(other) | st.sampled_from([fact.low, fact.high])
    return {"fact": fact.name, operator: draw(value | st.lists(value, max_size=3))}


# --- laws ---


@given(conditions())
def test_what_is_built_by_the_rules_is_of_the_language_and_of_its_schema(condition: dict[str, Any]) -> None:
    assert condition_faults(condition) == []
    assert schema_takes(condition)


@given(JSON)
def test_check_and_schema_agree_on_anything(value: Any) -> None:
    assert (condition_faults(value) == []) == schema_takes(value)


@given(near_comparisons())
def test_check_and_schema_agree_on_what_is_nearly_a_comparison(condition: dict[str, Any]) -> None:
    assert (condition_faults(condition) == []) == schema_takes(condition)


@given(cases())
def test_with_every_fact_known_nothing_is_unknown(case: tuple[Any, Any, Any]) -> None:
    condition, _, everything = case
    assert facts_faults(everything) == {}
    assert holds(condition, everything) in (True, False)


@given(cases(with_known=False))
def test_what_is_decided_stays_when_more_gets_known(case: tuple[Any, Any, Any]) -> None:
    condition, known, everything = case
    if (before := holds(condition, known)) is not None:
        assert holds(condition, everything) is before


@given(cases())
def test_not_twice_changes_nothing(case: tuple[Any, Any, Any]) -> None:
    condition, known, _ = case
    assert holds({"not": {"not": condition}}, known) is holds(condition, known)


@given(cases(), cases())
def test_not_all_is_any_not(one: tuple[Any, Any, Any], other: tuple[Any, Any, Any]) -> None:
    known = one[1] | other[1]
    parts = [one[0], other[0]]
    assert holds({"not": {"all": parts}}, known) is holds({"any": [{"not": part} for part in parts]}, known)


@given(cases(), cases())
def test_order_of_parts_does_not_matter(one: tuple[Any, Any, Any], other: tuple[Any, Any, Any]) -> None:
    known = one[1] | other[1]
    for name in ("all", "any"):
        assert holds({name: [one[0], other[0]]}, known) is holds({name: [other[0], one[0]]}, known)


@given(cases())
def test_none_is_missing(case: tuple[Any, Any, Any]) -> None:
    condition, known, everything = case
    assert holds(condition, dict.fromkeys(everything) | known) is holds(condition, known)


@given(cases(), st.sampled_from([INFORM, PROTEIN]))
def test_missing_facts_are_named_exactly_when_it_is_unknown(
    case: tuple[Any, Any, Any], outcome: dict[str, Any]
) -> None:
    condition, known, _ = case
    missing = missing_facts(condition, outcome, known)
    assert bool(missing) == (applies(condition, outcome, known) is None)
    assert not missing & known.keys()


# --- three values ---

YES, NO, UNKNOWN = ({"fact": "pregnant", "eq": True}, {"fact": "pregnant", "eq": False}, {"fact": "bmi", "lt": 20})


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"all": [YES, UNKNOWN]}, None),
        ({"all": [NO, UNKNOWN]}, False),
        ({"any": [YES, UNKNOWN]}, True),
        ({"any": [NO, UNKNOWN]}, None),
        ({"not": UNKNOWN}, None),
        ({"fact": "bmi", "known": False}, True),
        ({"fact": "pregnant", "known": True}, True),
    ],
)
def test_missing_fact_is_unknown_unless_the_rest_decides(condition: dict[str, Any], *, expected: bool | None) -> None:
    assert holds(condition, {"pregnant": True}) is expected


@pytest.mark.parametrize(
    ("operator", "values"),
    [
        ("lt", (True, False, False)),
        ("lte", (True, True, False)),
        ("gt", (False, False, True)),
        ("gte", (False, True, True)),
        ("eq", (False, True, False)),
        ("ne", (True, False, True)),
    ],
)
def test_numbers_are_compared(operator: str, values: tuple[bool, ...]) -> None:
    condition = {"fact": "age_y", operator: 18}
    assert tuple(holds(condition, {"age_y": age}) for age in (17, 18, 19)) == values


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ("has", "knee", True),
        ("has", "hip", False),
        ("has_any", ["hip", "knee"], True),
        ("has_any", ["hip", "neck"], False),
        ("has_all", ["knee", "elbow"], True),
        ("has_all", ["knee", "hip"], False),
        ("within", ["knee", "elbow", "hip"], True),
        ("within", ["knee"], False),
    ],
)
def test_sets_are_compared(operator: str, value: Any, *, expected: bool) -> None:
    assert holds({"fact": "injuries", operator: value}, {"injuries": ["knee", "elbow"]}) is expected


def test_empty_set_is_known() -> None:
    assert holds({"fact": "injuries", "has": "knee"}, {"injuries": []}) is False


def test_choice_is_one_of_some() -> None:
    assert holds({"fact": "goal", "in": ["strength", "health"]}, {"goal": "health"}) is True


# --- faults ---

NEITHER = "condition: Must have `fact` and one comparison, or `all`, `any` or `not` and nothing else."
NO_SLUG = "Must be a slug of the library: words of a-z and 0-9, joined by dashes."


@pytest.mark.parametrize(
    ("condition", "fault"),
    [
        ([], "condition: Must be an object."),
        ({}, NEITHER),
        ({"all": [ADULT], "any": [ADULT]}, NEITHER),
        ({"all": []}, f"condition.all: Must be a list of 1 to {MAX_PARTS} conditions."),
        ({"all": [ADULT, {"fact": "age_y", "gte": "18"}]}, "condition.all[1].gte: Must be a number."),
        ({"any": [{"not": {"fact": "shoe_size", "lt": 3}}]}, "condition.any[0].not.fact: There is no such fact."),
        ({"fact": ["age_y"], "lt": 3}, "condition.fact: There is no such fact."),
        ({"fact": "pregnant", "lt": 3}, "condition.lt: pregnant can be compared by eq, known."),
        ({"fact": "pregnant", "eq": 1}, "condition.eq: Must be true or false."),
        ({"fact": "age_y", "lt": True}, "condition.lt: Must be a number."),
        ({"fact": "age_y", "lt": float("nan")}, "condition.lt: Must be a number."),
        ({"fact": "age_y", "lt": 10**400}, "condition.lt: Must be from 0 to 120 y."),
        ({"fact": "age_y", "lt": 17.5}, "condition.lt: Must be a whole number."),
        ({"fact": "age_y", "lt": 200}, "condition.lt: Must be from 0 to 120 y."),
        ({"fact": "push_pull_ratio", "lt": 99}, "condition.lt: Must be from 0 to 50."),
        ({"fact": "age_y", "lt": 0}, "condition.lt: It can never hold: age_y is from 0 to 120."),
        ({"fact": "age_y", "gt": 120}, "condition.gt: It can never hold: age_y is from 0 to 120."),
        ({"fact": "age_y", "gte": 0}, "condition.gte: It always holds: age_y is from 0 to 120."),
        ({"fact": "age_y", "lte": 120}, "condition.lte: It always holds: age_y is from 0 to 120."),
        ({"fact": "goal", "eq": "fame"}, "condition.eq: Must be one of strength, hypertrophy, endurance, fat_loss, health."),
        ({"fact": "goal", "in": ["health", "health"]}, "condition.in: Names a value twice."),
        ({"fact": "goal", "in": "health"}, f"condition.in: Must be a list of 1 to {MAX_VALUES} values."),
        ({"fact": "injuries", "has_any": ["knee", 1]}, "condition.has_any[1]: Must be text."),
        ({"fact": "muscle", "eq": "Chest"}, f"condition.eq: {NO_SLUG}"),
        ({"fact": "bmi", "known": "yes"}, "condition.known: Must be true or false."),
        ({"fact": "bmi", "gte": 20, "lt": 30}, "condition: Must have `fact` and one comparison of lt, lte, gt, gte, known."),
        (
            {"all": [{"fact": "muscle", "eq": "chest"}, {"fact": "exercise_hurts", "eq": True}]},
            "condition: It asks about an exercise and about a muscle. A rule is about one of them.",
        ),
    ],
)  # fmt: skip
def test_fault_names_its_place(condition: Any, fault: str) -> None:
    with pytest.raises(RuleProblem) as caught:
        check_rule(condition, INFORM)
    assert str(caught.value) == fault


def nested(depth: int) -> dict[str, Any]:
    return ADULT if depth == 1 else {"not": nested(depth - 1)}


def test_depth_is_bounded() -> None:
    assert condition_faults(nested(MAX_DEPTH)) == []
    [fault] = condition_faults(nested(MAX_DEPTH + 1))
    assert fault.path == "condition" + ".not" * MAX_DEPTH


def test_depth_that_would_break_a_recursion_is_a_fault() -> None:
    value: Any = ADULT
    for _ in range(100_000):
        value = {"not": value}
    assert len(condition_faults(value)) == 1


def test_number_of_conditions_is_bounded() -> None:
    full: dict[str, Any] = {"any": [{"all": [ADULT] * 15} for _ in range(3)] + [{"all": [ADULT] * 11}]}
    assert MAX_CONDITIONS == 64
    assert 1 + sum(1 + len(part["all"]) for part in full["any"]) == 61
    assert condition_faults(full) == []
    full["any"] += [ADULT] * 3
    assert condition_faults(full) == []
    full["any"] += [ADULT] * 5
    assert [fault.detail for fault in condition_faults(full)] == ["The rule has more than 64 conditions."]


def test_faults_that_are_named_are_bounded() -> None:
    bad = {"all": [{"fact": "goal", "in": [1] * MAX_VALUES}]}
    assert len(rule_faults(bad, INFORM)) == MAX_FAULTS


# --- outcomes ---


@pytest.mark.parametrize(
    ("outcome", "path"),
    [
        (None, "outcome"),
        ({}, "outcome.kind"),
        ({"kind": "cure"}, "outcome.kind"),
        ({"kind": ["inform"]}, "outcome.kind"),
        ({"kind": "inform", "more": 1}, "outcome"),
        ({"kind": "suggest_program"}, "outcome"),
        ({"kind": "suggest_program", "programs": ["first", "No slug"]}, "outcome.programs[1]"),
        ({"kind": "suggest_program", "days_per_week": {"min": 4, "max": 3}}, "outcome.days_per_week.min"),
        ({"kind": "change_volume", "percent": 50}, "outcome.percent"),
        ({"kind": "deload", "days": 7, "sets_percent": 50, "load_percent": 120}, "outcome.load_percent"),
        (PROTEIN | {"max": 4}, "outcome.max"),
        (PROTEIN | {"min": 2.1, "max": 2.0}, "outcome.min"),
        (PROTEIN | {"target": "weight_kg"}, "outcome.target"),
        ({"kind": "set_target", "target": "energy_percent", "min": 50, "max": 60}, "outcome.min"),
        ({"kind": "ask", "facts": ["sleep_h", "shoe_size"]}, "outcome.facts[1]"),
        ({"kind": "consult", "who": ["guru"], "urgency": "soon"}, "outcome.who[0]"),
        ({"kind": "swap_exercise", "exercise_types": ["leg-press"]}, "outcome.kind"),
    ],
)
def test_outcome_that_is_none_is_refused(outcome: Any, path: str) -> None:
    assert path in [fault.path for fault in rule_faults(ADULT, outcome)]


def lists_in_one_another(depth: int) -> list[Any]:
    return [lists_in_one_another(depth - 1)] if depth else []


@pytest.mark.parametrize(
    ("outcome", "fault"),
    [
        ({"kind": "ask", "facts": ["age_y"] * 21}, "outcome.facts: Has more than 20 members."),
        ({"kind": "inform"} | {f"x{number}": 1 for number in range(20)}, "outcome: Has more than 20 members."),
        ({"kind": "inform", "x": ["y"] * 1_000_000}, "outcome: Has more than 20 members."),
        ({"kind": "inform", "x": lists_in_one_another(300)}, "outcome: Is no JSON, or stands too deep in itself."),
        ({"kind": "inform", "\ud800": 1}, "outcome: Is no JSON, or stands too deep in itself."),
    ],
    ids=["long list", "many names", "longer list", "deep", "half a character"],
)
def test_outcome_that_would_cost_much_is_refused_first(outcome: Any, fault: str) -> None:
    with pytest.raises(RuleProblem) as caught:
        check_rule(ADULT, outcome)
    assert str(caught.value) == fault


def test_words_about_a_long_value_are_few() -> None:
    [fault] = rule_faults(ADULT, {"kind": "ask", "facts": ["x" * 100_000]})
    assert len(fault.detail) < 400


def test_outcome_about_an_exercise_needs_a_condition_about_one() -> None:
    swap = {"kind": "swap_exercise", "exercise_types": ["leg-press"]}
    assert [fault.path for fault in rule_faults(ADULT, swap)] == ["outcome.kind"]
    assert rule_faults({"fact": "exercise_pattern", "eq": "squat"}, swap) == []


def test_faults_of_both_are_named() -> None:
    assert [fault.path for fault in rule_faults({}, {})] == ["condition", "outcome.kind"]


@given(JSON, st.sampled_from([*KINDS, "x"]))
def test_check_and_schema_agree_on_outcomes(value: Any, kind: str) -> None:
    outcome = {**value, "kind": kind} if isinstance(value, dict) else value
    about_an_exercise = {"fact": "exercise_hurts", "eq": True}
    assert (rule_faults(about_an_exercise, outcome) == []) == schema_takes(about_an_exercise, outcome)


def test_no_target_leaves_what_is_usual_for_healthy_adults() -> None:
    assert (TARGETS["energy_percent"].low, TARGETS["energy_percent"].high) == (75, 115)
    assert TARGETS["protein_g_per_kg"].high <= 2.4
    assert TARGETS["fat_energy_percent"].low == 20


# --- guards ---

NUTRITION = [
    PROTEIN,
    {"kind": "suggest_nutrition_template", "templates": ["a"]},
    {"kind": "read_about_supplement", "supplements": ["a"]},
]
TRAINING = [{"kind": "suggest_program", "goal": "health"}, {"kind": "change_volume", "percent": 10}]
ALWAYS = {"any": [{"fact": "age_y", "known": True}, {"fact": "age_y", "known": False}]}


@pytest.mark.parametrize("outcome", NUTRITION)
@pytest.mark.parametrize(
    "change",
    [{"age_y": 17}, {"pregnant": True}, {"breastfeeding": True}, {"bmi": 18.4}, {"eating_disorder_flag": True}],
)
def test_nutrition_is_for_a_professional_first(outcome: dict[str, Any], change: dict[str, Any]) -> None:
    assert applies(ALWAYS, outcome, HEALTHY) is True
    assert applies(ALWAYS, outcome, HEALTHY | change) is False


@pytest.mark.parametrize("outcome", TRAINING)
@pytest.mark.parametrize("change", [{"health_screening_flag": True}, {"pregnant": True}, {"symptoms": ["fainting"]}])
def test_harder_training_is_for_a_professional_first(outcome: dict[str, Any], change: dict[str, Any]) -> None:
    screened = {"health_screening_flag": False, "pregnant": False, "symptoms": []}
    assert applies(ALWAYS, outcome, screened) is True
    assert applies(ALWAYS, outcome, screened | change) is False


@pytest.mark.parametrize("name", [comparison[0].name for comparison in comparisons_of(GUARDS["nutrition"])])
def test_what_the_guard_does_not_know_has_to_be_asked(name: str) -> None:
    known = {key: value for key, value in HEALTHY.items() if key != name}
    assert applies(ALWAYS, PROTEIN, known) is None
    assert name in missing_facts(ALWAYS, PROTEIN, known)


def test_easier_training_and_professionals_need_no_guard() -> None:
    for outcome in (INFORM, {"kind": "deload", "days": 7, "sets_percent": 50, "load_percent": 80}):
        assert applies(ALWAYS, outcome, {}) is True


# --- about a rule ---


def test_subject_is_what_the_facts_are_of() -> None:
    assert subject_of(ADULT) == "athlete"
    assert subject_of({"all": [ADULT, {"not": {"fact": "muscle", "eq": "chest"}}]}) == "muscle"


def test_references_are_the_rows_that_it_names() -> None:
    condition = {
        "all": [{"fact": "equipment", "has_all": ["barbell", "bench"]}, {"fact": "supplements", "known": True}]
    }
    outcome = {"kind": "suggest_program", "programs": ["first-steps"], "tags": ["full-body"]}
    assert references_of(condition, outcome) == {
        ("equipment", "barbell"),
        ("equipment", "bench"),
        ("program", "first-steps"),
    }


@pytest.mark.parametrize(
    ("facts", "faults"),
    [
        ({"age_y": 30, "goal": "health", "injuries": {"knee"}, "bmi": None}, {}),
        ({"shoe_size": 44}, {"shoe_size": "There is no such fact."}),
        ({"age_y": 300}, {"age_y": "Must be from 0 to 120 y."}),
        ({"injuries": "knee"}, {"injuries": "Must be a set of values."}),
        ({"load_grows": "daily"}, {"load_grows": "Must be one of session, week, block, never."}),
        ({"exercise_muscles": ["chest", "x_y"]}, {"exercise_muscles": NO_SLUG}),
    ],
)  # fmt: skip
def test_gathered_facts_are_checked(facts: dict[str, Any], faults: dict[str, str]) -> None:
    assert facts_faults(facts) == faults


def test_choices_are_those_of_the_models() -> None:
    assert FACTS["goal"].choices == tuple(Goal.values)
    assert FACTS["level"].choices == FACTS["exercise_level"].choices == tuple(Level.values)
    assert FACTS["sex"].choices == tuple(Sex.values)
    assert FACTS["exercise_pattern"].choices == tuple(MovementPattern.values)


# --- the page ---


def test_page_of_the_language_names_everything_in_it() -> None:
    text = page("recommendation-rules.md")
    for fact in FACTS.values():
        assert f"| `{fact.name}` | {fact.type} |" in text
        assert f"| {fact.doc} |" in text
    for name, outcome in KINDS.items():
        assert f"| `{name}` | {outcome.doc} |" in text
    for name, target in TARGETS.items():
        assert f"| `{name}` | {target.unit} | {target.low:g} | {target.high:g} |" in text
    assert [name for name in OPERATORS if f"`{name}`" not in text] == []
    assert set(re.findall(r"^\| `(\w+)` \|", text.split("## Facts")[1], re.MULTILINE)) == FACTS.keys()
