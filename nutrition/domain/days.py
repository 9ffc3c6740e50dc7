"""The sums of a day: energy, macros and every nutrient, with what is aimed at, what is needed and what should not be exceeded.

Amounts are in the nutrient's own unit. What nobody measured is missing, and never zero.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum

from catalog.domain.nutrients import Amounts, Eaten, EnergyBasis, Total, energy_of, totals
from catalog.domain.reference_intakes import (
    SCOPES,
    Kind,
    Person,
    ReferenceIntake,
    Source,
    amount_a_day,
    counted_toward,
    intake_for,
    target_for,
)
from nutrition.domain.people import Athlete, energy_floor

MACROS = {"protein_g": "protein", "fat_g": "fat", "carbohydrate_g": "carbohydrate", "fiber_g": "fiber"}
WHOLE_DAY_SHARE = 0.5
KINDS_OF_ENERGY = frozenset({"energy", "energy-atwater-specific", "energy-atwater-general"})


@dataclass(frozen=True, slots=True)
class Item:
    """Something that was eaten, in a slot of the day. Whether its maker added nutrients is rarely known: then it is food."""

    slot: str
    eaten: Eaten
    source: Source = Source.FOOD


@dataclass(frozen=True, slots=True)
class EnergyTotal:
    """`by_basis`: how much of the kcal is known in which way."""

    total: Total
    by_basis: Mapping[EnergyBasis, float]


@dataclass(frozen=True, slots=True)
class Sums:
    """energy is None where nothing eaten has any figure of it."""

    energy: EnergyTotal | None
    nutrients: Mapping[str, Total]

    def macros(self) -> dict[str, float | None]:
        return {name: total.amount if (total := self.nutrients.get(slug)) else None for name, slug in MACROS.items()}


@dataclass(frozen=True, slots=True)
class Nutrient:
    slug: str
    name: str
    unit: str
    position: int = 0


@dataclass(frozen=True, slots=True)
class Tables:
    """Of whom, and by which tables. Those whose words about a limit are unknown say nothing about what counts."""

    nutrients: Mapping[str, Nutrient]
    intakes: Sequence[ReferenceIntake]
    person: Person
    body_mass_kg: float | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """What a person needs of a nutrient: `kind` is rda or ai."""

    kind: Kind
    amount: float


@dataclass(frozen=True, slots=True)
class Limit:
    """What should not be exceeded, of what it counts: `sources` of the nutrient `counts`, in that one's unit. counted: None where
    no figure is known of them, so that nothing can be said.
    """

    kind: Kind
    amount: float
    counts: str
    sources: tuple[Source, ...]
    applies_to: str
    counted: float | None

    @property
    def is_over(self) -> bool | None:
        return None if self.counted is None else self.counted > self.amount


@dataclass(frozen=True, slots=True)
class Line:
    """One nutrient of a day. `amount` is of all sources; None where none has a figure. `food` says how much of it is known."""

    nutrient: Nutrient
    amount: float | None
    food: Total | None
    from_supplements: float | None
    target: float | None
    reference: Reference | None
    limits: tuple[Limit, ...] = ()

    @property
    def over(self) -> list[Limit]:
        return [limit for limit in self.limits if limit.kind is Kind.UL and limit.is_over]


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken in all, by source. `drunk_ml`: water that was logged for itself."""

    items: Sequence[Item] = ()
    doses: Sequence[Amounts] = ()
    drunk_ml: float = 0.0
    by_source: Mapping[Source, Amounts] = field(init=False)

    def __post_init__(self) -> None:
        parts: dict[Source, list[Amounts]] = defaultdict(list)
        for item in self.items:
            parts[item.source].append(item.eaten.amounts)
        if self.drunk_ml:
            parts[Source.FOOD].append({"water": self.drunk_ml})
        if self.doses:
            parts[Source.SUPPLEMENT].extend(self.doses)
        object.__setattr__(self, "by_source", {source: added(amounts) for source, amounts in parts.items()})


def added(parts: Iterable[Amounts]) -> dict[str, float]:
    """The sum of each nutrient of which at least one part has a figure."""
    found: dict[str, list[float]] = defaultdict(list)
    for amounts in parts:
        for slug, amount in amounts.items():
            found[slug].append(amount)
    return {slug: fsum(amounts) for slug, amounts in found.items()}


def sums_of(eaten: Sequence[Eaten]) -> Sums:
    nutrients = {slug: total for slug, total in totals(eaten).items() if slug not in KINDS_OF_ENERGY}
    return Sums(energy_total(eaten), nutrients)


def sums_by_slot(items: Iterable[Item]) -> dict[str, Sums]:
    slots: dict[str, list[Eaten]] = defaultdict(list)
    for item in items:
        slots[item.slot].append(item.eaten)
    return {slot: sums_of(eaten) for slot, eaten in slots.items()}


def energy_total(eaten: Sequence[Eaten]) -> EnergyTotal | None:
    """kcal by the best figure that each food has."""
    found = [energy_of(food.amounts) for food in eaten]
    known = [
        Eaten(food.grams, {"kcal": e.kcal} if e else {}, is_whole=True) for food, e in zip(eaten, found, strict=True)
    ]
    total = totals(known).get("kcal")
    if total is None:
        return None
    by_basis: dict[EnergyBasis, list[float]] = defaultdict(list)
    for energy in found:
        if energy is not None:
            by_basis[energy.basis].append(energy.kcal)
    return EnergyTotal(total, {basis: fsum(kcal) for basis, kcal in by_basis.items()})


def is_whole_day(eaten: Sums, athlete: Athlete) -> bool:
    """Whether a day counts as logged in full: all energy is known, and it is at least half of what the body uses at rest.

    Less is a day of fasting, or one of which things were left out: nobody can tell, so no expenditure is read from it.
    """
    if eaten.energy is None or not eaten.energy.total.is_complete:
        return False
    resting = athlete.resting_kcal or energy_floor(athlete).kcal
    return eaten.energy.total.amount >= WHOLE_DAY_SHARE * resting


def lines_of(taken: Taken, tables: Tables, targets: Amounts | None = None) -> list[Line]:
    """Every nutrient of which something is known or to be known, in the order of labels. targets: the athlete's own."""
    day = _Day(taken, tables, targets or {})
    having = {slug for amounts in taken.by_source.values() for slug in amounts}
    slugs = (having | day.wanted.keys() | day.intakes.keys()) - KINDS_OF_ENERGY
    shown = [nutrient for slug, nutrient in tables.nutrients.items() if slug in slugs]
    return [day.line_of(nutrient) for nutrient in sorted(shown, key=lambda one: (one.position, one.slug))]


class _Day:
    def __init__(self, taken: Taken, tables: Tables, wanted: Amounts) -> None:
        self.taken, self.tables, self.wanted = taken, tables, wanted
        self.food = totals(item.eaten for item in taken.items)
        self.intakes: dict[str, list[ReferenceIntake]] = defaultdict(list)
        for row in tables.intakes:
            self.intakes[row.nutrient].append(row)

    def line_of(self, nutrient: Nutrient) -> Line:
        slug = nutrient.slug
        known = [amounts[slug] for amounts in self.taken.by_source.values() if slug in amounts]
        limits = (self._limit(kind, nutrient) for kind in (Kind.UL, Kind.CDRR))
        return Line(
            nutrient=nutrient,
            amount=fsum(known) if known else None,
            food=self.food.get(slug),
            from_supplements=self.taken.by_source.get(Source.SUPPLEMENT, {}).get(slug),
            target=self.wanted.get(slug),
            reference=self._reference(nutrient),
            limits=tuple(limit for limit in limits if limit is not None),
        )

    def _reference(self, nutrient: Nutrient) -> Reference | None:
        found = target_for(self.intakes.get(nutrient.slug, ()), nutrient.slug, self.tables.person)
        if found is None:
            return None
        amount = amount_a_day(found, unit=nutrient.unit, body_mass_kg=self.tables.body_mass_kg)
        return None if amount is None else Reference(found.kind, amount)

    def _limit(self, kind: Kind, nutrient: Nutrient) -> Limit | None:
        row = intake_for(self.intakes.get(nutrient.slug, ()), nutrient.slug, kind, self.tables.person)
        if row is None:
            return None
        scope = SCOPES.get(row.applies_to)
        counts = (scope and scope.nutrient) or nutrient.slug
        unit = self.tables.nutrients.get(counts, nutrient).unit
        amount = amount_a_day(row, unit=unit, body_mass_kg=self.tables.body_mass_kg)
        if amount is None:
            return None
        sources = tuple(source for source in Source if scope and source in scope.sources)
        counted = counted_toward(row, self.taken.by_source) if scope else None
        return Limit(kind, amount, counts, sources, row.applies_to, counted)
