"""The sums of a day: energy, macros and every nutrient, with what is aimed at, what is needed and what should not be exceeded.

Amounts are in the nutrient's own unit. What nobody measured is missing, and never zero.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
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
KCAL = "kcal"  # no slug of a nutrient
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
    counted: float | None = None

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
class Figures:
    """Of a nutrient, for a person: what they need, and the limits with nothing counted yet, each with its row."""

    reference: Reference | None = None
    limits: tuple[tuple[Limit, ReferenceIntake], ...] = ()


UNKNOWN = Figures()


@dataclass(frozen=True)
class Tables:
    """Of whom, and by which tables. Those whose words about a limit are unknown say nothing about what counts."""

    nutrients: Mapping[str, Nutrient]
    intakes: Sequence[ReferenceIntake]
    person: Person
    body_mass_kg: float | None = None

    @cached_property
    def in_order(self) -> Sequence[Nutrient]:
        return sorted(self.nutrients.values(), key=lambda one: (one.position, one.slug))

    @cached_property
    def figures(self) -> Mapping[str, Figures]:
        """Of the nutrients of which the tables have rows: worked out once, whatever is eaten."""
        rows: dict[str, list[ReferenceIntake]] = defaultdict(list)
        for row in self.intakes:
            rows[row.nutrient].append(row)
        return {
            slug: self._figures_of(self.nutrients[slug], its) for slug, its in rows.items() if slug in self.nutrients
        }

    def _figures_of(self, nutrient: Nutrient, rows: Sequence[ReferenceIntake]) -> Figures:
        target = target_for(rows, nutrient.slug, self.person)
        amount = None if target is None else self._amount(target, nutrient.unit)
        limits = (intake_for(rows, nutrient.slug, kind, self.person) for kind in (Kind.UL, Kind.CDRR))
        shown = [
            (limit, row) for row in limits if row is not None and (limit := self._limit(nutrient, row)) is not None
        ]
        return Figures(Reference(target.kind, amount) if target and amount is not None else None, tuple(shown))

    def _limit(self, nutrient: Nutrient, row: ReferenceIntake) -> Limit | None:
        scope = SCOPES.get(row.applies_to)
        counts = (scope and scope.nutrient) or nutrient.slug
        amount = self._amount(row, self.nutrients.get(counts, nutrient).unit)
        if amount is None:
            return None
        sources = tuple(source for source in Source if scope and source in scope.sources)
        return Limit(row.kind, amount, counts, sources, row.applies_to)

    def _amount(self, row: ReferenceIntake, unit: str) -> float | None:
        return amount_a_day(row, unit=unit, body_mass_kg=self.body_mass_kg)


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
    """Of every nutrient."""
    return _with_energy(
        eaten, ({slug: food.amounts[slug] for slug in food.amounts.keys() - KINDS_OF_ENERGY} for food in eaten)
    )


def sums_by_slot(items: Iterable[Item]) -> dict[str, Sums]:
    """Of energy and macros."""
    slots: dict[str, list[Eaten]] = defaultdict(list)
    for item in items:
        slots[item.slot].append(item.eaten)
    return {slot: macros_of_all(eaten) for slot, eaten in slots.items()}


def macros_of_all(eaten: Sequence[Eaten]) -> Sums:
    """Energy and macros alone."""
    wanted = MACROS.values()
    alone = ({slug: food.amounts[slug] for slug in wanted if slug in food.amounts} for food in eaten)
    return _with_energy(eaten, alone)


def _with_energy(eaten: Sequence[Eaten], shown: Iterable[Amounts]) -> Sums:
    """Energy is kcal by the best figure that each food has."""
    energies = [energy_of(food.amounts) for food in eaten]
    found = totals(
        Eaten(food.grams, {**amounts, KCAL: energy.kcal} if energy else amounts, is_whole=True)
        for food, amounts, energy in zip(eaten, shown, energies, strict=True)
    )
    kcal = found.pop(KCAL, None)
    if kcal is None:
        return Sums(None, found)
    by_basis: dict[EnergyBasis, list[float]] = defaultdict(list)
    for energy in energies:
        if energy is not None:
            by_basis[energy.basis].append(energy.kcal)
    return Sums(EnergyTotal(kcal, {basis: fsum(parts) for basis, parts in by_basis.items()}), found)


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
    wanted = targets or {}
    food = totals(item.eaten for item in taken.items)
    having = {slug for amounts in taken.by_source.values() for slug in amounts}
    slugs = (having | wanted.keys() | tables.figures.keys()) - KINDS_OF_ENERGY
    return [
        _line(
            nutrient,
            taken,
            food.get(nutrient.slug),
            wanted.get(nutrient.slug),
            tables.figures.get(nutrient.slug, UNKNOWN),
        )
        for nutrient in tables.in_order
        if nutrient.slug in slugs
    ]


def _line(nutrient: Nutrient, taken: Taken, food: Total | None, target: float | None, figures: Figures) -> Line:
    slug = nutrient.slug
    known = [amounts[slug] for amounts in taken.by_source.values() if slug in amounts]
    return Line(
        nutrient=nutrient,
        amount=fsum(known) if known else None,
        food=food,
        from_supplements=taken.by_source.get(Source.SUPPLEMENT, {}).get(slug),
        target=target,
        reference=figures.reference,
        limits=tuple(_counting(limit, row, taken) for limit, row in figures.limits),
    )


def _counting(limit: Limit, row: ReferenceIntake, taken: Taken) -> Limit:
    """Nothing counts where nobody knows what the limit speaks of."""
    counted = counted_toward(row, taken.by_source) if limit.sources else None
    return limit if counted is None else replace(limit, counted=counted)
