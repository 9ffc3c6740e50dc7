"""Liftosaur's history as CSV: one row for each set, with what the program asked for beside what was done.

Older exports have one weight; newer ones a required and a completed one, for RPE too. Times are moments in UTC.
"""

from datetime import datetime
from decimal import Decimal

from dropset_files.shared.building import ExerciseDraft, WorkoutDraft, Workouts, add_once, checked, whole_reps
from dropset_files.shared.cells import CellError, read_start
from dropset_files.shared.model import FileFormatError, Kind, LoggedSet, Problem, TrainingFile, WeightUnit
from dropset_files.shared.reading import ReadAs
from dropset_files.shared.tables import WEIGHT_UNITS, Columns, Row, read_table, simple, unit_of

LIFTOSAUR_TITLES = frozenset(("workout datetime", "exercise", "completed reps"))
_COLUMNS = {
    "workout datetime": "date",
    "program": "program",
    "day name": "day",
    "exercise": "exercise name",
    "is warmup set?": "is warm-up",
    "required reps": "target reps",
    "completed reps": "reps",
    "is amrap?": "is amrap",
    "rpe": "an rpe",
    "required rpe": "target rpe",
    "completed rpe": "rpe",
    "log rpe?": "log rpe",
    "weight value": "weight",
    "weight unit": "weight unit",
    "required weight value": "target weight",
    "required weight unit": "target unit",
    "completed weight value": "weight",
    "completed weight unit": "weight unit",
    "ask weight?": "ask weight",
    "completed reps time": "completed",
    "target muscles": "target muscles",
    "synergist muscles": "synergist muscles",
    "notes": "note",
}


def read_liftosaur_csv(text: str, read_as: ReadAs) -> TrainingFile:
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
        says=frozenset(table.columns.place) | {"workout name", "duration"},
        assumed=frozenset(reading.assumed),
        whole=reading.whole and not any(problem.line > 1 for problem in table.problems),
        app="liftosaur",
        dialect="CSV, with what was asked for" if "target weight" in table.columns.place else "CSV, with one weight",
        told=told_of_undone(reading.undone),
    )


def told_of_undone(number: int) -> tuple[str, ...]:
    return (f"{number} sets were planned and not done: they are not imported",) if number else ()


def title_of(program: str, day: str) -> str:
    return ", ".join(part for part in (program, day) if part)


def _read_header(titles: list[str]) -> tuple[Columns, list[Problem]]:
    columns = Columns({}, len(titles))
    for place, title in enumerate(titles):
        if name := _COLUMNS.get(simple(title.strip("\ufeff"))):
            columns.place.setdefault(name, place)
    an_rpe = columns.place.pop("an rpe", None)
    if an_rpe is not None:  # beside a completed one it is what was asked for
        columns.place.setdefault("target rpe" if "rpe" in columns.place else "rpe", an_rpe)
    if "weight" not in columns.place:
        raise FileFormatError("this export of Liftosaur lacks the column of the weight")
    return columns, []


class _Reading:
    def __init__(self, read_as: ReadAs, problems: list[Problem]) -> None:
        self._read_as = read_as
        self.workouts = Workouts()
        self.problems = problems
        self.assumed: set[str] = set()
        self.undone = 0
        self.whole = True

    def add(self, row: Row) -> None:
        try:
            start, is_exact = self._start(row)
        except CellError:
            self.whole = False
            raise
        made = WorkoutDraft(start, title_of(row.text("program"), row.text("day")), row.line, is_exact)
        workout = self.workouts.of(start, made)
        name = row.text("exercise name")
        if not name:
            workout.whole = False
            raise CellError("the row names no exercise")
        exercise = self._exercise_of(workout, name, row.line)
        add_once(exercise.notes, row.text("note"))
        exercise.rows += 1
        if not row.text("reps"):
            self.undone += 1
            return
        try:
            exercise.sets.append(self._read_set(row, exercise.rows, workout))
        except CellError:
            exercise.whole = False
            raise

    def _start(self, row: Row) -> tuple[datetime, bool]:
        if row.has_more_cells_than_titles():
            raise CellError("the row has more cells than the header")
        if row.is_cut_off():
            raise CellError("the row has fewer cells than the header: is the file cut off?")
        return self._moment(row.text("date"), row)

    def _moment(self, text: str, row: Row) -> tuple[datetime, bool]:
        zone = self._read_as.zone
        found = read_start(text, zone, row.columns.dates)
        return (found, False) if found.tzinfo is zone else (found.astimezone(zone), True)

    @staticmethod
    def _exercise_of(workout: WorkoutDraft, name: str, line: int) -> ExerciseDraft:
        last = workout.last()
        return last if last is not None and last.name == name else workout.begin(name, line)

    def _read_set(self, row: Row, index: int, workout: WorkoutDraft) -> LoggedSet:
        reps, half = whole_reps(row.number("reps"))
        completed = self._completed(row, workout)
        unit = row.weight_unit() or self._assumed_unit()
        target_unit = unit_of(WEIGHT_UNITS, row.text("target unit"), unit)
        target_reps, _ = whole_reps(row.number("target reps"))
        one = LoggedSet(
            index=index,
            kind=_kind(row),
            weight=row.number("weight"),
            weight_unit=unit,
            reps=reps,
            rpe=row.number("rpe") or None,
            completed_at=completed,
            target_reps=target_reps or None,
            target_weight=_target(row) if target_unit == unit else None,
            target_rpe=row.number("target rpe") or None,
            line=row.line,
        )
        return checked(one, notes=(half,))

    def _assumed_unit(self) -> WeightUnit:
        self.assumed.add("weight unit")
        return self._read_as.weight_unit

    def _completed(self, row: Row, workout: WorkoutDraft) -> datetime | None:
        """The last set that was done ends the workout."""
        text = row.text("completed")
        if not text:
            return None
        moment = self._moment(text, row)[0]
        seconds = int((moment - workout.start).total_seconds())
        workout.duration_s = max(workout.duration_s or 0, seconds) or None
        return moment


def _target(row: Row) -> Decimal | None:
    return row.number("target weight") or None


def _kind(row: Row) -> Kind:
    if row.text("is warm-up") == "1":
        return Kind.WARM_UP
    return Kind.AMRAP if row.text("is amrap") == "1" else Kind.WORKING
