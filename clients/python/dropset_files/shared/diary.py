"""What a file of a food diary says, free of the app and its dialect."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from dropset_files.shared.model import Problem

SLOTS = {
    "breakfast": "breakfast",
    "lunch": "lunch",
    "dinner": "dinner",
    "supper": "dinner",
    "snack": "snack",
    "snacks": "snack",
    "pre-workout": "pre_workout",
    "post-workout": "post_workout",
}


@dataclass(frozen=True, slots=True)
class LoggedFood:
    """Something eaten, with all that is known of it. `n` counts what is the same in its meal, from 1.

    A portion is what it was measured in, and how many; `nutrients` are by our slugs, in our units, of all of it.
    """

    name: str
    nutrients: Mapping[str, float]
    grams: Decimal | None = None
    portion: str = ""
    portion_count: Decimal | None = None
    notes: str = ""
    n: int = 1
    line: int = field(default=0, compare=False)

    @property
    def key(self) -> str:
        """What makes it this food, whatever the app says of its nutrients today."""
        amount = self.grams if self.grams is not None else self.portion_count
        written = "" if amount is None else f"{amount.normalize():f}"
        return f"{self.name}|{written}|{self.portion}|{self.n}"


@dataclass(frozen=True, slots=True)
class LoggedMeal:
    """All that a file has for one meal of a day. `group` is what it calls the meal; of a whole day it is empty."""

    day: date
    group: str
    foods: tuple[LoggedFood, ...]
    at: datetime | None = None
    line: int = field(default=0, compare=False)

    @property
    def slot(self) -> str:
        return SLOTS.get(self.group.casefold(), "")

    @property
    def title(self) -> str:
        """Where its slot does not say it all."""
        return "" if self.slot else self.group


@dataclass(frozen=True, slots=True)
class LoggedWater:
    day: date
    amount_ml: int
    at: datetime | None = None
    n: int = 1
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Measured:
    """A measurement, by our kinds and in our units. Where the file has no time of the day, it is noon."""

    kind: str
    value: Decimal
    at: datetime
    n: int = 1
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class DiaryFile:
    """What an export says. `told` is what is to be known of how it was read.

    `sums`: of foods that another export of the app has one by one.
    """

    app: str
    dialect: str
    rows: int
    meals: tuple[LoggedMeal, ...] = ()
    waters: tuple[LoggedWater, ...] = ()
    measured: tuple[Measured, ...] = ()
    problems: tuple[Problem, ...] = ()
    assumed: frozenset[str] = frozenset()
    told: tuple[str, ...] = ()
    sums: bool = False

    def days(self) -> list[date]:
        """In their order, each once."""
        found = {one.day for one in self.meals} | {one.day for one in self.waters}
        return sorted(found | {one.at.date() for one in self.measured})

    @property
    def source(self) -> str:
        """What is written into the logs: sums beside the foods that they are of would count all twice."""
        return f"{self.app} sums" if self.sums else self.app

    def items(self) -> int:
        return sum(len(meal.foods) for meal in self.meals) + len(self.waters) + len(self.measured)


class Numbering:
    """Counts what is the same, so that each of it has an id of its own."""

    def __init__(self) -> None:
        self._seen: Counter[object] = Counter()

    def next(self, *same: object) -> int:
        self._seen[same] += 1
        return self._seen[same]


@dataclass(slots=True)
class _Draft:
    line: int
    at: datetime | None
    foods: list[LoggedFood] = field(default_factory=list)


class Meals:
    """By their day and what the file calls them, in its order."""

    def __init__(self) -> None:
        self._drafts: dict[tuple[date, str], _Draft] = {}

    def add(self, day: date, group: str, food: LoggedFood, at: datetime | None = None) -> None:
        draft = self._drafts.setdefault((day, group), _Draft(food.line, at))
        draft.at = draft.at or at
        draft.foods.append(food)

    def finished(self) -> tuple[LoggedMeal, ...]:
        return tuple(
            LoggedMeal(day, group, tuple(draft.foods), draft.at, draft.line)
            for (day, group), draft in self._drafts.items()
        )


def joined(names: Sequence[str], most: int = 60) -> str:
    """For people: "A, B and 3 more"."""
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def in_order(problems: Sequence[Problem]) -> Iterator[Problem]:
    yield from sorted(problems, key=lambda problem: problem.line)
