"""What was logged keeps its values: they are copied into the log when it is written, whoever writes it. And the floors of targets
are held wherever one is set.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pgtrigger

from lib.row_rules import Fault, Faults, RowChange
from lib.sqlfiles import load_sql
from lib.statements import fetch
from nutrition.domain.people import SAID_OF, Athlete, age_y, energy_floor, guards_of, least_weight_kg
from nutrition.domain.targets import energy_meant

HELD_ENTITIES = TARGET, GOAL, SETTINGS, MEASUREMENT = "nutrition_target", "goal", "settings", "measurement"
PROFESSIONAL, BODY_WEIGHT = "professional", "body_weight"
ENERGY_OF = ("energy_kcal", "protein_g", "fat_g", "carbohydrate_g")
PERSON = ("sex", "birth_date", "height_m", "life_stage", "eating_disorder_flag")
AS_THEIRS = "if a professional has set it, say so in the method."


class Copies(pgtrigger.Trigger):
    """A row trigger before the write. What the athlete says stands; what they leave empty is copied from what they name."""

    level = pgtrigger.Row
    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.Update
    file = ""

    def get_func(self, model: Any) -> str:
        return load_sql("nutrition", self.file)


class CopiesFood(Copies):
    file = "copies_food"


class CopiesDose(Copies):
    file = "copies_dose"


def held_to_floors(changes: Sequence[RowChange]) -> Faults:
    """No target of energy below the floor, none but a professional's for whom that is their work; no goal of underweight.

    What is written of the settings and the body weight at the same time counts. Targets that stand are not judged anew when
    these change: whoever looks at a day is told.
    """
    faults: Faults = {}
    for user_id in {change.user_id for change in changes if change.user_id is not None}:
        its = [change for change in changes if change.user_id == user_id]
        asked = [change for change in its if _sets_energy(change) or _sets_weight(change)]
        if asked:
            athlete = _athlete(user_id, its)
            found = ((change, _fault_of(change, athlete)) for change in asked)
            faults |= {(change.entity, change.id): [fault] for change, fault in found if fault is not None}
    return faults


def _sets_energy(change: RowChange) -> bool:
    return (
        change.entity == TARGET
        and not change.deleted
        and change.after.get("method") != PROFESSIONAL
        and any(change.changes(name) for name in ("method", *ENERGY_OF))
        and _energy_kcal(change) is not None
    )


def _sets_weight(change: RowChange) -> bool:
    return (
        change.entity == GOAL
        and not change.deleted
        and change.after.get("measurement_kind") == BODY_WEIGHT
        and any(change.changes(name) for name in ("measurement_kind", "target_value"))
    )


def _energy_kcal(change: RowChange) -> float | None:
    energy_kcal, *macros = (_number(change.after.get(name)) for name in ENERGY_OF)
    return energy_meant(energy_kcal, *macros)


def _fault_of(change: RowChange, athlete: Athlete) -> Fault | None:
    if change.entity == GOAL:
        return _fault_of_goal(_number(change.after.get("target_value")), athlete)
    guards = guards_of(athlete)
    if guards:
        said = " ".join(SAID_OF[guard] for guard in guards)
        return Fault(
            "energy_kcal", "ask_a_professional", f"{said} A doctor or a dietitian sets your target: {AS_THEIRS}"
        )
    floor, energy_kcal = energy_floor(athlete), _energy_kcal(change)
    if energy_kcal is None or energy_kcal >= floor.kcal:
        return None
    text = f"{energy_kcal:,.0f} kcal a day are below {floor.kcal:,.0f}, {floor.because}: {AS_THEIRS}"
    return Fault("energy_kcal", "target_below_floor", text)


def _fault_of_goal(target_kg: float | None, athlete: Athlete) -> Fault | None:
    """Whoever weighs less than that already may make their way up in steps."""
    least = least_weight_kg(athlete)
    if target_kg is None or least is None or target_kg >= least:
        return None
    if athlete.weight_kg is not None and target_kg >= athlete.weight_kg:
        return None
    text = f"{target_kg:g} kg are below a body mass index of 18.5, which is {least:.1f} kg for your height."
    return Fault("target_value", "target_below_floor", text)


def _athlete(user_id: UUID, changes: Sequence[RowChange]) -> Athlete:
    """As what is written now will have it. One query."""
    ((*settings, today, weight_kg, weighed_at),) = fetch("nutrition", "person", user_id=user_id)
    said: dict[str, Any] = dict(zip(PERSON, settings, strict=True))
    for change in changes:
        if change.entity == SETTINGS:
            said = {name: change.after.get(name, said[name]) for name in PERSON}
    weights = [(_moment(c.after["measured_at"]), c.after["value"]) for c in changes if _weighs(c)]
    if weighed_at is not None:
        weights.append((weighed_at, weight_kg))
    return Athlete(
        age_y=age_y(_date(said["birth_date"]), today),
        sex=said["sex"],
        life_stage=said["life_stage"],
        eating_disorder=bool(said["eating_disorder_flag"]),
        height_m=_number(said["height_m"]),
        weight_kg=_number(max(weights, key=lambda one: one[0])[1]) if weights else None,
    )


def _weighs(change: RowChange) -> bool:
    return change.entity == MEASUREMENT and not change.deleted and change.after.get("kind") == BODY_WEIGHT


def _number(value: Any) -> float | None:
    """Of the wire, a decimal is a text."""
    return None if value is None else float(value)


def _date(value: Any) -> dt.date | None:
    return dt.date.fromisoformat(value) if isinstance(value, str) else value


def _moment(value: Any) -> dt.datetime:
    return dt.datetime.fromisoformat(value) if isinstance(value, str) else value
