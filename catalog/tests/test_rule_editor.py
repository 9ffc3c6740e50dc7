"""Rules without JSON: conditions as lines, outcomes by their kind."""

from typing import Any

import orjson
import pytest
from django.test import Client

from catalog.domain.reading import SIGNS
from catalog.domain.rule_conditions import KNOWN, OPERATORS
from catalog.forms.rules import ConditionField, lines_of
from catalog.models import RecommendationRule
from catalog.tests.test_admin import form_values, problems, rows
from catalog.tests.test_editors import page_of

SLEEP = {"fact": "sleep_h", "lt": 7}
FLAT: list[Any] = [
    {},
    SLEEP,
    {"not": SLEEP},
    {"all": [SLEEP, {"fact": "goal", "in": ["strength", "hypertrophy"]}]},
    {"any": [SLEEP, {"not": {"fact": "conditions", "has": "diabetes"}}]},
    {"all": [{"fact": "pregnant", "eq": True}, {"fact": "age_y", "gte": 18}, {"fact": "energy", "known": False}]},
]
NESTED: Any = {"all": [SLEEP, {"any": [{"fact": "energy", "lte": 2}, {"fact": "rpe_trend", "eq": "rising"}]}]}


def rule(condition: Any = None, outcome: Any = None) -> RecommendationRule:
    found: RecommendationRule = RecommendationRule.objects.create(
        user=None,
        slug="rest",
        name="Rest",
        area="recovery",
        condition=condition or {},
        outcome=outcome or {"kind": "inform"},
    )
    return found


def line(fact: str, sign: str, value: str, negation: str = "") -> dict[str, str]:
    return {"negation": negation, "fact": fact, "sign": sign, "value": value}


def change(client: Client, row: RecommendationRule, **sent: Any) -> Any:
    left = {
        name: value
        for name, value in form_values(client.get(page_of(row))).items()
        if not name.startswith("condition-") or name.endswith("join")
    }
    return client.post(page_of(row), left | sent)


def test_every_comparison_has_words() -> None:
    assert SIGNS.keys() == {*OPERATORS, KNOWN}


@pytest.mark.parametrize("condition", FLAT)
def test_flat_condition_is_shown_as_lines_and_reads_back(condition: Any) -> None:
    field = ConditionField()
    shown = field.prepare_value(condition)
    assert shown.text == ""
    assert field.clean(shown) == condition
    assert not field.has_changed(condition, shown)


def test_nested_condition_stays_a_text() -> None:
    field = ConditionField()
    shown = field.prepare_value(NESTED)
    assert (lines_of(NESTED), shown.rows) == (None, [])
    assert field.clean(shown) == NESTED


@pytest.mark.parametrize("condition", [*FLAT, NESTED])
def test_untouched_rule_changes_nothing(curator: Client, condition: Any) -> None:
    row = rule(condition, {"kind": "deload", "days": 7, "sets_percent": 50, "load_percent": 80})
    answer = sent_back(curator, row)
    assert answer.status_code == 302, problems(answer)
    stands = RecommendationRule.objects.get()
    assert (stands.condition, stands.outcome) == (row.condition, row.outcome)
    assert not row.former.exists()  # type: ignore[attr-defined]  # pghistory makes it


def sent_back(client: Client, row: RecommendationRule) -> Any:
    return client.post(page_of(row), form_values(client.get(page_of(row))))


def test_lines_become_a_condition(curator: Client) -> None:
    row = rule()
    sent = rows(
        "condition", line("sleep_h", "lt", "6.5"), line("goal", "in", "strength, hypertrophy"),
        line("pregnant", "eq", "yes", "not"), line("age_y", "gte", "18"),
    )  # fmt: skip
    answer = change(curator, row, **sent, **{"condition-join": "any"})
    assert answer.status_code == 302, problems(answer)
    row.refresh_from_db()
    assert row.condition == {
        "any": [
            {"fact": "sleep_h", "lt": 6.5},
            {"fact": "goal", "in": ["strength", "hypertrophy"]},
            {"not": {"fact": "pregnant", "eq": True}},
            {"fact": "age_y", "gte": 18},
        ]
    }


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (line("sleep_h", "has", "7"), "sleep_h can be compared by"),
        (line("sleep_h", "lt", "0"), "It can never hold"),
        (line("sleep_h", "lt", "long"), "condition-0-fault"),
        (line("goal", "in", "beauty"), "condition-0-fault"),
        (line("", "in", "beauty"), "Fact: Choose one."),
        (line("pregnant", "eq", "perhaps"), "condition-0-fault"),
        (line("age_y", "gte", "18, 20"), "condition-0-fault"),
    ],
)
def test_mistake_is_shown_at_its_line(curator: Client, sent: dict[str, str], words: str) -> None:
    answer = change(curator, rule(), **rows("condition", sent))
    assert list(problems(answer)) == ["condition"]
    assert words in answer.content.decode()


def test_mistakes_of_one_page_are_not_those_of_the_next(curator: Client) -> None:
    row = rule(SLEEP)
    change(curator, row, **rows("condition", line("sleep_h", "lt", "0")))
    assert "It can never hold" not in curator.get(page_of(row)).content.decode()


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("{", "This is not JSON"),
        ('{"kind": "magic"}', "outcome"),
        ('{"kind": "deload", "days": 99, "sets_percent": 50, "load_percent": 80}', "days"),
        (
            orjson.dumps({"kind": "swap_exercise", "exercise_types": ["x"]}).decode(),
            "outcome",
        ),  # the rule is about no exercise
    ],
)
def test_outcome_is_held_to_the_language(curator: Client, outcome: str, words: str) -> None:
    answer = change(curator, rule(), **rows("condition", line("sleep_h", "lt", "6")), outcome=outcome)
    assert list(problems(answer)) == ["outcome"]
    assert words in " ".join(problems(answer)["outcome"])
