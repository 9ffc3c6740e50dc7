"""Writing exports as FitNotes does, for tests and benchmarks: the mirror of the reader."""

import csv
import io
from collections.abc import Iterable, Iterator
from decimal import Decimal

from dropset_files.shared.model import LoggedSet, LoggedWorkout, WeightUnit

OLD = "Date,Exercise,Category,Weight ({unit}),Reps,Distance,Distance Unit,Time,Comment"
NEW = "Date,Exercise,Category,Weight,Weight Unit,Reps,Distance,Distance Unit,Time,Comment"
IOS = "Date,Exercise,Category,Weight (kg),Weight (lbs),Reps,Distance,Distance Unit,Time,Notes,Kind"
_UNITS: dict[WeightUnit, str] = {"kg": "kgs", "lb": "lbs"}


def render_fitnotes(
    workouts: Iterable[LoggedWorkout], *, header: str = NEW, weight_unit: WeightUnit = "kg", newline: str = "\n"
) -> str:
    """Days with their sets: names and times of workouts have no place."""
    out = io.StringIO(newline="")
    titles = header.format(unit=_UNITS[weight_unit]).split(",")
    writer = csv.DictWriter(out, titles, restval="", extrasaction="ignore", lineterminator=newline)
    writer.writeheader()
    for workout in workouts:
        for exercise in workout.exercises:
            for one in exercise.sets:
                head = {"Date": f"{workout.start:%Y-%m-%d}", "Exercise": exercise.name, "Category": "Back"}
                writer.writerow({**head, **dict(_cells(one))})
    return out.getvalue()


def _cells(one: LoggedSet) -> Iterator[tuple[str, str]]:
    weight = _number(one.weight)
    yield from (("Weight", weight), ("Weight Unit", _UNITS[one.weight_unit] if weight else ""))
    yield from ((f"Weight ({_UNITS[one.weight_unit]})", weight), ("Reps", _number(one.reps)))
    yield (f"Weight ({'kg' if one.weight_unit == 'kg' else 'lbs'})", weight)
    if one.distance_m is not None:
        yield from (("Distance", _number(one.distance_m / 1000)), ("Distance Unit", "km"))
    if one.duration_s is not None:
        yield "Time", f"{one.duration_s // 3600}:{one.duration_s // 60 % 60:02}:{one.duration_s % 60:02}"
    yield from (("Comment", one.notes), ("Notes", one.notes))
    yield "Kind", "wr" if one.reps else "dt"


def _number(value: Decimal | int | None) -> str:
    return "" if value is None else format(value, "f")
