"""What a sheet would change, row by row and field by field, before anything is."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from typing import Any

import orjson
from django.core.exceptions import ValidationError
from django.db import models

from catalog.enums import Status
from catalog.services.sheets.columns import CellInvalid, Column, Values, bare
from catalog.services.sheets.layouts import Sheet
from lib.fields import SLUG_PATTERN

ROWS_MAX = 2000
BYTES_MAX = 2 * 1024 * 1024
LARGER_FILES = "Larger files are for `manage.py import_catalog`."
MayChange = Callable[[Any], bool]  # None: whether a row may be added


class SheetRefused(ValueError):
    """The file is no sheet of this library. The message says why."""


class Kind(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True)
class Change:
    column: str
    before: str
    after: str


@dataclass(frozen=True)
class RowDiff:
    line: int
    key: str
    kind: Kind
    changes: tuple[Change, ...] = ()
    reasons: tuple[str, ...] = ()
    row: Any = None  # as it would be saved
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Diff:
    rows: Sequence[RowDiff]

    def of(self, kind: Kind) -> list[RowDiff]:
        return [row for row in self.rows if row.kind is kind]

    @property
    def counts(self) -> dict[str, int]:
        return {str(kind): len(self.of(kind)) for kind in Kind}

    @cached_property
    def digest(self) -> str:
        """Of what was shown: where it is another one later, somebody has changed the library meanwhile."""
        said = [
            (row.line, row.key, row.kind, [(c.column, c.before, c.after) for c in row.changes]) for row in self.rows
        ]
        return sha256(orjson.dumps(said)).hexdigest()


@dataclass
class _Reading:
    """One file against what stands."""

    sheet: Sheet
    columns: Sequence[Column]
    may_change: MayChange
    standing: Mapping[tuple[str, ...], Any]
    met: set[tuple[str, ...]] = field(default_factory=set)

    def diff(self, line: int, cells: Mapping[str, str]) -> RowDiff:
        key = tuple(cells[name].strip() for name in self.sheet.key)
        said = " ".join(key)
        if key in self.met or not all(key):
            why = "it stands in the file twice" if key in self.met else f"it has no {' or no '.join(self.sheet.key)}"
            return RowDiff(line, said, Kind.REFUSED, reasons=(why,))
        self.met.add(key)
        row = self.standing.get(key)
        if row is None and not self.sheet.adds:
            return RowDiff(line, said, Kind.REFUSED, reasons=("there is none; make it on its page, not in a sheet",))
        return self._compared(line, said, cells, row)

    def _compared(self, line: int, said: str, cells: Mapping[str, str], row: Any) -> RowDiff:
        is_new = row is None
        values, reasons = self._values(row, cells)
        made = self._made(values) if is_new else row
        before = {} if is_new else {column.name: column.read(row) for column in self.columns}
        fields = tuple(sorted(n for n, v in values.items() if is_new or getattr(row, n) != v))
        for name in fields:
            setattr(made, name, values[name])
        changes = tuple(
            Change(column.name, before.get(column.name, ""), after)
            for column in self.columns
            if not column.is_shown_only and (after := column.read(made)) != before.get(column.name, "")
        )
        if not reasons and not fields:
            return RowDiff(line, said, Kind.UNCHANGED)
        reasons += [] if reasons else self._faults(made, is_new=is_new)
        kind = Kind.REFUSED if reasons else Kind.NEW if is_new else Kind.CHANGED
        return RowDiff(line, said, kind, changes, tuple(reasons), made, fields)

    def _values(self, row: Any, cells: Mapping[str, str]) -> tuple[Values, list[str]]:
        values, reasons = _Standing(row if row is not None else self.sheet.model()), []
        for column in self.columns:
            cell = bare(cells[column.name])
            if column.is_shown_only:
                if row is not None and cell.strip() and cell.strip() != column.read(row):
                    reasons.append(f"{column.name}: it is changed on the page of the row, not in a sheet")
                continue
            if row is not None and cell == column.read(row):
                continue  # as it was written out: nothing is read into it
            try:
                column.write(values, cell)
            except CellInvalid as error:
                reasons.append(f"{column.name}: {error}")
        return dict(values), reasons

    def _made(self, values: Values) -> Any:
        given = {"status": Status.DRAFT} if self.sheet.has_workflow else {}
        return self.sheet.model(**given, **values)

    def _faults(self, row: Any, *, is_new: bool) -> list[str]:
        if not self.may_change(None if is_new else row):
            return ["you may not add rows" if is_new else "you may not change it: it is published"]
        if is_new and not re.fullmatch(SLUG_PATTERN, row.slug):
            return ["slug: lower case letters, digits and hyphens"]
        try:
            row.clean_fields(exclude=["user"])
            row.validate_constraints(exclude=["user"])
        except ValidationError as error:
            said = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
            return [
                f"{name}: {' '.join(texts)}".removeprefix(": ").removeprefix("__all__: ")
                for name, texts in said.items()
            ]
        return []


class _Standing(dict[str, Any]):
    """Values of a row that begin as what stands, and hold what was written alone."""

    def __init__(self, row: Any) -> None:
        super().__init__()
        self._row = row

    def __missing__(self, name: str) -> Any:
        return getattr(self._row, name)


def compared(sheet: Sheet, text: str, *, may_change: MayChange) -> Diff:
    """Writes nothing. Raises SheetRefused for a file that is no sheet of this library, or too large."""
    lines = _lines(sheet, text)
    header = next(lines)[1]
    columns = [column for name in header if (column := sheet.column(name)) is not None]
    rows = [(line, dict(zip(header, cells, strict=True))) for line, cells in lines]
    reading = _Reading(sheet, columns, may_change, _standing(sheet, [cells for _, cells in rows]))
    return Diff([reading.diff(line, cells) for line, cells in rows])


def _lines(sheet: Sheet, text: str) -> Iterator[tuple[int, list[str]]]:
    """The header, then each row of as many cells."""
    if len(text.encode()) > BYTES_MAX:
        raise SheetRefused(f"A sheet has at most {BYTES_MAX // 1024 // 1024} MB. {LARGER_FILES}")
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ",")
    header = [name.strip() for name in next(reader, [])]
    _refuse_header(sheet, header)
    yield 1, header
    for count, cells in enumerate((cells for cells in reader if any(cells)), start=1):
        if count > ROWS_MAX:
            raise SheetRefused(f"A sheet has at most {ROWS_MAX} rows. {LARGER_FILES}")
        yield reader.line_num, (cells + [""] * len(header))[: len(header)]


def _refuse_header(sheet: Sheet, header: Sequence[str]) -> None:
    missing = [name for name in sheet.key if name not in header]
    if missing:
        raise SheetRefused(f"The first line names the columns, and there is no {' and no '.join(missing)} among them.")
    unknown = [name for name in header if sheet.column(name) is None]
    if unknown:
        raise SheetRefused(f"There is no column {', '.join(unknown)} here. Export a sheet to see which there are.")
    if len(set(header)) < len(header):
        raise SheetRefused("A column stands there twice.")


def _standing(sheet: Sheet, rows: Sequence[Mapping[str, str]]) -> dict[tuple[str, ...], Any]:
    slugs = {cells["slug"].strip() for cells in rows}
    found: models.QuerySet[Any] = sheet.model._default_manager.filter(slug__in=slugs)
    if sheet.has_workflow:
        found = found.filter(user=None, deleted_at=None)
    return {tuple(str(getattr(row, name)) for name in sheet.key): row for row in found}
