"""Writing exports as Liftosaur does, for tests and benchmarks: the mirror of the readers."""

import csv
import io
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from dropset_files.shared.model import Kind, LoggedSet, LoggedWorkout

OLD = (
    "Workout DateTime,Program,Day Name,Exercise,Is Warmup Set?,Required Reps,Completed Reps,RPE,Is AMRAP?,Weight Value,"
    "Weight Unit,Completed Reps Time,Target Muscles,Synergist Muscles,Notes"
)
NEW = (
    "Workout DateTime,Program,Day Name,Exercise,Is Warmup Set?,Required Reps,Completed Reps,Is AMRAP?,Required RPE,"
    "Completed RPE,Log RPE?,Required Weight Value,Required Weight Unit,Completed Weight Value,Completed Weight Unit,"
    "Ask Weight?,Completed Reps Time,Target Muscles,Synergist Muscles,Notes"
)


def render_liftosaur_csv(workouts: Iterable[LoggedWorkout], *, header: str = NEW) -> str:
    """The name of a workout is that of its day."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, header.split(","), restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for workout in workouts:
        end = workout.start + timedelta(seconds=workout.duration_s or 0)
        for exercise in workout.exercises:
            for one in exercise.sets:
                head = {
                    "Workout DateTime": _iso(workout.start),
                    "Day Name": workout.name,
                    "Exercise": exercise.name,
                    "Notes": exercise.notes,
                }
                writer.writerow({**head, **_cells(one, _iso(one.completed_at or end))})
    return out.getvalue()


def _cells(one: LoggedSet, completed: str) -> dict[str, object]:
    rpe = _number(one.rpe)
    weight = {"Weight Value": _number(one.weight or Decimal(0)), "Weight Unit": one.weight_unit}
    return {
        "Is Warmup Set?": int(one.kind is Kind.WARM_UP),
        "Is AMRAP?": int(one.kind is Kind.AMRAP),
        "Completed Reps": "" if one.reps is None else one.reps,
        "Required Reps": "" if one.target_reps is None else one.target_reps,
        "RPE": rpe,
        "Completed RPE": rpe,
        **weight,
        **{f"Completed {name}": value for name, value in weight.items()},
        "Completed Reps Time": completed,
    }


def render_liftosaur_json(workouts: Iterable[LoggedWorkout]) -> str:
    """Each exercise is one of the athlete's own: only those go by their names."""
    history = [_record(workout) for workout in workouts]
    names = {exercise.name for workout in workouts for exercise in workout.exercises}
    own = {name: {"id": name, "name": name} for name in sorted(names)}
    return json.dumps({"settings": {"units": "kg", "exercises": own}, "history": history}, ensure_ascii=False, indent=1)


def _record(workout: LoggedWorkout) -> dict[str, Any]:
    start_ms = int(workout.start.timestamp() * 1000)
    return {
        "date": _iso(workout.start),
        "startTime": start_ms,
        "endTime": start_ms + (workout.duration_s or 0) * 1000,
        "dayName": workout.name,
        "programName": "",
        "notes": workout.notes,
        "entries": [
            {
                "exercise": {"id": exercise.name},
                "notes": exercise.notes,
                "warmupSets": [_set(one) for one in exercise.sets if one.kind is Kind.WARM_UP],
                "sets": [_set(one) for one in exercise.sets if one.kind is not Kind.WARM_UP],
            }
            for exercise in workout.exercises
        ],
    }


def _set(one: LoggedSet) -> dict[str, Any]:
    weight = {"value": float(one.weight or 0), "unit": one.weight_unit}
    return {
        "completedReps": one.reps,
        "completedWeight": weight,
        "completedRpe": None if one.rpe is None else float(one.rpe),
        "isAmrap": one.kind is Kind.AMRAP,
    }


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _number(value: Decimal | None) -> str:
    return "" if value is None else format(value, "f")
