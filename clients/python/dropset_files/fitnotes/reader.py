"""FitNotes' CSV: one row for each set, with a date and no time. A day is a workout: the file knows of no others.

| file              | weight                                      | note      |
|-------------------|---------------------------------------------|-----------|
| Android, old      | `Weight (kgs)` or `Weight (lbs)`             | `Comment` |
| Android, new      | `Weight` and `Weight Unit`                   | `Comment` |
| FitNotes 2 on iOS | `Weight (kg)` and `Weight (lbs)`, one filled | `Notes`   |
"""

import re
from datetime import datetime
from decimal import Decimal
from typing import Literal

from dropset_files.shared.building import ExerciseDraft, WorkoutDraft, Workouts, checked, whole_reps
from dropset_files.shared.cells import CellError, read_duration_s, read_start
from dropset_files.shared.model import METRES, FileFormatError, Kind, LoggedSet, Problem, TrainingFile, WeightUnit
from dropset_files.shared.reading import ReadAs
from dropset_files.shared.tables import WEIGHT_UNITS, Columns, Row, read_table

FITNOTES_TITLES = frozenset(("date", "exercise", "category"))
_NOON_H = 12
_NO_TIMES = "FitNotes writes no times: each day is one workout, at noon"
_TITLES = {
    "date": "date",
    "exercise": "exercise name",
    "category": "category",
    "weight": "weight",
    "weight unit": "weight unit",
    "reps": "reps",
    "distance": "distance",
    "distance unit": "distance unit",
    "time": "seconds",
    "comment": "notes",
    "notes": "notes",
    "kind": "kind",
}
_WITH_UNIT = re.compile(r"weight ?\((\w+)\)")


def read_fitnotes(text: str, read_as: ReadAs) -> TrainingFile:
    """Raises FileFormatError where the columns that sets need are not there."""
    table = read_table(text, _read_header, dates=read_as.dates)
    reading = _Reading(read_as, table.problems)
    for row in table.rows:
        try:
            reading.add(row)
        except CellError as error:
            reading.problems.append(Problem(row.line, str(error)))
    return TrainingFile(
        workouts=reading.workouts.finished(),
        problems=tuple(sorted(reading.problems, key=lambda problem: problem.line)),
        says=frozenset(table.columns.place) | {"distance", "seconds"},
        assumed=frozenset(reading.assumed),
        whole=reading.whole and not any(problem.line > 1 for problem in table.problems),
        app="fitnotes",
        dialect=_dialect(table.columns),
        told=(_NO_TIMES,),
    )


def _read_header(titles: list[str]) -> tuple[Columns, list[Problem]]:
    columns = Columns({}, len(titles))
    for place, title in enumerate(titles):
        text = " ".join(title.strip("\ufeff ").casefold().split())
        name: str | None = _TITLES.get(text)
        if found := _WITH_UNIT.fullmatch(text):
            unit = WEIGHT_UNITS.get(found[1])
            name = f"weight in {unit}" if unit else None
        if name:
            columns.place.setdefault(name, place)
    if not {"weight", "weight in kg", "weight in lb", "reps", "seconds"} & columns.place.keys():
        raise FileFormatError("this export of FitNotes lacks the columns of what was done: weight, reps and time")
    return columns, []


def _dialect(columns: Columns) -> str:
    has = columns.place.keys()
    if "kind" in has or {"weight in kg", "weight in lb"} <= has:
        return "of FitNotes 2 for iOS"
    return "with the new header" if "weight unit" in has else "with the old header"


def _seconds(row: Row) -> int | None:
    """ "0:31:05", or "31:05" without hours."""
    text = row.text("seconds")
    return read_duration_s(f"0:{text}" if text.count(":") == 1 else text)


class _Reading:
    def __init__(self, read_as: ReadAs, problems: list[Problem]) -> None:
        self._read_as = read_as
        self._starts: dict[str, datetime] = {}
        self.workouts = Workouts()
        self.problems = problems
        self.assumed: set[str] = set()
        self.whole = True

    def add(self, row: Row) -> None:
        try:
            start = self._start(row)
        except CellError:
            self.whole = False
            raise
        workout = self.workouts.of(start, WorkoutDraft(start, "", row.line))
        name = row.text("exercise name")
        if not name:
            workout.whole = False
            raise CellError("the row names no exercise")
        exercise = self._exercise_of(workout, name, row.line)
        exercise.rows += 1
        try:
            exercise.sets.append(self._read_set(row, exercise.rows))
        except CellError:
            exercise.whole = False
            raise

    def _start(self, row: Row) -> datetime:
        if row.has_more_cells_than_titles():
            raise CellError("the row has more cells than the header")
        if row.is_cut_off():
            raise CellError("the row has fewer cells than the header: is the file cut off?")
        text = row.text("date")
        if text not in self._starts:
            self._starts[text] = read_start(text, self._read_as.zone, row.columns.dates).replace(hour=_NOON_H)
        return self._starts[text]

    @staticmethod
    def _exercise_of(workout: WorkoutDraft, name: str, line: int) -> ExerciseDraft:
        last = workout.last()
        return last if last is not None and last.name == name else workout.begin(name, line)

    def _read_set(self, row: Row, index: int) -> LoggedSet:
        weight, unit = self._weight(row)
        reps, half = whole_reps(row.number("reps"))
        seconds, distance_m = _seconds(row), self._distance_m(row)
        one = LoggedSet(
            index=index,
            kind=Kind.TIMED if seconds and not reps and not distance_m else Kind.WORKING,
            weight=weight,
            weight_unit=unit,
            reps=reps,
            distance_m=distance_m,
            duration_s=seconds,
            line=row.line,
        )
        return checked(one, notes=(row.text("notes"), half))

    def _weight(self, row: Row) -> tuple[Decimal | None, WeightUnit]:
        units: tuple[WeightUnit, WeightUnit] = ("kg", "lb")
        for unit in units:
            if (found := row.number(f"weight in {unit}")) is not None:
                return found, unit
        weight = row.number("weight")
        return weight, row.weight_unit() or self._assume("weight unit", self._read_as.weight_unit, needed=bool(weight))

    def _distance_m(self, row: Row) -> Decimal | None:
        distance = row.number("distance")
        if not distance:
            return None
        unit = row.distance_unit()
        if unit is None:
            self.assumed.add("distance unit")
        return distance * METRES[unit or self._read_as.distance_unit]

    def _assume(self, what: Literal["weight unit"], unit: WeightUnit, *, needed: bool) -> WeightUnit:
        if needed:
            self.assumed.add(what)
        return unit
