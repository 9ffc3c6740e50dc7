"""Cronometer's exports: "servings", a row for each food; "dailysummary", a row for each day or group of it; "biometrics".

Older ones have no column Time. Amounts are texts ("150.00 g", "2.00 large"); an empty cell is not known, and 0 is none.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal

from dropset_files.cronometer.titles import columns_of, told_of
from dropset_files.shared.amounts import Column, portion_of, whole_ml
from dropset_files.shared.cells import CellError, read_number, read_start
from dropset_files.shared.diary import DiaryFile, LoggedFood, LoggedWater, Meals, Measured, Numbering, in_order, joined
from dropset_files.shared.model import KG_PER_LB, FileFormatError, Problem
from dropset_files.shared.reading import ReadAs
from dropset_files.shared.tables import Columns, Row, Table, read_table

SERVINGS_TITLES = frozenset(("day", "food name", "amount"))
BIOMETRICS_TITLES = frozenset(("day", "metric", "unit", "amount"))
DAILY_TITLES = frozenset(("date", "energy", "carbs", "protein"))
_EXERCISES_TITLES = frozenset(("day", "exercise", "minutes"))
_NOTES_TITLES = frozenset(("day", "note"))
_SUMS = frozenset(("total", "totals"))
_NO_GROUP = frozenset(("", "uncategorized"))
_WATERS = frozenset(("water", "tap water", "drinking water", "bottled water"))
_LB, _INCH, _CM = KG_PER_LB, Decimal("0.0254"), Decimal("0.01")
_WEIGHTS = {"kg": Decimal(1), "lb": _LB, "lbs": _LB}
_LENGTHS = {"cm": _CM, "in": _INCH, "inch": _INCH, "inches": _INCH, "m": Decimal(1)}
_METRICS: Mapping[str, tuple[str, Mapping[str, Decimal]]] = {
    "weight": ("body_weight", _WEIGHTS),
    "body fat": ("body_fat", {"%": Decimal(1)}),
    "resting heart rate": ("resting_heart_rate", {"bpm": Decimal(1)}),
    "neck": ("neck", _LENGTHS),
    "neck size": ("neck", _LENGTHS),
    "chest": ("chest", _LENGTHS),
    "chest size": ("chest", _LENGTHS),
    "waist": ("waist", _LENGTHS),
    "waist size": ("waist", _LENGTHS),
    "hips": ("hips", _LENGTHS),
    "hip size": ("hips", _LENGTHS),
}
_PRESSURE = "blood pressure"
_PRESSURES = ("blood_pressure_systolic", "blood_pressure_diastolic")
_THOUSANDTH = Decimal("0.001")


def is_cronometer(titles: set[str]) -> bool:
    known = (SERVINGS_TITLES, BIOMETRICS_TITLES, DAILY_TITLES, _EXERCISES_TITLES, _NOTES_TITLES)
    return any(marks <= titles for marks in known)


def read_cronometer(text: str, read_as: ReadAs, titles: set[str]) -> DiaryFile:
    """Raises FileFormatError for its lists of exercises and notes."""
    if titles >= SERVINGS_TITLES:
        return _Diary(text, read_as).servings()
    if titles >= BIOMETRICS_TITLES:
        return _Diary(text, read_as).biometrics()
    if titles >= DAILY_TITLES:
        return _Diary(text, read_as).daily()
    raise FileFormatError("of Cronometer, servings, daily sums and biometrics are imported; this is none of these")


class _Diary:
    def __init__(self, text: str, read_as: ReadAs) -> None:
        self._read_as = read_as
        self._nutrients: dict[str, Column] = {}
        self._left_out: list[str] = []
        self._table: Table = read_table(text, self._header, dates=read_as.dates)
        self._problems = list(self._table.problems)
        self._same = Numbering()
        self._meals = Meals()
        self._waters: list[LoggedWater] = []
        self._measured: list[Measured] = []
        self._unknown: Counter[str] = Counter()

    def _header(self, header: list[str]) -> tuple[Columns, list[Problem]]:
        columns, self._nutrients, self._left_out = columns_of(header)
        return columns, []

    def servings(self) -> DiaryFile:
        for row in self._table.rows:
            self._try(row, self._serving)
        return self._finished("servings")

    def daily(self) -> DiaryFile:
        for row in self._table.rows:
            self._try(row, self._day)
        return self._finished("sums of days", sums=True)

    def biometrics(self) -> DiaryFile:
        for row in self._table.rows:
            self._try(row, self._metric)
        return self._finished("biometrics")

    def _try(self, row: Row, read: Callable[[Row], None]) -> None:
        try:
            read(row)
        except CellError as error:
            self._problems.append(Problem(row.line, str(error)))

    def _finished(self, dialect: str, *, sums: bool = False) -> DiaryFile:
        return DiaryFile(
            app="cronometer",
            dialect=dialect,
            rows=len(self._table.rows),
            meals=self._meals.finished(),
            waters=tuple(self._waters),
            measured=tuple(self._measured),
            problems=tuple(in_order(self._problems)),
            told=(*told_of(self._left_out), *self._metrics_left_out()),
            sums=sums,
        )

    def _metrics_left_out(self) -> list[str]:
        """Watches write thousands of them: they are counted, and not named line by line."""
        rows = [f"{name} ({number} rows)" for name, number in self._unknown.items()]
        return [f"{joined(rows)}: left out, for there is no such measurement here."] if rows else []

    def _serving(self, row: Row) -> None:
        name = row.text("food name")
        if not name:
            raise CellError("the row names no food")
        day, at = self._moment(row)
        nutrients, portion = self._amounts(row), portion_of(row.text("amount"))
        if name.casefold() in _WATERS and not nutrients.get("energy"):
            amount = portion.millilitres or nutrients.get("water")
            if amount is not None:
                number = whole_ml(amount)
                self._waters.append(LoggedWater(day, number, at, self._same.next(day, number), row.line))
                return
        n = self._same.next(day, row.text("group"), name, row.text("amount"))
        food = LoggedFood(name, nutrients, portion.grams, portion.name, portion.count, portion.notes, n, row.line)
        self._meals.add(day, self._group(row), food, at)

    def _day(self, row: Row) -> None:
        if row.text("group").casefold() in _SUMS:
            return
        day, _at = self._moment(row)
        nutrients = self._amounts(row)
        if any(nutrients.values()):
            self._meals.add(day, row.text("group"), LoggedFood("", nutrients, line=row.line))

    def _metric(self, row: Row) -> None:
        name = re.sub(r"\s*\([^()]*\)$", "", row.text("metric")).casefold()
        if name not in _METRICS and name != _PRESSURE:
            self._unknown[row.text("metric")[:60]] += 1
            return
        at = self._when(row)
        for kind, value in _values(name, row):
            n = self._same.next(kind, at)
            self._measured.append(Measured(kind, value.quantize(_THOUSANDTH), at, n, row.line))

    def _amounts(self, row: Row) -> dict[str, float]:
        """Without those that the file does not know."""
        found = ((column, row.number(title)) for title, column in self._nutrients.items())
        return {column.slug: column.amount(number) for column, number in found if number is not None}

    @staticmethod
    def _group(row: Row) -> str:
        group = row.text("group")
        return "" if group.casefold() in _NO_GROUP else group

    def _moment(self, row: Row) -> tuple[date, datetime | None]:
        day = read_start(row.text("date"), self._read_as.zone, row.columns.dates).date()
        clock = row.text("time")
        return day, read_start(f"{day.isoformat()} {clock}", self._read_as.zone) if clock else None

    def _when(self, row: Row) -> datetime:
        day, at = self._moment(row)
        return at or datetime.combine(day, time(12), self._read_as.zone)


def _values(name: str, row: Row) -> list[tuple[str, Decimal]]:
    """Our kinds, in our units. Raises CellError."""
    unit, text = row.text("unit").casefold(), row.text("amount")
    if name == _PRESSURE:
        pressures = [read_number(part.strip(), ".") for part in text.split("/")]
        known = [one for one in pressures if one is not None]
        if unit != "mmhg" or len(known) != len(_PRESSURES) or len(pressures) != len(_PRESSURES):
            raise CellError(f"blood pressure {text[:40]!r} {unit} cannot be read")
        return list(zip(_PRESSURES, known, strict=True))
    kind, units = _METRICS[name]
    value = row.number("amount")
    if unit not in units or value is None:
        raise CellError(f"{name} {text[:40]!r} {unit} cannot be read")
    return [(kind, value * units[unit])]
