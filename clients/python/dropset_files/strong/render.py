"""Writing exports in each dialect, for the demo and for tests: the mirror of the reader."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from dropset_files.shared.model import METRES, DistanceUnit, Kind, LoggedExercise, LoggedSet, LoggedWorkout, WeightUnit

Cells = dict[str, str]
_LETTERS = {Kind.WARM_UP: "W", Kind.DROP: "D", Kind.FAILURE: "F"}


@dataclass(frozen=True, slots=True)
class Dialect:
    """`titles` are the columns in order; a unit in braces is filled in."""

    name: str
    separator: str
    titles: tuple[str, ...]
    quote_all: bool = False
    pseudo_rows: bool = False


_S1 = "Date,Workout Name,Duration,Exercise Name,Set Order,Weight,Reps,Distance,Seconds,Notes,Workout Notes,RPE"
_S2 = (
    "Date;Workout Name;Exercise Name;Set Order;Weight;Weight Unit;Reps;RPE;Distance;Distance Unit;Seconds;Notes;"
    "Workout Notes;Workout Duration"
)
_S3 = (
    "Workout #;Date;Workout Name;Duration (sec);Exercise Name;Set Order;Weight ({weight});Reps;RPE;"
    "Distance ({distance});Seconds;Notes;Workout Notes"
)
_S4 = "Date,Workout Name,Exercise Name,Set Order,Weight,Reps,Distance,Seconds,Notes,Workout Notes"

S1 = Dialect("S1", ",", tuple(_S1.split(",")))
S2 = Dialect("S2", ";", tuple(_S2.split(";")))
S3 = Dialect("S3", ";", tuple(_S3.split(";")), quote_all=True, pseudo_rows=True)
S4 = Dialect("S4", ",", tuple(_S4.split(",")))
DIALECTS = (S1, S2, S3, S4)


@dataclass(frozen=True, slots=True)
class Writing:
    """How the phone's settings colour a file. `name_units`: S2 names the units in each row, or leaves them blank."""

    weight_unit: WeightUnit = "kg"
    distance_unit: DistanceUnit = "km"
    decimal_comma: bool = False
    newline: str = "\n"
    byte_order_mark: bool = False
    name_units: bool = True


_PLAIN = Writing()


def render(workouts: Iterable[LoggedWorkout], dialect: Dialect, writing: Writing = _PLAIN) -> str:
    """The workouts as an export. What the dialect has no column for (S4: duration and RPE) is left out."""
    out = io.StringIO(newline="")
    out.write("\ufeff" if writing.byte_order_mark else "")
    writer = csv.writer(
        out,
        delimiter=dialect.separator,
        lineterminator=writing.newline,
        quoting=csv.QUOTE_ALL if dialect.quote_all else csv.QUOTE_MINIMAL,
    )
    names = {"weight": {"kg": "kg", "lb": "lbs"}[writing.weight_unit], "distance": _distance_name(writing)}
    writer.writerow([title.format(**names) for title in dialect.titles])
    for number, workout in enumerate(workouts, start=1):
        for cells in _rows(workout, dialect, writing):
            cells["Workout #"] = str(number)
            writer.writerow([cells.get(title.partition(" (")[0], "") for title in dialect.titles])
    return out.getvalue()


def _distance_name(writing: Writing) -> str:
    return {"m": "meters", "km": "km", "mi": "miles"}[writing.distance_unit]


def _rows(workout: LoggedWorkout, dialect: Dialect, writing: Writing) -> Iterator[Cells]:
    seconds = str(workout.duration_s or 0) if dialect.name == "S3" else _spelled(workout.duration_s)
    head = {
        "Date": f"{workout.start:%Y-%m-%d %H:%M:%S}",
        "Workout Name": workout.name,
        "Workout Notes": workout.notes,
        "Duration": seconds,
        "Workout Duration": seconds,
    }
    for exercise in workout.exercises:
        for cells in _exercise_rows(exercise, dialect, writing):
            yield {**head, "Exercise Name": exercise.name, **cells}


def _exercise_rows(exercise: LoggedExercise, dialect: Dialect, writing: Writing) -> Iterator[Cells]:
    if exercise.notes and dialect.pseudo_rows:
        yield {"Set Order": "Note", "Notes": exercise.notes}
    for one in exercise.sets:
        yield _set_cells(one, dialect, writing)
        if one.rest_s and dialect.pseudo_rows:
            yield {"Set Order": "Rest Timer", "Seconds": _number(Decimal(one.rest_s), writing)}


def _set_cells(one: LoggedSet, dialect: Dialect, writing: Writing) -> Cells:
    blank = None if dialect.name == "S3" else Decimal(0)
    distance = None if one.distance_m is None else one.distance_m / METRES[writing.distance_unit]
    cells = {
        "Set Order": _LETTERS.get(one.kind, str(one.index)),
        "Weight": _number(blank if one.weight is None else one.weight, writing),
        "Reps": _number(blank if one.reps is None else Decimal(one.reps), writing),
        "Distance": _number(blank if distance is None else distance, writing),
        "Seconds": _number(blank if one.duration_s is None else Decimal(one.duration_s), writing),
        "RPE": _number(one.rpe, writing),
        "Notes": one.notes,
    }
    if writing.name_units:
        cells["Weight Unit"] = {"kg": "kg", "lb": "lbs"}[one.weight_unit]
        cells["Distance Unit"] = _distance_name(writing) if one.distance_m else ""
    return cells


def _number(value: Decimal | None, writing: Writing) -> str:
    text = "" if value is None else format(value, "f")
    return text.replace(".", ",") if writing.decimal_comma else text


def _spelled(seconds: int | None) -> str:
    """ "1h 43m", "38min" or "45s": whole minutes where there are any, as the app writes it."""
    if not seconds:
        return ""
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    parts = [f"{hours}h" if hours else "", f"{minutes}m" if minutes else "", f"{rest}s" if rest else ""]
    spelled = " ".join(part for part in parts if part)
    return spelled.replace("m", "min") if not hours and not rest else spelled
