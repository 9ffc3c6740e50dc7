"""What a meal holds: all of it, and a serving."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import fsum

from catalog.domain.nutrients import Eaten, Total
from nutrition.domain.days import MACROS, sums_of

ENERGY = "energy"
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


def meal_totals(foods: Iterable[Eaten], *, servings: float) -> MealTotals:
    eaten = list(foods)
    sums = sums_of(eaten)
    found = dict(sums.nutrients) if sums.energy is None else {**sums.nutrients, ENERGY: sums.energy.total}
    nutrients = {slug: _share(total, servings) for slug, total in sorted(found.items())}
    return MealTotals(
        servings=servings,
        grams=fsum(food.grams or 0.0 for food in eaten),
        energy=nutrients.get(ENERGY),
        macros={slug: nutrients.get(slug) for slug in MACROS.values()},
        nutrients=nutrients,
    )


def _share(total: Total, servings: float) -> Share:
    return Share(
        amount=round(total.amount, DECIMALS),
        per_serving=round(total.amount / servings, DECIMALS),
        coverage=round(total.coverage, DECIMALS),
        is_complete=total.is_complete,
    )
