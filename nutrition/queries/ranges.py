"""A range of days: energy, macros and water of each, with its target; and how plans of supplements were kept."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from lib.statements import fetch
from nutrition.domain.days import MACROS, Sums, is_whole_day, macros_of_all
from nutrition.domain.doses import Adherence, Dose, Said, adherence, doses_between
from nutrition.domain.targets import target_on
from nutrition.enums import SupplementLogStatus
from nutrition.queries.rows import AdherenceRow, PlanRow, RangeRow, TargetRow

# What energy and macros are made of.
SLUGS = ("energy", "energy-atwater-specific", "energy-atwater-general", "alcohol", *MACROS.values())


@dataclass(frozen=True, slots=True)
class DayOfRange:
    """is_whole: enough was logged to count the day in an expenditure."""

    date: dt.date
    eaten: Sums
    items: int
    drunk_ml: float
    is_training_day: bool
    target: TargetRow | None
    is_whole: bool


@dataclass(frozen=True, slots=True)
class PlanKept:
    plan: PlanRow
    adherence: Adherence


@dataclass(frozen=True, slots=True)
class Kept:
    """Of all plans, and of each."""

    whole: Adherence
    plans: Sequence[PlanKept]


def rows_between(
    *, user_id: Any, first: dt.date, last: dt.date, as_of: dt.date | None = None, weighed_from: dt.date | None = None
) -> RangeRow:
    """One query, however long the range is. as_of: on which day the person is looked at; the last one, if it is not said.
    weighed_from: from when on the weighings are wanted; none, if it is not said.
    """
    ((text,),) = fetch(
        "nutrition",
        "range",
        user_id=user_id,
        first=first,
        last=last,
        as_of=as_of or last,
        weighed_from=weighed_from or last + dt.timedelta(days=1),
        slugs=list(SLUGS),
    )
    return msgspec.json.decode(text, type=RangeRow)


def days_of(row: RangeRow, first: dt.date, last: dt.date) -> Iterator[DayOfRange]:
    """Every day of the range, those of which nothing is known among them."""
    training = set(row.training_days)
    for number in range((last - first).days + 1):
        day = first + dt.timedelta(days=number)
        items = row.items.get(day, ())
        eaten = macros_of_all([item.eaten for item in items])
        yield DayOfRange(
            date=day,
            eaten=eaten,
            items=len(items),
            drunk_ml=row.drunk_ml.get(day, 0),
            is_training_day=day in training,
            target=target_on(row.targets, day, is_training_day=day in training),
            is_whole=is_whole_day(eaten, row.person.on(day)),
        )


def supplements_kept(*, user_id: Any, first: dt.date, last: dt.date, at: dt.datetime) -> Kept:
    """One query."""
    ((text,),) = fetch("nutrition", "adherence", user_id=user_id, first=first, last=last)
    row = msgspec.json.decode(text, type=AdherenceRow)
    today = at.astimezone(ZoneInfo(row.time_zone)).date()
    said = [Said(Dose(one.day, one.plan, one.time), one.status == SupplementLogStatus.TAKEN) for one in row.said]
    due = list(doses_between([one.plan for one in row.plans], first, last))
    of_each = [
        PlanKept(
            one,
            adherence([dose for dose in due if dose.plan == one.id], [s for s in said if s.dose.plan == one.id], today),
        )
        for one in row.plans
    ]
    return Kept(adherence(due, said, today), of_each)
