"""Exports of Strong as texts, and what a device holds of them, without ids: for comparing two histories."""

from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from dropset_client import Device
from dropset_client.strong import ImportReport, import_strong

ZONE = ZoneInfo("Europe/Berlin")
HEADER = "Date,Workout Name,Duration,Exercise Name,Set Order,Weight,Reps,Distance,Seconds,Notes,Workout Notes,RPE"
START = "2026-03-01 18:00:00"
BENCH, SQUAT, ROW = "Bench Press (Barbell)", "Squat (Barbell)", "Bent Over Row (Barbell)"
_NUMBERS = ("load_kg", "typed_load", "rpe", "distance_m")
_SET_FIELDS = ("kind", "reps", *_NUMBERS[:2], "typed_load_unit", "rpe", "distance_m", "duration_s", "rest_s", "notes")


def row(
    exercise: str = BENCH,
    order: object = 1,
    weight: object = 80,
    reps: object = 5,
    *,
    start: str = START,
    name: str = "Push",
    notes: str = "",
    rpe: str = "",
) -> str:
    return f"{start},{name},1h,{exercise},{order},{weight},{reps},0,0,{notes},,{rpe}"


def export(*rows: str) -> str:
    return "\n".join((HEADER, *rows)) + "\n"


def take(device: Device, source: str | bytes | Path, **wishes: Any) -> ImportReport:
    return import_strong(device, source, **{"zone": ZONE, "exercise_types": {}, **wishes})


def history(device: Device) -> list[Any]:
    """Workouts by their start, with their exercises and sets in their order, as the user sees them."""
    exercises, sets = defaultdict(list), defaultdict(list)
    for record in device.list("exercise"):
        exercises[record["workout"]].append(record)
    for record in device.list("set"):
        sets[record["exercise"]].append(record)
    found = []
    for workout in device.list("workout"):
        fields = [
            workout.get(name) or "" for name in ("started_at", "title", "ended_at", "time_zone", "status", "notes")
        ]
        below = [_exercise(one, sets[one.id]) for one in sorted(exercises[workout.id], key=_position)]
        found.append((*fields, below))
    return sorted(found, key=repr)


def _exercise(exercise: Any, sets: list[Any]) -> Any:
    return exercise["typed_name"], exercise.get("notes") or "", [_set(one) for one in sorted(sets, key=_position)]


def _set(one: Any) -> Any:
    values = {name: one.get(name) or None for name in _SET_FIELDS}
    return {name: Decimal(value) if name in _NUMBERS and value else value for name, value in values.items()}


def _position(record: Any) -> tuple[float, str]:
    return record["position"], record.id


def lifted(device: Device, exercise: str = BENCH) -> list[tuple[str, int]]:
    """Weight and repetitions of each set of the exercises with this name, in their order."""
    found = [one for *_, below in history(device) for name, _, sets in below if name == exercise for one in sets]
    return [(f"{one['typed_load']:f}" if one["typed_load"] else "0", one["reps"]) for one in found]
