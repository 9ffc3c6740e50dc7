"""The language of recommendation rules: a condition, an outcome, and guards that no rule can leave out. A rule is data, checked
before it is kept; docs/recommendation-rules.md is about it.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, get_args

from catalog.domain import rule_outcomes
from catalog.domain.rule_conditions import (
    KNOWN,
    MAX_CONDITIONS,
    MAX_DEPTH,
    MAX_PARTS,
    MAX_VALUES,
    OPERATORS,
    Condition,
    Facts,
    Fault,
    all_hold,
    condition_faults,
    condition_references,
    facts_of,
    holds,
    negated,
    operators_of,
    subject_of,
)
from catalog.domain.rule_facts import FACTS, Fact, Library, Subject

MAX_FAULTS = 20  # that are named

# What sends an athlete to a professional instead: these must be known not to hold. They are part of the language, so that
# no rule can leave them out.
GUARDS: Mapping[str, Condition] = {
    "nutrition": {
        "any": [
            {"fact": "age_y", "lt": 18},
            {"fact": "pregnant", "eq": True},
            {"fact": "breastfeeding", "eq": True},
            {"fact": "bmi", "lt": 18.5},
            {"fact": "eating_disorder_flag", "eq": True},
        ]
    },
    "training": {
        "any": [
            {"fact": "health_screening_flag", "eq": True},
            {"fact": "pregnant", "eq": True},
            {"fact": "symptoms", "has_any": ["chest_pain", "fainting", "unusual_breathlessness", "palpitations"]},
        ]
    },
}


class RuleProblem(ValueError):
    """The rule is none: its condition or its outcome is not of the language."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(" ".join(f"{fault.path}: {fault.detail}" for fault in faults))
        self.faults = faults


def check_rule(condition: Any, outcome: Any) -> None:
    """Raises RuleProblem unless both are of the language and fit each other."""
    if faults := rule_faults(condition, outcome):
        raise RuleProblem(faults)


def rule_faults(condition: Any, outcome: Any) -> list[Fault]:
    """The first MAX_FAULTS of them."""
    faults = condition_faults(condition)
    faults += [Fault(path, detail) for path, detail in rule_outcomes.outcome_faults(outcome)]
    return faults[:MAX_FAULTS] if faults else _fit_faults(condition, outcome)


def _fit_faults(condition: Condition, outcome: Mapping[str, Any]) -> list[Fault]:
    """Of a condition and an outcome that are sound, each by itself."""
    needed = rule_outcomes.KINDS[outcome["kind"]].subject
    if needed is None or needed == subject_of(condition):
        return []
    return [Fault("outcome.kind", f"It is about an {needed}: the condition must ask for a fact of one.")]


def references_of(condition: Condition, outcome: Mapping[str, Any]) -> frozenset[tuple[Library, str]]:
    """The rows of the library that a rule names: of which library, and their slugs."""
    return frozenset([*condition_references(condition), *rule_outcomes.outcome_references(outcome)])


def applies(condition: Condition, outcome: Mapping[str, Any], facts: Facts) -> bool | None:
    """Whether the outcome may be recommended: the condition holds, and the guard of the outcome is known not to. None: unknown,
    which is not yes; `missing_facts` says what to ask.
    """
    guard = rule_outcomes.guard_of(outcome)
    guarded = negated(holds(GUARDS[guard], facts)) if guard else True
    return all_hold([holds(condition, facts), guarded])


def missing_facts(condition: Condition, outcome: Mapping[str, Any], facts: Facts) -> frozenset[str]:
    """What would have to be known, so that `applies` is not unknown."""
    if applies(condition, outcome, facts) is not None:
        return frozenset()
    guard = rule_outcomes.guard_of(outcome)
    asked = facts_of(condition) | (facts_of(GUARDS[guard]) if guard else frozenset())
    return frozenset(name for name in asked if facts.get(name) is None)


# --- for clients ---


def language_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of a rule's condition and outcome; with the facts, the guards and the limits that it cannot say."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Recommendation rule",
        "type": "object",
        "properties": {"condition": {"$ref": "#/$defs/condition"}, "outcome": {"$ref": "#/$defs/outcome"}},
        "required": ["condition", "outcome"],
        "$defs": {
            "condition": {"anyOf": [*_composed_schemas(), *(_comparison_schema(fact) for fact in FACTS.values())]},
            "outcome": {"anyOf": rule_outcomes.schemas()},
        },
        "x-facts": [_described(fact) for fact in FACTS.values()],
        "x-guards": dict(GUARDS),
        "x-guard-of": {kind: outcome.guard for kind, outcome in rule_outcomes.KINDS.items() if outcome.guard},
        "x-targets": {name: asdict(target) for name, target in rule_outcomes.TARGETS.items()},
        "x-subjects": list(get_args(Subject)),
        "x-limits": {"depth": MAX_DEPTH, "conditions": MAX_CONDITIONS},
    }


def _composed_schemas() -> list[dict[str, Any]]:
    one = {"$ref": "#/$defs/condition"}
    several = {"type": "array", "items": one, "minItems": 1, "maxItems": MAX_PARTS}
    return [_object(**{name: schema}) for name, schema in (("all", several), ("any", several), ("not", one))]


def _comparison_schema(fact: Fact) -> dict[str, Any]:
    return {
        "anyOf": [
            _object(fact={"const": fact.name}, **{operator: _operand_schema(fact, operator)})
            for operator in operators_of(fact)
        ]
    }


def _operand_schema(fact: Fact, operator: str) -> dict[str, Any]:
    value = _value_schema(fact)
    if operator == KNOWN:
        return {"type": "boolean"}
    if OPERATORS[operator].takes_list:
        return {"type": "array", "items": value, "minItems": 1, "maxItems": MAX_VALUES, "uniqueItems": True}
    low = "exclusiveMinimum" if operator in ("lt", "gte") else "minimum"
    high = "exclusiveMaximum" if operator in ("gt", "lte") else "maximum"
    return {"type": fact.type, low: fact.low, high: fact.high} if fact.is_numeric else value


def _value_schema(fact: Fact) -> dict[str, Any]:
    if fact.type == "boolean":
        return {"type": "boolean"}
    return {"enum": list(fact.choices)} if fact.choices else rule_outcomes.SLUG


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _described(fact: Fact) -> dict[str, Any]:
    return {
        name: value for name, value in asdict(fact).items() if value or (fact.is_numeric and name in ("low", "high"))
    }
