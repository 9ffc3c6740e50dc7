"""How a prescription changes from one time to the next: rules as data, by kind, each with the JSON Schema of its parameters.

The engine that runs them comes later; an app may run them today. Sources: the semantics of linear, double, total_reps, stages and
amrap_tiers are those of Liftosaur and GZCLP, training_max is Wendler's 5/3/1, per_field is wger's.
"""

from functools import cache
from typing import Any

import jsonschema_rs

Schema = dict[str, Any]


def _object(required: list[str], **properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _whole(low: int, high: int, default: int | None = None) -> Schema:
    return {"type": "integer", "minimum": low, "maximum": high} | ({} if default is None else {"default": default})


def _number(low: float, high: float, default: float | None = None) -> Schema:
    return {"type": "number", "minimum": low, "maximum": high} | ({} if default is None else {"default": default})


# Of a load, or in percent of it.
AMOUNT = _object(["value", "unit"], value=_number(0, 1000), unit={"enum": ["kg", "lb", "percent"]})
REPS = _whole(1, 1000)
PERCENT = _number(1, 200)
FIELDS: Schema = {
    "enum": ["load", "max_load", "reps", "max_reps", "rir", "max_rir", "rest_s", "max_rest_s", "sets", "max_sets"]
}
STAGE = _object(["sets", "reps"], sets=_whole(1, 50), reps=REPS, last_is_amrap={"type": "boolean", "default": False})
TIER = _object(["at_least_reps", "increment"], at_least_reps=REPS, increment=AMOUNT)
FIELD_RULE = _object(
    ["field", "iteration", "value"],
    field=FIELDS,
    iteration=_whole(1, 1000),
    value=_number(0, 10_000),
    operation={"enum": ["add", "subtract", "replace"], "default": "replace"},
    step={"enum": ["absolute", "percent"], "default": "absolute"},
    repeat={"type": "boolean", "default": False},
    requires={"type": "array", "items": FIELDS, "uniqueItems": True, "default": []},
)

# What each kind does, and its parameters.
KINDS: dict[str, tuple[str, Schema]] = {
    "linear": (
        "All sets done `successes` times: the load goes up. Less than the least reps `failures` times: it goes down.",
        _object(
            ["increment"],
            increment=AMOUNT,
            successes=_whole(1, 100, 1),
            decrement=AMOUNT,
            failures=_whole(1, 100, 1),
        ),
    ),
    "double": (
        "Reps go up within their range; at the top of it the load goes up and the reps begin at its bottom.",
        _object(["increment"], increment=AMOUNT, min_reps=REPS, max_reps=REPS),
    ),
    "total_reps": (
        "When the reps of all sets come to `reps`, the load goes up.",
        _object(["reps", "increment"], reps=_whole(1, 10_000), increment=AMOUNT),
    ),
    "stages": (
        "A failure leads to the next stage at the same load; after the last one, to the first at `reset_percentage` of the load.",
        _object(
            ["stages", "increment"],
            stages={"type": "array", "items": STAGE, "minItems": 1, "maxItems": 20},
            increment=AMOUNT,
            reset_percentage=_number(1, 100, 85),
        ),
    ),
    "amrap_tiers": (
        "The reps of the last set say by how much the reference goes up: by the tier with the most reps that were reached.",
        _object(
            ["tiers"],
            tiers={"type": "array", "items": TIER, "minItems": 1, "maxItems": 20},
            reference={"enum": ["load", "training_max", "one_rep_max"], "default": "training_max"},
        ),
    ),
    "training_max": (
        "Percentages are of a training maximum, which goes up after each round; missed reps set it back.",
        _object(
            ["increment"],
            start_percentage=_number(1, 100, 90),
            increment=AMOUNT,
            after_missed_percentage=_number(1, 100, 90),
        ),
    ),
    "autoregulation": (
        "The load follows from the estimated maximum of recent sessions and the prescribed RPE or RIR.",
        _object([], sessions=_whole(1, 20, 3), max_change_percentage=_number(0, 100, 5)),
    ),
    "rir_weeks": (
        "The reps in reserve fall from week to week; the reps are what was done last, and what is less in reserve.",
        _object(
            ["rir"],
            rir={"type": "array", "items": _number(0, 20), "minItems": 1, "maxItems": 20},
            sets_a_week=_whole(0, 10, 0),
        ),
    ),
    "volume": (
        "After a stall the number of sets changes: up with good recovery, down with poor.",
        _object([], stalled_sessions=_whole(1, 20, 3), percentage=_number(1, 100, 20)),
    ),
    "per_field": (
        "Rules for each field: from which time on it is replaced or changed, and what must have been reached before.",
        _object(["rules"], rules={"type": "array", "items": FIELD_RULE, "minItems": 1, "maxItems": 200}),
    ),
}


class ProgressionProblem(ValueError):
    """The progression is none: of no known kind, or with wrong parameters."""


def schema_of(kind: str) -> Schema:
    """The JSON Schema of a whole progression: its kind and the parameters of that. Raises KeyError."""
    _, parameters = KINDS[kind]
    return {
        **parameters,
        "properties": {"kind": {"const": kind}, **parameters["properties"]},
        "required": ["kind", *parameters["required"]],
    }


@cache
def _validator(kind: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schema_of(kind))


def check_progression(value: Any) -> None:
    """Raises ProgressionProblem unless it is {} (nothing changes by itself) or a kind with its parameters."""
    if value == {}:
        return
    kind = value.get("kind") if isinstance(value, dict) else None
    if not isinstance(kind, str) or kind not in KINDS:
        raise ProgressionProblem(f"A progression has a kind, one of {', '.join(KINDS)}; or it is empty.")
    problems = [_words(error) for error in _validator(kind).iter_errors(value)]
    if problems:
        raise ProgressionProblem(" ".join(problems))


def _words(error: jsonschema_rs.ValidationError) -> str:
    path = ".".join(str(step) for step in error.instance_path)
    return f"{path}: {error.message}." if path else f"{error.message}."
