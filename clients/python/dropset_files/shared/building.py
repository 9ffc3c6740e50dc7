"""From one set after the other to workouts: for formats whose sets name their exercise, and their exercise its workout."""

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal

from dropset_files.shared.cells import CellError
from dropset_files.shared.model import LoggedExercise, LoggedSet, LoggedWorkout


@dataclass(slots=True)
class ExerciseDraft:
    """`rows` counts the sets that the file has of it, unreadable ones too."""

    name: str
    line: int
    superset: int | None = None
    rows: int = 0
    whole: bool = True
    sets: list[LoggedSet] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def finished(self, index: int) -> LoggedExercise:
        return LoggedExercise(
            index, self.name, tuple(self.sets), "\n".join(self.notes), self.line, self.whole, self.superset
        )


@dataclass(slots=True)
class WorkoutDraft:
    start: datetime
    name: str
    line: int
    is_exact: bool = False
    duration_s: int | None = None
    whole: bool = True
    exercises: list[ExerciseDraft] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    supersets: dict[Hashable, int] = field(default_factory=dict)

    def last(self) -> ExerciseDraft | None:
        return self.exercises[-1] if self.exercises else None

    def begin(self, name: str, line: int, superset: Hashable = None) -> ExerciseDraft:
        """`superset`: what the file calls the group, in this workout alone."""
        group = None if superset is None else self.supersets.setdefault(superset, len(self.supersets) + 1)
        self.exercises.append(ExerciseDraft(name, line, group))
        return self.exercises[-1]

    def ends(self, end: datetime) -> None:
        """Raises CellError if it would end before it starts. In the hour that a clock repeats, the later one is tried too."""
        seconds = (end.astimezone(UTC) - self.start.astimezone(UTC)).total_seconds()
        if seconds < 0:
            seconds = (end.replace(fold=1).astimezone(UTC) - self.start.astimezone(UTC)).total_seconds()
        if seconds < 0:
            raise CellError(f"it ends before it starts, at {end:%Y-%m-%d %H:%M}; it is imported without its duration")
        self.duration_s = int(seconds)

    def finished(self) -> LoggedWorkout:
        exercises = (draft.finished(index) for index, draft in enumerate(self.exercises, start=1))
        return LoggedWorkout(
            start=self.start,
            name=self.name,
            exercises=tuple(one for one in exercises if one.sets or one.notes),
            duration_s=self.duration_s,
            notes="\n".join(self.notes),
            line=self.line,
            whole=self.whole and all(draft.whole or draft.sets for draft in self.exercises),
            is_exact=self.is_exact,
        )


class Workouts:
    """By what makes them one; in the order of the file."""

    def __init__(self) -> None:
        self._drafts: dict[Hashable, WorkoutDraft] = {}

    def of(self, key: Hashable, made: WorkoutDraft) -> WorkoutDraft:
        """The one with this key; `made` if it is the first one."""
        return self._drafts.setdefault(key, made)

    def finished(self) -> tuple[LoggedWorkout, ...]:
        found = (draft.finished() for draft in self._drafts.values())
        return tuple(one for one in found if one.exercises or one.notes)


def add_once(texts: list[str], text: str) -> None:
    if text and text not in texts:
        texts.append(text)


def whole_reps(reps: Decimal | None) -> tuple[int | None, str]:
    """Some count half repetitions: the whole ones, and a note of what the file says."""
    if reps is None or reps == reps.to_integral_value():
        return (None if reps is None else int(reps)), ""
    return int(reps), f"{reps.normalize():f} reps"


def checked(one: LoggedSet, *, notes: tuple[str, ...]) -> LoggedSet:
    """With its notes. Apps write 0 for "does not apply": a plank has no reps, a run no weight, but a pull-up has no added
    weight. Raises CellError where nothing is left.
    """
    measured = bool(one.distance_m or one.duration_s)
    if not (one.weight or one.reps or measured or (one.reps == 0 and one.target_reps)):
        raise CellError("the set records nothing")
    return replace(
        one,
        weight=None if measured and not one.weight and not one.reps else one.weight,
        reps=None if measured and not one.reps else one.reps,
        distance_m=one.distance_m or None,
        duration_s=one.duration_s or None,
        rest_s=one.rest_s or None,
        notes="\n".join(filter(None, notes)),
    )
