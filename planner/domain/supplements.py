"""The doses of a day, and what became of them."""

import datetime as dt
from collections.abc import Iterable, Iterator

import msgspec

from nutrition.domain.doses import Dose, Plan, doses_on
from planner.domain.facts import Json, LoggedDose, TakenPlan


class SupplementOfDay(msgspec.Struct, frozen=True):
    """time: on the wall; empty: at any time. due: False where it was logged all the same."""

    plan: str
    supplement: str
    title: str
    time: str
    dose: str | None
    dose_unit: str
    with_food: str
    due: bool
    log: Json | None


def supplements_of(plans: Iterable[TakenPlan], logged: Iterable[LoggedDose], date: dt.date) -> list[SupplementOfDay]:
    """In the order of their times, those of no time at the end."""
    logs = {(one.plan, one.time): one.document for one in logged if one.day == date}
    found = [_shown(plan, dose, due, logs) for plan in plans for dose, due in _doses(plan, date, logs)]
    return sorted(found, key=lambda one: (not one.time, one.time))


def _doses(plan: TakenPlan, date: dt.date, logs: Iterable[tuple[str, str]]) -> Iterator[tuple[Dose, bool]]:
    due = doses_on(Plan.of(plan), date)
    yield from ((dose, True) for dose in due)
    times = {dose.time for dose in due}
    yield from ((Dose(date, plan.id, time), False) for of, time in sorted(logs) if of == plan.id and time not in times)


def _shown(plan: TakenPlan, dose: Dose, due: bool, logs: dict[tuple[str, str], Json]) -> SupplementOfDay:  # noqa: FBT001 - found together
    return SupplementOfDay(
        plan=plan.id,
        supplement=plan.supplement,
        title=plan.title,
        time=dose.time,
        dose=plan.dose,
        dose_unit=plan.dose_unit,
        with_food=plan.with_food,
        due=due,
        log=logs.get((plan.id, dose.time)),
    )
