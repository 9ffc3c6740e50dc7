"""Sheets: the rows of a library as CSV, to be changed in a spreadsheet and brought back, with a look at what that changes."""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any

from catalog.enums import ImportFormat, ImportState
from catalog.models import ImportRun
from catalog.services import editorial
from catalog.services.sheets.columns import safe
from catalog.services.sheets.diffs import BYTES_MAX, ROWS_MAX, Diff, Kind, MayChange, RowDiff, SheetRefused, compared
from catalog.services.sheets.layouts import Sheet, has_sheet, sheet_of
from catalog.services.signing import authored
from lib.errors import Conflict

__all__ = [
    "BYTES_MAX",
    "ROWS_MAX",
    "Diff",
    "Kind",
    "SheetChanged",
    "SheetRefused",
    "apply_sheet",
    "compared",
    "exported",
    "has_sheet",
    "sheet_of",
]

NAMED_MAX = 200


class SheetChanged(Conflict):
    """The library has changed since you looked at the differences. Look at them again."""

    code = "sheet_changed"


def exported(sheet: Sheet, rows: Iterable[Any]) -> Iterator[str]:
    """A line at a time."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)

    def line(cells: Iterable[str]) -> str:
        writer.writerow([safe(cell) for cell in cells])
        text = written.getvalue()
        written.seek(0)
        written.truncate()
        return text

    yield "\ufeff" + line(column.name for column in sheet.columns)  # by the mark, spreadsheets know that it is UTF-8
    for row in rows:
        yield line(column.read(row) for column in sheet.columns)


def apply_sheet(
    sheet: Sheet, text: str, *, digest: str, may_change: MayChange, by: Any, at: dt.datetime, file_name: str
) -> Diff:
    """Does what a diff with this digest said, in one transaction; refused rows are left out. Raises SheetChanged where it
    would do anything else by now, and SheetRefused.
    """
    with authored(by=by, source="admin", why=f"CSV {file_name}"):
        diff = compared(sheet, text, may_change=may_change)
        if diff.digest != digest:
            raise SheetChanged
        for one in diff.of(Kind.NEW):
            one.row.save(force_insert=True)
            if sheet.has_workflow:
                editorial.began(row=one.row, by=by, at=at)
        for one in diff.of(Kind.CHANGED):
            _save(sheet, one)
        _keep(sheet, diff, text, by=by, at=at, file_name=file_name)
    return diff


def _save(sheet: Sheet, one: RowDiff) -> None:
    names = [one.row._meta.get_field(name).name for name in one.fields]
    stamp = ["updated_at"] if sheet.has_workflow else []
    one.row.save(update_fields=[*names, *stamp])


def _keep(sheet: Sheet, diff: Diff, text: str, *, by: Any, at: dt.datetime, file_name: str) -> None:
    refused = [{"line": one.line, "name": one.key, "why": "; ".join(one.reasons)} for one in diff.of(Kind.REFUSED)]
    ImportRun.objects.create(
        format=ImportFormat.CSV,
        library=sheet.model._meta.verbose_name_plural,
        file_name=file_name[:255],
        file_digest=sha256(text.encode()).hexdigest(),
        by=by,
        state=ImportState.DONE,
        started_at=at,
        ended_at=at,
        counts=diff.counts,
        problems=refused[:NAMED_MAX],
    )
