"""What PostgreSQL says of a diary, as it comes: JSON of one row, read into structs. Numbers of the database are floats here."""

import datetime as dt
from typing import NamedTuple
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from catalog.domain.nutrients import Eaten, energy_of
from nutrition.domain.doses import Plan
from nutrition.domain.people import Athlete, age_y
from nutrition.enums import NutrientBasis

Amounts = dict[str, float]


class PersonRow(Struct, frozen=True):
    """The settings, and the body weight as of the day."""

    sex: str
    birth_date: dt.date | None
    height_m: float | None
    life_stage: str
    eating_disorder_flag: bool
    time_zone: str
    weight_kg: float | None

    def on(self, day: dt.date) -> Athlete:
        return Athlete(
            age_y=age_y(self.birth_date, day),
            sex=self.sex,
            life_stage=self.life_stage,
            eating_disorder=self.eating_disorder_flag,
            height_m=self.height_m,
            weight_kg=self.weight_kg,
        )

    def today(self, at: dt.datetime) -> dt.date:
        return at.astimezone(ZoneInfo(self.time_zone)).date()


class ItemRow(Struct, frozen=True):
    id: str
    food: str | None
    name: str
    grams: float | None
    portion: str
    portion_count: float | None
    nutrients: Amounts
    basis: str

    @property
    def eaten(self) -> Eaten:
        return eaten_of(self.grams, self.basis, self.nutrients)

    @property
    def kcal(self) -> float | None:
        energy = energy_of(self.eaten.amounts)
        return None if energy is None else energy.kcal


class LogRow(Struct, frozen=True):
    id: str
    slot: str
    status: str
    title: str
    meal: str | None
    servings: float
    eaten_at: dt.datetime | None
    time_zone: str
    items: list[ItemRow]


class TargetRow(Struct, frozen=True):
    id: str
    day_kind: str
    starts_on: dt.date | None
    energy_kcal: float | None
    protein_g: float | None
    fat_g: float | None
    carbohydrate_g: float | None
    fiber_g: float | None
    water_ml: int | None
    nutrients: Amounts
    method: str


class PlanRow(Struct, frozen=True, kw_only=True):
    id: str
    supplement: str
    name: str
    weekdays: list[str]
    times: list[str]
    starts_on: dt.date | None
    ends_on: dt.date | None
    cycle_days_on: int | None
    cycle_days_off: int | None
    paused: bool = False
    dose: float | None = None
    dose_unit: str = ""
    with_food: str = ""
    holds: Amounts = field(default_factory=dict)

    @property
    def plan(self) -> Plan:
        return Plan.of(self)


class DoseRow(Struct, frozen=True):
    id: str
    plan: str | None
    supplement: str
    name: str
    status: str
    due_time: str
    taken_at: dt.datetime | None
    local_time: str | None
    dose: float | None
    dose_unit: str
    holds: Amounts


class SupplementRow(Struct, frozen=True):
    id: str
    name: str
    supplies: list[str]
    contraindications: list[str]
    upper_limit: float | None
    upper_limit_unit: str
    upper_limit_applies_to: str


class InteractionRow(Struct, frozen=True):
    id: str
    supplement: str
    with_supplement: str | None
    with_nutrients: list[str]
    severity: str
    separate_hours: float | None
    effect: str
    advice: str
    ask_clinician: bool


class NutrientRow(NamedTuple):
    slug: str
    name: str
    unit: str
    position: int


class IntakeRow(NamedTuple):
    nutrient: str
    unit: str
    kind: str
    sex: str
    stage: str
    age_from_y: float
    age_below_y: float | None
    value: float
    applies_to: str


class DayRow(Struct, frozen=True):
    person: PersonRow
    is_training_day: bool
    logs: list[LogRow]
    targets: list[TargetRow]
    plans: list[PlanRow]
    doses: list[DoseRow]
    supplements: list[SupplementRow]
    interactions: list[InteractionRow]
    drunk_ml: float


class TablesRow(Struct, frozen=True):
    nutrients: list[NutrientRow]
    intakes: list[IntakeRow]


class RangeItem(NamedTuple):
    slot: str
    grams: float | None
    basis: str
    nutrients: Amounts

    @property
    def eaten(self) -> Eaten:
        return eaten_of(self.grams, self.basis, self.nutrients)


class WeighingRow(NamedTuple):
    day: dt.date
    weight_kg: float


class RangeRow(Struct, frozen=True):
    person: PersonRow
    items: dict[dt.date, list[RangeItem]]
    drunk_ml: dict[dt.date, float]
    training_days: list[dt.date]
    targets: list[TargetRow]
    weighings: list[WeighingRow]


class SaidRow(NamedTuple):
    day: dt.date
    plan: str
    time: str
    status: str


class AdherenceRow(Struct, frozen=True):
    time_zone: str
    plans: list[PlanRow]
    said: list[SaidRow]


def eaten_of(grams: float | None, basis: str, nutrients: Amounts) -> Eaten:
    """With the amounts of all of it, for they are added up more than once."""
    return Eaten(grams, Eaten(grams, nutrients, is_whole=basis == NutrientBasis.WHOLE).amounts, is_whole=True)
