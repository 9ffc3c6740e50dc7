"""What a recommendation rule may lead to: outcomes by kind, each with the JSON Schema of its parameters.

An outcome proposes; it changes nothing by itself. Who carries it out holds the floors: no energy target under the basal metabolic
rate, nor under 1500 kcal for men and 1200 kcal for women.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import jsonschema_rs

from catalog.domain.rule_facts import FACTS, GOALS, LEVELS, PATTERNS, SLUG_LENGTH, Library, Subject

Schema = dict[str, Any]
SLUG: Schema = {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": SLUG_LENGTH}
MAX_MEMBERS = 20  # of an outcome, or of a list in it
MAX_WORDS = 300
AREAS = ("program", "exercise", "nutrition", "supplement", "recovery")
PROFESSIONALS = ("doctor", "dietitian", "physiotherapist", "mental_health_professional", "pharmacist")


@dataclass(frozen=True)
class Target:
    """Something that a target can be set for, with what a rule may ask for at most."""

    unit: str
    low: float
    high: float
    guard: str = "nutrition"


# The ends: what position stands of sports nutrition call usual for healthy adults, and nothing beyond.
TARGETS: Mapping[str, Target] = {
    "energy_percent": Target("% of expenditure", 75, 115),
    "protein_g_per_kg": Target("g/kg", 0.8, 2.4),
    "carbohydrate_g_per_kg": Target("g/kg", 2, 12),
    "fat_energy_percent": Target("% of energy", 20, 35),
    "fiber_g_per_1000_kcal": Target("g/1000 kcal", 10, 20),
    "sleep_h": Target("h", 7, 10, guard=""),
}


@dataclass(frozen=True)
class Outcome:
    """guard: the name of the condition that must be known not to hold. subject: what the rule must be about."""

    doc: str
    parameters: Schema
    guard: str = ""
    subject: Subject | None = None


def _object(required: list[str], **properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _number(low: float, high: float) -> Schema:
    return {"type": "number", "minimum": low, "maximum": high}


def _whole(low: int, high: int) -> Schema:
    return {"type": "integer", "minimum": low, "maximum": high}


def _list(items: Schema, at_most: int = 10) -> Schema:
    return {"type": "array", "items": items, "minItems": 1, "maxItems": at_most, "uniqueItems": True}


KINDS: Mapping[str, Outcome] = {
    "suggest_program": Outcome(
        "Programs to look at: these, or those of the library that are like this.",
        {
            **_object(
                [],
                programs=_list(SLUG),
                goal={"enum": GOALS.split()},
                level={"enum": LEVELS.split()},
                days_per_week=_object(["min", "max"], min=_whole(1, 7), max=_whole(1, 7)),
                tags=_list(SLUG),
            ),
            "minProperties": 2,  # the kind, and something to find programs by
        },
        guard="training",
    ),
    "swap_exercise": Outcome(
        "Another exercise in the place of this one: the first of these for which there is the equipment.",
        _object(["exercise_types"], exercise_types=_list(SLUG), avoid_patterns=_list({"enum": PATTERNS.split()}, 16)),
        subject="exercise",
    ),
    "deload": Outcome(
        "An easy time: this share of the sets, at this share of the load.",
        _object(["days", "sets_percent", "load_percent"],
                days=_whole(3, 14), sets_percent=_whole(30, 80), load_percent=_whole(50, 100)),
    ),
    "change_volume": Outcome(
        "More or fewer weekly hard sets, of this exercise or muscle, or of everything.",
        _object(["percent"], percent=_whole(-60, 20), at_most_sets=_whole(1, 6)),
        guard="training",
    ),
    "change_load": Outcome(
        "Another load for this exercise, from which it is built up again.",
        _object(["percent"], percent=_whole(-30, 5)),
        guard="training",
        subject="exercise",
    ),
    "set_target": Outcome(
        "A target to take over, from `min` to `max`.",
        _object(["target", "min", "max"], target={"enum": list(TARGETS)}, min={"type": "number"}, max={"type": "number"}),
    ),
    "suggest_nutrition_template": Outcome(
        "Nutrition templates to look at.", _object(["templates"], templates=_list(SLUG)), guard="nutrition"
    ),
    "read_about_supplement": Outcome(
        "Pages of the supplement library to read. It is no advice to take one.",
        _object(["supplements"], supplements=_list(SLUG)),
        guard="nutrition",
    ),
    "ask": Outcome(
        "What the athlete could log or answer, so that more can be said.",
        _object(["facts"], facts=_list({"enum": sorted(FACTS)})),
    ),
    "inform": Outcome("Nothing but the message.", _object([])),
    "consult": Outcome(
        "Talk to a professional. While it holds, nothing of the areas in `instead_of` is recommended.",
        _object(
            ["who", "urgency"],
            who=_list({"enum": list(PROFESSIONALS)}, 5),
            urgency={"enum": ["now", "soon", "before_changes"]},
            instead_of=_list({"enum": list(AREAS)}, 5),
        ),
    ),
}  # fmt: skip


PARAMETERS = frozenset(name for outcome in KINDS.values() for name in outcome.parameters["properties"])


def schema_of(kind: str, target: str = "") -> Schema:
    """The JSON Schema of a whole outcome; with a target, of a set_target for that. Raises KeyError."""
    parameters = KINDS[kind].parameters
    properties = {"kind": {"const": kind}, **parameters["properties"]}
    if target:
        limits = _number(TARGETS[target].low, TARGETS[target].high)
        properties |= {"target": {"const": target}, "min": limits, "max": limits}
    return {**parameters, "properties": properties, "required": ["kind", *parameters["required"]]}


def schemas() -> list[Schema]:
    """Of every outcome that there is."""
    plain = [schema_of(kind) for kind in KINDS if kind != "set_target"]
    return plain + [schema_of("set_target", target) for target in TARGETS]


@cache
def _validator(kind: str, target: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schema_of(kind, target))


def outcome_faults(outcome: Any) -> Iterator[tuple[str, str]]:
    """What is wrong with it: where, such as `outcome.programs[1]`, and what."""
    if not isinstance(outcome, dict):
        yield "outcome", "Must be an object."
        return
    kind = outcome.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        yield "outcome.kind", f"Must be one of {', '.join(KINDS)}."
        return
    yield from list(_size_faults(outcome)) or _schema_faults(kind, outcome) or _limit_faults(outcome)


def _size_faults(outcome: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Before a validator goes through it: what is large is none, and would cost much to find out."""
    if len(outcome) > MAX_MEMBERS:
        yield "outcome", f"Has more than {MAX_MEMBERS} members."
        return
    for name, value in outcome.items():
        if isinstance(value, list | dict) and len(value) > MAX_MEMBERS:
            yield "outcome" if name not in PARAMETERS else f"outcome.{name}", f"Has more than {MAX_MEMBERS} members."


def _schema_faults(kind: str, outcome: dict[str, Any]) -> list[tuple[str, str]]:
    target = outcome.get("target")
    by_target = kind == "set_target" and isinstance(target, str) and target in TARGETS
    try:
        errors = _validator(kind, str(target) if by_target else "").iter_errors(outcome)
        return [(_path(error.instance_path), f"{error.message[:MAX_WORDS]}.") for error in errors]
    except ValueError:
        return [("outcome", "Is no JSON, or stands too deep in itself.")]


def _limit_faults(outcome: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Of two limits in the wrong order, which no schema can say."""
    for path, part in (("outcome", outcome), ("outcome.days_per_week", outcome.get("days_per_week", {}))):
        if part.get("min", 0) > part.get("max", 0):
            yield f"{path}.min", "Must not be more than max."


def _path(steps: list[str | int]) -> str:
    return "outcome" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)


def guard_of(outcome: Mapping[str, Any]) -> str:
    """The name of the guard that must be known not to hold, or nothing."""
    if outcome["kind"] == "set_target":
        return TARGETS[outcome["target"]].guard
    return KINDS[outcome["kind"]].guard


# Where an outcome names rows of the library.
_NAMES: Mapping[str, Library] = {
    "programs": "program",
    "exercise_types": "exercise_type",
    "templates": "nutrition_template",
    "supplements": "supplement",
}


def outcome_references(outcome: Mapping[str, Any]) -> Iterator[tuple[Library, str]]:
    """The rows of the library that it names: of which library, and their slugs."""
    for name, library in _NAMES.items():
        for slug in outcome.get(name, ()):
            yield library, slug
