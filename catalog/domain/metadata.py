"""What a performance of an exercise records, as JSON Schema 2020-12."""

from typing import Any

import jsonschema_rs

# Each metric that a type may record, with the set's field and its limits.
METRICS: dict[str, dict[str, Any]] = {
    "reps": {"type": "integer", "minimum": 0, "title": "Repetitions"},
    "load": {"type": "number", "minimum": 0, "title": "Load (kg)"},
    "duration": {"type": "integer", "minimum": 0, "title": "Duration (s)"},
    "distance": {"type": "number", "minimum": 0, "title": "Distance (m)"},
    "rpe": {"type": "number", "minimum": 1, "maximum": 10, "title": "RPE"},
}
SET_FIELD = {"reps": "reps", "load": "load_kg", "duration": "duration_s", "distance": "distance_m", "rpe": "rpe"}


class SchemaProblem(ValueError):
    """The metadata schema is no JSON Schema of an object."""


def metadata_schema(metrics: list[str]) -> dict[str, Any]:
    """The schema of a type that records these metrics. Raises KeyError for an unknown one."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {SET_FIELD[name]: METRICS[name] for name in metrics},
    }


def check_metadata_schema(value: Any) -> None:
    """Raises SchemaProblem unless `value` is {} (nothing said) or a JSON Schema 2020-12 of an object."""
    if value == {}:
        return
    if not isinstance(value, dict) or value.get("type") != "object":
        raise SchemaProblem('The schema must be an object with "type": "object".')
    try:
        jsonschema_rs.Draft202012Validator(value)
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
        raise SchemaProblem(f"Not a JSON Schema: {str(error).splitlines()[0]}") from error
