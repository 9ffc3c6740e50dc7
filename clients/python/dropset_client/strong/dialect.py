"""Dialects of Strong's CSV: which column is which, and how its cells are written.

| dialect | separator | what is special                                                              |
|---------|-----------|------------------------------------------------------------------------------|
| S1      | ,         | 12 columns, no unit anywhere, `Duration` "1h 43m"                              |
| S2      | ;         | 14 columns, `Weight Unit` and `Distance Unit` (may be blank), `Workout Duration` |
| S3      | ;         | all quoted, `Workout #`, `Weight (kg)`, `Distance (meters)`, `Duration (sec)`  |
| S4      | ,         | legacy: S1 without `Duration` and `RPE`                                        |
| S5      | , or ;    | the oldest: as S4, and `kg` and `km` are titles of columns                     |

A file is read by the titles in its header and not by its dialect, so mixtures are read too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from dropset_client.strong.cells import (
    CellError,
    DateOrder,
    decimal_sign,
    read_duration_s,
    read_number,
    read_start,
    written_order,
)
from dropset_client.strong.lines import decoded, separated
from dropset_client.strong.model import DistanceUnit, Problem, StrongFormatError, WeightUnit
from dropset_client.strong.titles import COLUMNS, REQUIRED, by_place, column_of, other_app, simple

__all__ = ["CellError", "Row", "Table", "read_duration_s", "read_number", "read_start", "read_table"]

_WEIGHT_UNITS: dict[str, WeightUnit] = {
    "kg": "kg", "kgs": "kg", "kilogram": "kg", "kilograms": "kg",
    "lb": "lb", "lbs": "lb", "pound": "lb", "pounds": "lb",
}  # fmt: skip
_DISTANCE_UNITS: dict[str, DistanceUnit] = {
    "m": "m", "meter": "m", "meters": "m", "metres": "m",
    "km": "km", "kms": "km", "kilometers": "km", "kilometres": "km",
    "mi": "mi", "mile": "mi", "miles": "mi",
}  # fmt: skip
_DURATION_UNITS_S = {"": 1, "s": 1, "sec": 1, "seconds": 1, "min": 60, "minutes": 60, "h": 3600, "hours": 3600}
_NUMBERS = ("weight", "reps", "distance", "seconds")
_SPACES = str.maketrans({"\u202f": " ", "\u00a0": " ", "\x00": "\ufffd"})

_BEYOND_MEASURE = 10**12

Unit = TypeVar("Unit", WeightUnit, DistanceUnit)


@dataclass(slots=True)
class Columns:
    """Where each column is, and what the file as a whole says of its cells. Units are None where it names none."""

    place: dict[str, int]
    width: int
    weight_unit: WeightUnit | None = None
    distance_unit: DistanceUnit | None = None
    duration_unit_s: int = 1
    decimal: str | None = None
    dates: DateOrder | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file: text by column name, "" where the dialect has no such column."""

    line: int
    cells: list[str]
    columns: Columns

    def text(self, name: str) -> str:
        place = self.columns.place.get(name)
        return self.cells[place].translate(_SPACES).strip() if place is not None and place < len(self.cells) else ""

    def number(self, name: str) -> Decimal | None:
        """A number that is not negative, None for an empty cell."""
        text = self.text(name)
        if not text:
            return None
        value = read_number(text, self.columns.decimal)
        if value is None or value < 0:
            raise CellError(f"{name} {text[:40]!r} is not a number from 0")
        if value >= _BEYOND_MEASURE:
            raise CellError(f"{name} {text[:40]!r} is far too large")
        return value

    def duration_s(self) -> int | None:
        return read_duration_s(self.text("duration"), unit_s=self.columns.duration_unit_s)

    def weight_unit(self) -> WeightUnit | None:
        """The row's, else the file's; None where neither names one."""
        return _unit(_WEIGHT_UNITS, self.text("weight unit"), self.columns.weight_unit)

    def distance_unit(self) -> DistanceUnit | None:
        return _unit(_DISTANCE_UNITS, self.text("distance unit"), self.columns.distance_unit)

    def has_more_cells_than_titles(self) -> bool:
        return len(self.cells) > self.columns.width and any(self.cells[self.columns.width :])


@dataclass(slots=True)
class Table:
    """The rows of an export, and what is to be told of it as a whole."""

    columns: Columns
    rows: list[Row]
    problems: list[Problem] = field(default_factory=list)


def _unit(known: Mapping[str, Unit], text: str, default: Unit | None) -> Unit | None:
    if not text:
        return default
    found = known.get(text.casefold().rstrip("."))
    if found is None:
        raise CellError(f"unit {text[:40]!r} is unknown")
    return found


def read_table(
    source: str | bytes | Path, *, named: Mapping[str, str] | None = None, dates: DateOrder | None = None
) -> Table:
    """The rows below the header. `named` gives the titles of columns that are not known by themselves.

    Raises StrongFormatError if the file is not a Strong export.
    """
    separator, records = separated(_text_of(source))
    _line, header = next(records, (1, []))
    columns, problems = _Header(header if isinstance(header, list) else [], named or {}).read()
    table = Table(columns, [], problems)
    for line, cells in records:
        if isinstance(cells, str):
            problems.append(Problem(line, cells))
        else:
            table.rows.append(Row(line, cells, columns))
    columns.dates = dates or next(filter(None, (written_order(row.text("date")) for row in table.rows)), None)
    columns.decimal = decimal_sign(row.text(name) for row in table.rows for name in _NUMBERS)
    if columns.decimal is None and separator == ",":
        columns.decimal = "."
    problems.extend(_unread(table, header))
    return table


def _text_of(source: str | bytes | Path) -> str:
    if isinstance(source, str):
        return source
    raw = source.read_bytes() if isinstance(source, Path) else source
    if raw.startswith(b"PK\x03\x04"):
        raise StrongFormatError("this is not a Strong export but a ZIP file: unpack it, and give the CSV file in it")
    return decoded(raw)


def _unread(table: Table, header: Sequence[str]) -> Iterator[Problem]:
    """Columns that hold something and are not known: nothing is passed over in silence."""
    known = table.columns.place.values()
    for place, title in enumerate(header):
        if place not in known and any(row.cells[place : place + 1] not in ([], [""]) for row in table.rows):
            yield Problem(1, f"the column {title[:40]!r} is not known here and was not read")


class _Header:
    def __init__(self, titles: list[str], named: Mapping[str, str]) -> None:
        self._titles = titles
        self._named = {simple(title): name for name, title in named.items()}
        unknown = [name for name in named if name not in COLUMNS]
        if unknown:
            raise StrongFormatError(f"there is no column {unknown[0]!r}; there are {', '.join(COLUMNS)}")

    def read(self) -> tuple[Columns, list[Problem]]:
        found = [self._column_of(title) for title in self._titles]
        names = {place: name for place, (name, _) in enumerate(found) if name}
        problems = []
        if not set(REQUIRED) <= set(names.values()) and (placed := by_place(self._titles)):
            names = dict(placed)
            problems.append(Problem(1, _BY_PLACE.format(", ".join(placed.values()))))
        columns = Columns({}, len(self._titles))
        for place, name in names.items():
            if columns.place.setdefault(name, place) == place:
                self._note_unit(columns, name, found[place][1])
        self._check(columns)
        return columns, problems

    def _column_of(self, title: str) -> tuple[str | None, str]:
        known, unit = column_of(title)
        return self._named.get(simple(title), known), unit

    def _note_unit(self, columns: Columns, name: str, unit: str) -> None:
        try:
            match name:
                case "weight":
                    columns.weight_unit = _unit(_WEIGHT_UNITS, unit, None)
                case "distance":
                    columns.distance_unit = _unit(_DISTANCE_UNITS, unit, None)
                case "duration":
                    columns.duration_unit_s = _DURATION_UNITS_S.get(unit.rstrip("."), 1)
        except CellError as error:
            raise StrongFormatError(f"this Strong export cannot be read: {error}") from error

    def _check(self, columns: Columns) -> None:
        missing = [name for name in REQUIRED if name not in columns.place]
        if not missing:
            return
        if other := other_app(self._titles):
            raise StrongFormatError(f"this is not a Strong export of workouts: it is {other}")
        if not columns.place:
            raise StrongFormatError("this is not a Strong export: its first line names no column of one")
        raise StrongFormatError(
            _MISSING.format(", ".join(map(repr, missing)), ", ".join(map(repr, self._titles))[:500])
        )


_BY_PLACE = (
    "the titles of the columns are in a language that is not known here, so they were read by their places: {}. Look"
    " whether that is right"
)
_MISSING = (
    "this is not a Strong export as it is: no column {} in its first line. If one of {} is meant, name it, as in"
    " weight=Gewicht; if it was taken out, export again"
)
