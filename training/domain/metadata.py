"""What the metadata of exercises and sets may say: what has no field of its own, by the schema of the exercise type."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catalog.domain.metadata import SchemaProblem, faults_of

MAX_LEVELS = 4  # of objects and lists, the metadata themselves counted
# Names that metadata may not use, and the field that has it.
OF_SETS = (
    "exercise", "position", "kind", "side", "target_reps", "target_max_reps", "target_load_kg", "target_typed_load",
    "target_typed_load_unit", "target_percentage", "target_reference", "target_rpe", "target_rir", "target_duration_s",
    "target_distance_m", "rest_s", "tempo", "notes", "reps", "load_kg", "typed_load", "typed_load_unit", "rpe", "rir",
    "duration_s", "distance_m", "completed_at",
)  # fmt: skip
OF_EXERCISES = (
    "workout",
    "exercise_type",
    "typed_name",
    "superset_group",
    "performed_at",
    "time_zone",
    "metadata",
)
FIELDS: dict[str, str] = {name: name for name in (*OF_SETS, *OF_EXERCISES)} | {
    "load": "load_kg",
    "weight": "load_kg",
    "weight_kg": "load_kg",
    "duration": "duration_s",
    "distance": "distance_m",
}


@dataclass(frozen=True)
class Problem:
    """path: into the metadata, with dots; empty for the whole."""

    path: str
    code: str
    detail: str
    rule: str = ""  # where in the schema it says so


def problems_of(metadata: Mapping[str, Any], schema: str) -> list[Problem]:
    """What is wrong with the metadata of an exercise or a set. {} says nothing, and is never wrong. schema: as JSON."""
    if not metadata:
        return []
    if _levels_exceed(metadata, MAX_LEVELS):
        return [Problem("", "too_deep", f"Metadata nest at most {MAX_LEVELS} levels deep.")]
    found = [
        Problem(name, "has_a_field", f"{FIELDS[name]} has a field of its own: write it there.")
        for name in metadata
        if name in FIELDS
    ]
    try:
        faults = faults_of(metadata, schema, without=FIELDS)
    except SchemaProblem as problem:
        return [*found, Problem("", "invalid_schema", f"The metadata_schema of the type cannot be used. {problem}")]
    return [*found, *(Problem(fault.path, "metadata_invalid", fault.detail, fault.rule) for fault in faults)]


def _levels_exceed(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    members = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_levels_exceed(member, levels - 1) for member in members)
