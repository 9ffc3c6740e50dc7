"""What a food, and all that was eaten, hold: energy, an amount of a food, and sums that say how much of them is known.

Nutrients are a mapping of slug to amount, as foods have them: in 100 g, in the nutrient's unit. What was not measured is absent,
and absent is never zero.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import fsum, isfinite

Amounts = Mapping[str, float]

KJ_PER_KCAL = 4.184
ALCOHOL_KCAL_PER_G = 7.0
FIBER_KCAL_PER_G = 2.0
FOOD_BASIS_G = 100.0

# 1 L of water is taken for 1 kg: intakes of water are in L, and foods have it in g.
G_IN = {"g": 1.0, "mg": 1e-3, "ug": 1e-6, "L": 1000.0}
KCAL_IN = {"kcal": 1.0, "kJ": 1 / KJ_PER_KCAL}


class EnergyBasis(StrEnum):
    """Where a figure of energy comes from, the best first."""

    MEASURED = "measured"
    SPECIFIC = "specific"
    GENERAL = "general"
    MACROS = "macros"


class FiberPolicy(StrEnum):
    """How fibre counts when energy is made from macros. Carbohydrate by difference, as the USDA has it, includes fibre."""

    AS_CARBOHYDRATE = "as_carbohydrate"
    """4 kcal/g, like all carbohydrate: the general Atwater factors."""

    HALF = "half"
    """2 kcal/g, as on labels in the EU (Regulation 1169/2011, annex XIV)."""


@dataclass(frozen=True, slots=True)
class AtwaterFactors:
    """kcal in a gram."""

    protein: float
    fat: float
    carbohydrate: float


GENERAL_FACTORS = AtwaterFactors(protein=4.0, fat=9.0, carbohydrate=4.0)


@dataclass(frozen=True, slots=True)
class Energy:
    kcal: float
    basis: EnergyBasis


@dataclass(frozen=True, slots=True)
class Eaten:
    """So many grams of a food that holds `nutrients` in 100 g; or in all, if it `is_whole`. Only then may grams be None."""

    grams: float | None
    nutrients: Amounts
    is_whole: bool = False

    def __post_init__(self) -> None:
        if self.grams is None and not self.is_whole:
            raise ValueError("Amounts in 100 g need the grams.")
        if self.grams is not None and not (isfinite(self.grams) and self.grams >= 0):
            raise ValueError(f"Nobody eats {self.grams} g.")

    @property
    def amounts(self) -> Amounts:
        """What all of it holds."""
        return self.nutrients if self.is_whole or self.grams is None else amounts_in(self.grams, self.nutrients)


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of what is known of one nutrient: at least so much was eaten.

    Of `items` foods, `known_items` have a figure; of `grams`, `known_grams` are of such foods. Both are 0 where the
    weight of one is not known.
    """

    amount: float
    grams: float
    known_grams: float
    items: int
    known_items: int

    @property
    def coverage(self) -> float:
        """The share of the grams for which the amount is known, 0 to 1; of the foods, where none weighs anything."""
        return self.known_grams / self.grams if self.grams else self.known_items / self.items

    @property
    def is_complete(self) -> bool:
        return self.known_items == self.items


def converted(amount: float, unit: str, to: str) -> float:
    """Between g, mg, ug and (of water) L, or between kcal and kJ. ValueError: one is a mass and the other energy, or unknown."""
    for scale in (G_IN, KCAL_IN):
        if unit in scale and to in scale:
            return amount if unit == to else amount * scale[unit] / scale[to]
    raise ValueError(f"{unit} cannot be given in {to}.")


def energy_of(
    nutrients: Amounts,
    *,
    factors: AtwaterFactors | None = None,
    fiber: FiberPolicy = FiberPolicy.AS_CARBOHYDRATE,
) -> Energy | None:
    """kcal in 100 g, by the best figure there is; None where macros are missing too.

    In this order: what was measured (FDC 1008); what the source made with the factors of this kind of food (2048); the same
    made here, if `factors` are given; what it made with the general ones (2047); 4, 4 and 9 kcal for a gram of protein,
    carbohydrate and fat. Alcohol adds 7 kcal/g where it is stated. `fiber` is for the last way only: specific factors
    allow for fibre already. Source of the factors: Merrill and Watt, USDA Agriculture Handbook 74 (1973).
    """
    if "energy" in nutrients:
        return Energy(nutrients["energy"], EnergyBasis.MEASURED)
    if "energy-atwater-specific" in nutrients:
        return Energy(nutrients["energy-atwater-specific"], EnergyBasis.SPECIFIC)
    if factors and (kcal := _energy_by(factors, nutrients)) is not None:
        return Energy(kcal, EnergyBasis.SPECIFIC)
    if "energy-atwater-general" in nutrients:
        return Energy(nutrients["energy-atwater-general"], EnergyBasis.GENERAL)
    kcal = _energy_by(GENERAL_FACTORS, nutrients, fiber)
    return None if kcal is None else Energy(kcal, EnergyBasis.MACROS)


def _energy_by(
    factors: AtwaterFactors, nutrients: Amounts, fiber: FiberPolicy = FiberPolicy.AS_CARBOHYDRATE
) -> float | None:
    parts = [nutrients.get(slug) for slug in ("protein", "fat", "carbohydrate")]
    fiber_g = nutrients.get("fiber") if fiber is FiberPolicy.HALF else 0.0
    protein_g, fat_g, carbohydrate_g = parts
    if protein_g is None or fat_g is None or carbohydrate_g is None or fiber_g is None:
        return None
    return fsum(
        [
            protein_g * factors.protein,
            fat_g * factors.fat,
            carbohydrate_g * factors.carbohydrate,
            fiber_g * (FIBER_KCAL_PER_G - factors.carbohydrate),
            nutrients.get("alcohol", 0.0) * ALCOHOL_KCAL_PER_G,
        ]
    )


def amounts_in(grams: float, nutrients: Amounts) -> dict[str, float]:
    """What so many grams of a food hold, of all that is known of it."""
    return {slug: amount * grams / FOOD_BASIS_G for slug, amount in nutrients.items()}


def totals(eaten: Iterable[Eaten]) -> dict[str, Total]:
    """The sums over foods, for every nutrient of which at least one food has a figure.

    A food without a figure adds nothing and lowers the coverage: it is not taken for a zero. Coverage is by weight; by foods,
    where one of them has none. Water and drinks weigh much, so a reader should also look at `is_complete`.
    """
    foods = [(food.grams, food.amounts) for food in eaten]
    is_weighed = all(grams is not None for grams, _ in foods)
    weights = [grams or 0.0 if is_weighed else 0.0 for grams, _ in foods]
    grams = fsum(weights)
    known: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for weight, (_, amounts) in zip(weights, foods, strict=True):
        for slug, amount in amounts.items():
            known[slug].append((weight, amount))
    return {
        slug: Total(
            amount=fsum(amount for _, amount in having),
            grams=grams,
            known_grams=fsum(weight for weight, _ in having),
            items=len(foods),
            known_items=len(having),
        )
        for slug, having in known.items()
    }
