"""One day of a diary: what was eaten by slot, every nutrient with what it is measured by, supplements, water, and cautions."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import msgspec

from catalog.domain.nutrients import Amounts
from catalog.domain.reference_intakes import Kind, Person, ReferenceIntake
from lib.statements import fetch
from nutrition.domain import cautions
from nutrition.domain.cautions import Caution, Interaction, InUse, OwnLimit
from nutrition.domain.days import (
    MACROS,
    Item,
    Line,
    Nutrient,
    Sums,
    Tables,
    Taken,
    lines_of,
    macros_of_all,
    sums_by_slot,
)
from nutrition.domain.doses import Dose, Outcome, Said, doses_on, outcome_of
from nutrition.domain.people import ADULT_TO_LOOK_UP_Y, Athlete, person_to_look_up
from nutrition.domain.targets import energy_meant, target_on
from nutrition.enums import MealLogStatus, SupplementLogStatus
from nutrition.queries.rows import DayRow, DoseRow, LogRow, PlanRow, SupplementRow, TablesRow, TargetRow


@dataclass(frozen=True, slots=True)
class DoseOfDay:
    """A dose that is due, was taken or was left out. `plan` None: there is none, or it has no doses on the day. `log`
    None: nothing was said.
    """

    plan: PlanRow | None
    log: DoseRow | None
    name: str
    supplement: str
    time: str
    outcome: Outcome
    is_due: bool


@dataclass(frozen=True, slots=True)
class Day:
    date: dt.date
    athlete: Athlete
    is_training_day: bool
    logs: Sequence[LogRow]
    eaten: Sums
    by_slot: dict[str, Sums]
    planned: Sums
    target: TargetRow | None
    lines: Sequence[Line]
    doses: Sequence[DoseOfDay]
    drunk_ml: float
    cautions: Sequence[Caution]


def day_of(*, user_id: Any, day: dt.date, at: dt.datetime) -> Day:
    """at: now, to tell what is missed from what is still open. One query."""
    ((text, tables_text),) = fetch("nutrition", "day", user_id=user_id, day=day, adult_y=ADULT_TO_LOOK_UP_Y)
    row = msgspec.json.decode(text, type=DayRow)
    athlete = row.person.on(day)
    tables = _tables(tables_text, person_to_look_up(athlete), athlete.weight_kg)
    items, planned = _items(row, MealLogStatus.EATEN), _items(row, MealLogStatus.PLANNED)
    target = target_on(row.targets, day, is_training_day=row.is_training_day)
    doses = _doses(row, day, row.person.today(at))
    lines, with_all_due = _lines(Taken(items, _held(doses), row.drunk_ml), doses, target, tables)
    return Day(
        date=day,
        athlete=athlete,
        is_training_day=row.is_training_day,
        logs=row.logs,
        eaten=macros_of_all([item.eaten for item in items]),
        by_slot=sums_by_slot(items),
        planned=macros_of_all([item.eaten for item in planned]),
        target=target,
        lines=lines,
        doses=doses,
        drunk_ml=row.drunk_ml,
        cautions=_cautions(row, doses, (lines, with_all_due), target, athlete),
    )


def _items(row: DayRow, status: str) -> list[Item]:
    return [Item(log.slot, item.eaten) for log in row.logs if log.status == status for item in log.items]


def _doses(row: DayRow, day: dt.date, today: dt.date) -> list[DoseOfDay]:
    """Those that are due, in the order of their times; then what was taken besides."""
    said = [Said(_dose(log, day), log.status == SupplementLogStatus.TAKEN) for log in row.doses]
    logs = {_dose(log, day): log for log in row.doses}
    plans = {plan.id: plan for plan in row.plans}
    due = sorted(
        (dose for plan in row.plans for dose in doses_on(plan.plan, day)), key=lambda dose: (dose.time, dose.plan)
    )
    found = [
        DoseOfDay(
            plan=plans[dose.plan],
            log=logs.get(dose),
            name=plans[dose.plan].name,
            supplement=plans[dose.plan].supplement,
            time=dose.time,
            outcome=outcome_of(dose, said, today),
            is_due=True,
        )
        for dose in due
    ]
    told = {dose.log.id for dose in found if dose.log}
    return [*found, *(_besides(log, plans) for log in row.doses if log.id not in told)]


def _besides(log: DoseRow, plans: dict[str, PlanRow]) -> DoseOfDay:
    plan = plans.get(log.plan or "")
    outcome = Outcome.TAKEN if log.status == SupplementLogStatus.TAKEN else Outcome.SKIPPED
    return DoseOfDay(plan, log, plan.name if plan else log.name, log.supplement, log.due_time, outcome, is_due=False)


def _dose(log: DoseRow, day: dt.date) -> Dose:
    """Of a log without a plan, one that no plan has."""
    return Dose(day, log.plan or log.id, log.due_time)


@lru_cache(maxsize=256)
def _tables(text: str, person: Person, body_mass_kg: float | None) -> Tables:
    """The tables are the same from one day to the next: what they say for a person is worked out once."""
    row = msgspec.json.decode(text, type=TablesRow)
    return Tables(
        nutrients={one.slug: Nutrient(*one) for one in row.nutrients},
        intakes=[ReferenceIntake(**{**one._asdict(), "kind": Kind(one.kind)}, source="") for one in row.intakes],
        person=person,
        body_mass_kg=body_mass_kg,
    )


def _lines(
    taken: Taken, doses: list[DoseOfDay], target: TargetRow | None, tables: Tables
) -> tuple[list[Line], list[Line]]:
    """As it stands; and as it would be with all that is still open today."""
    coming = [dose.plan.holds for dose in doses if dose.plan and dose.outcome is Outcome.OPEN]
    with_all = replace(taken, doses=[*taken.doses, *coming])
    return lines_of(taken, tables, _wanted(target)), lines_of(with_all, tables) if coming else []


def _held(doses: list[DoseOfDay]) -> list[Amounts]:
    return [dose.log.holds for dose in doses if dose.log and dose.outcome is Outcome.TAKEN]


def _energy_meant(target: TargetRow) -> float | None:
    return energy_meant(target.energy_kcal, target.protein_g, target.fat_g, target.carbohydrate_g)


def _wanted(target: TargetRow | None) -> dict[str, float]:
    """By slug of the nutrient."""
    if target is None:
        return {}
    macros = {slug: getattr(target, name) for name, slug in MACROS.items()}
    return {**target.nutrients, **{slug: amount for slug, amount in macros.items() if amount is not None}}


def _cautions(
    row: DayRow,
    doses: list[DoseOfDay],
    lines: tuple[list[Line], list[Line]],
    target: TargetRow | None,
    athlete: Athlete,
) -> list[Caution]:
    in_use = _in_use(row, doses)
    known = [
        Interaction(
            id=one.id,
            supplement=one.supplement,
            with_supplement=one.with_supplement,
            with_nutrients=frozenset(one.with_nutrients),
            severity=one.severity,
            separate_hours=one.separate_hours,
            effect=one.effect,
            advice=one.advice,
            ask_clinician=one.ask_clinician,
        )
        for one in row.interactions
    ]
    supplies = {one.id for one in row.supplements if one.supplies}
    unknown = [
        dose.name
        for dose in doses
        if dose.log and dose.outcome is Outcome.TAKEN and not dose.log.holds and dose.supplement in supplies
    ]
    return [
        *(cautions.of_target(_energy_meant(target), target.method, athlete) if target else ()),
        *cautions.over_limits(*lines),
        *_over_own_limits(row, doses, lines[0]),
        *cautions.interactions_among(in_use, known),
        *cautions.contraindicated(in_use, athlete),
        *cautions.not_counted(unknown),
    ]


def _over_own_limits(row: DayRow, doses: list[DoseOfDay], lines: list[Line]) -> list[Caution]:
    """Of supplements whose nutrients have no limit in the tables, such as caffeine."""
    known = {line.nutrient.slug: line for line in lines}
    limited = {slug for slug, line in known.items() if any(limit.kind is Kind.UL for limit in line.limits)}
    limits = [
        _own_limit(one, one.upper_limit) for one in row.supplements if one.upper_limit and not limited & {*one.supplies}
    ]
    food = {slug: _from_food(line) for slug, line in known.items()}
    taken = _amounts(doses, Outcome.TAKEN)
    return cautions.over_own_limits(limits, taken, _amounts(doses, Outcome.TAKEN, Outcome.OPEN), food)


def _own_limit(one: SupplementRow, amount: float) -> OwnLimit:
    is_of_food_too = len(one.supplies) == 1 and (
        "all sources" in one.upper_limit_applies_to or not one.upper_limit_applies_to
    )
    nutrient = one.supplies[0] if is_of_food_too else ""
    return OwnLimit(one.id, one.name, amount, one.upper_limit_unit, one.upper_limit_applies_to, nutrient)


def _from_food(line: Line) -> tuple[float, str]:
    return (line.food.amount if line.food else 0.0), line.nutrient.unit


def _amounts(doses: list[DoseOfDay], *outcomes: Outcome) -> dict[str, list[tuple[float, str]]]:
    """What was or is to be taken of each supplement; a dose that nobody knows adds nothing."""
    found: dict[str, list[tuple[float, str]]] = {}
    for dose in doses:
        said = dose.log or dose.plan
        if dose.outcome in outcomes and said is not None and said.dose is not None:
            found.setdefault(dose.supplement, []).append((said.dose, said.dose_unit))
    return found


def _in_use(row: DayRow, doses: list[DoseOfDay]) -> list[InUse]:
    """What was taken, and what still may be. A dose that was taken counts at the time when it was."""
    times: dict[str, set[str]] = {}
    for dose in doses:
        if dose.outcome in (Outcome.TAKEN, Outcome.OPEN):
            when = (dose.log and dose.log.local_time) or dose.time
            times.setdefault(dose.supplement, set()).add(when)
    return [
        InUse(
            id=one.id,
            name=one.name,
            supplies=frozenset(one.supplies),
            times=tuple(sorted(times[one.id])),
            contraindications=frozenset(one.contraindications),
        )
        for one in row.supplements
        if one.id in times
    ]
