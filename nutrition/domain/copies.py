"""A meal made into a log, a log into a meal, a log copied to another day: the same on every device.

A device does it offline with these rules and pushes the rows; the server does it when it is asked to. Ids of items follow from
the id of the new root, so both make the same rows. docs/vectors/meals.json has examples to hold another implementation to.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from lib.identity import id_within

Document = Mapping[str, Any]  # a row by the names of its fields on the wire, and its id; ids and references are UUIDs

EATEN, SKIPPED = "eaten", "skipped"
OF_FOODS = ("food", "typed_name", "position", "portion", "notes")  # in meals and in logs
OF_LOGS = ("title", "slot", "meal", "servings", "time_zone")  # and not the moment, the source and the notes of a day
ONE, HUNDREDTH, THOUSANDTH = Decimal("1.00"), Decimal("0.01"), Decimal("0.001")


@dataclass(frozen=True)
class Tree:
    """A meal or a log, and its items: each names the root."""

    root: Document
    items: Sequence[Document]


@dataclass(frozen=True)
class NewLog:
    """What is said of a log that is to be made. None: nothing was said."""

    log_id: UUID
    eaten_on: dt.date
    slot: str | None = None
    status: str | None = None
    servings: Decimal | None = None
    eaten_at: dt.datetime | None = None
    time_zone: str | None = None


@dataclass(frozen=True)
class NewMeal:
    meal_id: UUID
    name: str
    slot: str | None = None


def log_of(meal: Tree, new: NewLog) -> Tree:
    """So many servings of a meal. Its foods bring the values that they have now."""
    servings = ONE if new.servings is None else new.servings
    makes = meal.root["servings"]
    root = {
        "id": new.log_id,
        "title": meal.root["name"],
        "slot": meal.root["slot"] if new.slot is None else new.slot,
        "meal": meal.root["id"],
        "servings": servings,
        **_when(new, status=EATEN),
    }
    return Tree(root, [_scaled(item, servings, makes) | _hung(item, new.log_id, "meal_log") for item in meal.items])


def copy_of(log: Tree, new: NewLog) -> Tree:
    """Another log of the same, with the same values."""
    root = {"id": new.log_id, **_only(log.root, OF_LOGS), **_when(new, status=log.root["status"])}
    if new.slot is not None:
        root["slot"] = new.slot
    kept = (*OF_FOODS, "grams", "portion_count", "nutrients", "basis")
    return Tree(root, [_only(item, kept) | _hung(item, new.log_id, "meal_log") for item in log.items])


def copies_of(logs: Iterable[Tree], *, act_id: UUID, to: NewLog) -> list[Tree]:
    """The logs of a day, on another one: their ids follow from the act's. What was skipped is left out."""
    return [
        copy_of(log, replace(to, log_id=id_within(act_id, log.root["id"])))
        for log in logs
        if log.root["status"] != SKIPPED
    ]


def meal_of(log: Tree, new: NewMeal) -> Tree:
    """What was eaten, to be logged again. Only what `can_be_in_a_meal` is in it."""
    root = {
        "id": new.meal_id,
        "name": new.name,
        "slot": log.root["slot"] if new.slot is None else new.slot,
        "servings": log.root["servings"],
        "instructions": "",
        "tags": [],
    }
    kept = (*OF_FOODS, "grams", "portion_count")
    items = [item for item in log.items if can_be_in_a_meal(item)]
    return Tree(root, [_only(item, kept) | _hung(item, new.meal_id, "meal") for item in items])


def can_be_in_a_meal(item: Document) -> bool:
    """A meal is made of foods in grams. Numbers alone are not."""
    return item["food"] is not None and item["grams"] is not None


def _when(new: NewLog, *, status: str) -> dict[str, Any]:
    said = {"status": new.status or status, "eaten_on": new.eaten_on, "eaten_at": new.eaten_at}
    return said if new.time_zone is None else {**said, "time_zone": new.time_zone}


def _scaled(item: Document, servings: Decimal, makes: Decimal) -> dict[str, Any]:
    """Half of the last digit is rounded up."""

    def share(whole: Decimal, digit: Decimal) -> Decimal:
        return (whole * servings / makes).quantize(digit, ROUND_HALF_UP)

    count = item["portion_count"]
    return {
        **_only(item, OF_FOODS),
        "grams": share(item["grams"], HUNDREDTH),
        "portion_count": None if count is None else share(count, THOUSANDTH),
    }


def _hung(item: Document, root_id: UUID, name: str) -> dict[str, Any]:
    return {"id": id_within(root_id, item["id"]), name: root_id}


def _only(row: Document, names: Iterable[str]) -> dict[str, Any]:
    return {name: row[name] for name in names}
