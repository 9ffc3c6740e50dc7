"""What a target could be: read from the settings, the weighings, and the diary of the last four weeks."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from catalog.models import NutritionTemplate
from nutrition.domain.energy import (
    WINDOW_MAX_DAYS,
    WINDOW_MIN_DAYS,
    Activity,
    Expenditure,
    TooLittle,
    Weighing,
    adaptive_expenditure,
    weight_trend,
)
from nutrition.domain.people import Athlete, energy_floor
from nutrition.domain.targets import NotSuggested, Shape, Suggestion, Way, refused_to, suggested, way_to_weight
from nutrition.enums import TargetMethod
from nutrition.queries.ranges import days_of, rows_between
from training.models import Goal

WARM_UP = dt.timedelta(days=56)  # of the weight trend, before the days that are read


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: a goal of body weight, a template of the library, or nothing, which keeps the weight."""

    activity: Activity
    goal: Goal | None = None
    template: NutritionTemplate | None = None


@dataclass(frozen=True, slots=True)
class Spent:
    """kcal a day. diary: what it says, or why it says nothing yet."""

    kcal: float
    resting_kcal: float
    diary: Expenditure | TooLittle


@dataclass(frozen=True, slots=True)
class Answer:
    found: Suggestion | NotSuggested
    method: TargetMethod
    spent: Spent | None = None


def suggestion_for(*, user_id: Any, day: dt.date, wish: Wish) -> Answer:
    """day: from when on it would hold; what was eaten and weighed before it counts. One query."""
    last = day - dt.timedelta(days=1)
    first = last - dt.timedelta(days=WINDOW_MAX_DAYS - 1)
    row = rows_between(user_id=user_id, first=first, last=last, as_of=day, weighed_from=first - WARM_UP)
    weighings = [Weighing(one.day, one.weight_kg) for one in row.weighings]
    athlete = weighed = row.person.on(day)
    if weighings:
        athlete = replace(athlete, weight_kg=weight_trend(weighings)[-1].weight_kg)
    refused = refused_to(weighed) or refused_to(athlete)
    resting_kcal = athlete.resting_kcal
    if refused is not None or resting_kcal is None:
        return Answer(refused or NotSuggested("facts_missing", ()), TargetMethod.CALCULATED)
    eaten = {
        one.date: one.eaten.energy.total.amount
        for one in days_of(row, first, last)
        if one.is_whole and one.eaten.energy is not None
    }
    prior_kcal = resting_kcal * wish.activity.value
    diary = _read(prior_kcal, eaten, weighings, last)
    spent = Spent(diary.kcal if isinstance(diary, Expenditure) else prior_kcal, resting_kcal, diary)
    way = _way(athlete, day, wish)
    if isinstance(way, NotSuggested):
        return Answer(way, TargetMethod.CALCULATED, spent)
    found = suggested(
        athlete,
        way,
        # who writes the target is held to the weight of the last weighing
        floor=max(energy_floor(weighed), energy_floor(athlete), key=lambda floor: floor.kcal),
        expenditure_kcal=spent.kcal,
        expenditure_said=_said(spent, wish.activity),
    )
    return Answer(found, _method(wish, spent), spent)


def _read(
    prior_kcal: float, eaten: dict[dt.date, float], weighings: list[Weighing], last: dt.date
) -> Expenditure | TooLittle:
    """Of four weeks, or else of the last two."""
    found: Expenditure | TooLittle = TooLittle(0, 0, 0)
    for days in (WINDOW_MAX_DAYS, WINDOW_MIN_DAYS):
        found = adaptive_expenditure(
            prior_kcal=prior_kcal,
            complete_days=eaten,
            weighings=weighings,
            first=last - dt.timedelta(days=days - 1),
            last=last,
        )
        if isinstance(found, Expenditure):
            break
    return found


def _way(athlete: Athlete, day: dt.date, wish: Wish) -> Way | NotSuggested:
    if wish.goal is not None:
        return way_to_weight(athlete, target_kg=float(wish.goal.target_value), day=day, due_on=wish.goal.due_on)
    if wish.template is not None:
        return _of_template(wish.template)
    return Way("It keeps your weight.")


def _of_template(template: NutritionTemplate) -> Way:
    usual = Shape()

    def number(name: str) -> float:
        value = getattr(template, name)
        return float(getattr(usual, name.replace("_energy", "")) if value is None else value)

    shape = Shape(
        protein_g_per_kg=number("protein_g_per_kg"),
        fat_g_per_kg_min=number("fat_g_per_kg_min"),
        fat_percent_min=number("fat_energy_percent_min"),
        fat_percent_max=number("fat_energy_percent_max"),
        carbohydrate_g_per_kg=None if template.carbohydrate_g_per_kg is None else float(template.carbohydrate_g_per_kg),
        fiber_g_per_1000_kcal=number("fiber_g_per_1000_kcal"),
    )
    percent = float(template.energy_percent)
    return Way(f"{template.name}: {percent:g} % of what you expend.", energy_percent=percent, shape=shape)


def _method(wish: Wish, spent: Spent) -> TargetMethod:
    if wish.template is not None:
        return TargetMethod.TEMPLATE
    return TargetMethod.ADAPTIVE if isinstance(spent.diary, Expenditure) else TargetMethod.CALCULATED


def _said(spent: Spent, activity: Activity) -> str:
    about = f"You expend about {spent.kcal:,.0f} kcal a day"
    if isinstance(spent.diary, Expenditure):
        return (
            f"{about}: by {spent.diary.complete_days} days of your diary and {spent.diary.weighings} weighings, "
            f"which count {spent.diary.evidence:.0%}, and by formula."
        )
    return f"{about}: by formula {spent.resting_kcal:,.0f} kcal at rest, times {activity.value:g} for your activity."
