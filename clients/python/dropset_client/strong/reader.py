"""From the rows of an export to workouts, exercises and sets."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from dropset_client.strong.dialect import CellError, Row, read_duration_s, read_rows, read_start, read_text
from dropset_client.strong.model import (
    METRES,
    DistanceUnit,
    Kind,
    Problem,
    StrongExercise,
    StrongFile,
    StrongSet,
    StrongWorkout,
    WeightUnit,
)

_REST = "rest timer"
_NOTE = "note"
_KINDS = {"w": Kind.WARM_UP, "d": Kind.DROP, "f": Kind.FAILURE}
_RPE_MIN, _RPE_MAX = 1, 10


def parse_strong(
    source: str | bytes | Path,
    *,
    zone: ZoneInfo,
    weight_unit: WeightUnit = "kg",
    distance_unit: DistanceUnit = "km",
) -> StrongFile:
    """Read an export of any dialect. `zone` is where its local times are meant; the units fill in where it has none.

    Raises StrongFormatError for a file that is something else. A row that cannot be read becomes a Problem.
    """
    grouping = _Grouping(zone)
    for row in read_rows(read_text(source), weight_unit=weight_unit, distance_unit=distance_unit):
        try:
            grouping.add(row)
        except CellError as error:
            grouping.problems.append(Problem(row.line, str(error)))
    return StrongFile(
        workouts=tuple(draft.finished() for draft in grouping.workouts.values()),
        problems=tuple(grouping.problems),
    )


@dataclass(slots=True)
class _ExerciseDraft:
    name: str
    rows: int = 0
    sets: list[StrongSet] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rests: dict[int, int] = field(default_factory=dict)

    def finished(self, index: int) -> StrongExercise:
        return StrongExercise(
            index=index, name=self.name, sets=tuple(map(self._with_rest, self.sets)), notes="\n".join(self.notes)
        )

    def _with_rest(self, one: StrongSet) -> StrongSet:
        return replace(one, rest_s=self.rests.get(one.index))


@dataclass(slots=True)
class _WorkoutDraft:
    start: datetime
    name: str
    duration_s: int | None
    exercises: list[_ExerciseDraft] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def run_of(self, name: str) -> _ExerciseDraft:
        """The run of rows that a row with this exercise name belongs to."""
        if not self.exercises or self.exercises[-1].name != name:
            self.exercises.append(_ExerciseDraft(name))
        return self.exercises[-1]

    def finished(self) -> StrongWorkout:
        exercises = (draft.finished(index) for index, draft in enumerate(self.exercises, start=1))
        return StrongWorkout(
            start=self.start,
            name=self.name,
            duration_s=self.duration_s,
            notes="\n".join(self.notes),
            exercises=tuple(exercise for exercise in exercises if exercise.sets or exercise.notes),
        )


class _Grouping:
    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self.workouts: dict[tuple[datetime, str], _WorkoutDraft] = {}
        self.problems: list[Problem] = []

    def add(self, row: Row | Problem) -> None:
        if isinstance(row, Problem):
            self.problems.append(row)
            return
        workout = self._workout_of(row)
        name, order = row.text("exercise name"), row.text("set order").casefold()
        if _REST in (name.casefold(), order):
            self._add_rest(row, workout)
        elif not name:
            raise CellError("the row names no exercise")
        elif order == _NOTE:
            _add_once(workout.run_of(name).notes, row.text("notes"))
        else:
            exercise = workout.run_of(name)
            exercise.rows += 1
            exercise.sets.append(_read_set(row, order, exercise.rows))

    def _workout_of(self, row: Row) -> _WorkoutDraft:
        if len(row.cells) > len(row.columns.place) and any(row.cells[len(row.columns.place) :]):
            raise CellError("the row has more cells than the header")
        key = (read_start(row.text("date"), self._zone), row.text("workout name"))
        if key not in self.workouts:
            self.workouts[key] = _WorkoutDraft(*key, duration_s=self._duration(row))
        _add_once(self.workouts[key].notes, row.text("workout notes"))
        return self.workouts[key]

    def _duration(self, row: Row) -> int | None:
        """An unreadable duration costs the workout its end, not its sets."""
        try:
            return read_duration_s(row.text("duration"))
        except CellError as error:
            self.problems.append(Problem(row.line, f"{error}; the workout is imported without its duration"))
            return None

    def _add_rest(self, row: Row, workout: _WorkoutDraft) -> None:
        seconds = row.number("seconds")
        last = workout.exercises[-1] if workout.exercises else None
        if last is None or not last.rows:
            raise CellError("a rest timer before the first set")
        if last.rows in last.rests:
            raise CellError("a second rest timer for one set")
        if seconds:
            last.rests[last.rows] = int(seconds.to_integral_value())


def _add_once(texts: list[str], text: str) -> None:
    if text and text not in texts:
        texts.append(text)


def _read_set(row: Row, order: str, index: int) -> StrongSet:
    weight, reps, rpe = row.number("weight"), row.whole("reps"), row.number("rpe") or None
    distance, seconds = row.number("distance") or None, row.number("seconds") or None
    if not (weight or reps or distance or seconds):
        raise CellError("the row records nothing")
    if rpe is not None and not (_RPE_MIN <= rpe <= _RPE_MAX and rpe == round(rpe, 1)):
        raise CellError(f"rpe {rpe} is not one of {_RPE_MIN} to {_RPE_MAX} with one decimal")
    # Strong writes 0 for "does not apply": a plank has no reps, a run no weight, but a pull-up has no added weight.
    measured = bool(distance or seconds)
    return StrongSet(
        index=index,
        kind=_kind(order, timed=bool(seconds and not reps and not distance)),
        weight=None if measured and not weight and not reps else weight,
        weight_unit=row.weight_unit(),
        reps=None if measured and not reps else reps,
        rpe=rpe,
        distance_m=None if distance is None else distance * METRES[row.distance_unit()],
        duration_s=None if seconds is None else int(seconds.to_integral_value()),
        notes=row.text("notes"),
        line=row.line,
    )


def _kind(order: str, *, timed: bool) -> Kind:
    if order in _KINDS:
        return _KINDS[order]
    if order and not order.isdigit():
        raise CellError(f"set order {order[:40]!r} is unknown")
    return Kind.TIMED if timed else Kind.WORKING
