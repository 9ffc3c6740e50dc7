"""An export as ordinary offline changes of a device.

Every id is made from the account and the content: importing a file again, or a longer export of the same history, or
the same file on a second phone, makes nothing twice.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from dropset_client.device import Device
from dropset_client.strong.model import (
    DistanceUnit,
    Problem,
    StrongExercise,
    StrongSet,
    StrongWorkout,
    WeightUnit,
)
from dropset_client.strong.names import NameIndex, names_of, normalised
from dropset_client.strong.reader import parse_strong

_CENTIMETRE = Decimal("0.01")
_TYPED = Decimal("0.001")
OnWorkout = Callable[[int, int], object]


@dataclass(slots=True)
class ImportReport:
    """What was made. `skipped` counts records that were there already, or were deleted by the user.

    `workout_ids` are those of all workouts in the file, in its order.
    """

    workouts: int = 0
    exercises: int = 0
    sets: int = 0
    exercise_types: int = 0
    skipped: int = 0
    workout_ids: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def import_strong(
    device: Device,
    source: str | bytes | Path,
    *,
    zone: ZoneInfo,
    exercise_types: Mapping[str, str],
    weight_unit: WeightUnit = "kg",
    distance_unit: DistanceUnit = "km",
    on_workout: OnWorkout = lambda _done, _total: None,
) -> ImportReport:
    """Queue the workouts of a Strong export on a device, in one local transaction; no network is needed.

    `exercise_types` maps names to ids (see `names.library_names`); a name that neither it nor the user's own types
    know becomes a private exercise type. `on_workout` hears how many workouts are done, and of how many.

    Raises StrongFormatError for a file that is no Strong export, NotSignedIn before the first login.
    """
    found = parse_strong(source, zone=zone, weight_unit=weight_unit, distance_unit=distance_unit)
    importer = _Importer(device, zone, exercise_types)
    importer.report.problems.extend(found.problems)
    with device.batch():
        for done, workout in enumerate(found.workouts, start=1):
            importer.add_workout(workout)
            on_workout(done, len(found.workouts))
    return importer.report


class _Importer:
    def __init__(self, device: Device, zone: ZoneInfo, exercise_types: Mapping[str, str]) -> None:
        self.report = ImportReport()
        self._device = device
        self._zone = zone.key
        self._namespace = uuid.uuid5(uuid.UUID(device.user_id), "strong-csv")
        self._types = NameIndex(exercise_types)
        for own in device.list("exercise_type"):
            self._types.add(names_of(own.data or {}), own.id)

    def add_workout(self, workout: StrongWorkout) -> None:
        workout_id = self._id("workout", workout.key)
        self.report.workout_ids.append(workout_id)
        # In UTC: adding hours to a local time is wrong in the night of a clock change.
        ended_at = workout.start.astimezone(UTC) + timedelta(seconds=workout.duration_s or 0)
        self.report.workouts += self._create(
            "workout",
            workout_id,
            {
                "title": workout.name,
                "status": "completed",
                "started_at": workout.start,
                "ended_at": ended_at,
                "time_zone": self._zone,
                "notes": workout.notes,
            },
        )
        for position, exercise in enumerate(workout.exercises, start=1):
            self._add_exercise(workout, workout_id, exercise, position)

    def _add_exercise(self, workout: StrongWorkout, workout_id: str, exercise: StrongExercise, position: int) -> None:
        exercise_id = self._id("exercise", workout.key, exercise.index)
        self.report.exercises += self._create(
            "exercise",
            exercise_id,
            {
                "exercise_type": self._type_of(exercise.name),
                "workout": workout_id,
                "position": position,
                "time_zone": self._zone,
                "notes": exercise.notes,
            },
        )
        for one in exercise.sets:
            set_id = self._id("set", workout.key, exercise.index, one.index)
            self.report.sets += self._create("set", set_id, {"exercise": exercise_id, **set_fields(one)})

    def _type_of(self, name: str) -> str:
        """The exercise type of a name; an unknown one is made, private to the user and usable at once."""
        known = self._types.find(name)
        if known is not None:
            return known
        type_id = self._id("exercise_type", normalised(name))
        self.report.exercise_types += self._create("exercise_type", type_id, {"name": name})
        self._types.add([name], type_id)
        return type_id

    def _create(self, entity: str, record_id: str, data: Mapping[str, object]) -> bool:
        base = self._device.store.base(entity, record_id)
        if base is not None or self._device.store.queued_for(entity, record_id):
            self.report.skipped += 1
            return False
        self._device.create(entity, data, id=record_id)
        return True

    def _id(self, *key: object) -> str:
        return str(uuid.uuid5(self._namespace, "|".join(map(str, key))))


def set_fields(one: StrongSet) -> dict[str, object]:
    """A set on the wire, without what the file does not know.

    What the user typed stands beside the load, except for a 0, which Strong writes by itself.
    """
    fields: dict[str, object] = {
        "position": one.index,
        "kind": str(one.kind),
        "reps": one.reps,
        "load_kg": one.load_kg,
        "rpe": one.rpe,
        "distance_m": _rounded(one.distance_m, _CENTIMETRE),
        "duration_s": one.duration_s,
        "rest_s": one.rest_s,
        "notes": one.notes or None,
    }
    if one.weight:
        fields |= {"typed_load": _rounded(one.weight, _TYPED), "typed_load_unit": one.weight_unit}
    return {name: value for name, value in fields.items() if value is not None}


def _rounded(value: Decimal | None, step: Decimal) -> Decimal | None:
    """As written, unless it has more decimals than the server stores."""
    return value if value is None or value == value.quantize(step) else value.quantize(step)
