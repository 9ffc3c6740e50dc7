"""What an athlete did, as they read it in their app: exercises with their sets, in the athlete's units."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.urls import reverse

from accounts.domain.quantities import Units, distance, duration, load
from accounts.models import Settings
from training.models import Exercise, Set, Workout

SETS_MAX = 1000  # on one page


@dataclass(frozen=True)
class SetLine:
    number: int
    what: str
    aimed: str
    done: str
    notes: str
    url: str
    deleted: bool


@dataclass(frozen=True)
class ExerciseSheet:
    name: str
    url: str
    notes: str
    deleted: bool
    sets: list[SetLine]


@dataclass(frozen=True)
class Sheet:
    exercises: list[ExerciseSheet]
    has_more: bool = False


def units_for(user_id: Any) -> Units:
    """One query."""
    found = Settings.objects.filter(user_id=user_id).values_list("weight_unit", "distance_unit").first()
    return Units(*found) if found else Units()


def sheet_of_workout(workout: Workout) -> Sheet:
    """Three queries: units, exercises, sets. What was deleted is there too, and says so."""
    return _sheet(Exercise.objects.filter(workout=workout), units_for(workout.user_id))


def sheet_of_exercise(exercise: Exercise) -> Sheet:
    return _sheet(Exercise.objects.filter(pk=exercise.pk), units_for(exercise.user_id))


def _sheet(rows: Any, units: Units) -> Sheet:
    exercises = list(rows.select_related("exercise_type").order_by("position", "id"))
    sets = list(
        Set.objects.filter(exercise__in=[row.pk for row in exercises]).order_by("exercise", "position", "id")[
            : SETS_MAX + 1
        ]
    )
    of_exercise: dict[UUID, list[Any]] = defaultdict(list)
    for row in sets[:SETS_MAX]:
        of_exercise[row.exercise_id].append(row)
    sheets = [
        ExerciseSheet(
            name_of_exercise(row),
            reverse("admin:training_exercise_change", args=(row.pk,)),
            row.notes,
            row.deleted_at is not None,
            _lines(of_exercise[row.pk], units),
        )
        for row in exercises
    ]
    return Sheet(sheets, has_more=len(sets) > SETS_MAX)


def _lines(rows: Iterable[Any], units: Units) -> list[SetLine]:
    """Deleted ones count as none: the others have the numbers that the athlete sees."""
    found = []
    number = 0
    for row in rows:
        is_deleted = row.deleted_at is not None
        number += not is_deleted
        what = " ".join(filter(None, (row.get_kind_display().lower(), row.get_side_display().lower())))
        url = reverse("admin:training_set_change", args=(row.pk,))
        found.append(SetLine(number, what, aimed(row, units), done(row, units), row.notes, url, is_deleted))
    return found


def name_of_exercise(exercise: Any) -> str:
    """As the athlete typed it, or as its type is called. Reads the type."""
    return str(exercise.typed_name or exercise.exercise_type.name)


def done(row: Any, units: Units) -> str:
    """8 x 80 kg, RPE 8."""
    loaded = load(row.load_kg, row.typed_load, row.typed_load_unit, units)
    times = _times(row.reps, None, loaded)
    return _joined(times, *_measures(row.distance_m, row.duration_s, units), *_effort(row.rpe, row.rir))


def aimed(row: Any, units: Units) -> str:
    """8 to 10 x 75 % of the one-repetition maximum, RIR 2."""
    loaded = load(row.target_load_kg, row.target_typed_load, row.target_typed_load_unit, units)
    if row.target_reference:
        of = row.get_target_reference_display().lower()
        share = "" if row.target_percentage is None else f"{_number(row.target_percentage)} % of "
        loaded = loaded or f"{share}{of}"
    times = _times(row.target_reps, row.target_max_reps, loaded)
    measures = _measures(row.target_distance_m, row.target_duration_s, units)
    return _joined(times, *measures, *_effort(row.target_rpe, row.target_rir))


def _times(reps: int | None, max_reps: int | None, loaded: str) -> str:
    count = "" if reps is None else str(reps) if max_reps is None else f"{reps} to {max_reps}"
    if not count:
        return loaded
    return f"{count} x {loaded}" if loaded else f"{count} rep" if count == "1" else f"{count} reps"


def _measures(distance_m: Decimal | None, duration_s: int | None, units: Units) -> tuple[str, str]:
    return (
        "" if distance_m is None else distance(distance_m, units),
        "" if duration_s is None else duration(duration_s),
    )


def _effort(rpe: Decimal | None, rir: Decimal | None) -> tuple[str, str]:
    return ("" if rpe is None else f"RPE {_number(rpe)}", "" if rir is None else f"RIR {_number(rir)}")


def _joined(*texts: str) -> str:
    return ", ".join(filter(None, texts))


def _number(value: Decimal) -> str:
    text = f"{value}"
    return text.rstrip("0").rstrip(".") if "." in text else text
