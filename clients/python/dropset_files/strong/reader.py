"""From the rows of an export to workouts, exercises and sets."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from dropset_files.shared.building import add_once, whole_reps
from dropset_files.shared.cells import CellError, read_start
from dropset_files.shared.lines import text_of
from dropset_files.shared.model import (
    METRES,
    DistanceUnit,
    Kind,
    LoggedExercise,
    LoggedSet,
    LoggedWorkout,
    Problem,
    TrainingFile,
    WeightUnit,
)
from dropset_files.shared.reading import ReadAs
from dropset_files.shared.tables import Row, Unit
from dropset_files.strong.dialect import dialect_of, read_export

# Rows that are not sets, by their words in the known languages. Others are known by their content.
_REST = frozenset(("rest timer", "ruhezeit"))
_NOTE = frozenset(("note",))
_KINDS = {"w": Kind.WARM_UP, "d": Kind.DROP, "f": Kind.FAILURE}


def read_strong(source: str | bytes, read_as: ReadAs) -> TrainingFile:
    """Read an export of any dialect. Raises FileFormatError for a file that is something else. A row that cannot be read
    becomes a Problem.
    """
    table = read_export(text_of(source), named=read_as.columns, dates=read_as.dates)
    grouping = _Grouping(read_as.zone, read_as.weight_unit, read_as.distance_unit)
    grouping.problems = sorted(table.problems, key=lambda problem: problem.line)
    grouping.whole = not any(problem.line > 1 for problem in table.problems)
    if "number" in table.columns.place:  # exports of this form have such rows, where there is something to say
        grouping.says |= {"rest", "note"}
    for row in table.rows:
        try:
            grouping.add(row)
        except CellError as error:
            grouping.problems.append(Problem(row.line, str(error)))
    return TrainingFile(
        workouts=tuple(draft.finished() for draft in grouping.workouts.values()),
        problems=tuple(sorted(grouping.problems, key=lambda problem: problem.line)),
        says=frozenset(table.columns.place) | grouping.says,
        assumed=frozenset(grouping.assumed),
        whole=grouping.whole,
        dialect=dialect_of(table.columns),
    )


@dataclass(slots=True)
class _ExerciseDraft:
    name: str
    line: int
    rows: int = 0
    whole: bool = True
    sets: list[LoggedSet] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rests: dict[int, int] = field(default_factory=dict)
    first_number: int | None = None
    last_number: int = 0
    tail: list[LoggedSet | str] = field(default_factory=list)  # warm-ups and notes behind the last numbered set

    def begins_again(self, number: int) -> bool:
        """Whether a set of this number is the first one of the same exercise, done once more."""
        return self.first_number is not None and number == self.first_number <= self.last_number

    def split(self) -> "_ExerciseDraft":
        """The next run: what stands behind the last numbered set is the beginning of it."""
        after = _ExerciseDraft(self.name, self.line)
        for item in self.tail:
            if isinstance(item, str):
                self.notes.remove(item)
                after.notes.append(item)
                continue
            self.sets.remove(item)
            self.rows -= 1
            after.rows += 1
            after.sets.append(replace(item, index=after.rows))
            if item.index in self.rests:
                after.rests[after.rows] = self.rests.pop(item.index)
        self.tail = []
        return after

    def note(self, text: str) -> None:
        if text and text not in self.notes:
            self.notes.append(text)
            self.tail.append(text)

    def finished(self, index: int) -> LoggedExercise:
        sets = tuple(replace(one, rest_s=self.rests.get(one.index)) for one in self.sets)
        return LoggedExercise(index, self.name, sets, "\n".join(self.notes), line=self.line, whole=self.whole)


@dataclass(slots=True)
class _WorkoutDraft:
    start: datetime
    name: str
    line: int
    duration_s: int | None
    whole: bool = True
    exercises: list[_ExerciseDraft] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def run_of(self, name: str, line: int, number: int | None = None) -> _ExerciseDraft:
        """The run of rows that a row with this exercise name, and this number of its set, belongs to."""
        last = self.exercises[-1] if self.exercises else None
        if last is None or last.name != name:
            self.exercises.append(_ExerciseDraft(name, line))
        elif number is not None and last.begins_again(number):
            self.exercises.append(last.split())
        return self.exercises[-1]

    def finished(self) -> LoggedWorkout:
        exercises = (draft.finished(index) for index, draft in enumerate(self.exercises, start=1))
        return LoggedWorkout(
            start=self.start,
            name=self.name,
            duration_s=self.duration_s,
            notes="\n".join(self.notes),
            exercises=tuple(exercise for exercise in exercises if exercise.sets or exercise.notes),
            line=self.line,
            whole=self.whole and all(draft.whole or draft.sets for draft in self.exercises),
        )


class _Grouping:
    def __init__(self, zone: ZoneInfo, weight_unit: WeightUnit, distance_unit: DistanceUnit) -> None:
        self._zone = zone
        self._weight_unit = weight_unit
        self._distance_unit = distance_unit
        self._starts: dict[str, datetime] = {}
        self.workouts: dict[tuple[str, datetime, str], _WorkoutDraft] = {}
        self.problems: list[Problem] = []
        self.says: set[str] = set()
        self.assumed: set[str] = set()
        self.whole = True

    def add(self, row: Row) -> None:
        workout = self._workout_of(row)
        name, order = row.text("exercise name"), row.text("set order").casefold()
        if name.casefold() in _REST or order in _REST:
            self._add_rest(row, workout)
        elif not name:
            workout.whole = False
            raise CellError("the row names no exercise")
        elif order in _NOTE:
            self._add_note(row, workout, name)
        else:
            self._add_set(row, workout, name, order)

    def _workout_of(self, row: Row) -> _WorkoutDraft:
        try:
            start = self._start(row)
        except CellError:
            self.whole = False
            raise
        key = (row.text("number"), start, row.text("workout name"))
        if key not in self.workouts:
            self.workouts[key] = _WorkoutDraft(start, key[2], row.line, self._duration(row))
        add_once(self.workouts[key].notes, row.text("workout notes"))
        return self.workouts[key]

    def _start(self, row: Row) -> datetime:
        if row.has_more_cells_than_titles():
            raise CellError("the row has more cells than the header")
        text = row.text("date")
        if text not in self._starts:
            self._starts[text] = read_start(text, self._zone, row.columns.dates)
        return self._starts[text]

    def _duration(self, row: Row) -> int | None:
        """An unreadable duration costs the workout its end, not its sets."""
        try:
            return row.duration_s()
        except CellError as error:
            self.problems.append(Problem(row.line, f"{error}; the workout is imported without its duration"))
            return None

    def _add_rest(self, row: Row, workout: _WorkoutDraft) -> None:
        self.says.add("rest")
        seconds = row.number("seconds")
        last = workout.exercises[-1] if workout.exercises else None
        if last is None or not last.rows:
            raise CellError("a rest timer before the first set")
        if last.rows in last.rests:
            raise CellError("a second rest timer for one set")
        if seconds:
            last.rests[last.rows] = int(seconds.to_integral_value())

    def _add_note(self, row: Row, workout: _WorkoutDraft, name: str) -> None:
        self.says.add("note")
        workout.run_of(name, row.line).note(row.text("notes"))

    def _add_set(self, row: Row, workout: _WorkoutDraft, name: str, order: str) -> None:
        if _is_no_set(row, order):
            if row.number("seconds") or not row.text("notes"):
                self._add_rest(row, workout)
            else:
                self._add_note(row, workout, name)
            return
        number = int(order) if order.isdecimal() else None
        exercise = workout.run_of(name, row.line, number)
        exercise.rows += 1
        try:
            one = self._read_set(row, order, exercise.rows)
        except CellError:
            exercise.whole = False
            raise
        exercise.sets.append(one)
        exercise.tail = [*exercise.tail, one] if one.kind is Kind.WARM_UP else []
        if number is not None:
            exercise.first_number = number if exercise.first_number is None else exercise.first_number
            exercise.last_number = number

    def _read_set(self, row: Row, order: str, index: int) -> LoggedSet:
        weight, (reps, half) = row.number("weight"), whole_reps(row.number("reps"))
        distance, seconds = row.number("distance") or None, row.number("seconds") or None
        if not (weight or reps or half or distance or seconds):
            raise CellError("the row records nothing")
        rpe, odd_rpe = self._rpe(row)
        # Strong writes 0 for "does not apply": a plank has no reps, a run no weight, but a pull-up has no added weight.
        measured = bool(distance or seconds)
        return LoggedSet(
            index=index,
            kind=_kind(order, timed=bool(seconds and not reps and not distance)),
            weight=None if measured and not weight and not reps else weight,
            weight_unit=row.weight_unit() or self._assume("weight unit", self._weight_unit, needed=bool(weight)),
            reps=None if measured and not reps else reps,
            rpe=rpe,
            distance_m=distance and distance * METRES[self._distance_unit_of(row)],
            duration_s=None if seconds is None else int(seconds.to_integral_value()),
            notes="\n".join(filter(None, (row.text("notes"), half, odd_rpe))),
            line=row.line,
        )

    def _distance_unit_of(self, row: Row) -> DistanceUnit:
        return row.distance_unit() or self._assume("distance unit", self._distance_unit, needed=True)

    def _assume(self, what: str, unit: Unit, *, needed: bool) -> Unit:
        if needed:
            self.assumed.add(what)
        return unit

    def _rpe(self, row: Row) -> tuple[Decimal | None, str]:
        """An unreadable RPE costs the set its RPE, and is kept as a note."""
        try:
            return row.number("rpe") or None, ""
        except CellError as error:
            self.problems.append(Problem(row.line, f"{error}; it is kept as a note"))
            return None, f"RPE {row.text('rpe')}"


def _is_no_set(row: Row, order: str) -> bool:
    """A rest timer or a note in a language that is not known here: a word in place of a number, and nothing lifted."""
    spelled = sum(one.isalpha() for one in order) > 1
    return spelled and not any(row.number(name) for name in ("weight", "reps", "distance"))


def _kind(order: str, *, timed: bool) -> Kind:
    if order in _KINDS:
        return _KINDS[order]
    if order and not order.isdecimal():
        raise CellError(f"set order {order[:40]!r} is unknown")
    return Kind.TIMED if timed else Kind.WORKING
