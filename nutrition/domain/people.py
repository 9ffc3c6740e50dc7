"""Who somebody is, as far as what they eat goes: whose targets are a professional's work, and below what no target goes."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from catalog.domain.reference_intakes import Person
from nutrition.domain.energy import bmi, mifflin_st_jeor

ADULT_Y = 18
UNDERWEIGHT_BMI = 18.5
"""Below it an adult is underweight: WHO (1995), Technical Report 854."""

FLOOR_KCAL = {"male": 1500.0, "female": 1200.0, "": 1200.0}
LEAST_OF = {"male": "a man", "female": "a woman", "": "anybody"}
ADULT_TO_LOOK_UP_Y = 30.0


class Guard(StrEnum):
    """Why targets are a professional's work."""

    UNDER_18 = "under_18"
    PREGNANCY = "pregnancy"
    LACTATION = "lactation"
    UNDERWEIGHT = "underweight"
    EATING_DISORDER = "eating_disorder"


SAID_OF = {
    Guard.UNDER_18: "You are under 18.",
    Guard.PREGNANCY: "You are pregnant.",
    Guard.LACTATION: "You are breastfeeding.",
    Guard.UNDERWEIGHT: "Your body mass index is below 18.5.",
    Guard.EATING_DISORDER: "You have or had an eating disorder.",
}


@dataclass(frozen=True, slots=True)
class Athlete:
    """On one day. What is not known is None, or empty. `sex` is female or male, `life_stage` pregnancy or lactation."""

    age_y: float | None = None
    sex: str = ""
    life_stage: str = ""
    eating_disorder: bool = False
    height_m: float | None = None
    weight_kg: float | None = None

    @property
    def bmi(self) -> float | None:
        return bmi(self.weight_kg, self.height_m) if self.weight_kg and self.height_m else None

    @property
    def resting_kcal(self) -> float | None:
        """By Mifflin-St Jeor; None where something that it needs is not known."""
        if not (self.weight_kg and self.height_m and self.sex and self.age_y is not None):
            return None
        return mifflin_st_jeor(weight_kg=self.weight_kg, height_m=self.height_m, age_y=self.age_y, sex=self.sex)


@dataclass(frozen=True, slots=True)
class Floor:
    """The least energy of a target that nobody medical has set, kcal a day, and why."""

    kcal: float
    because: str


def age_y(birth_date: dt.date | None, day: dt.date) -> float | None:
    """Years, with the part of the year since the birthday. Of 29 February, 1 March is the birthday in other years."""
    if birth_date is None or birth_date > day:
        return None
    years = day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))
    since = day - _birthday(birth_date, birth_date.year + years)
    return years + since.days / 366


def guards_of(athlete: Athlete) -> list[Guard]:
    """All that hold. A child's body mass index is read by other tables, so it is no reason of its own."""
    is_child = athlete.age_y is not None and athlete.age_y < ADULT_Y
    found = {
        Guard.UNDER_18: is_child,
        Guard.PREGNANCY: athlete.life_stage == "pregnancy",
        Guard.LACTATION: athlete.life_stage == "lactation",
        Guard.UNDERWEIGHT: not is_child and athlete.bmi is not None and athlete.bmi < UNDERWEIGHT_BMI,
        Guard.EATING_DISORDER: athlete.eating_disorder,
    }
    return [guard for guard, holds in found.items() if holds]


def energy_floor(athlete: Athlete) -> Floor:
    """The larger of what the body uses at rest, where that is known, and a least for the sex."""
    least = FLOOR_KCAL[athlete.sex]
    resting = athlete.resting_kcal
    if resting is not None and resting > least:
        return Floor(resting, "what your body uses at rest")
    return Floor(least, f"the least for {LEAST_OF[athlete.sex]}")


def least_weight_kg(athlete: Athlete) -> float | None:
    """The lowest body weight that may be a goal: a body mass index of 18.5. None of children, and without the height."""
    if athlete.height_m is None or (athlete.age_y is not None and athlete.age_y < ADULT_Y):
        return None
    return UNDERWEIGHT_BMI * athlete.height_m**2


def person_to_look_up(athlete: Athlete) -> Person:
    """For the tables of intakes. Whose age is not said is taken for an adult of 30; who is pregnant, for a woman."""
    years = ADULT_TO_LOOK_UP_Y if athlete.age_y is None else athlete.age_y
    return Person(years, None if athlete.life_stage else athlete.sex or None, athlete.life_stage)


def _birthday(birth_date: dt.date, year: int) -> dt.date:
    try:
        return birth_date.replace(year=year)
    except ValueError:
        return dt.date(year, 3, 1)
