"""Writing openweight workout logs, for tests and benchmarks: the mirror of the reader."""

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from dropset_files.shared.model import Kind, LoggedExercise, LoggedSet, LoggedWorkout

_KINDS = {
    Kind.WARM_UP: "warmup",
    Kind.DROP: "dropset",
    Kind.BACK_OFF: "backoff",
    Kind.AMRAP: "amrap",
    Kind.REST_PAUSE: "rest-pause",
    Kind.FAILURE: "failure",
}


def render_openweight(workouts: Iterable[LoggedWorkout], *, indent: int | None = 1) -> str:
    return json.dumps([_workout(one) for one in workouts], ensure_ascii=False, indent=indent)


def _said(values: dict[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in values.items() if value not in (None, "")}
    return {name: float(value) if isinstance(value, Decimal) else value for name, value in found.items()}


def _workout(workout: LoggedWorkout) -> dict[str, Any]:
    return _said(
        {
            "date": workout.start.isoformat(),
            "name": workout.name,
            "notes": workout.notes,
            "durationSeconds": workout.duration_s,
            "exercises": [_exercise(one) for one in workout.exercises],
        }
    )


def _exercise(exercise: LoggedExercise) -> dict[str, Any]:
    return _said(
        {
            "exercise": {"name": exercise.name},
            "notes": exercise.notes,
            "supersetId": exercise.superset,
            "sets": [_set(one) for one in exercise.sets],
        }
    )


def _set(one: LoggedSet) -> dict[str, Any]:
    return _said(
        {
            "reps": one.reps,
            "weight": one.weight,
            "unit": None if one.weight is None else one.weight_unit,
            "durationSeconds": one.duration_s,
            "distance": one.distance_m,
            "distanceUnit": None if one.distance_m is None else "m",
            "rpe": one.rpe,
            "rir": one.rir,
            "type": _KINDS.get(one.kind),
            "restSeconds": one.rest_s,
            "tempo": one.tempo,
            "notes": one.notes,
        }
    )
