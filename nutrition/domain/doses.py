"""When a supplement is due, and how well a plan was kept."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from lib.weekdays import WEEKDAYS


class PlanAsRead(Protocol):
    """A row of a plan, as a query brings it."""

    @property
    def id(self) -> str: ...
    @property
    def weekdays(self) -> Iterable[str]: ...
    @property
    def times(self) -> Iterable[str]: ...
    @property
    def cycle_days_on(self) -> int | None: ...
    @property
    def cycle_days_off(self) -> int | None: ...
    @property
    def starts_on(self) -> dt.date | None: ...
    @property
    def ends_on(self) -> dt.date | None: ...
    @property
    def paused(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Plan:
    """`weekdays` none: every day. `times` none: once a day, at no time. A cycle counts from `starts_on`; without that, or without
    both of its lengths, there is none. A plan that is paused has no dose on any day: it does not say since when.
    """

    id: str
    weekdays: frozenset[str] = frozenset()
    times: tuple[str, ...] = ()
    cycle_days_on: int | None = None
    cycle_days_off: int | None = None
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    paused: bool = False

    @classmethod
    def of(cls, row: PlanAsRead) -> "Plan":
        return cls(
            id=row.id,
            weekdays=frozenset(row.weekdays),
            times=tuple(row.times),
            cycle_days_on=row.cycle_days_on,
            cycle_days_off=row.cycle_days_off,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            paused=row.paused,
        )


@dataclass(frozen=True, slots=True, order=True)
class Dose:
    """`time` is HH:MM of the athlete's own clock, or empty."""

    day: dt.date
    plan: str
    time: str = ""


class Outcome(StrEnum):
    TAKEN = "taken"
    SKIPPED = "skipped"
    MISSED = "missed"
    """The day is over, and nothing was said."""

    OPEN = "open"
    """There is still time."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the athlete said of a dose."""

    dose: Dose
    taken: bool


@dataclass(frozen=True, slots=True)
class Adherence:
    """`due` = taken + skipped + missed + open. `besides`: taken though no dose was due then."""

    due: int
    taken: int
    skipped: int
    missed: int
    open: int
    besides: int

    @property
    def share(self) -> float | None:
        """Of the doses whose time is over or that were taken, 0 to 1; None where there are none."""
        judged = self.due - self.open
        return self.taken / judged if judged else None


def is_due_on(plan: Plan, day: dt.date) -> bool:
    if plan.paused or (plan.starts_on and day < plan.starts_on) or (plan.ends_on and day > plan.ends_on):
        return False
    on_weekday = not plan.weekdays or WEEKDAYS[day.weekday()] in plan.weekdays
    return on_weekday and _is_in_cycle(plan, day)


def doses_on(plan: Plan, day: dt.date) -> list[Dose]:
    """In the order of their times."""
    if not is_due_on(plan, day):
        return []
    return [Dose(day, plan.id, time) for time in sorted(set(plan.times)) or [""]]


def doses_between(plans: Iterable[Plan], first: dt.date, last: dt.date) -> Iterator[Dose]:
    """Both days are included."""
    days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    return (dose for plan in plans for day in days for dose in doses_on(plan, day))


def outcome_of(dose: Dose, said: Iterable[Said], today: dt.date) -> Outcome:
    """What came of a dose. Taken wins over skipped, where both were said."""
    found = {one.taken for one in said if one.dose == dose}
    if found:
        return Outcome.TAKEN if True in found else Outcome.SKIPPED
    return Outcome.MISSED if dose.day < today else Outcome.OPEN


def adherence(due: Sequence[Dose], said: Sequence[Said], today: dt.date) -> Adherence:
    """Of doses that were due, by what was said. What was said of a dose that is not due adds to no count but `besides`."""
    wanted = set(due)
    by_dose: dict[Dose, list[Said]] = {}
    for one in said:
        by_dose.setdefault(one.dose, []).append(one)
    counts = Counter(outcome_of(dose, by_dose.get(dose, ()), today) for dose in wanted)
    besides = sum(any(one.taken for one in its) for dose, its in by_dose.items() if dose not in wanted)
    return Adherence(
        due=len(wanted),
        taken=counts[Outcome.TAKEN],
        skipped=counts[Outcome.SKIPPED],
        missed=counts[Outcome.MISSED],
        open=counts[Outcome.OPEN],
        besides=besides,
    )


def hours_apart(a: str, b: str) -> float:
    """Between two times of a day, the shorter way round the clock: a plan of every day has both again tomorrow."""
    gap_min = abs(_minute(a) - _minute(b))
    return min(gap_min, 24 * 60 - gap_min) / 60


def _minute(time: str) -> int:
    hour, minute = time.split(":")[:2]
    return int(hour) * 60 + int(minute)


def _is_in_cycle(plan: Plan, day: dt.date) -> bool:
    if plan.starts_on is None or not plan.cycle_days_on or not plan.cycle_days_off:
        return True
    return (day - plan.starts_on).days % (plan.cycle_days_on + plan.cycle_days_off) < plan.cycle_days_on
