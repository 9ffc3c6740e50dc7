"""Files of rows and columns: which column is which, and the cells of a row by the names that the readers use.

A file is read by the titles in its header and not by its dialect, so mixtures are read too.
"""

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

from dropset_files.shared.cells import (
    CellError,
    DateOrder,
    decimal_sign,
    read_duration_s,
    read_number,
    written_order,
)
from dropset_files.shared.lines import separated
from dropset_files.shared.model import DistanceUnit, FileFormatError, Problem, WeightUnit

WEIGHT_UNITS: dict[str, WeightUnit] = {
    "kg": "kg", "kgs": "kg", "kilogram": "kg", "kilograms": "kg",
    "lb": "lb", "lbs": "lb", "pound": "lb", "pounds": "lb",
}  # fmt: skip
DISTANCE_UNITS: dict[str, DistanceUnit] = {
    "m": "m", "meter": "m", "meters": "m", "metres": "m",
    "km": "km", "kms": "km", "kilometers": "km", "kilometres": "km",
    "mi": "mi", "mile": "mi", "miles": "mi",
    "ft": "ft", "feet": "ft", "yd": "yd", "yds": "yd", "yards": "yd",
}  # fmt: skip
MAX_ROWS = 200_000  # ten years of daily training, with a rest timer for each set; what has more is no history
_NUMBERS = ("weight", "weight in kg", "weight in lb", "reps", "distance", "seconds")
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

    def duration_s(self, name: str = "duration") -> int | None:
        return read_duration_s(self.text(name), unit_s=self.columns.duration_unit_s)

    def weight_unit(self) -> WeightUnit | None:
        """The row's, else the file's; None where neither names one."""
        return unit_of(WEIGHT_UNITS, self.text("weight unit"), self.columns.weight_unit)

    def distance_unit(self) -> DistanceUnit | None:
        return unit_of(DISTANCE_UNITS, self.text("distance unit"), self.columns.distance_unit)

    def has_more_cells_than_titles(self) -> bool:
        return len(self.cells) > self.columns.width and any(self.cells[self.columns.width :])

    def is_cut_off(self) -> bool:
        return len(self.cells) < self.columns.width


@dataclass(slots=True)
class Table:
    """The rows of an export, and what is to be told of it as a whole."""

    columns: Columns
    rows: list[Row]
    problems: list[Problem] = field(default_factory=list)


ReadHeader = Callable[[list[str]], tuple[Columns, list[Problem]]]


def simple(title: str) -> str:
    """A title without case, accents and typographic apostrophes: programs that opened the file may have changed those."""
    text = unicodedata.normalize("NFKD", title.replace("\u2019", "'").replace("\u200b", "")).casefold()
    return " ".join("".join(one for one in text if not unicodedata.combining(one)).split())


def unit_of(known: Mapping[str, Unit], text: str, default: Unit | None) -> Unit | None:
    if not text:
        return default
    found = known.get(text.casefold().rstrip("."))
    if found is None:
        raise CellError(f"unit {text[:40]!r} is unknown")
    return found


def read_table(text: str, read_header: ReadHeader, *, dates: DateOrder | None = None) -> Table:
    """The rows below the header. Raises FileFormatError where that is another one, or there are too many of them."""
    separator, records = separated(text)
    _line, header = next(records, (1, []))
    titles = header if isinstance(header, list) else []
    columns, problems = read_header(titles)
    table = Table(columns, [], problems)
    for line, cells in records:
        if isinstance(cells, str):
            problems.append(Problem(line, cells))
        else:
            table.rows.append(Row(line, cells, columns))
        if len(table.rows) + len(problems) > MAX_ROWS:
            raise FileFormatError(f"the file has more than {MAX_ROWS} rows: split it by years")
    columns.dates = dates or next(filter(None, (written_order(row.text("date")) for row in table.rows)), None)
    columns.decimal = decimal_sign(row.text(name) for row in table.rows for name in _NUMBERS)
    if columns.decimal is None and separator == ",":
        columns.decimal = "."
    problems.extend(_unread(table, titles))
    return table


def _unread(table: Table, titles: Sequence[str]) -> Iterator[Problem]:
    """Columns that hold something and are not known: nothing is passed over in silence."""
    known = table.columns.place.values()
    for place, title in enumerate(titles):
        if place not in known and any(row.cells[place : place + 1] not in ([], [""]) for row in table.rows):
            yield Problem(1, f"the column {title[:40]!r} is not known here and was not read")
