"""What a set loads the body with, whatever the convention that its load was typed by.

Nothing of this is stored: it follows from the set, its exercise type, and what the athlete weighed on the day. Phones compute the
same offline; docs/vectors/loads.json has examples to hold another implementation to.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)
BOTH_HANDS = 2
BOTH_SIDES = 2


@dataclass(frozen=True)
class Convention:
    """What the loads and reps of an exercise type mean. bodyweight_share: from 0 to 1."""

    load_convention: str  # total, per_hand, bodyweight, assisted, none
    laterality: str  # bilateral, unilateral, alternating
    bodyweight_share: Decimal


@dataclass(frozen=True)
class Performed:
    """What was done in a set. side: left, right, or empty for both."""

    kind: str
    side: str
    reps: int | None
    load_kg: Decimal | None
    is_done: bool


@dataclass(frozen=True)
class Weighing:
    """local_date: where the athlete was then."""

    local_date: dt.date
    measured_at: dt.datetime
    kg: Decimal


def body_weight_on(day: dt.date, weighings: Iterable[Weighing]) -> Weighing | None:
    """The last of those up to the end of the day, also one that was made after training. None: nobody knows; what comes later
    says nothing about that day.
    """
    so_far = (weighing for weighing in weighings if weighing.local_date <= day)
    return max(so_far, key=lambda weighing: (weighing.local_date, weighing.measured_at), default=None)


def needs_body_weight(convention: Convention) -> bool:
    return convention.load_convention in ("bodyweight", "assisted")


def effective_load_kg(done: Performed, convention: Convention, body_weight_kg: Decimal | None) -> Decimal | None:
    """What one rep moves. None where it cannot be said: there is no load, or the body weight is not known."""
    match convention.load_convention:
        case "bodyweight" | "assisted":
            if body_weight_kg is None:
                return None
            load = done.load_kg or ZERO
            added = -load if convention.load_convention == "assisted" else load
            return max(convention.bodyweight_share * body_weight_kg + added, ZERO)
        case "per_hand":
            return None if done.load_kg is None else done.load_kg * _hands(done, convention)
        case _:
            return done.load_kg


def volume_load_kg(done: Performed, convention: Convention, body_weight_kg: Decimal | None) -> Decimal | None:
    """Effective load times reps, of a set that is done and no warm-up. None where it has none: no reps, no load."""
    load = effective_load_kg(done, convention, body_weight_kg)
    if load is None or done.reps is None or not done.is_done or done.kind == "warm_up":
        return None
    return load * done.reps * _sides(done, convention)


def _hands(done: Performed, convention: Convention) -> int:
    """One-sided reps of what both hands do at once, as of a bench press with dumbbells, load one hand."""
    return 1 if done.side and convention.laterality == "bilateral" else BOTH_HANDS


def _sides(done: Performed, convention: Convention) -> int:
    """Reps of what is done on one side after the other are those of each side, unless the set names one."""
    return BOTH_SIDES if convention.laterality == "unilateral" and not done.side else 1
