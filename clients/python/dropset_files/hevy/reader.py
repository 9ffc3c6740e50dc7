"""Hevy's CSV: one row for each set, with its workout and its exercise repeated.

The units are in the titles (weight_kg or weight_lbs, distance_km or distance_miles). There is no number of the exercise:
rows that follow each other belong together as long as their sets are numbered on. In a superset, which has a number of its
own within each workout, some exports change between its exercises with every row.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from dropset_files.shared.building import ExerciseDraft, WorkoutDraft, Workouts, add_once, checked, whole_reps
from dropset_files.shared.cells import CellError, read_start
from dropset_files.shared.model import (
    METRES,
    DistanceUnit,
    FileFormatError,
    Kind,
    LoggedSet,
    Problem,
    TrainingFile,
    WeightUnit,
)
from dropset_files.shared.reading import ReadAs
from dropset_files.shared.tables import Columns, Row, read_table

HEVY_TITLES = frozenset(("exercise_title", "start_time"))
_COLUMNS = {
    "title": "workout name",
    "start_time": "date",
    "end_time": "end",
    "description": "workout notes",
    "exercise_title": "exercise name",
    "superset_id": "superset",
    "exercise_notes": "note",
    "set_index": "set order",
    "set_type": "kind",
    "weight_kg": "weight in kg",
    "weight_lbs": "weight in lb",
    "weight_lb": "weight in lb",
    "reps": "reps",
    "distance_km": "km",
    "distance_miles": "miles",
    "distance_meters": "metres",
    "distance_m": "metres",
    "duration_seconds": "seconds",
    "duration_s": "seconds",
    "rpe": "rpe",
}
_WEIGHTS: tuple[tuple[str, WeightUnit], ...] = (("weight in kg", "kg"), ("weight in lb", "lb"))
_DISTANCES: tuple[tuple[str, DistanceUnit], ...] = (("km", "km"), ("miles", "mi"), ("metres", "m"))
_KINDS = {
    "": Kind.WORKING,
    "normal": Kind.WORKING,
    "working": Kind.WORKING,
    "warmup": Kind.WARM_UP,
    "warm_up": Kind.WARM_UP,
    "dropset": Kind.DROP,
    "drop_set": Kind.DROP,
    "drop": Kind.DROP,
    "failure": Kind.FAILURE,
}


def read_hevy(text: str, read_as: ReadAs) -> TrainingFile:
    """Raises FileFormatError where the columns that sets need are not there."""
    table = read_table(text, _read_header, dates=read_as.dates)
    reading = _Reading(read_as, table.problems)
    for row in table.rows:
        try:
            reading.add(row)
        except CellError as error:
            reading.problems.append(Problem(row.line, str(error)))
    place = table.columns.place
    says = {*place, "duration", "note", "superset"}
    says |= {"distance"} if {"km", "miles", "metres"} & set(place) else set()
    return TrainingFile(
        workouts=reading.workouts.finished(),
        problems=tuple(sorted(reading.problems, key=lambda problem: problem.line)),
        says=frozenset(says),
        whole=reading.whole and not any(problem.line > 1 for problem in table.problems),
        app="hevy",
        dialect=_dialect(place),
    )


def _read_header(titles: list[str]) -> tuple[Columns, list[Problem]]:
    columns = Columns({}, len(titles))
    for place, title in enumerate(titles):
        name = _COLUMNS.get(title.strip().strip("\ufeff").casefold())
        if name:
            columns.place.setdefault(name, place)
    if not {"weight in kg", "weight in lb", "reps", "seconds"} & columns.place.keys():
        raise FileFormatError("this export of Hevy lacks the columns of what was done: weight, reps and duration")
    return columns, []


def _dialect(place: dict[str, int]) -> str:
    weights = [unit for name, unit in _WEIGHTS if name in place]
    distances = [name for name, _ in _DISTANCES if name in place]
    return f"in {' and '.join([*weights, *distances])}"


@dataclass(slots=True)
class _Run:
    exercise: ExerciseDraft
    last_number: Decimal


class _Reading:
    def __init__(self, read_as: ReadAs, problems: list[Problem]) -> None:
        self._read_as = read_as
        self._starts: dict[str, tuple[datetime, bool]] = {}
        self._runs: dict[tuple[int, str, str], _Run] = {}
        self.workouts = Workouts()
        self.problems = problems
        self.whole = True

    def add(self, row: Row) -> None:
        workout = self._workout_of(row)
        name = row.text("exercise name")
        if not name:
            workout.whole = False
            raise CellError("the row names no exercise")
        exercise = self._exercise_of(row, workout, name)
        add_once(exercise.notes, row.text("note"))
        exercise.rows += 1
        try:
            exercise.sets.append(self._read_set(row, exercise.rows))
        except CellError:
            exercise.whole = False
            raise

    def _workout_of(self, row: Row) -> WorkoutDraft:
        try:
            start, is_exact = self._start(row)
        except CellError:
            self.whole = False
            raise
        made = WorkoutDraft(start, row.text("workout name"), row.line, is_exact)
        workout = self.workouts.of((start, made.name), made)
        if workout is made:
            self._read_end(row, workout)
        add_once(workout.notes, row.text("workout notes"))
        return workout

    def _start(self, row: Row) -> tuple[datetime, bool]:
        if row.has_more_cells_than_titles():
            raise CellError("the row has more cells than the header")
        if row.is_cut_off():
            raise CellError("the row has fewer cells than the header: is the file cut off?")
        text = row.text("date")
        if text not in self._starts:
            self._starts[text] = self._moment(text, row)
        return self._starts[text]

    def _moment(self, text: str, row: Row) -> tuple[datetime, bool]:
        """By the clock on the wall, unless the file names the offset: then it is a moment."""
        zone = self._read_as.zone
        found = read_start(text, zone, row.columns.dates)
        return (found, False) if found.tzinfo is zone else (found.astimezone(zone), True)

    def _read_end(self, row: Row, workout: WorkoutDraft) -> None:
        """An unreadable end costs the workout its duration, not its sets."""
        text = row.text("end")
        if not text:
            return
        try:
            workout.ends(self._moment(text, row)[0])
        except CellError as error:
            self.problems.append(Problem(row.line, str(error)))

    def _exercise_of(self, row: Row, workout: WorkoutDraft, name: str) -> ExerciseDraft:
        number, superset = row.number("set order"), row.text("superset")
        key = (id(workout), superset, name)
        run, last = self._runs.get(key), workout.last()
        follows = run is not None and (number is None or number > run.last_number)
        if run is None or not follows or (not superset and run.exercise is not last):
            run = _Run(workout.begin(name, row.line, superset or None), Decimal(-1))
            self._runs[key] = run
        run.last_number = run.last_number if number is None else number
        return run.exercise

    def _read_set(self, row: Row, index: int) -> LoggedSet:
        weight, unit = self._weight(row)
        reps, half = whole_reps(row.number("reps"))
        seconds = row.number("seconds")
        rpe, odd_rpe = self._rpe(row)
        kind, odd_kind = _kind(row, timed=bool(seconds and not reps))
        one = LoggedSet(
            index=index,
            kind=kind,
            weight=weight,
            weight_unit=unit,
            reps=reps,
            rpe=rpe,
            distance_m=_distance_m(row),
            duration_s=None if seconds is None else int(seconds.to_integral_value()),
            line=row.line,
        )
        return checked(one, notes=(half, odd_rpe, odd_kind))

    @staticmethod
    def _weight(row: Row) -> tuple[Decimal | None, WeightUnit]:
        """The first that is given: what stands in both was typed in one of them."""
        for name, unit in _WEIGHTS:
            if (found := row.number(name)) is not None:
                return found, unit
        return None, "kg"

    def _rpe(self, row: Row) -> tuple[Decimal | None, str]:
        """An unreadable RPE costs the set its RPE, and is kept as a note."""
        try:
            return row.number("rpe") or None, ""
        except CellError as error:
            self.problems.append(Problem(row.line, f"{error}; it is kept as a note"))
            return None, f"RPE {row.text('rpe')}"


def _distance_m(row: Row) -> Decimal | None:
    for name, unit in _DISTANCES:
        if found := row.number(name):
            return found * METRES[unit]
    return None


def _kind(row: Row, *, timed: bool) -> tuple[Kind, str]:
    """What is not known is a working set, and kept as a note; a number says nothing."""
    text = row.text("kind").casefold().replace(" ", "_")
    kind = _KINDS.get("" if text.isdecimal() else text)
    if kind is None:
        return Kind.WORKING, f"set type: {row.text('kind')}"
    return (Kind.TIMED, "") if timed and kind is Kind.WORKING and not _distance_m(row) else (kind, "")
