"""Writing exports as Hevy does, for tests and benchmarks: the mirror of the reader."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from dropset_files.shared.model import METRES, DistanceUnit, Kind, LoggedSet, LoggedWorkout, WeightUnit

_TITLES = (
    "title,start_time,end_time,description,exercise_title,superset_id,exercise_notes,set_index,set_type,{weight},reps,"
    "{distance},duration_seconds,rpe"
)
_KINDS = {Kind.WARM_UP: "warmup", Kind.DROP: "dropset", Kind.FAILURE: "failure"}


def render_hevy(
    workouts: Iterable[LoggedWorkout], *, weight_unit: WeightUnit = "kg", distance_unit: DistanceUnit = "km"
) -> str:
    """The weights are written as they are: they shall be of this unit."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    weight = "weight_kg" if weight_unit == "kg" else "weight_lbs"
    distance = "distance_km" if distance_unit == "km" else "distance_miles"
    writer.writerow(_TITLES.format(weight=weight, distance=distance).split(","))
    for workout in workouts:
        writer.writerows(_rows(workout, distance_unit))
    return out.getvalue()


def _rows(workout: LoggedWorkout, distance_unit: DistanceUnit) -> Iterator[list[object]]:
    """Hevy writes no seconds."""
    end = (workout.start.astimezone(UTC) + timedelta(seconds=workout.duration_s or 0)).astimezone(workout.start.tzinfo)
    head = [workout.name, _written(workout.start), _written(end), workout.notes]
    for exercise in workout.exercises:
        for index, one in enumerate(exercise.sets):
            group = None if exercise.superset is None else exercise.superset
            yield [*head, exercise.name, group, exercise.notes, index, *_cells(one, distance_unit)]


def _written(moment: datetime) -> str:
    return f"{moment.day} {moment:%b %Y, %H:%M}"


def _cells(one: LoggedSet, distance_unit: DistanceUnit) -> list[object]:
    distance = None if one.distance_m is None else one.distance_m / METRES[distance_unit]
    numbers = (one.weight, one.reps, distance, one.duration_s, one.rpe)
    return [_KINDS.get(one.kind, "normal"), *(_number(number) for number in numbers)]


def _number(value: Decimal | int | None) -> object:
    """Without quotation marks, as numbers stand in these files."""
    return None if value is None else int(value) if value == int(value) else float(value)
