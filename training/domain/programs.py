"""A day of a program made into a workout: the same on every device."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID, uuid5

from lib.identity import id_within
from training.domain.templates import NO_LOAD, OF_EXERCISES, OF_SETS, Document, Start, Tree, workout_root

CENT = Decimal("0.01")


@dataclass(frozen=True)
class DayTree:
    """A day of a program with its slots and their sets, each in its order."""

    day: Document
    slots: Sequence[Document]
    sets: Sequence[Document]


def workout_id_of(scheduled_id: UUID) -> UUID:
    """Of the workout that a scheduled one is started as, unless the app chooses another."""
    return uuid5(scheduled_id, "workout")


def sets_in_week(sets: Sequence[Document], week: int) -> list[Document]:
    """Of each slot: the sets of this week if it has any, else those of every week."""
    own = {row["slot"] for row in sets if row["week"] == week}
    return [row for row in sets if row["week"] == (week if row["slot"] in own else None)]


def workout_of_day(
    tree: DayTree, *, title: str, week: int, start: Start, states: Mapping[UUID, Document] | None = None
) -> Tree:
    """What the day prescribes in that week is what the sets of the workout aim at. states: of progressions, by slot.

    A set without a load of its own aims at that of the state. A percentage of a known training maximum has beside it the kg that
    it comes to, to 0.01 kg; which plates make them is another question.
    """
    root = workout_root(start, title=title, notes=tree.day["notes"])
    exercises = [
        {"id": id_within(start.workout_id, slot["id"]), "workout": start.workout_id, "time_zone": start.time_zone}
        | {name: slot[name] for name in OF_EXERCISES}
        for slot in tree.slots
    ]
    slots = {slot["id"]: slot for slot in tree.slots}
    known = states or {}
    sets = [
        {
            "id": id_within(start.workout_id, row["id"]),
            "exercise": id_within(start.workout_id, row["slot"]),
            **{name: row[name] for name in OF_SETS},
            **_load(row, known.get(row["slot"])),
            "rest_s": slots[row["slot"]]["rest_s"] if row["rest_s"] is None else row["rest_s"],
        }
        for row in sets_in_week(tree.sets, week)
    ]
    return Tree(root, exercises, sets)


def _load(row: Document, state: Document | None) -> dict[str, Any]:
    if state is None:
        return {}
    if row["target_percentage"] is not None and row["target_reference"] == "training_max":
        return _kg(state["training_max_kg"], row["target_percentage"])
    if all(row[name] == nothing for name, nothing in NO_LOAD.items()):
        return _kg(state["load_kg"], Decimal(100))
    return {}


def _kg(of: Any, percentage: Any) -> dict[str, Any]:
    """Decimals, or such in text."""
    if of is None:
        return {}
    return {"target_load_kg": str((Decimal(of) * Decimal(percentage) / 100).quantize(CENT, ROUND_HALF_UP))}
