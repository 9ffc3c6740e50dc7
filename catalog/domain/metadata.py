"""What a performance of an exercise records, as JSON Schema 2020-12, and what the metadata that are held to it get wrong.

Users write schemas too, for types of their own. So a schema is read without a network, its patterns run in linear time, and
what it can make a check cost is bounded before it is taken.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any
from urllib.parse import unquote

import jsonschema_rs
import orjson

DIALECT = "https://json-schema.org/draft/2020-12/schema"
# Each metric that a type may record, with its limits.
METRICS: dict[str, dict[str, Any]] = {
    "reps": {"type": "integer", "minimum": 0, "title": "Repetitions"},
    "load": {"type": "number", "minimum": 0, "title": "Load (kg)"},
    "duration": {"type": "integer", "minimum": 0, "title": "Duration (s)"},
    "distance": {"type": "number", "minimum": 0, "title": "Distance (m)"},
    "rpe": {"type": "number", "minimum": 1, "maximum": 10, "title": "RPE"},
    "incline": {"type": "number", "minimum": -100, "maximum": 100, "title": "Incline (%)"},
    "resistance": {"type": "number", "minimum": 0, "title": "Resistance (level)"},
    "height": {"type": "number", "minimum": 0, "title": "Height (cm)"},
    "elevation_gain": {"type": "number", "minimum": 0, "title": "Elevation gain (m)"},
    "floors": {"type": "number", "minimum": 0, "title": "Floors"},
    "power": {"type": "number", "minimum": 0, "title": "Average power (W)"},
    "cadence": {"type": "number", "minimum": 0, "title": "Average cadence (per minute)"},
    "calories": {"type": "number", "minimum": 0, "title": "Calories (kcal)"},
}
# The set's field of those that have one. The others are metadata, under their own names.
SET_FIELD = {"reps": "reps", "load": "load_kg", "duration": "duration_s", "distance": "distance_m", "rpe": "rpe"}

MAX_PARTS = 256  # objects in a schema, each $ref counted as what it refers to: what one check may go through
MAX_PATTERNS = 16
MAX_UNEVALUATED = 2  # one inside of another makes a check three times as long
PATTERN_BYTES = 64 * 1024  # of a compiled pattern
ELSEWHERE = ("$anchor", "$dynamicAnchor", "$dynamicRef", "$recursiveAnchor", "$recursiveRef", "$vocabulary")
VALIDATORS_KEPT = 128
MAX_FAULTS = 20  # named of one object
MAX_WORDS = 300


class SchemaProblem(ValueError):
    """The metadata schema is no JSON Schema of an object, or one that cannot be used."""


@dataclass(frozen=True)
class Fault:
    """What is wrong, and where: `path` leads into the metadata with dots, and is empty for the whole."""

    path: str
    detail: str
    rule: str  # where in the schema it says so


def metadata_schema(metrics: list[str]) -> dict[str, Any]:
    """The schema of a type that records these metrics. Raises KeyError for an unknown one."""
    return {
        "$schema": DIALECT,
        "type": "object",
        "properties": {SET_FIELD.get(name, name): METRICS[name] for name in metrics},
    }


def check_metadata_schema(value: Any) -> None:
    """Raises SchemaProblem unless `value` is {} (nothing said) or a JSON Schema 2020-12 of an object, by the rules above."""
    if value == {}:
        return
    if not isinstance(value, dict) or value.get("type") != "object":
        raise SchemaProblem('The schema must be an object with "type": "object".')
    if value.get("$schema", DIALECT) not in (DIALECT, f"{DIALECT}#"):
        raise SchemaProblem(f"The only $schema that this server knows is {DIALECT}.")
    _check_cost(value)
    _compiled(value)


def faults_of(metadata: Mapping[str, Any], schema: str, *, without: Collection[str] = ()) -> list[Fault]:
    """What of the metadata does not fit the schema, which is JSON. Raises SchemaProblem if that cannot be used.

    without: properties that are recorded elsewhere, so that nothing can require them here.
    """
    validator = _validator(schema, frozenset(without))
    if validator is None or validator.is_valid(metadata):
        return []
    return [_fault(error) for error in islice(validator.iter_errors(metadata), MAX_FAULTS)]


@lru_cache(maxsize=VALIDATORS_KEPT)
def _validator(schema: str, without: frozenset[str]) -> jsonschema_rs.Draft202012Validator | None:
    """By the schema's content: another version of it is another one. None: everything fits."""
    value = orjson.loads(schema)
    check_metadata_schema(value)
    if value == {}:
        return None
    required = [name for name in value.get("required", []) if name not in without]
    return _compiled({**value, "required": required})


def _compiled(schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    try:
        return jsonschema_rs.Draft202012Validator(
            schema,
            offline=True,
            pattern_options=jsonschema_rs.RegexOptions(size_limit=PATTERN_BYTES, dfa_size_limit=PATTERN_BYTES),
        )
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
        raise SchemaProblem(f"Not a JSON Schema: {_words(str(error))}") from error


def _fault(error: Any) -> Fault:
    path = ".".join(str(step) for step in error.instance_path)
    return Fault(path, _words(error.message), "/".join(str(step) for step in error.schema_path))


def _words(text: str) -> str:
    line = text.splitlines()[0] if text else ""
    return line if len(line) <= MAX_WORDS else f"{line[:MAX_WORDS]}..."


# --- what a schema may make a check cost ---


def _check_cost(schema: dict[str, Any]) -> None:
    parts = list(islice(_parts(schema), MAX_PARTS + 1))
    if len(parts) > MAX_PARTS:
        raise SchemaProblem(f"The schema refers to itself, or has more than {MAX_PARTS} objects, each $ref resolved.")
    for part in parts:
        if any(isinstance(part.get(name), str) for name in ELSEWHERE) or (part is not schema and _is_text(part, "$id")):
            raise SchemaProblem("A $ref can only lead to a place in the schema itself, such as #/$defs/speed.")
    if sum(_patterns(part) for part in parts) > MAX_PATTERNS:
        raise SchemaProblem(f"The schema has more than {MAX_PATTERNS} patterns.")
    unevaluated = ("unevaluatedProperties", "unevaluatedItems")
    if sum(name in part for part in parts for name in unevaluated) > MAX_UNEVALUATED:
        raise SchemaProblem(f"The schema says unevaluated... more than {MAX_UNEVALUATED} times.")


def _parts(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every object in the schema, as often as a check may come by: what is referred to twice, twice. Without end if it refers
    to itself.
    """
    waiting: list[Any] = [schema]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            yield found
            waiting += found.values()
            if _is_text(found, "$ref"):
                waiting.append(_target(schema, found["$ref"]))
        elif isinstance(found, list):
            waiting += found


def _target(schema: dict[str, Any], reference: str) -> Any:
    """What a JSON pointer (RFC 6901) in a $ref leads to."""
    if not reference.startswith("#/"):
        raise SchemaProblem("A $ref can only lead to a place in the schema itself, such as #/$defs/speed.")
    found: Any = schema
    for step in unquote(reference[2:]).split("/"):
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(found, dict) and name in found:
            found = found[name]
        elif isinstance(found, list) and name.isdecimal() and int(name) < len(found):
            found = found[int(name)]
        else:
            raise SchemaProblem(f"Not a JSON Schema: {_words(reference)} leads nowhere.")
    return found


def _patterns(part: dict[str, Any]) -> int:
    by_pattern = part.get("patternProperties")
    return int(_is_text(part, "pattern")) + (len(by_pattern) if isinstance(by_pattern, dict) else 0)


def _is_text(part: dict[str, Any], name: str) -> bool:
    return isinstance(part.get(name), str)
