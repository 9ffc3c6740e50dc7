"""What users have, as CSV: one table for each entity, for spreadsheets and analysts. docs/csv.md describes the form."""

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any

import orjson
from django.db import connection, models

from accounts.models import User
from lib import wire
from lib.sqlfiles import load_sql
from lib.wire import CATALOGUE
from sync.domain.times import as_text
from sync.services.heads import consistent_view
from sync.services.states.archive_files import archive
from sync.services.states.reading import BLOCK_BYTES, ROWS_AT_ONCE, Spool

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
Row = tuple[str, str, str, int, bool]  # user, id, document, modified_ms, whether it is deleted
Progress = Callable[[list[wire.Entity]], Iterable[wire.Entity]]


def export_tables(*, user: User | None, at: dt.datetime, progress: Progress = lambda entities: entities) -> Spool:
    """A ZIP with <entity>.csv for each entity: of one user, or of all. Little of it is ever in memory."""
    with consistent_view(), archive(at) as (spool, zf):
        for entity in progress(list(wire.entities())):
            zf.add(f"{entity.name}.csv", _blocks(entity, user))
    return spool


def columns_of(entity: wire.Entity) -> list[str]:
    """Without the user's, which only a table of all users has."""
    return ["id", *entity.field_names, "last_modified_at", "deleted"]


def _blocks(entity: wire.Entity, user: User | None) -> Iterator[bytes]:
    """Lines by RFC 4180, in UTF-8; the mark at the beginning tells spreadsheets so."""
    text = io.StringIO(newline="")
    text.write("\ufeff")
    writer = csv.writer(text)
    owner = [] if user is not None else ["user"]
    writer.writerow([*owner, *columns_of(entity)])
    shown = [(field.name, _is_text(field)) for field in entity.fields]
    for user_id, record_id, data, modified_ms, deleted in _rows(entity, user):
        document = orjson.loads(data)
        cells = [_cell(document.get(name), is_text=is_text) for name, is_text in shown]
        whose = [] if user is not None else [user_id]
        writer.writerow([*whose, record_id, *cells, as_text(modified_ms), "true" if deleted else "false"])
        if text.tell() >= BLOCK_BYTES:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def _rows(entity: wire.Entity, user: User | None) -> Iterator[Row]:
    params = {
        "entity": entity.code,
        "readable": entity.code in wire.readable_codes(),
        "catalogue": CATALOGUE,
        "user_id": None if user is None else user.pk,
    }
    with connection.cursor() as cursor, connection.wrap_database_errors:
        raw: Any = cursor.cursor  # psycopg's: Django's cannot stream
        yield from raw.stream(load_sql("sync", "state_rows"), params, size=ROWS_AT_ONCE)


def _is_text(field: wire.WireField) -> bool:
    """Whether a user may have written anything into it."""
    return isinstance(field.field, models.CharField | models.TextField | models.JSONField)


def _cell(value: Any, *, is_text: bool) -> str | int | float | Decimal:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list() if all(isinstance(member, str) for member in value):
            return ";".join(value)
        case list() | dict():
            return orjson.dumps(value).decode()
        case str() if is_text and value.startswith(FORMULA_STARTS):
            return f"'{value}"  # a spreadsheet would compute it
    return value  # type: ignore[no-any-return]  # a number, or a text
