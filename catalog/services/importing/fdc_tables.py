"""Downloads of FoodData Central as a ZIP of CSV files. Tables that belong together are many gigabytes, in no common
order: they are put together in temporary tables of the database, and read from there food by food.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from django.db import connection

from catalog.domain.food_records import (
    BRAND_MAX_LENGTH,
    GROUPS,
    KJ_ID,
    SAME_NUTRIENT,
    FoodRecord,
    OurNutrient,
    Problem,
    Refused,
    amounts_from,
    fitting_name,
    fitting_portions,
    normal_barcode,
    portion,
)
from catalog.services.importing.copying import Cells, copy_rows
from catalog.services.importing.refusals import FileRefused
from catalog.services.importing.streams import ZippedTables
from lib.sqlfiles import load_sql
from lib.statements import fetch

# Of the kinds of rows in food.csv, those that are foods and no samples of one.
KINDS = frozenset({"foundation_food", "sr_legacy_food", "survey_fndds_food", "branded_food"})
NEEDED = ("food.csv", "food_nutrient.csv", "nutrient.csv")
READ_AT_ONCE = 2000
UNDETERMINED = {"undetermined", "9999", ""}
Progress = Callable[[int], Any]


class _Staged(NamedTuple):
    """A row of staged_fdc.sql."""

    fdc_id: int
    line: int
    description: str
    category: str
    sr_number: str
    brand: str
    gtin: str
    serving_name: str | None
    serving_size: str | None
    serving_unit: str | None
    numbers: list[int] | None
    amounts: list[float] | None
    portion_names: list[str] | None
    portion_grams: list[float] | None


class FdcTables:
    def __init__(self, tables: ZippedTables, ours: Mapping[int, OurNutrient]) -> None:
        missing = [name for name in NEEDED if name not in tables]
        if missing:
            raise FileRefused(
                f"This ZIP has no {' and no '.join(missing)}. Download a whole data set as CSV from"
                " fdc.nal.usda.gov: a part of one cannot be read."
            )
        self._tables, self._ours = tables, ours
        self._units: dict[int, str] = {}

    @property
    def size(self) -> int:
        """What there is to stage, in bytes."""
        return sum(self._tables.size(name) for name in ("food.csv", "food_nutrient.csv"))

    def stage(self, progress: Progress) -> int:
        """Reads all tables. Gives the number of foods."""
        _run("stage_fdc")
        self._units = {int(number): unit for number, unit in self._columns("nutrient.csv", "id", "unit_name")}
        foods = copy_rows("copy_fdc_food", self._foods(), progress)
        copy_rows("copy_fdc_amount", self._amounts(), progress)
        copy_rows("copy_fdc_portion", self._portions(), progress)
        copy_rows("copy_fdc_brand", self._brands(), progress)
        copy_rows("copy_fdc_sr", self._columns("sr_legacy_food.csv", "fdc_id", "ndb_number"), progress)
        _run("index_staged_fdc")
        return foods

    def records(self) -> Iterator[FoodRecord | Problem]:
        """Of what is staged."""
        after = -1
        while rows := fetch("catalog", "staged_fdc", after=after, count=READ_AT_ONCE):
            after = rows[-1][0]
            for row in rows:
                yield self._record(_Staged(*row))

    def _record(self, food: _Staged) -> FoodRecord | Problem:
        try:
            name, aliases = fitting_name(food.description)
            amounts = zip(food.numbers or (), food.amounts or (), strict=True)
            nutrients, notes = amounts_from([(n, self._units.get(n, ""), amount) for n, amount in amounts], self._ours)
        except Refused as refusal:
            return Problem(food.line, food.description[:200], str(refusal))
        measured = [portion(n, g) for n, g in zip(food.portion_names or (), food.portion_grams or (), strict=True)]
        label = serving(food.serving_name, food.serving_size, food.serving_unit)
        return FoodRecord(
            line=food.line,
            source_id=str(food.fdc_id),
            name=name,
            aliases=aliases,
            nutrients=nutrients,
            brand=food.brand[:BRAND_MAX_LENGTH],
            barcode=normal_barcode(food.gtin),
            category=food.category,
            portions=fitting_portions([label, *measured]),
            sr_number=food.sr_number.zfill(5) if food.sr_number else "",
            notes=tuple(notes),
        )

    def _foods(self) -> Iterator[Cells]:
        groups = {
            number: GROUPS.get(code[:2], "other") for number, code in self._columns("food_category.csv", "id", "code")
        }
        wanted = ("fdc_id", "data_type", "description", "food_category_id")
        for line, (fdc_id, kind, description, category) in self._numbered("food.csv", *wanted):
            if kind in KINDS and fdc_id.isdigit():
                yield fdc_id, str(line), description, groups.get(category, "other")

    def _amounts(self) -> Iterator[Cells]:
        known = {str(number) for number in (*self._ours, KJ_ID, *SAME_NUTRIENT)}
        for fdc_id, number, amount in self._columns("food_nutrient.csv", "fdc_id", "nutrient_id", "amount"):
            if number in known and _is_number(amount):
                yield fdc_id, number, amount

    def _portions(self) -> Iterator[Cells]:
        units = {number: name for number, name in self._columns("measure_unit.csv", "id", "name")}  # noqa: C416 - dict() takes pairs alone
        wanted = ("fdc_id", "amount", "measure_unit_id", "portion_description", "modifier", "gram_weight")
        for fdc_id, amount, unit_id, description, modifier, grams in self._columns("food_portion.csv", *wanted):
            name = portion_name(amount, units.get(unit_id, ""), description, modifier)
            if name and fdc_id.isdigit() and _is_number(grams):
                yield fdc_id, name, grams

    def _brands(self) -> Iterator[Cells]:
        wanted = (
            *("fdc_id", "brand_name", "brand_owner", "gtin_upc"),
            *("household_serving_fulltext", "serving_size", "serving_size_unit"),
        )
        for fdc_id, name, owner, gtin, *served in self._columns("branded_food.csv", *wanted):
            yield fdc_id, name or owner, gtin, *served

    def _columns(self, table: str, *wanted: str) -> Iterator[Cells]:
        return (cells for _, cells in self._numbered(table, *wanted))

    def _numbered(self, table: str, *wanted: str) -> Iterator[tuple[int, Cells]]:
        lines = self._tables.lines(table)
        header = [name.strip().lower() for name in next(lines, (0, []))[1]]
        if not header:
            return
        missing = [name for name in wanted if name not in header]
        if missing:
            raise FileRefused(f"{table} has no column {', '.join(missing)}. Its columns are: {', '.join(header)}.")
        places = [header.index(name) for name in wanted]
        last = max(places)
        for line, cells in lines:
            if len(cells) > last:
                yield line, [cells[place] for place in places]


def portion_name(amount: str, unit: str, description: str, modifier: str) -> str:
    """ "1 cup, chopped" from what the columns say; the word for an unknown unit says nothing."""
    if description.strip() and description.strip().lower() not in UNDETERMINED:
        return description.strip()
    count = amount.removesuffix(".0") if _is_number(amount) else ""
    words = [count, "" if unit.lower() in UNDETERMINED else unit, "" if modifier.isdigit() else modifier]
    return " ".join(word.strip() for word in words if word.strip()) if any(words[1:]) else ""


def serving(name: str | None, size: str | None, unit: str | None) -> Mapping[str, str | float] | None:
    """What a label calls a serving. Figures of what is sold by volume are for 100 ml, and stand for 100 g here."""
    if not size or not _is_number(size) or (unit or "").lower() not in {"g", "grm", "ml", "mlt"}:
        return None
    return portion(name or "serving", float(size))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return bool(text)


def _run(name: str) -> None:
    """A file of several statements: with bound parameters the server takes one at a time."""
    with connection.cursor() as cursor:
        for statement in filter(str.strip, load_sql("catalog", name).split(";\n")):
            cursor.execute(statement)
