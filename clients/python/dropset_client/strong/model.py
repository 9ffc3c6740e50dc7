"""What a Strong export says, free of its dialect."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from dropset_client.errors import DropsetError

WeightUnit = Literal["kg", "lb"]
DistanceUnit = Literal["m", "km", "mi"]

KG_PER_LB = Decimal("0.45359237")
METRES: dict[DistanceUnit, Decimal] = {"m": Decimal(1), "km": Decimal(1000), "mi": Decimal("1609.344")}


class StrongFormatError(DropsetError):
    """The file is not a Strong export; the message says what is missing."""


class Kind(StrEnum):
    """The kinds of set that Strong knows, by the server's names."""

    WORKING = "working"
    WARM_UP = "warm_up"
    DROP = "drop"
    FAILURE = "failure"
    TIMED = "timed"


@dataclass(frozen=True, slots=True)
class Problem:
    """A line, or a part of one, that was not imported."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class StrongSet:
    """`index` counts the rows of the exercise, unreadable ones too: a repaired file gives every set the same id."""

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

    @property
    def load_kg(self) -> Decimal | None:
        """In kilograms with two decimals, as the server stores it."""
        if self.weight is None:
            return None
        factor = KG_PER_LB if self.weight_unit == "lb" else Decimal(1)
        return (self.weight * factor).quantize(Decimal("0.01"))


@dataclass(frozen=True, slots=True)
class StrongExercise:
    """A contiguous run of rows with one exercise name; the same name later in the workout is another one.

    Not `whole`: a row of it could not be read, so what is not in `sets` may be in the file all the same.
    """

    index: int
    name: str
    sets: tuple[StrongSet, ...]
    notes: str = ""
    line: int = field(default=0, compare=False)
    whole: bool = field(default=True, compare=False)


@dataclass(frozen=True, slots=True)
class StrongWorkout:
    start: datetime
    name: str
    exercises: tuple[StrongExercise, ...]
    duration_s: int | None = None
    notes: str = ""
    line: int = field(default=0, compare=False)
    whole: bool = field(default=True, compare=False)

    @property
    def begins(self) -> str:
        """Its start as the file writes it, whatever the zone."""
        return self.start.replace(tzinfo=None).isoformat()

    @property
    def key(self) -> str:
        """What makes it this workout: its start and its name. Two workouts of one file may share it."""
        return f"{self.begins}|{self.name}"


@dataclass(frozen=True, slots=True)
class StrongFile:
    """What an export says. `assumed` names the units that the file does not: then they are the caller's.

    `says` are the columns and kinds of row that it has at all: of what is not among them it says nothing, not that there
    is nothing. Not `whole`: rows could not be read, and it is not known to which workout they belong.
    """

    workouts: tuple[StrongWorkout, ...]
    problems: tuple[Problem, ...] = ()
    says: frozenset[str] = frozenset()
    assumed: frozenset[str] = frozenset()
    whole: bool = True
