"""Dialects of Strong's CSV: which column is which, and how its cells are written.

| dialect | separator | what is special                                                              |
|---------|-----------|------------------------------------------------------------------------------|
| S1      | ,         | 12 columns, no unit anywhere, `Duration` "1h 43m"                              |
| S2      | ;         | 14 columns, `Weight Unit` and `Distance Unit` (may be blank), `Workout Duration` |
| S3      | ;         | all quoted, `Workout #`, `Weight (kg)`, `Distance (meters)`, `Duration (sec)`  |
| S4      | ,         | legacy: S1 without `Duration` and `RPE`                                        |

A file is read by the names in its header and not by its dialect, so mixtures are read too.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from dropset_client.strong.model import DistanceUnit, Problem, StrongFormatError, WeightUnit

_BOM = "\ufeff"
_WEIGHT_UNITS: dict[str, WeightUnit] = {"kg": "kg", "kgs": "kg", "lb": "lb", "lbs": "lb"}
_DISTANCE_UNITS: dict[str, DistanceUnit] = {
    "m": "m", "meter": "m", "meters": "m", "metres": "m",
    "km": "km", "kilometers": "km", "kilometres": "km",
    "mi": "mi", "mi.": "mi", "mile": "mi", "miles": "mi",
}  # fmt: skip
_REQUIRED = ("date", "exercise name", "set order", "reps")
_ALIASES = {"workout duration": "duration"}
_WITH_UNIT = re.compile(r"(weight|distance|duration) \((\w+)\)")
_DATE_FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %I:%M:%S %p", "%Y-%m-%d")
_CLOCK = re.compile(r"(\d+):(\d\d)(?::(\d\d))?")
_SPELLED = re.compile(r"(?:(\d+)\s*h)?\s*(?:(\d+)\s*m(?:in)?)?\s*(?:(\d+)\s*s(?:ec)?)?", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?[0-9][0-9.,]*")
_SPACES = str.maketrans({"\u202f": " ", "\u00a0": " "})


Unit = TypeVar("Unit", WeightUnit, DistanceUnit)


class CellError(ValueError):
    """A cell that cannot be read; the message is for the report."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each column is, and the units that the header or the caller gave."""

    place: dict[str, int]
    weight_unit: WeightUnit
    distance_unit: DistanceUnit


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file: text by column name, "" where the dialect has no such column."""

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
        value = read_number(text)
        if value is None or value < 0:
            raise CellError(f"{name} {text[:40]!r} is not a number from 0")
        return value

    def whole(self, name: str) -> int | None:
        value = self.number(name)
        if value is not None and value != value.to_integral_value():
            raise CellError(f"{name} {self.text(name)!r} is not a whole number")
        return None if value is None else int(value)

    def weight_unit(self) -> WeightUnit:
        return _unit(_WEIGHT_UNITS, self.text("weight unit"), self.columns.weight_unit)

    def distance_unit(self) -> DistanceUnit:
        return _unit(_DISTANCE_UNITS, self.text("distance unit"), self.columns.distance_unit)


def _unit(known: dict[str, Unit], text: str, default: Unit) -> Unit:
    if not text:
        return default
    if text.casefold() not in known:
        raise CellError(f"unit {text[:40]!r} is unknown")
    return known[text.casefold()]


def read_text(source: str | bytes | Path) -> str:
    """The file as text: UTF-8 with or without a byte order mark, UTF-16 with one, else Windows-1252."""
    if isinstance(source, str):
        return source.removeprefix(_BOM)
    raw = source.read_bytes() if isinstance(source, Path) else source
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def read_rows(text: str, *, weight_unit: WeightUnit, distance_unit: DistanceUnit) -> Iterator[Row | Problem]:
    """The rows below the header. The units are used where the file has none.

    Raises StrongFormatError where the header is not one of Strong's.
    """
    header = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if header.count(";") > header.count(",") else ",")
    columns = _columns(next(reader, []), weight_unit, distance_unit)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield Problem(line, str(error))
            continue
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield Row(line, cells, columns)


def _columns(header: list[str], weight_unit: WeightUnit, distance_unit: DistanceUnit) -> Columns:
    place: dict[str, int] = {}
    units: dict[str, str] = {}
    for position, title in enumerate(header):
        name = " ".join(title.casefold().split())
        if found := _WITH_UNIT.fullmatch(name):
            name, units[found[1]] = found[1], found[2]
        place.setdefault(_ALIASES.get(name, name), position)
    missing = [name for name in _REQUIRED if name not in place]
    if missing:
        raise StrongFormatError(
            f"this is no Strong export: no column {', '.join(map(repr, missing))} in its first line"
            " (export again with the app's language set to English)"
        )
    return Columns(
        place,
        _header_unit(_WEIGHT_UNITS, units.get("weight", ""), weight_unit),
        _header_unit(_DISTANCE_UNITS, units.get("distance", ""), distance_unit),
    )


def _header_unit(known: dict[str, Unit], text: str, default: Unit) -> Unit:
    try:
        return _unit(known, text, default)
    except CellError as error:
        raise StrongFormatError(f"this Strong export cannot be read: {error}") from error


def read_number(text: str) -> Decimal | None:
    """ "82.5", "82,5", "1,250.5" and "1.250,5"; None where it is no number."""
    if not _NUMBER.fullmatch(text):
        return None
    decimal, thousands = (",", ".") if text.rfind(",") > text.rfind(".") else (".", ",")
    try:
        return Decimal(text.replace(thousands, "").replace(decimal, "."))
    except InvalidOperation:
        return None


def read_start(text: str, zone: ZoneInfo) -> datetime:
    """Strong writes the local time of wherever the phone was, without a zone."""
    for pattern in _DATE_FORMATS:
        try:
            return datetime.strptime(text, pattern).replace(tzinfo=zone)
        except ValueError:
            continue
    raise CellError(f"date {text[:40]!r} cannot be read")


def read_duration_s(text: str) -> int | None:
    """ "1h 43m", "38min", "45s", "1:05:00", "2619"; None for an empty cell or 0."""
    if not text:
        return None
    if found := _CLOCK.fullmatch(text):
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return hours * 3600 + minutes * 60 + seconds or None
    if found := _SPELLED.fullmatch(text):
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return hours * 3600 + minutes * 60 + seconds or None
    value = read_number(text)
    if value is None or value < 0:
        raise CellError(f"duration {text[:40]!r} cannot be read")
    return int(value.to_integral_value()) or None
