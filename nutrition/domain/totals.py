"""What a meal holds: all of it, and a serving."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import fsum

from catalog.domain.nutrients import Amounts, Eaten, Total, energy_of, totals

ENERGY = "energy"
# Figures of energy by other ways: `energy` is the best of them.
OTHER_ENERGY = frozenset({"energy-atwater-specific", "energy-atwater-general"})
MACROS = ("protein", "fat", "carbohydrate", "fiber")
DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Share:
    """amount: at least so much, for what nobody knows is not in it. coverage: the share of the grams of which it is known."""

    amount: float
    per_serving: float
    coverage: float
    is_complete: bool


@dataclass(frozen=True, slots=True)
class MealTotals:
    """energy and macros: None where nothing is known of any food. nutrients: by slug, these among them."""

    servings: float
    grams: float
    energy: Share | None
    macros: dict[str, Share | None]
    nutrients: dict[str, Share]


def with_energy(nutrients: Amounts) -> dict[str, float]:
    """The amounts with the best figure of energy there is, and without the others."""
    kcal = energy_of(nutrients)
    others = {slug: amount for slug, amount in nutrients.items() if slug not in OTHER_ENERGY}
    return others if kcal is None else {**others, ENERGY: kcal.kcal}


def meal_totals(foods: Iterable[Eaten], *, servings: float) -> MealTotals:
    eaten = [Eaten(food.grams, with_energy(food.nutrients)) for food in foods]
    nutrients = {slug: _share(total, servings) for slug, total in sorted(totals(eaten).items())}
    return MealTotals(
        servings=servings,
        grams=fsum(food.grams for food in eaten),
        energy=nutrients.get(ENERGY),
        macros={slug: nutrients.get(slug) for slug in MACROS},
        nutrients=nutrients,
    )


def _share(total: Total, servings: float) -> Share:
    return Share(
        amount=round(total.amount, DECIMALS),
        per_serving=round(total.amount / servings, DECIMALS),
        coverage=round(total.coverage, DECIMALS),
        is_complete=total.is_complete,
    )
