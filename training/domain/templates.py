"""A template made into a workout, a workout made into a template, a template copied: the same on every device.

A device does it offline with these rules and pushes the rows; the server does it when it is asked to. Ids of exercises and sets
follow from the id of the new root, so both make the same rows. docs/vectors/templates.json has examples to hold another
implementation to.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lib.identity import id_within

Document = Mapping[str, Any]  # a row by the names of its fields on the wire, and its id; ids and references are UUIDs

OF_EXERCISES = ("exercise_type", "typed_name", "position", "superset_group", "notes")  # in workouts and in templates
KG = ("target_load_kg", "target_typed_load", "target_typed_load_unit")
# How a load may be prescribed otherwise: the first that is said is what a template keeps of a set.
OTHER_LOADS = (("target_percentage", "target_reference"), ("target_rpe",), ("target_rir",))
NO_LOAD = {
    **dict.fromkeys(name for load in (KG, *OTHER_LOADS) for name in load),
    "target_typed_load_unit": "",
    "target_reference": "",
}
DONE = {"target_load_kg": "load_kg", "target_typed_load": "typed_load", "target_typed_load_unit": "typed_load_unit"}
OF_SETS = (
    "position",
    "kind",
    "target_reps",
    "target_max_reps",
    *NO_LOAD,
    "target_duration_s",
    "target_distance_m",
    "rest_s",
    "tempo",
    "notes",
    "side",
)


@dataclass(frozen=True)
class Tree:
    """A workout or a template, its exercises and their sets: each exercise names the root, each set its exercise."""

    root: Document
    exercises: Sequence[Document]
    sets: Sequence[Document]


@dataclass(frozen=True)
class Start:
    """When a workout is to be. With a moment it is in progress from then on, without one it is planned."""

    workout_id: UUID
    time_zone: str
    planned_on: dt.date | None = None
    started_at: dt.datetime | None = None


def workout_root(start: Start, *, title: str, notes: str = "") -> dict[str, Any]:
    """A workout without what is in it."""
    return {
        "id": start.workout_id,
        "title": title,
        "notes": notes,
        "status": "planned" if start.started_at is None else "in_progress",
        "planned_on": start.planned_on,
        "started_at": start.started_at,
        "time_zone": start.time_zone,
    }


def workout_of(template: Tree, start: Start) -> Tree:
    """What the template prescribes is what the sets of the workout aim at."""
    root = workout_root(start, title=template.root["title"], notes=template.root["notes"])
    exercises = [
        _exercise(row, root_id=start.workout_id, root="workout") | {"time_zone": start.time_zone}
        for row in template.exercises
    ]
    rests = {row["id"]: row["rest_s"] for row in template.exercises}
    sets = [
        _set(row, root_id=start.workout_id, of="template_exercise", to="exercise")
        | {"rest_s": _first(row["rest_s"], rests[row["template_exercise"]])}
        for row in template.sets
    ]
    return Tree(root, exercises, sets)


def template_of(workout: Tree, *, template_id: UUID, title: str) -> Tree:
    """What a set aimed at is prescribed; where it aimed at nothing, what was done."""
    root = {"id": template_id, "title": title, "folder": "", "tags": [], "notes": workout.root["notes"]}
    exercises = [_exercise(row, root_id=template_id, root="template") | {"rest_s": None} for row in workout.exercises]
    sets = [
        _set(row, root_id=template_id, of="exercise", to="template_exercise") | _prescribed(row) for row in workout.sets
    ]
    return Tree(root, exercises, sets)


def copy_of(template: Tree, *, template_id: UUID, title: str) -> Tree:
    """Everything but the title."""
    root = {**template.root, "id": template_id, "title": title}
    exercises = [
        _exercise(row, root_id=template_id, root="template") | {"rest_s": row["rest_s"]} for row in template.exercises
    ]
    sets = [_set(row, root_id=template_id, of="template_exercise", to="template_exercise") for row in template.sets]
    return Tree(root, exercises, sets)


def _exercise(row: Document, *, root_id: UUID, root: str) -> dict[str, Any]:
    return {"id": id_within(root_id, row["id"]), root: root_id, **_only(row, OF_EXERCISES)}


def _set(row: Document, *, root_id: UUID, of: str, to: str) -> dict[str, Any]:
    """of, to: what its reference to the exercise is called, and what it is called in what is made."""
    return {"id": id_within(root_id, row["id"]), to: id_within(root_id, row[of]), **_only(row, OF_SETS)}


def _prescribed(row: Document) -> dict[str, Any]:
    return {
        "target_reps": _first(row["target_reps"], row["reps"]),
        "target_duration_s": _first(row["target_duration_s"], row["duration_s"]),
        "target_distance_m": _first(row["target_distance_m"], row["distance_m"]),
        **_load(row),
    }


def _load(row: Document) -> dict[str, Any]:
    """A template prescribes a load in one way; beside a percentage, an RPE or an RIR, kg are only what these came to."""
    for load in (*OTHER_LOADS, KG):
        if any(row[name] != NO_LOAD[name] for name in load):
            return NO_LOAD | _only(row, load)
    return NO_LOAD | {target: row[done] for target, done in DONE.items()}


def _only(row: Document, names: Iterable[str]) -> dict[str, Any]:
    return {name: row[name] for name in names}


def _first(aim: Any, otherwise: Any) -> Any:
    return otherwise if aim is None else aim
