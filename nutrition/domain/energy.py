"""What a body expends: at rest by formulas, in all by activity, and from what was eaten and weighed.

kcal are a day; weight and lean mass in kg, height in m, age in years. The formulas are of adults. They estimate: two people alike
in all of these differ by a tenth and more.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby
from math import fsum, isfinite

KCAL_PER_KG = 7700.0
"""What a kg of body weight stands for: Wishnofsky (1958). Of a lean person it is less."""

ALPHA_PER_DAY = 0.1
"""How much of a new weighing goes into the trend, a day after the last one: as in Walker, The Hacker's Diet."""

WINDOW_MIN_DAYS, WINDOW_MAX_DAYS = 14, 28
WEIGHINGS_MIN = 10
COMPLETE_SHARE_MIN = 0.8
CHANGE_MAX_KCAL_PER_WEEK = 150.0
DAYS_PER_WEEK = 7


class Activity(Enum):
    """Physical activity levels: what the expenditure at rest is multiplied with. A first guess, until there is a diary."""

    SEDENTARY = 1.2
    LIGHT = 1.375
    MODERATE = 1.55
    HIGH = 1.725
    VERY_HIGH = 1.9


@dataclass(frozen=True, slots=True)
class Weighing:
    day: dt.date
    weight_kg: float

    def __post_init__(self) -> None:
        if not (isfinite(self.weight_kg) and self.weight_kg > 0):
            raise ValueError(f"Nobody weighs {self.weight_kg} kg.")


@dataclass(frozen=True, slots=True)
class Expenditure:
    """`kcal` a day. `evidence`: how much of it the diary says, 0 (nothing) to 1. `bounded`: it would have gone further."""

    kcal: float
    observed_kcal: float
    evidence: float
    bounded: bool
    weighings: int
    complete_days: int


@dataclass(frozen=True, slots=True)
class TooLittle:
    """Why a diary says nothing yet."""

    weighings: int
    complete_days: int
    complete_days_needed: int


def mifflin_st_jeor(*, weight_kg: float, height_m: float, age_y: float, sex: str) -> float:
    """At rest. Mifflin et al. (1990), Am J Clin Nutr 51:241. ValueError: sex is neither female nor male."""
    return 10 * weight_kg + 625 * height_m - 5 * age_y + _of_sex(sex, female=-161.0, male=5.0)


def harris_benedict_revised(*, weight_kg: float, height_m: float, age_y: float, sex: str) -> float:
    """At rest. Roza and Shizgal (1984), Am J Clin Nutr 40:168. ValueError: sex is neither female nor male."""
    female = 447.593 + 9.247 * weight_kg + 309.8 * height_m - 4.330 * age_y
    male = 88.362 + 13.397 * weight_kg + 479.9 * height_m - 5.677 * age_y
    return _of_sex(sex, female=female, male=male)


def katch_mcardle(lean_kg: float) -> float:
    """At rest, of lean mass: the same for both sexes."""
    return 370 + 21.6 * lean_kg


def cunningham(lean_kg: float) -> float:
    """At rest, of lean mass. Cunningham (1980), Am J Clin Nutr 33:2372. Higher than the others: it was made on the lean."""
    return 500 + 22 * lean_kg


def lean_mass_kg(weight_kg: float, body_fat_percent: float) -> float:
    return weight_kg * (1 - body_fat_percent / 100)


def bmi(weight_kg: float, height_m: float) -> float:
    """kg/m2."""
    return weight_kg / height_m**2


def weight_trend(weighings: Iterable[Weighing]) -> list[Weighing]:
    """The weight without the noise of days: an exponentially weighted mean, on each day that has a weighing.

    The first weighing begins it. After a gap of n days a weighing counts as much as if it had stood on each of them:
    1 - (1 - alpha)^n. Of several on one day, their mean.
    """
    trend: list[Weighing] = []
    for day, its in groupby(sorted(weighings, key=lambda one: (one.day, one.weight_kg)), key=lambda one: one.day):
        weights = [one.weight_kg for one in its]
        weight_kg = fsum(weights) / len(weights)
        if trend:
            last = trend[-1]
            weight_kg = last.weight_kg + _alpha((day - last.day).days) * (weight_kg - last.weight_kg)
        trend.append(Weighing(day, weight_kg))
    return trend


def adaptive_expenditure(
    *,
    prior_kcal: float,
    complete_days: Mapping[dt.date, float],
    weighings: Sequence[Weighing],
    first: dt.date,
    last: dt.date,
) -> Expenditure | TooLittle:
    """What the diary of `first` to `last` says of the expenditure, blended with what was thought before.

    `complete_days` holds the kcal of days on which everything was logged. The body's store changed by what was eaten less what
    was expended: mean intake - change of the trend x 7700 / days. That counts as much as its days of 28; the rest is
    the prior. It moves away from the prior by 150 kcal a week at most. `weighings` should begin some weeks before `first`: a
    trend that begins within the window lags behind, and the result then stays near to what was eaten.

    TooLittle: fewer than 10 days with a weighing, or less than 80 % of the days complete. ValueError: the window is not of 14
    to 28 days.
    """
    days = (last - first).days + 1
    if not WINDOW_MIN_DAYS <= days <= WINDOW_MAX_DAYS:
        raise ValueError(f"A window has {WINDOW_MIN_DAYS} to {WINDOW_MAX_DAYS} days, and not {days}.")
    eaten = [kcal for day, kcal in complete_days.items() if first <= day <= last]
    trend = [point for point in weight_trend(weighings) if point.day <= last]
    within = [point for point in trend if point.day >= first]
    if len(within) < WEIGHINGS_MIN or len(eaten) < COMPLETE_SHARE_MIN * days:
        return TooLittle(len(within), len(eaten), -int(-COMPLETE_SHARE_MIN * days // 1))
    observed_kcal = observed_expenditure(fsum(eaten) / len(eaten), _change_a_day(trend, within))
    evidence = len(eaten) / WINDOW_MAX_DAYS
    blended = prior_kcal + evidence * (observed_kcal - prior_kcal)
    reach = CHANGE_MAX_KCAL_PER_WEEK * days / DAYS_PER_WEEK
    kcal = min(max(blended, prior_kcal - reach), prior_kcal + reach)
    return Expenditure(kcal, observed_kcal, evidence, kcal != blended, len(within), len(eaten))


def observed_expenditure(intake_kcal: float, change_kg_per_day: float) -> float:
    """Of a mean intake, and the slope of the weight trend."""
    return intake_kcal - change_kg_per_day * KCAL_PER_KG


def _change_a_day(trend: Sequence[Weighing], within: Sequence[Weighing]) -> float:
    """From the last point before the window, if there is one close to it; else from the first one in it."""
    begin, end = within[0], within[-1]
    before = trend[len(trend) - len(within) - 1] if len(trend) > len(within) else begin
    start = before if (begin.day - before.day).days <= DAYS_PER_WEEK else begin
    return (end.weight_kg - start.weight_kg) / (end.day - start.day).days


def _alpha(days: int) -> float:
    return float(1 - (1 - ALPHA_PER_DAY) ** days)


def _of_sex(sex: str, *, female: float, male: float) -> float:
    if sex not in ("female", "male"):
        raise ValueError("This formula needs to know whether it is a woman or a man.")
    return female if sex == "female" else male
