"""Mesocycles: begun, led from week to week, ended; and an easy week put in between. The same on every device."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

from training.exceptions import (
    MesocycleEnded,
    MesocycleNotStarted,
    MesocycleWithoutWeeks,
    TooManyWeeks,
)

Document = Mapping[str, Any]  # a row by the names of its fields on the wire, and its id
Changes = dict[str, Any]

WEEKS_MAX = 52


def started(mesocycle: Document, numbers: Sequence[int], *, on: dt.date) -> Changes:
    """Its first week is the current one. numbers: of its weeks. Nothing to write if it was started before.

    Raises MesocycleEnded, MesocycleWithoutWeeks.
    """
    _refuse_ended(mesocycle)
    if not numbers:
        raise MesocycleWithoutWeeks
    if mesocycle["running"]:
        return {}
    return {"running": True, "started_on": mesocycle["started_on"] or on, "current_week": min(numbers)}


def advanced(mesocycle: Document, numbers: Sequence[int], *, on: dt.date) -> Changes:
    """The next week is the current one; after the last one it is completed. Raises MesocycleEnded, MesocycleNotStarted."""
    current = _current(mesocycle)
    later = [number for number in numbers if number > current]
    return {"current_week": min(later)} if later else ended(mesocycle, outcome="completed", on=on)


def ended(mesocycle: Document, *, outcome: str, on: dt.date) -> Changes:
    """Nothing to write if it has ended like this already. Raises MesocycleEnded."""
    if mesocycle["outcome"] == outcome:
        return {}
    _refuse_ended(mesocycle)
    began = mesocycle["started_on"]
    return {"running": False, "outcome": outcome, "ended_on": on if began is None else max(on, began)}


def with_deload(mesocycle: Document, weeks: Iterable[Document]) -> tuple[dict[UUID, Changes], Changes]:
    """An easy week after the current one: what to write to the later weeks, and the new week.

    Its id follows from the mesocycle's and its number, so a repeated act makes one. Raises MesocycleEnded, MesocycleNotStarted,
    TooManyWeeks.
    """
    number = _current(mesocycle) + 1
    later = [week for week in weeks if week["number"] >= number]
    if any(week["number"] >= WEEKS_MAX for week in later) or number > WEEKS_MAX:
        raise TooManyWeeks
    moved = {week["id"]: {"number": week["number"] + 1} for week in later}
    new = {
        "id": uuid5(mesocycle["id"], f"deload after {number - 1}"),
        "mesocycle": mesocycle["id"],
        "number": number,
        "kind": "deload",
        "volume_percentage": "50.00",
    }
    return moved, new


def _current(mesocycle: Document) -> int:
    _refuse_ended(mesocycle)
    current = mesocycle["current_week"]
    if current is None or not mesocycle["running"]:
        raise MesocycleNotStarted
    return int(current)


def _refuse_ended(mesocycle: Document) -> None:
    if mesocycle["outcome"]:
        raise MesocycleEnded
