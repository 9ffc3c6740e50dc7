"""Programs laid on the calendar, and what is done to the days then: the same on every device.

A device does it offline with these rules and pushes the rows; the server does it when it is asked to. The ids of scheduled
workouts follow from that of the enrolment, so both make the same rows. docs/vectors/schedule.json has examples to hold another
implementation to; docs/scheduling.md says it in words.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID, uuid5

from lib.weekdays import WEEKDAYS
from training.exceptions import (
    EmptyProgram,
    EndMissing,
    EndsBeforeStart,
    NothingToSchedule,
    ScheduleTooLong,
    WeekdaysMissing,
)

Document = Mapping[str, Any]  # a row by the names of its fields on the wire, and its id
Changes = dict[UUID, dict[str, Any]]  # what to write, by the id of the row

SPAN_MAX = dt.timedelta(days=731)
OPEN = "scheduled"


@dataclass(frozen=True)
class Program:
    """days: those that are live, with `id`, `week`, `position` and `title`."""

    weeks: int
    repeats: bool
    days: Sequence[Document]


@dataclass(frozen=True)
class Session:
    """A day of a program in one of its weeks, in one of its rounds."""

    round: int
    week: int
    day: Document


@dataclass(frozen=True)
class Span:
    """When to train. Without `until` it goes on to the end of the program, which must have one."""

    starts_on: dt.date
    weekdays: frozenset[str]
    until: dt.date | None = None


def sessions_of(program: Program) -> Iterator[Session]:
    """The days in the order in which they are trained. Without end if the program repeats."""
    days = sorted(program.days, key=lambda day: (day["position"], str(day["id"])))
    weeks = [(week, day) for week in range(1, program.weeks + 1) for day in days if day["week"] in {None, week}]
    for number in count(1) if program.repeats and weeks else (1,):
        for week, day in weeks:
            yield Session(number, week, day)


def dates_of(span: Span) -> Iterator[dt.date]:
    """The chosen weekdays from the start on, up to `until`."""
    last = min(span.until or dt.date.max, span.starts_on + SPAN_MAX)
    days = (span.starts_on + dt.timedelta(days=n) for n in range((last - span.starts_on).days + 1))
    return (day for day in days if WEEKDAYS[day.weekday()] in span.weekdays)


def scheduled(*, program: Program, enrolment_id: UUID, span: Span) -> list[dict[str, Any]]:
    """The scheduled workouts of a program: its days in their order, one on each chosen weekday.

    So three days a week of a program of two days alternate, and a program of four days takes longer on three days a week.
    Raises CannotSchedule.
    """
    _check(program, span)
    pairs = zip(dates_of(span), sessions_of(program), strict=False)
    rows = [_row(enrolment_id, session, day) for day, session in pairs]
    if not rows:
        raise NothingToSchedule
    if span.until is None and len(rows) < sum(1 for _ in sessions_of(program)):
        raise ScheduleTooLong
    return rows


def _check(program: Program, span: Span) -> None:
    if not span.weekdays:
        raise WeekdaysMissing
    if not any(day["week"] is None or day["week"] <= program.weeks for day in program.days):
        raise EmptyProgram
    if span.until is None:
        if program.repeats:
            raise EndMissing
    elif span.until < span.starts_on:
        raise EndsBeforeStart
    elif span.until - span.starts_on > SPAN_MAX:
        raise ScheduleTooLong


def scheduled_id(enrolment_id: UUID, session: Session) -> UUID:
    """UUID version 5 in the namespace of the enrolment, of `<round>/<week>/<id of the day>`."""
    return uuid5(enrolment_id, f"{session.round}/{session.week}/{session.day['id']}")


def _row(enrolment_id: UUID, session: Session, day: dt.date) -> dict[str, Any]:
    return {
        "id": scheduled_id(enrolment_id, session),
        "enrolment": enrolment_id,
        "program_day": session.day["id"],
        "round": session.round,
        "week": session.week,
        "title": session.day["title"],
        "scheduled_on": day,
    }


# --- what is done to the days then ---


def moved(row: Document, *, to: dt.date, rows: Iterable[Document] = ()) -> Changes:
    """One day moved; with `rows`, those of the same enrolment that are open and not before it move by as many days."""
    by = to - row["scheduled_on"]
    following = [
        other for other in rows
        if other["id"] != row["id"] and other["status"] == OPEN and other["scheduled_on"] >= row["scheduled_on"]
    ]  # fmt: skip
    return {one["id"]: {"scheduled_on": one["scheduled_on"] + by} for one in (row, *following)} if by else {}


def swapped(one: Document, other: Document) -> Changes:
    """Each takes the day of the other."""
    if one["scheduled_on"] == other["scheduled_on"]:
        return {}
    return {
        one["id"]: {"scheduled_on": other["scheduled_on"]},
        other["id"]: {"scheduled_on": one["scheduled_on"]},
    }


def resumed(rows: Iterable[Document], *, span: Span) -> Changes:
    """The open days of an enrolment, in their order, on the weekdays from a day on. Without weekdays they all move as one.

    Raises CannotSchedule.
    """
    waiting = sorted(
        (row for row in rows if row["status"] == OPEN), key=lambda row: (row["scheduled_on"], str(row["id"]))
    )
    if not waiting:
        return {}
    if not span.weekdays:
        return moved(waiting[0], to=span.starts_on, rows=waiting)
    dates = list(dates_of(span))
    if len(dates) < len(waiting):
        raise ScheduleTooLong
    pairs = zip(waiting, dates, strict=False)
    return {row["id"]: {"scheduled_on": day} for row, day in pairs if row["scheduled_on"] != day}


def left_open(rows: Iterable[Document], *, on: dt.date) -> list[UUID]:
    """What goes when an enrolment ends: the open days that are still to come. Those before were missed, and stay."""
    return [row["id"] for row in rows if row["status"] == OPEN and row["scheduled_on"] >= on]


STATUS_BY_WORKOUT = {
    "planned": OPEN,
    "in_progress": "in_progress",
    "completed": "completed",
    "skipped": "skipped",
}


def fulfilled(row: Document, workout: Document | None) -> dict[str, Any]:
    """What to write to a scheduled workout when the workout that fulfils it is linked, changed or taken away."""
    status = OPEN if workout is None else STATUS_BY_WORKOUT[workout["status"]]
    changes = {"workout": workout and workout["id"], "status": status}
    return {name: value for name, value in changes.items() if row[name] != value}
