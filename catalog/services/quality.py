"""Faults of the library that no rule refuses, because a draft may have them: what curators should mend.

Each fault is one question to the database about all canonical rows that are not retired. None of them is asked row by row.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import permutations
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    Func,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    UUIDField,
    Value,
    When,
    Window,
)
from django.db.models.functions import Coalesce, Greatest

from catalog import enums
from catalog.domain.nutrients import ALCOHOL_KCAL_PER_G, FOOD_BASIS_G, GENERAL_FACTORS, converted
from catalog.models import (
    ExerciseType,
    Food,
    Nutrient,
    NutritionTemplate,
    NutritionTemplateMeal,
    Program,
    ProgramDay,
    ProgramSet,
    ProgramSlot,
    RecommendationRule,
    ReferenceIntake,
    Supplement,
)
from catalog.models.food import per_100_g
from catalog.models.library import folded
from lib.sqlfiles import load_sql

LANGUAGES = ("de", "es", "fr")
COUNTED_MAX = (
    10_000  # more are "10,000 or more": a release of a million foods without translations is one fault to mend
)
SHOWN_MAX = 20

# What energy may differ by from that of its macronutrients. Factors of single foods are as far from the general ones (cocoa and
# bran below, nuts above), and fibre gives between 0 and 4 kcal/g.
LEAST_ENERGY_SHARE = 0.75
MOST_ENERGY_SHARE = 1.1
ENERGY_SLACK_KCAL = 20.0
WEIGHT_SLACK_G = (
    3.0  # what 100 g hold may weigh so much more: each figure was measured by itself (pepperoni of the USDA: 2.7)
)
SHARES_SLACK_PERCENT = 1.0
MASSES = ("g", "mg", "ug")


NAMED: tuple[Any, ...] = (ExerciseType, Food, Supplement, NutritionTemplate, RecommendationRule)
WITH_STATUS: tuple[Any, ...] = (*NAMED, Program)
SOURCED: tuple[Any, ...] = (*WITH_STATUS, Nutrient, ReferenceIntake)


@dataclass(frozen=True)
class Fault:
    """code: unique for the model. rows: those that have it."""

    code: str
    model: type[Model]
    words: str
    rows: Callable[[], QuerySet[Any]]

    @property
    def key(self) -> str:
        return f"{self.model._meta.model_name}.{self.code}"


@dataclass(frozen=True)
class Finding:
    """count: COUNTED_MAX where there are as many or more."""

    fault: Fault
    count: int
    shown: list[Any]


def findings(*, shown: int = SHOWN_MAX) -> list[Finding]:
    """Every fault that some row has, with the first rows that have it."""
    return [finding for fault in faults() if (finding := _finding(fault, shown)).count]


def fault_of(model: type[Model], code: str) -> Fault | None:
    return next((fault for fault in faults() if fault.model is model and fault.code == code), None)


def _finding(fault: Fault, shown: int) -> Finding:
    rows = fault.rows()
    count = rows.order_by()[:COUNTED_MAX].count()
    return Finding(fault, count, list(rows.order_by("pk")[:shown]) if count and shown else [])


@cache
def faults() -> tuple[Fault, ...]:
    return (*_of_exercise_types(), *_of_foods(), *_of_supplements(), *_of_programs(), *_of_templates(), *_of_all())


def _standing(model: Any) -> QuerySet[Any]:
    """The canonical rows that somebody will see, or sees: not those that are retired."""
    rows: QuerySet[Any] = model.objects.canonical().exclude(status=enums.Status.RETIRED)
    return rows


# --- of one library ---


def _of_exercise_types() -> Iterator[Fault]:
    yield Fault(
        "missing_instructions", ExerciseType, "No instructions", lambda: _standing(ExerciseType).filter(instructions="")
    )
    yield Fault(
        "no_muscles",
        ExerciseType,
        "No primary muscle",
        lambda: _standing(ExerciseType).filter(primary_muscles=[]),
    )


def _of_foods() -> Iterator[Fault]:
    yield Fault("no_nutrients", Food, "No nutrients", lambda: _standing(Food).filter(nutrients={}))
    yield Fault("energy_off", Food, "Energy does not fit the macronutrients", _foods_with_odd_energy)
    yield Fault("too_heavy", Food, "100 g hold more than 100 g", _foods_too_heavy)


def _weighed(*slugs: str) -> Any:
    """The sum of these in 100 g; what was not measured adds nothing."""
    total: Any = Value(0.0)
    for slug in slugs:
        total = total + Coalesce(per_100_g(slug), 0.0)
    return total


def _foods_with_odd_energy() -> QuerySet[Food]:
    """Where alcohol was not measured, whatever of a drink is nothing else may be alcohol."""
    factors = GENERAL_FACTORS
    rest = Greatest(Value(FOOD_BASIS_G) - _weighed("protein", "fat", "carbohydrate", "water", "ash"), 0.0)
    unknown = Case(When(category=enums.FoodCategory.BEVERAGES, then=rest), default=0.0)
    stated = Coalesce(per_100_g("alcohol"), 0.0) * ALCOHOL_KCAL_PER_G
    possible = Coalesce(per_100_g("alcohol"), unknown) * ALCOHOL_KCAL_PER_G
    macros = F("protein_g") * factors.protein + F("carbohydrate_g") * factors.carbohydrate + F("fat_g") * factors.fat
    fiber = Coalesce(F("fiber_g"), 0.0) * factors.carbohydrate
    odd: QuerySet[Food] = (
        _standing(Food)
        .annotate(
            least=(macros - fiber + stated) * LEAST_ENERGY_SHARE - ENERGY_SLACK_KCAL,
            most=(macros + possible) * MOST_ENERGY_SHARE + ENERGY_SLACK_KCAL,
        )
        .filter(Q(energy_kcal__lt=F("least")) | Q(energy_kcal__gt=F("most")))
    )
    return odd


def _foods_too_heavy() -> QuerySet[Food]:
    weight = _weighed("protein", "fat", "carbohydrate", "alcohol", "water", "ash")
    heavy: QuerySet[Food] = _standing(Food).annotate(weight=weight).filter(weight__gt=FOOD_BASIS_G + WEIGHT_SLACK_G)
    return heavy


def _of_supplements() -> Iterator[Fault]:
    yield Fault("dose_over_limit", Supplement, "A dose over the limit, without a warning", _doses_over_the_limit)
    yield Fault(
        "no_citation",
        Supplement,
        "A grade of evidence without a source that says so",
        lambda: _standing(Supplement).exclude(evidence_grade="").filter(citations=[]),
    )


def _doses_over_the_limit() -> QuerySet[Supplement]:
    over = Q(dose_unit=F("upper_limit_unit"), highest__gt=F("upper_limit"))
    for unit, other in permutations(MASSES, 2):
        factor = Decimal(str(converted(1, other, unit)))
        over |= Q(dose_unit=unit, upper_limit_unit=other, highest__gt=F("upper_limit") * factor)
    highest = Coalesce("dose_high", "dose_low")
    doses = _standing(Supplement).exclude(dose_basis=enums.DoseBasis.KG_DAY).filter(warnings=[])
    found: QuerySet[Supplement] = doses.annotate(highest=highest).filter(over)
    return found


def _of_programs() -> Iterator[Fault]:
    days = ProgramDay.objects.live().filter(program=OuterRef("pk"))
    slots = ProgramSlot.objects.live().filter(day__program=OuterRef("pk"))
    empty = slots.filter(~Exists(ProgramSet.objects.live().filter(slot=OuterRef("pk"))))
    yield Fault("no_days", Program, "No days", lambda: _standing(Program).filter(~Exists(days)))
    yield Fault("no_sets", Program, "An exercise without sets", lambda: _standing(Program).filter(Exists(empty)))


def _of_templates() -> Iterator[Fault]:
    yield Fault("shares_off", NutritionTemplate, "The meals' shares of energy are not 100 % together", _templates_off)


def _templates_off() -> QuerySet[NutritionTemplate]:
    shared = NutritionTemplateMeal.objects.live().values("template").annotate(together=Sum("energy_percent"))
    low, high = 100 - SHARES_SLACK_PERCENT, 100 + SHARES_SLACK_PERCENT
    odd = shared.exclude(together__range=(low, high)).filter(together__isnull=False)
    found: QuerySet[NutritionTemplate] = _standing(NutritionTemplate).filter(pk__in=odd.values("template"))
    return found


# --- of all ---


def _of_all() -> Iterator[Fault]:
    for model in NAMED:
        yield Fault("no_translation", model, f"A name missing in one of {', '.join(LANGUAGES)}", _untranslated(model))
        yield Fault("duplicate_name", model, "The same name twice", _duplicates(model))
    for model in WITH_STATUS:
        yield Fault("broken_chain", model, "Replaced by something that is not there", _broken_chains(model))
    for model in SOURCED:
        yield Fault("no_source", model, "No source", _without_source(model))


def _untranslated(model: Any) -> Callable[[], QuerySet[Any]]:
    """What has a brand has one name everywhere."""
    has_brand = Q() if model is not Food else Q(brand="")
    return lambda: _standing(model).filter(has_brand).exclude(names__has_keys=LANGUAGES)


def _duplicates(model: Any) -> Callable[[], QuerySet[Any]]:
    """Names are compared as the search does: without case, accents and punctuation."""
    by: Any = [folded("name"), F("brand")] if model is Food else [folded("name")]
    counted = Window(Count("*"), partition_by=by)
    return lambda: _standing(model).annotate(same=counted).filter(same__gt=1)


def _broken_chains(model: Any) -> Callable[[], QuerySet[Any]]:
    ends = Func(
        template=f"({load_sql('catalog', 'broken_chains').replace('/*table*/', model._meta.db_table)})",
        output_field=UUIDField(),
    )
    return lambda: model.objects.canonical().filter(pk__in=ends)


def _without_source(model: Any) -> Callable[[], QuerySet[Any]]:
    if model in WITH_STATUS:
        return lambda: _standing(model).filter(source="")
    return lambda: model.objects.filter(source="")
