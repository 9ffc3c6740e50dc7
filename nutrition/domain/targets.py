"""Targets: which one is in force on a day, what macros make up an energy, and a suggestion with a reason for each number.

Energy is kcal a day, macros are g, weights kg. What is suggested is for healthy adults; for all others there is nothing but the
advice to ask a professional.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import ceil
from typing import Protocol, TypeVar

from nutrition.domain.energy import DAYS_PER_WEEK, KCAL_PER_KG
from nutrition.domain.people import SAID_OF, Athlete, Floor, energy_floor, guards_of, least_weight_kg

KCAL_PER_G_PROTEIN, KCAL_PER_G_FAT, KCAL_PER_G_CARBOHYDRATE = 4.0, 9.0, 4.0
EVERY, TRAINING, REST = "every", "training", "rest"

LOSS_PERCENT_PER_WEEK, LOSS_MAX_PERCENT_PER_WEEK = 0.5, 1.0
GAIN_PERCENT_PER_WEEK, GAIN_MAX_PERCENT_PER_WEEK = 0.1, 0.25
"""Of the body weight. Losing: Helms et al. (2014), J Int Soc Sports Nutr 11:20. Gaining: Iraki et al. (2019), Sports 7:154."""

REACHED_WITHIN_KG = 0.5
REFERENCE_BMI_MAX = 30.0
ENERGY_STEP_KCAL = 10


class Dated(Protocol):
    """A target as it stands: `starts_on` None is a draft."""

    @property
    def day_kind(self) -> str: ...
    @property
    def starts_on(self) -> dt.date | None: ...


DatedTarget = TypeVar("DatedTarget", bound=Dated)


@dataclass(frozen=True, slots=True)
class Macros:
    protein_g: float
    fat_g: float
    carbohydrate_g: float

    @property
    def kcal(self) -> float:
        return (
            self.protein_g * KCAL_PER_G_PROTEIN
            + self.fat_g * KCAL_PER_G_FAT
            + self.carbohydrate_g * KCAL_PER_G_CARBOHYDRATE
        )


@dataclass(frozen=True, slots=True)
class Shape:
    """What a way to eat asks of macros. Without `carbohydrate_g_per_kg` fat is at its least, and carbohydrate the rest.

    The figures here are of somebody who keeps their weight: protein as Morton et al. (2018), Br J Sports Med 52:376; fat and
    fibre as the Dietary Reference Intakes.
    """

    protein_g_per_kg: float = 1.6
    fat_g_per_kg_min: float = 0.6
    fat_percent_min: float = 25.0
    fat_percent_max: float = 35.0
    carbohydrate_g_per_kg: float | None = None
    fiber_g_per_1000_kcal: float = 14.0


@dataclass(frozen=True, slots=True)
class Way:
    """How to eat. `energy_percent` is of the expenditure; `change_kg_per_week` adds to that, and is below zero to lose weight.
    `said` says why, for people."""

    said: str
    energy_percent: float = 100.0
    change_kg_per_week: float = 0.0
    shape: Shape = field(default_factory=Shape)
    is_bounded: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a number is what it is. of: the number's name."""

    of: str
    text: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    energy_kcal: int
    protein_g: int
    fat_g: int
    carbohydrate_g: int
    fiber_g: int
    floor_kcal: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class NotSuggested:
    """`code` is ask_a_professional, target_below_floor or facts_missing. `missing` names facts of the athlete."""

    code: str
    reasons: tuple[Reason, ...]
    missing: tuple[str, ...] = ()


def energy_meant(
    energy_kcal: float | None, protein_g: float | None, fat_g: float | None, carbohydrate_g: float | None
) -> float | None:
    """Of a target: what it says, or what its macros come to where it has all three. None: it is not about energy."""
    if energy_kcal is not None:
        return energy_kcal
    if protein_g is None or fat_g is None or carbohydrate_g is None:
        return None
    return Macros(protein_g, fat_g, carbohydrate_g).kcal


def target_on(targets: Iterable[DatedTarget], day: dt.date, *, is_training_day: bool) -> DatedTarget | None:
    """What is in force: of the targets for this kind of day or for every day, the one that started last; a draft never is.

    Of two from the same day on, the one for this kind of day.
    """
    kinds = (EVERY, TRAINING if is_training_day else REST)
    known = [(one.starts_on, one.day_kind, one) for one in targets if one.starts_on is not None]
    found = [line for line in known if line[1] in kinds and line[0] <= day]
    return max(found, key=lambda line: (line[0], line[1] != EVERY), default=(None, None, None))[2]


def way_to_weight(athlete: Athlete, *, target_kg: float, day: dt.date, due_on: dt.date | None) -> Way | NotSuggested:
    """What a goal of body weight asks for: a change a week, within what is sensible. Slower is taken as it is."""
    if athlete.weight_kg is None:
        return NotSuggested("facts_missing", (Reason("weight_kg", "Your body weight is not known."),), ("body_weight",))
    least = least_weight_kg(athlete)
    wanted_kg = target_kg - athlete.weight_kg
    if least is not None and target_kg < least and wanted_kg < 0:
        text = f"{target_kg:g} kg is below a body mass index of 18.5, which is {least:.1f} kg for your height."
        return NotSuggested("target_below_floor", (Reason("goal", text),))
    if abs(wanted_kg) <= REACHED_WITHIN_KG:
        return Way("You are at the weight of your goal: this keeps it.")
    return _towards(athlete.weight_kg, wanted_kg, None if due_on is None else (due_on - day).days / DAYS_PER_WEEK)


def macros_of(energy_kcal: float, weight_kg: float, shape: Shape) -> Macros:
    """What an energy is made of. Where it does not hold the protein and the least fat, carbohydrate gives way, then fat."""
    protein_g = shape.protein_g_per_kg * weight_kg
    left_kcal = max(0.0, energy_kcal - protein_g * KCAL_PER_G_PROTEIN)
    protein_g = min(protein_g, energy_kcal / KCAL_PER_G_PROTEIN)
    least = max(shape.fat_g_per_kg_min * weight_kg, shape.fat_percent_min / 100 * energy_kcal / KCAL_PER_G_FAT)
    most = max(least, shape.fat_percent_max / 100 * energy_kcal / KCAL_PER_G_FAT)
    wanted = least
    if shape.carbohydrate_g_per_kg is not None:
        carbohydrate_kcal = shape.carbohydrate_g_per_kg * weight_kg * KCAL_PER_G_CARBOHYDRATE
        wanted = min(max((left_kcal - carbohydrate_kcal) / KCAL_PER_G_FAT, least), most)
    fat_g = min(wanted, left_kcal / KCAL_PER_G_FAT)
    return Macros(protein_g, fat_g, max(0.0, left_kcal - fat_g * KCAL_PER_G_FAT) / KCAL_PER_G_CARBOHYDRATE)


def suggested(
    athlete: Athlete, way: Way, *, expenditure_kcal: float, expenditure_said: str, floor: Floor | None = None
) -> Suggestion | NotSuggested:
    """A target by a way to eat, never below the floor; nothing for people whose targets are a professional's work.

    floor: another one than the athlete's own.
    """
    refused = refused_to(athlete)
    if refused is not None:
        return refused
    assert athlete.weight_kg is not None
    floor = floor or energy_floor(athlete)
    wanted = expenditure_kcal * way.energy_percent / 100 + way.change_kg_per_week * KCAL_PER_KG / DAYS_PER_WEEK
    energy_kcal = ENERGY_STEP_KCAL * ceil(max(wanted, floor.kcal) / ENERGY_STEP_KCAL)
    mass_kg = reference_mass_kg(athlete)
    macros = macros_of(energy_kcal, mass_kg, way.shape)
    return Suggestion(
        energy_kcal=energy_kcal,
        protein_g=round(macros.protein_g),
        fat_g=round(macros.fat_g),
        carbohydrate_g=round(macros.carbohydrate_g),
        fiber_g=round(way.shape.fiber_g_per_1000_kcal * energy_kcal / 1000),
        floor_kcal=ceil(floor.kcal),
        reasons=(
            Reason("energy_kcal", expenditure_said),
            Reason("energy_kcal", way.said),
            *(
                [Reason("energy_kcal", f"Not below {ceil(floor.kcal)} kcal: {floor.because}.")]
                if wanted < floor.kcal
                else []
            ),
            *_of_macros(athlete, macros, mass_kg, way.shape),
        ),
    )


def refused_to(athlete: Athlete) -> NotSuggested | None:
    """Why there is nothing for somebody, whatever the way: they are guarded, or a fact is missing."""
    guards = guards_of(athlete)
    if guards:
        advice = Reason(
            "target", "Ask a doctor or a dietitian for a target. One that they set can be written down here."
        )
        return NotSuggested("ask_a_professional", (*(Reason("athlete", SAID_OF[one]) for one in guards), advice))
    facts = {
        "birth_date": athlete.age_y,
        "sex": athlete.sex,
        "height_m": athlete.height_m,
        "body_weight": athlete.weight_kg,
    }
    missing = tuple(name for name, value in facts.items() if not value)
    if missing:
        text = f"Not known: {', '.join(name.replace('_m', '').replace('_', ' ') for name in missing)}."
        return NotSuggested("facts_missing", (Reason("athlete", text),), missing)
    return None


def reference_mass_kg(athlete: Athlete) -> float:
    """For what goes by body weight: that weight, and of heavier people what a body mass index of 30 would be."""
    assert athlete.weight_kg is not None
    if athlete.height_m is None:
        return athlete.weight_kg
    return min(athlete.weight_kg, REFERENCE_BMI_MAX * athlete.height_m**2)


def _towards(weight_kg: float, wanted_kg: float, weeks: float | None) -> Way:
    is_loss = wanted_kg < 0
    usual = LOSS_PERCENT_PER_WEEK if is_loss else GAIN_PERCENT_PER_WEEK
    most = LOSS_MAX_PERCENT_PER_WEEK if is_loss else GAIN_MAX_PERCENT_PER_WEEK
    asked = abs(wanted_kg) / weight_kg * 100 / weeks if weeks is not None and weeks > 0 else usual
    percent = min(asked, most)
    verb = "lose" if is_loss else "gain"
    said = f"To {verb} {percent:.2g} % of your weight a week."
    if asked > most:
        said = f"To {verb} {most:g} % of your weight a week: your goal asks for {asked:.2g} %, which is too fast."
    shape = Shape(protein_g_per_kg=2.0 if is_loss else 1.8)
    return Way(
        said,
        change_kg_per_week=(-1 if is_loss else 1) * percent / 100 * weight_kg,
        shape=shape,
        is_bounded=asked > most,
    )


def _of_macros(athlete: Athlete, macros: Macros, mass_kg: float, shape: Shape) -> list[Reason]:
    of_weight = "" if mass_kg == athlete.weight_kg else f", of {mass_kg:.0f} kg (a body mass index of 30)"
    reasons = [
        Reason("protein_g", f"{shape.protein_g_per_kg:g} g for a kg of body weight{of_weight}."),
        Reason(
            "fat_g",
            f"At least {shape.fat_g_per_kg_min:g} g for a kg and {shape.fat_percent_min:g} % of the energy, "
            f"at most {shape.fat_percent_max:g} %.",
        ),
        Reason("carbohydrate_g", "What is left of the energy."),
        Reason("fiber_g", f"{shape.fiber_g_per_1000_kcal:g} g for each 1,000 kcal."),
    ]
    if macros.carbohydrate_g == 0:
        reasons.append(Reason("carbohydrate_g", "Protein and fat take all of the energy: nothing is left."))
    if shape.carbohydrate_g_per_kg is not None:
        reasons.append(Reason("carbohydrate_g", f"{shape.carbohydrate_g_per_kg:g} g for a kg are aimed at."))
    return reasons
