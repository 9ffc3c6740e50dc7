"""What a file of a training app says, free of the app and its dialect."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

WeightUnit = Literal["kg", "lb"]
DistanceUnit = Literal["m", "km", "mi", "ft", "yd"]

KG_PER_LB = Decimal("0.45359237")
METRES: dict[DistanceUnit, Decimal] = {
    "m": Decimal(1),
    "km": Decimal(1000),
    "mi": Decimal("1609.344"),
    "ft": Decimal("0.3048"),
    "yd": Decimal("0.9144"),
}

# When a workout may start: beyond these the server has no room for it.
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class FileFormatError(Exception):
    """The file cannot be read as a whole; the message says what it is, or what is missing."""


class UnknownFileError(FileFormatError):
    """Nothing in the file shows whose it is."""


class Kind(StrEnum):
    """The kinds of set, by the server's names."""

    WORKING = "working"
    WARM_UP = "warm_up"
    DROP = "drop"
    BACK_OFF = "back_off"
    AMRAP = "amrap"
    FAILURE = "failure"
    REST_PAUSE = "rest_pause"
    TIMED = "timed"


@dataclass(frozen=True, slots=True)
class Problem:
    """A line, or a part of one, that was not imported."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class LoggedSet:
    """`index` counts the rows of the exercise, unreadable ones too: a repaired file gives every set the same id.

    The `target_...` are what the app asked for; the load in the unit of the set.
    """

    index: int
    kind: Kind
    weight: Decimal | None
    weight_unit: WeightUnit
    reps: int | None
    rpe: Decimal | None = None
    distance_m: Decimal | None = None
    duration_s: int | None = None
    rest_s: int | None = None
    notes: str = ""
    line: int = field(default=0, compare=False)
    rir: Decimal | None = None
    tempo: str = ""
    completed_at: datetime | None = None
    target_reps: int | None = None
    target_weight: Decimal | None = None
    target_rpe: Decimal | None = None

    @property
    def load_kg(self) -> Decimal | None:
        """In kilograms with two decimals, as the server stores it."""
        return self.in_kg(self.weight)

    def in_kg(self, weight: Decimal | None) -> Decimal | None:
        if weight is None:
            return None
        factor = KG_PER_LB if self.weight_unit == "lb" else Decimal(1)
        return (weight * factor).quantize(Decimal("0.01"))


@dataclass(frozen=True, slots=True)
class LoggedExercise:
    """A contiguous run of rows with one exercise name; the same name later in the workout is another one.

    `superset` numbers the groups of its workout, from 1. Not `whole`: a row of it could not be read, so what is not in
    `sets` may be in the file all the same.
    """

    index: int
    name: str
    sets: tuple[LoggedSet, ...]
    notes: str = ""
    line: int = field(default=0, compare=False)
    whole: bool = field(default=True, compare=False)
    superset: int | None = None


@dataclass(frozen=True, slots=True)
class LoggedWorkout:
    start: datetime
    name: str
    exercises: tuple[LoggedExercise, ...]
    duration_s: int | None = None
    notes: str = ""
    line: int = field(default=0, compare=False)
    whole: bool = field(default=True, compare=False)
    is_exact: bool = field(default=False, compare=False)

    @property
    def begins(self) -> str:
        """Its start as the file writes it, whatever the zone; in UTC where it `is_exact`: the file says which moment it is."""
        start = self.start.astimezone(UTC) if self.is_exact else self.start
        return start.replace(tzinfo=None).isoformat()

    @property
    def key(self) -> str:
        """What makes it this workout: its start and its name. Two workouts of one file may share it."""
        return f"{self.begins}|{self.name}"


@dataclass(frozen=True, slots=True)
class TrainingFile:
    """What an export says. `assumed` names the units that the file does not: then they are the caller's.

    `says` are the columns and kinds of row that it has at all: of what is not among them it says nothing, not that there
    is nothing. Not `whole`: rows could not be read, and it is not known to which workout they belong. `dialect` is what
    is special about it, and `told` what is to be known of how it was read, both in words.
    """

    workouts: tuple[LoggedWorkout, ...]
    problems: tuple[Problem, ...] = ()
    says: frozenset[str] = frozenset()
    assumed: frozenset[str] = frozenset()
    whole: bool = True
    app: str = "strong"
    dialect: str = ""
    told: tuple[str, ...] = ()
