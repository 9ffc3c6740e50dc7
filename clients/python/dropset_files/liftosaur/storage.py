"""Liftosaur's backup: one JSON object with the settings, the programs and the history of workouts."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from dropset_files.liftosaur.csv import title_of, told_of_undone
from dropset_files.liftosaur.names import name_of
from dropset_files.shared.building import ExerciseDraft, WorkoutDraft, Workouts, checked, whole_reps
from dropset_files.shared.cells import CellError, read_start
from dropset_files.shared.documents import Json, JsonObject, number, objects, text
from dropset_files.shared.model import LATEST, Kind, LoggedSet, Problem, TrainingFile, WeightUnit
from dropset_files.shared.reading import ReadAs
from dropset_files.shared.tables import WEIGHT_UNITS

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_MS = int((LATEST - _EPOCH).total_seconds() * 1000)
_SAYS = frozenset(
    (
        "workout name", "workout notes", "duration", "note", "superset", "rpe", "notes", "completed", "target reps",
        "target weight", "target rpe",
    )
)  # fmt: skip


def is_storage(document: Json) -> bool:
    return "history" in document.names() or "storage" in document.names()


def read_liftosaur_json(source: str, read_as: ReadAs) -> TrainingFile:
    """Raises FileFormatError where it is no JSON."""
    document = Json(source)
    above = () if "history" in document.names() else ("storage",)
    own = document.field(*above, "settings", "exercises")
    reading = _Reading(read_as, own if isinstance(own, dict) else {})
    for line, record in document.records(*above, "history"):
        reading.add(line, record)
    return TrainingFile(
        workouts=reading.workouts.finished(),
        problems=tuple(reading.problems),
        says=_SAYS,
        assumed=frozenset(reading.assumed),
        whole=reading.whole,
        app="liftosaur",
        dialect="JSON",
        told=told_of_undone(reading.undone),
    )


class _Reading:
    def __init__(self, read_as: ReadAs, own: JsonObject) -> None:
        self._read_as = read_as
        self._own = own
        self.workouts = Workouts()
        self.problems: list[Problem] = []
        self.assumed: set[str] = set()
        self.undone = 0
        self.whole = True

    def add(self, line: int, record: JsonObject | Problem) -> None:
        if isinstance(record, Problem):
            self.problems.append(record)
            self.whole = False
            return
        try:
            workout = self._workout(line, record)
            entries = objects(record.get("entries"), "entries")
        except CellError as error:
            self.problems.append(Problem(line, str(error)))
            self.whole = False
            return
        for place, entry in enumerate(entries, start=1):
            self._entry(workout, entry, f"exercise {place}")

    def _workout(self, line: int, record: JsonObject) -> WorkoutDraft:
        start = self._moment(record.get("startTime")) or self._started(record)
        name = title_of(text(record.get("programName"), "programName"), text(record.get("dayName"), "dayName"))
        made = WorkoutDraft(start, name, line, is_exact=True)
        workout = self.workouts.of(start, made)
        end = self._moment(record.get("endTime"))
        if end is not None and end > start:
            workout.duration_s = int((end - start).total_seconds())
        if notes := text(record.get("notes"), "notes"):
            workout.notes.append(notes)
        return workout

    def _started(self, record: JsonObject) -> datetime:
        zone = self._read_as.zone
        return read_start(text(record.get("date"), "date"), zone).astimezone(zone)

    def _moment(self, value: Any) -> datetime | None:
        """From milliseconds since 1970."""
        ms = number(value, "time", below=_LATEST_MS)
        if ms is None:
            return None
        return (_EPOCH + timedelta(milliseconds=int(ms))).astimezone(self._read_as.zone)

    def _entry(self, workout: WorkoutDraft, entry: JsonObject, where: str) -> None:
        try:
            exercise = workout.begin(
                self._name_of(entry), workout.line, text(entry.get("superset"), "superset") or None
            )
            if notes := text(entry.get("notes"), "notes"):
                exercise.notes.append(notes)
            rows = [(one, True) for one in objects(entry.get("warmupSets"), "warmupSets")]
            rows += [(one, False) for one in objects(entry.get("sets"), "sets")]
        except CellError as error:
            workout.whole = False
            self.problems.append(Problem(workout.line, f"{where}: {error}"))
            return
        for one, is_warm_up in rows:
            self._set(exercise, one, where, is_warm_up=is_warm_up)

    def _name_of(self, entry: JsonObject) -> str:
        named = entry.get("exercise")
        name = text(name_of(named, self._own)) if isinstance(named, dict) else ""
        if not name:
            raise CellError("it names no exercise")
        return name

    def _set(self, exercise: ExerciseDraft, raw: JsonObject, where: str, *, is_warm_up: bool) -> None:
        exercise.rows += 1
        if raw.get("completedReps") is None:
            self.undone += 1
            return
        try:
            exercise.sets.append(self._read_set(raw, exercise, is_warm_up=is_warm_up))
        except CellError as error:
            exercise.whole = False
            self.problems.append(Problem(exercise.line, f"{where}, set {exercise.rows}: {error}"))

    def _read_set(self, raw: JsonObject, exercise: ExerciseDraft, *, is_warm_up: bool) -> LoggedSet:
        reps, half = whole_reps(number(raw.get("completedReps"), "completedReps"))
        target_reps, _ = whole_reps(number(raw.get("reps"), "reps"))
        target, target_unit = self._weight(raw.get("originalWeight") or raw.get("weight"))
        done = raw.get("completedWeight")
        weight, unit = self._weight(done) if done is not None else self._weight(raw.get("weight"))
        left = number(raw.get("completedRepsLeft"), "completedRepsLeft")
        one = LoggedSet(
            index=exercise.rows,
            kind=Kind.WARM_UP if is_warm_up else Kind.AMRAP if raw.get("isAmrap") is True else Kind.WORKING,
            weight=weight,
            weight_unit=unit,
            reps=reps,
            rpe=number(raw.get("completedRpe"), "completedRpe") or None,
            completed_at=self._moment(raw.get("timestamp")),
            target_reps=target_reps or None,
            target_weight=target if target and target_unit == unit else None,
            target_rpe=number(raw.get("rpe"), "rpe") or None,
            line=exercise.line,
        )
        both = f"left side: {left} reps" if left is not None and left != reps else ""
        return checked(one, notes=(text(raw.get("label"), "label"), half, both))

    def _weight(self, value: Any) -> tuple[Decimal | None, WeightUnit]:
        """A number with its unit; of long ago, a number alone."""
        unit = self._read_as.weight_unit
        if isinstance(value, dict):
            named = WEIGHT_UNITS.get(text(value.get("unit"), "unit"))
            if named is None:
                raise CellError(f"unit {str(value.get('unit'))[:40]!r} is unknown")
            return number(value.get("value"), "weight"), named
        if value is not None:
            self.assumed.add("weight unit")
        return number(value, "weight"), unit
