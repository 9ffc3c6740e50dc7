"""Amounts with units, as diaries write them, in our units."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from dropset_files.shared.cells import CellError, read_number
from dropset_files.shared.model import KG_PER_LB

GRAMS: Mapping[str, Decimal] = {
    "g": Decimal(1), "gram": Decimal(1), "grams": Decimal(1), "kg": Decimal(1000),
    "oz": KG_PER_LB * 1000 / 16, "lb": KG_PER_LB * 1000, "lbs": KG_PER_LB * 1000,
}  # fmt: skip
MILLILITRES: Mapping[str, Decimal] = {
    "ml": Decimal(1), "l": Decimal(1000), "fl oz": Decimal("29.5735295625"), "cup": Decimal("236.5882365"),
    "cups": Decimal("236.5882365"),
}  # fmt: skip
_GRAMS_IN: Mapping[str, Decimal] = {"g": Decimal(1), "mg": Decimal("0.001"), "ug": Decimal("0.000001")}
_SIGNS = str.maketrans({"\u00b5": "u", "\u03bc": "u"})
_AMOUNT = re.compile(r"(?P<number>[-+]?[\d.,]+) *(?P<unit>.*)")
_DIGITS = 9
_CENTIGRAM = Decimal("0.01")
_THOUSANDTH = Decimal("0.001")
PORTION_MAX_LENGTH = 100
_COUNT_BELOW = 10_000
_GRAMS_BELOW = 100_000


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds: a nutrient of ours, and what its numbers are to be multiplied by."""

    slug: str
    factor: Decimal = Decimal(1)

    def amount(self, number: Decimal) -> float:
        """As documents have it, and without the noise of converting. A year of a diary has hundreds of thousands of them."""
        return float(number) if self.factor == 1 else float(f"{number * self.factor:.{_DIGITS}g}")


def unit_in(title: str) -> str:
    """That of the last brackets of a title, as "B12 (Cobalamin) (\u00b5g)" has them; empty where there is none."""
    found = re.search(r"\(([^()]*)\)\s*$", title)
    return found[1].strip().translate(_SIGNS).replace("mcg", "ug") if found else ""


def between(unit: str, ours: str) -> Decimal | None:
    """What a number in `unit` is to be multiplied by. None where that is not certain: IU, per cent, kcal of something else."""
    if unit == ours:
        return Decimal(1)
    if (unit.casefold(), ours) == ("kj", "kcal"):
        return 1 / Decimal("4.184")
    if unit in _GRAMS_IN and ours in _GRAMS_IN:
        return _GRAMS_IN[unit] / _GRAMS_IN[ours]
    return None


@dataclass(frozen=True, slots=True)
class Portion:
    """What was eaten: weighed, or counted in something."""

    grams: Decimal | None = None
    name: str = ""
    count: Decimal | None = None
    notes: str = ""

    @property
    def millilitres(self) -> Decimal | None:
        """Of what was measured so; a gram of water is one."""
        if self.grams is not None:
            return self.grams
        size = MILLILITRES.get(self.name.casefold())
        return None if size is None or self.count is None else size * self.count


def portion_of(text: str) -> Portion:
    """ "150.00 g", "6 oz", "2.00 large", "0.75 tbsp, whole pieces". What is none of these, or beyond measure, is a note."""
    found = _AMOUNT.fullmatch(text.strip())
    number = read_number(found["number"], ".") if found else None
    if found is None or number is None or number < 0:
        return Portion(notes=text)
    unit = found["unit"].strip()
    size = GRAMS.get(unit.casefold().rstrip("."))
    if size is not None:
        grams = (number * size).quantize(_CENTIGRAM)
        return Portion(grams=grams) if grams < _GRAMS_BELOW else Portion(notes=text)
    if not unit or len(unit) > PORTION_MAX_LENGTH or number >= _COUNT_BELOW:
        return Portion(notes=text)
    return Portion(name=unit, count=number.quantize(_THOUSANDTH))


def whole_ml(amount: Decimal | float) -> int:
    """Raises CellError for more than anybody drinks at once, or nothing."""
    found, most = round(amount), 20_000
    if not 1 <= found <= most:
        raise CellError(f"{found} ml of water are not between 1 and {most}")
    return found
