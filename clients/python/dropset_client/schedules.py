"""Programs laid on the calendar, and what is done to the days then: docs/scheduling.md as code, on documents of the wire.

Pure: nothing here reads a store or a clock. `training.py` does the acts on a device. The vectors of docs/vectors hold this and
the server to the same results.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import count
from typing import Any
from uuid import UUID, uuid5

from dropset_client.errors import DropsetError
from dropset_client.shapes import shape

Document = Mapping[str, Any]  # with its id
Changes = dict[str, dict[str, Any]]  # what to write, by the id of the row

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LONGEST = timedelta(days=731)
OPEN = "scheduled"
STATUS_BY_WORKOUT = {"planned": OPEN, "in_progress": "in_progress", "completed": "completed", "skipped": "skipped"}
LOADS = ("target_load_kg", "target_typed_load", "target_percentage", "target_reference", "target_rpe", "target_rir")


class CannotSchedule(DropsetError):
    """It cannot be scheduled like this; `code` says why, as the server would."""

    def __init__(self, code: str) -> None:
        super().__init__(code.replace("_", " "))
        self.code = code


@dataclass(frozen=True, slots=True)
class Program:
    """A program with all that is in it: documents of its days, their slots and the sets of these."""

    data: Document
    days: Sequence[Document]
    slots: Sequence[Document] = ()
    sets: Sequence[Document] = ()


@dataclass(frozen=True, slots=True)
class Tree:
    """A workout, its exercises and their sets."""

    root: dict[str, Any]
    exercises: list[dict[str, Any]]
    sets: list[dict[str, Any]]


def id_within(root_id: str, origin_id: str) -> str:
    """The id of what is made from a row, in something new."""
    return str(uuid5(UUID(root_id), origin_id))


def sessions_of(program: Program) -> Iterator[tuple[int, int, Document]]:
    """(round, week, day) in the order in which they are trained; without end if the program repeats."""
    days = sorted(program.days, key=lambda day: (day["position"], day["id"]))
    weeks = range(1, program.data["weeks"] + 1)
    one_round = [(week, day) for week in weeks for day in days if day["week"] in {None, week}]
    for number in count(1) if program.data["repeats"] and one_round else (1,):
        for week, day in one_round:
            yield number, week, day


def dates_of(starts_on: date, weekdays: Iterable[str], until: date | None = None) -> Iterator[date]:
    """The chosen weekdays from the start on, up to `until`, and at most for two years."""
    chosen = frozenset(weekdays)
    last = min(until or date.max, starts_on + LONGEST)
    days = (starts_on + timedelta(days=n) for n in range((last - starts_on).days + 1))
    return (day for day in days if WEEKDAYS[day.weekday()] in chosen)


def scheduled(
    program: Program, *, enrolment_id: str, starts_on: date, weekdays: Iterable[str], until: date | None = None
) -> list[dict[str, Any]]:
    """The scheduled workouts of a program. Raises CannotSchedule."""
    chosen = frozenset(weekdays)
    _check(program, starts_on, chosen, until)
    pairs = zip(dates_of(starts_on, chosen, until), sessions_of(program), strict=False)
    rows = [_row(enrolment_id, session, day) for day, session in pairs]
    if not rows:
        raise CannotSchedule("nothing_to_schedule")
    if until is None and len(rows) < sum(1 for _ in sessions_of(program)):
        raise CannotSchedule("schedule_too_long")
    return rows


def _check(program: Program, starts_on: date, weekdays: frozenset[str], until: date | None) -> None:
    if not weekdays:
        raise CannotSchedule("weekdays_missing")
    if not any(day["week"] is None or day["week"] <= program.data["weeks"] for day in program.days):
        raise CannotSchedule("empty_program")
    if until is None:
        if program.data["repeats"]:
            raise CannotSchedule("end_missing")
    elif until < starts_on:
        raise CannotSchedule("ends_before_start")
    elif until - starts_on > LONGEST:
        raise CannotSchedule("schedule_too_long")


def _row(enrolment_id: str, session: tuple[int, int, Document], on: date) -> dict[str, Any]:
    number, week, day = session
    return {
        "id": str(uuid5(UUID(enrolment_id), f"{number}/{week}/{day['id']}")),
        "enrolment": enrolment_id,
        "program_day": day["id"],
        "round": number,
        "week": week,
        "title": day["title"],
        "scheduled_on": on.isoformat(),
    }


def moved(row: Document, *, to: date, rows: Iterable[Document] = ()) -> Changes:
    """One day moved; with `rows`, the open ones of the same enrolment that are not before it move by as many days."""
    by = to - date.fromisoformat(row["scheduled_on"])
    following = [
        other
        for other in rows
        if other["id"] != row["id"] and other["status"] == OPEN and other["scheduled_on"] >= row["scheduled_on"]
    ]
    if not by:
        return {}
    return {
        one["id"]: {"scheduled_on": (date.fromisoformat(one["scheduled_on"]) + by).isoformat()}
        for one in (row, *following)
    }


def swapped(one: Document, other: Document) -> Changes:
    """Each takes the day of the other."""
    if one["scheduled_on"] == other["scheduled_on"]:
        return {}
    return {
        one["id"]: {"scheduled_on": other["scheduled_on"]},
        other["id"]: {"scheduled_on": one["scheduled_on"]},
    }


def resumed(rows: Iterable[Document], *, starts_on: date, weekdays: Iterable[str]) -> Changes:
    """The open days, in their order, on the weekdays from a day on. Raises CannotSchedule."""
    waiting = sorted((row for row in rows if row["status"] == OPEN), key=lambda row: (row["scheduled_on"], row["id"]))
    chosen = frozenset(weekdays)
    if not waiting:
        return {}
    if not chosen:
        return moved(waiting[0], to=starts_on, rows=waiting)
    dates = [day.isoformat() for day in dates_of(starts_on, chosen)]
    if len(dates) < len(waiting):
        raise CannotSchedule("schedule_too_long")
    pairs = zip(waiting, dates, strict=False)
    return {row["id"]: {"scheduled_on": day} for row, day in pairs if row["scheduled_on"] != day}


def left_open(rows: Iterable[Document], *, on: date) -> list[str]:
    """What goes when an enrolment ends: the open days that are still to come."""
    return [row["id"] for row in rows if row["status"] == OPEN and row["scheduled_on"] >= on.isoformat()]


def fulfilled(row: Document, workout: Document | None) -> dict[str, Any]:
    """What to write to a day when the workout that fulfils it is linked, changed or taken away."""
    changes = {
        "workout": workout and workout["id"],
        "status": STATUS_BY_WORKOUT[workout["status"]] if workout else OPEN,
    }
    return {name: value for name, value in changes.items() if row[name] != value}


def workout_id_of(scheduled_id: str) -> str:
    """Of the workout that a day is started as."""
    return str(uuid5(UUID(scheduled_id), "workout"))


def workout_of_day(
    program: Program, day: Document, *, root: Document, week: int, states: Mapping[str, Document] | None = None
) -> Tree:
    """What the day prescribes in that week. root: of the workout, with its id and its `time_zone`; states: by slot."""
    slots = {slot["id"]: slot for slot in program.slots if slot["day"] == day["id"]}
    exercises = [
        {"id": id_within(root["id"], slot["id"]), "workout": root["id"], "time_zone": root["time_zone"]}
        | _shared(slot, "program_slot", "exercise")
        for slot in slots.values()
    ]
    found = [row for row in program.sets if row["slot"] in slots]
    own = {row["slot"] for row in found if row["week"] == week}
    sets = [
        {"id": id_within(root["id"], row["id"]), "exercise": id_within(root["id"], row["slot"])}
        | _shared(row, "program_set", "set")
        | _load(row, (states or {}).get(row["slot"]))
        | {"rest_s": slots[row["slot"]]["rest_s"] if row["rest_s"] is None else row["rest_s"]}
        for row in found
        if row["week"] == (week if row["slot"] in own else None)
    ]
    return Tree({**root}, exercises, sets)


def _shared(row: Document, one: str, other: str) -> dict[str, Any]:
    """The fields that two entities have in common."""
    names = shape(one).fields.keys() & shape(other).fields.keys()
    return {name: row[name] for name in row if name in names}


def _load(row: Document, state: Document | None) -> dict[str, Any]:
    if state is None:
        return {}
    if row["target_percentage"] is not None and row["target_reference"] == "training_max":
        return _kg(state["training_max_kg"], row["target_percentage"])
    if not any(row[name] for name in LOADS):
        return _kg(state["load_kg"], "100")
    return {}


def _kg(of: str | None, percentage: str) -> dict[str, Any]:
    if of is None:
        return {}
    kg = (Decimal(of) * Decimal(percentage) / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return {"target_load_kg": str(kg)}
