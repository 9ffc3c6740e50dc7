"""A product of Open Food Facts, as its API (version 2) answers, made into a food of ours. Pure: no network, no database.

Anybody may write there, so nothing is taken on trust: what has another type than is documented, or cannot be, is left out.
Documentation: https://openfoodfacts.github.io/openfoodfacts-server/api/ref-v2/
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from catalog.domain.food_records import (
    BRAND_MAX_LENGTH,
    Refused,
    fitting_name,
    fitting_portions,
    normal_barcode,
    portion,
    refuse_more_than_all,
)
from catalog.domain.nutrients import FOOD_BASIS_G, converted

ATTRIBUTION = (
    "Open Food Facts contributors, Open Database License (ODbL) 1.0: https://world.openfoodfacts.org/product/{code}"
)
LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl")
FIELDS = (
    "code", "product_name", *(f"product_name_{language}" for language in LANGUAGES), "brands", "no_nutrition_data",
    "nutriments", "serving_size", "serving_quantity", "allergens_tags", "ingredients_analysis_tags", "labels_tags",
    "categories_tags",
)  # fmt: skip

# By their names with `_100g` behind them, all in grams: what a nutrient of ours is called there, the best first.
IN_GRAMS: Mapping[str, tuple[str, ...]] = {
    "protein": ("proteins",),
    "fat": ("fat",),
    "fatty-acids-saturated": ("saturated-fat",),
    "fatty-acids-monounsaturated": ("monounsaturated-fat",),
    "fatty-acids-polyunsaturated": ("polyunsaturated-fat",),
    "fatty-acids-trans": ("trans-fat",),
    "linoleic-acid": ("linoleic-acid",),
    "alpha-linolenic-acid": ("alpha-linolenic-acid",),
    "epa": ("eicosapentaenoic-acid",),
    "dha": ("docosahexaenoic-acid",),
    "cholesterol": ("cholesterol",),
    "carbohydrate": ("carbohydrates-total", "carbohydrates"),
    "sugars": ("sugars",),
    "sugars-added": ("added-sugars",),
    "fiber": ("fiber",),
    "calcium": ("calcium",),
    "phosphorus": ("phosphorus",),
    "magnesium": ("magnesium",),
    "potassium": ("potassium",),
    "sodium": ("sodium",),
    "chloride": ("chloride",),
    "iron": ("iron",),
    "zinc": ("zinc",),
    "copper": ("copper",),
    "manganese": ("manganese",),
    "selenium": ("selenium",),
    "iodine": ("iodine",),
    "chromium": ("chromium",),
    "molybdenum": ("molybdenum",),
    "fluoride": ("fluoride",),
    "vitamin-a": ("vitamin-a",),
    "vitamin-c": ("vitamin-c",),
    "vitamin-d": ("vitamin-d",),
    "vitamin-e": ("vitamin-e",),
    "vitamin-k": ("vitamin-k", "phylloquinone"),
    "thiamin": ("vitamin-b1",),
    "riboflavin": ("vitamin-b2",),
    "niacin": ("vitamin-pp",),
    "pantothenic-acid": ("pantothenic-acid",),
    "vitamin-b6": ("vitamin-b6",),
    "biotin": ("biotin",),
    "folate-total": ("vitamin-b9", "folates"),
    "vitamin-b12": ("vitamin-b12",),
    "choline": ("choline",),
    "carotene-beta": ("beta-carotene",),
    "caffeine": ("caffeine",),
}
SALT_IN_SODIUM = 2.5  # Regulation (EU) 1169/2011, annex I
MOST_KCAL = 910.0  # in 100 g: nothing that people eat has more than pure fat
ALLERGENS = {
    "en:gluten": "gluten", "en:milk": "milk", "en:eggs": "eggs", "en:soybeans": "soy", "en:fish": "fish", "en:nuts": "nuts",
    "en:mustard": "mustard", "en:peanuts": "peanuts", "en:sesame-seeds": "sesame", "en:molluscs": "molluscs",
    "en:celery": "celery", "en:sulphur-dioxide-and-sulphites": "sulphites", "en:crustaceans": "crustaceans",
    "en:lupin": "lupin",
}  # fmt: skip
VEGETARIAN = ["pescatarian", "vegetarian"]
CATEGORIES = {
    "en:dairies": "dairy_eggs", "en:eggs": "dairy_eggs", "en:poultries": "poultry", "en:meats": "meat",
    "en:meats-and-their-products": "meat", "en:seafood": "fish", "en:legumes": "legumes",
    "en:legumes-and-their-products": "legumes", "en:nuts": "nuts_seeds", "en:seeds": "nuts_seeds",
    "en:breads": "bakery", "en:cereals-and-their-products": "grains", "en:vegetables": "vegetables", "en:fruits": "fruit",
    "en:fats": "fats_oils", "en:sweet-snacks": "sweets", "en:confectioneries": "sweets", "en:snacks": "sweets",
    "en:beverages": "beverages", "en:meals": "meals", "en:condiments": "condiments", "en:sauces": "condiments",
    "en:dietary-supplements": "sports",
}  # fmt: skip


class NotAProduct(ValueError):
    """The answer is not what the documentation promises."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A food that may be made of it. `left_out`: what was said and is not taken, and why; each a sentence."""

    name: str
    names: Mapping[str, str]
    brand: str
    barcode: str
    category: str
    diets: list[str]
    allergens: list[str]
    nutrients: Mapping[str, float]
    portions: tuple[Mapping[str, str | float], ...]
    attribution: str
    aliases: tuple[str, ...] = ()
    left_out: tuple[str, ...] = field(default=())


def proposal_from(answer: Any, barcode: str, units: Mapping[str, str]) -> Proposal | None:
    """None: the product is unknown there. units: of our nutrients, by their slugs. Raises NotAProduct.

    barcode: the normal form of what was asked for; a product of another one is none.
    """
    if not isinstance(answer, Mapping) or answer.get("status") not in (0, 1):
        raise NotAProduct("it has no status")
    if answer["status"] == 0:
        return None
    product = answer.get("product")
    if not isinstance(product, Mapping) or normal_barcode(_text(product, "code")) != barcode:
        raise NotAProduct("it is about another product")
    left_out: list[str] = []
    name, aliases = _name_of(product)
    return Proposal(
        name=name,
        names=_names_of(product, name),
        brand=_text(product, "brands").split(",")[0].strip()[:BRAND_MAX_LENGTH],
        barcode=barcode,
        category=next(
            (CATEGORIES[tag] for tag in reversed(_tags(product, "categories_tags")) if tag in CATEGORIES), "other"
        ),
        diets=_diets_of(product),
        allergens=_allergens_of(product, left_out),
        nutrients=_nutrients_of(product, units, left_out),
        portions=_portions_of(product),
        attribution=ATTRIBUTION.format(code=barcode),
        aliases=aliases,
        left_out=tuple(left_out),
    )


def _text(product: Mapping[str, Any], name: str) -> str:
    value = product.get(name)
    if not isinstance(value, str):
        return ""
    return " ".join("".join(one for one in value if one.isprintable() or one.isspace()).split())


def _tags(product: Mapping[str, Any], name: str) -> list[str]:
    found = product.get(name)
    return [tag for tag in found if isinstance(tag, str)] if isinstance(found, list) else []


def _name_of(product: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """The name on the package, or in any language; empty where nobody wrote one: then the user does."""
    written = [_text(product, "product_name"), *(_text(product, f"product_name_{language}") for language in LANGUAGES)]
    try:
        return fitting_name(next(filter(None, written), ""))
    except Refused:
        return "", ()


def _names_of(product: Mapping[str, Any], name: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for language in LANGUAGES:
        if written := _text(product, f"product_name_{language}"):
            found[language], _whole = fitting_name(written)
    return {language: other for language, other in found.items() if other != name}


def _diets_of(product: Mapping[str, Any]) -> list[str]:
    """By what it is made of, or by its label; in doubt none."""
    said = {*_tags(product, "ingredients_analysis_tags"), *_tags(product, "labels_tags")}
    if "en:vegan" in said and not said & {"en:non-vegan", "en:non-vegetarian"}:
        return [*VEGETARIAN, "vegan"]
    return VEGETARIAN if "en:vegetarian" in said and "en:non-vegetarian" not in said else []


def _allergens_of(product: Mapping[str, Any], left_out: list[str]) -> list[str]:
    tags = [tag for tag in _tags(product, "allergens_tags") if tag != "en:none"]
    left_out.extend(f"The allergen {tag[:60]!r} has no name here." for tag in tags[:20] if tag not in ALLERGENS)
    return sorted({ALLERGENS[tag] for tag in tags if tag in ALLERGENS})


def _portions_of(product: Mapping[str, Any]) -> tuple[Mapping[str, str | float], ...]:
    """What the package calls a serving. Of a drink amounts are in 100 ml, and a millilitre goes for a gram."""
    grams = _number(product.get("serving_quantity"))
    return fitting_portions([None if grams is None else portion(_text(product, "serving_size") or "serving", grams)])


def _nutrients_of(product: Mapping[str, Any], units: Mapping[str, str], left_out: list[str]) -> dict[str, float]:
    given = product.get("nutriments")
    if not isinstance(given, Mapping) or product.get("no_nutrition_data") == "on":
        return {}
    amounts = dict(_amounts(given, units, left_out))
    try:
        refuse_more_than_all(amounts)
    except Refused as refused:
        left_out.append(f"All amounts, for {refused}.")
        return {}
    return amounts


def _amounts(given: Mapping[str, Any], units: Mapping[str, str], left_out: list[str]) -> Iterator[tuple[str, float]]:
    energy = _energy_kcal(given)
    if energy is not None and energy <= MOST_KCAL:
        yield "energy", _rounded(energy)
    elif energy is not None:
        left_out.append(f"Energy: {energy:.0f} kcal in 100 g cannot be.")
    for slug, called in IN_GRAMS.items():
        said = [_number(given.get(f"{name}_100g")) for name in called]
        if slug == "sodium":
            salt = _number(given.get("salt_100g"))
            said.append(None if salt is None else salt / SALT_IN_SODIUM)
        grams = next((one for one in said if one is not None), None)
        if grams is not None and grams > FOOD_BASIS_G:
            left_out.append(f"{slug}: {grams:g} g in 100 g cannot be.")
        elif grams is not None and slug in units:
            yield slug, _rounded(converted(grams, "g", units[slug]))
    if _number(given.get("alcohol_100g")):
        left_out.append("Alcohol: it is in per cent of the volume, and how much that weighs is not said.")


def _energy_kcal(given: Mapping[str, Any]) -> float | None:
    """As written on the package; else made from kJ. `energy` is in kJ whatever the package says."""
    kcal = _number(given.get("energy-kcal_100g"))
    if kcal is not None:
        return kcal
    kj = next((kj for name in ("energy-kj_100g", "energy_100g") if (kj := _number(given.get(name))) is not None), None)
    return None if kj is None else converted(kj, "kJ", "kcal")


def _number(value: Any) -> float | None:
    """Numbers come as texts too. None for what is no amount."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if isfinite(found) and found >= 0 else None


def _rounded(amount: float) -> float:
    """Without the noise of converting."""
    return float(f"{amount:.9g}")
