"""A food of another database, as its file has it, made into one of ours. Pure: no database, no file."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import isfinite

from catalog.domain.nutrients import converted

NAME_MAX_LENGTH = 120
BRAND_MAX_LENGTH = 120
PORTION_NAME_MAX_LENGTH = 100
PORTIONS_MAX = 30
PORTION_GRAMS_MAX = 100_000
AMOUNT_MAX = 1_000_000.0
GRAMS_IN_100_G = 105.0  # of macronutrients together; a little more than there can be, for they are rounded
GTIN_LENGTHS = (8, 12, 13, 14)
KJ_ID = 1062
# Where the figures of a source of ours hold the same nutrient under another number: it counts if there is none of the first.
SAME_NUTRIENT = {1063: "sugars", 1085: "fat", 1050: "carbohydrate", 2033: "fiber"}
ENERGY_IN_KCAL = ("energy", "energy-atwater-specific", "energy-atwater-general")
UNITS = {"G": "g", "MG": "mg", "UG": "ug", "\u00b5g": "ug", "\u03bcg": "ug", "KCAL": "kcal", "kJ": "kJ", "KJ": "kJ"}

# Food groups of the USDA, by the first two digits of their codes and of the numbers of SR.
GROUPS = {
    "01": "dairy_eggs", "02": "condiments", "04": "fats_oils", "05": "poultry", "06": "meals", "07": "meat", "08": "grains",
    "09": "fruit", "10": "meat", "11": "vegetables", "12": "nuts_seeds", "13": "meat", "14": "beverages", "15": "fish",
    "16": "legumes", "17": "meat", "18": "bakery", "19": "sweets", "20": "grains", "21": "meals", "22": "meals",
    "25": "sweets", "36": "meals",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FoodRecord:
    """line: in the file. source_id: its id there. sr_number: of the food in USDA SR, where the file says it."""

    line: int
    source_id: str
    name: str
    nutrients: Mapping[str, float]
    brand: str = ""
    barcode: str = ""
    category: str = "other"
    portions: tuple[Mapping[str, str | float], ...] = ()
    aliases: tuple[str, ...] = ()
    sr_number: str = ""
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that is not taken, or part of one, and why."""

    line: int
    name: str
    detail: str


class Refused(ValueError):
    """The row cannot be a food."""


@dataclass(frozen=True, slots=True)
class OurNutrient:
    slug: str
    unit: str


def amounts_from(
    found: Iterable[tuple[int, str, float]], ours: Mapping[int, OurNutrient]
) -> tuple[dict[str, float], list[str]]:
    """What a food holds, by our slugs and in our units, and what of it could not be taken.

    found: numbers of FoodData Central, units and amounts in 100 g. What is not there stays absent. Energy in kJ counts only
    where no figure in kcal is there. Raises Refused for figures that no food has.
    """
    amounts: dict[str, float] = {}
    others: dict[str, float] = {}
    unclear: list[str] = []
    for number, unit, amount in found:
        if not (isfinite(amount) and 0 <= amount <= AMOUNT_MAX):
            raise Refused(f"nutrient {number} is {amount}")
        if number in ours:
            _put(amounts, ours[number], unit, amount, unclear)
        elif number == KJ_ID:
            others["energy"] = converted(amount, "kJ", "kcal")
        elif number in SAME_NUTRIENT:
            others.setdefault(SAME_NUTRIENT[number], amount)
    if any(slug in amounts for slug in ENERGY_IN_KCAL):
        others.pop("energy", None)
    amounts = {**others, **amounts}
    refuse_more_than_all(amounts)
    return amounts, unclear


def _put(amounts: dict[str, float], nutrient: OurNutrient, unit: str, amount: float, unclear: list[str]) -> None:
    try:
        amounts[nutrient.slug] = _rounded(converted(amount, UNITS.get(unit, unit), nutrient.unit))
    except ValueError:
        unclear.append(f"{nutrient.slug} is in {unit}, which is not comparable with {nutrient.unit}")


def _rounded(amount: float) -> float:
    """Without the noise of converting."""
    return float(f"{amount:.9g}")


def refuse_more_than_all(amounts: Mapping[str, float]) -> None:
    grams = sum(amounts.get(slug, 0.0) for slug in ("protein", "fat", "carbohydrate", "alcohol"))
    if grams > GRAMS_IN_100_G:
        raise Refused(f"100 g of it hold {grams:.0f} g of macronutrients")


def normal_barcode(written: str) -> str:
    """The shortest form of a GTIN, so that one product has one; empty if it is none. Its check digit must be right."""
    digits = written.strip().lstrip("0")
    length = next((n for n in GTIN_LENGTHS if len(digits) <= n), 0)
    if not digits.isascii() or not digits.isdigit() or len(digits) < GTIN_LENGTHS[0] - 2 or not length:
        return ""
    code = digits.zfill(length)
    weighed = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(code)))
    return code if weighed % 10 == 0 else ""


def portion(name: str, grams: float) -> Mapping[str, str | float] | None:
    words = " ".join(name.split())[:PORTION_NAME_MAX_LENGTH]
    if not words or not isfinite(grams) or not 0 < grams <= PORTION_GRAMS_MAX:
        return None
    return {"name": words, "grams": _rounded(grams)}


def fitting_portions(found: Iterable[Mapping[str, str | float] | None]) -> tuple[Mapping[str, str | float], ...]:
    """The first of each name, and not more than a food can have."""
    by_name = {one["name"]: one for one in reversed([one for one in found if one is not None])}
    return tuple(reversed(by_name.values()))[:PORTIONS_MAX]


def fitting_name(written: str) -> tuple[str, tuple[str, ...]]:
    """A name that fits, and the whole of a longer one as an alias. Raises Refused where there is none."""
    name = readable(written)
    if not name:
        raise Refused("it has no name")
    if len(name) <= NAME_MAX_LENGTH:
        return name, ()
    return name[: NAME_MAX_LENGTH - 1].rstrip(" ,") + "\u2026", (name[:500],)


def readable(written: str) -> str:
    """Text in capitals as people write it: "BUTTER,WITH SALT" is "Butter, with salt"."""
    words = " ".join(re.sub(r",(?=\S)", ", ", written).split())
    if words.upper() == words:
        return words[:1] + words[1:].lower()
    return words[:1].upper() + words[1:]
