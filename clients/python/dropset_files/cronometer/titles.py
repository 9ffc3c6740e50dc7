"""What the columns of Cronometer hold, by the part of their titles before the first bracket."""

from decimal import Decimal

from dropset_files.shared.amounts import Column, between, unit_in
from dropset_files.shared.diary import joined
from dropset_files.shared.tables import Columns, simple

# Our slug, and our unit of it.
_NUTRIENTS = {
    "energy": ("energy", "kcal"),
    "alcohol": ("alcohol", "g"),
    "caffeine": ("caffeine", "mg"),
    "water": ("water", "g"),
    "b1": ("thiamin", "mg"),
    "b2": ("riboflavin", "mg"),
    "b3": ("niacin", "mg"),
    "b5": ("pantothenic-acid", "mg"),
    "b6": ("vitamin-b6", "mg"),
    "b12": ("vitamin-b12", "ug"),
    "biotin": ("biotin", "ug"),
    "choline": ("choline", "mg"),
    "vitamin a": ("vitamin-a", "ug"),
    "vitamin c": ("vitamin-c", "mg"),
    "vitamin d": ("vitamin-d", "ug"),
    "vitamin e": ("vitamin-e", "mg"),
    "vitamin k": ("vitamin-k", "ug"),
    "calcium": ("calcium", "mg"),
    "chromium": ("chromium", "ug"),
    "copper": ("copper", "mg"),
    "fluoride": ("fluoride", "mg"),
    "iodine": ("iodine", "ug"),
    "iron": ("iron", "mg"),
    "magnesium": ("magnesium", "mg"),
    "manganese": ("manganese", "mg"),
    "molybdenum": ("molybdenum", "ug"),
    "phosphorus": ("phosphorus", "mg"),
    "potassium": ("potassium", "mg"),
    "selenium": ("selenium", "ug"),
    "sodium": ("sodium", "mg"),
    "zinc": ("zinc", "mg"),
    "carbs": ("carbohydrate", "g"),
    "fiber": ("fiber", "g"),
    "sugars": ("sugars", "g"),
    "added sugars": ("sugars-added", "g"),
    "fat": ("fat", "g"),
    "cholesterol": ("cholesterol", "mg"),
    "monounsaturated": ("fatty-acids-monounsaturated", "g"),
    "polyunsaturated": ("fatty-acids-polyunsaturated", "g"),
    "saturated": ("fatty-acids-saturated", "g"),
    "trans-fats": ("fatty-acids-trans", "g"),
    "ala": ("alpha-linolenic-acid", "g"),
    "dha": ("dha", "g"),
    "epa": ("epa", "g"),
    "la": ("linoleic-acid", "g"),
    "protein": ("protein", "g"),
    "histidine": ("histidine", "g"),
    "isoleucine": ("isoleucine", "g"),
    "leucine": ("leucine", "g"),
    "lysine": ("lysine", "g"),
    "methionine": ("methionine", "g"),
    "phenylalanine": ("phenylalanine", "g"),
    "threonine": ("threonine", "g"),
    "tryptophan": ("tryptophan", "g"),
    "valine": ("valine", "g"),
}
_UG_PER_IU_OF_VITAMIN_D = Decimal("0.025")
_OTHERS = {
    "day": "date", "date": "date", "time": "time", "group": "group", "food name": "food name", "amount": "amount",
    "category": "category", "completed": "completed", "metric": "metric", "unit": "unit",
}  # fmt: skip


def columns_of(header: list[str]) -> tuple[Columns, dict[str, Column], list[str]]:
    """Where the columns are, which of them are nutrients of ours, and the titles of those that are left out."""
    columns, left_out = Columns({}, len(header)), []
    nutrients: dict[str, Column] = {}
    for place, title in enumerate(header):
        name = simple(title.strip("\ufeff")).split(" (")[0]
        if name not in _OTHERS:
            name, column = title.strip(), _nutrient(name, unit_in(title))
            if column is None:
                left_out.append(name)
            else:
                nutrients.setdefault(name, column)
        columns.place.setdefault(_OTHERS.get(name, name), place)
    return columns, nutrients, left_out


def _nutrient(name: str, unit: str) -> Column | None:
    """None for what we have no name for, or whose unit says too little: vitamin A in IU may be retinol or carotene."""
    if name not in _NUTRIENTS:
        return None
    slug, ours = _NUTRIENTS[name]
    if (slug, unit.casefold()) == ("vitamin-d", "iu"):
        return Column(slug, _UG_PER_IU_OF_VITAMIN_D)
    factor = between(unit, ours)
    return None if factor is None else Column(slug, factor)


def told_of(left_out: list[str]) -> tuple[str, ...]:
    if not left_out:
        return ()
    return (f"{joined(left_out)}: left out. There is no such nutrient here, or the file does not say enough of it.",)
