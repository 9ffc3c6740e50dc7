"""What we are compared with: the same rows into the same tables with the same constraints, by plain SQL.

The raw database is a copy of ours in which the capture triggers are off. So there is no version, no log, no record.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

import orjson
import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from lib import wire
from lib.sqlfiles import load_sql

Rows = Mapping[str, Sequence[dict[str, Any]]]
Connection = psycopg.Connection[tuple[Any, ...]]


def in_order(rows: Rows) -> list[wire.Entity]:
    """The entities of these rows, parents first."""
    return [entity for entity in wire.entities() if rows.get(entity.name)]


def as_json(rows: Rows) -> dict[str, str]:
    """The one text parameter of each statement. Made before the clock runs: a client sends JSON anyway."""
    return {name: orjson.dumps(found).decode() for name, found in rows.items()}


def upsert(connection: Connection, user_id: UUID, texts: Mapping[str, str]) -> None:
    """One transaction, one statement for each entity, without waiting in between."""
    with connection.pipeline(), connection.transaction():
        for entity in wire.entities():
            if entity.name in texts:
                params = {"user_id": user_id, "rows": texts[entity.name]}
                connection.execute(_upsert_sql(entity), params)


def executemany(connection: Connection, user_id: UUID, rows: Rows) -> None:
    """The same, with a statement for each row, pipelined by psycopg."""
    with connection.transaction(), connection.cursor() as cursor:
        for entity in in_order(rows):
            cursor.executemany(_upsert_one_sql(entity), [_bound(entity, row, user_id) for row in rows[entity.name]])


def _bound(entity: wire.Entity, row: dict[str, Any], user_id: UUID) -> dict[str, Any]:
    documents = {field.column: Jsonb(row[field.column]) for field in entity.writable if field.sql_type == "jsonb"}
    return {**row, **documents, "user_id": user_id}


def rows_as_json(connection: Connection, user_id: UUID) -> int:
    """All rows of a user, each table as one JSON array. Gives the number of bytes."""
    size = 0
    for entity in wire.entities():
        query = sql.SQL(load_sql("benchmarks", "rows_as_json")).format(table=sql.Identifier(entity.table))
        found = connection.execute(query, {"user_id": user_id}).fetchone()
        size += len((found and found[0]) or "")
    return size


def copy_records(connection: Connection, user_id: UUID) -> int:
    """The user's records by COPY. Gives the number of bytes."""
    query = sql.SQL(load_sql("benchmarks", "copy_records")).format(user_id=sql.Literal(user_id))
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        return sum(len(part) for part in copy)


def versions(connection: Connection, user_id: UUID) -> dict[tuple[str, str], int]:
    """Entity and id of each of the user's records, and its version."""
    names = {entity.code: entity.name for entity in wire.entities()}
    found = connection.execute(load_sql("benchmarks", "versions"), {"user_id": user_id}).fetchall()
    return {(names[code], record_id): version for code, record_id, version in found}


def switch_capture_off(connection: Connection) -> None:
    for table, trigger in connection.execute(load_sql("benchmarks", "capture_triggers"), {}).fetchall():
        statement = sql.SQL("ALTER TABLE {} DISABLE TRIGGER {}")
        connection.execute(statement.format(sql.Identifier(table), sql.Identifier(trigger)))


@cache
def _upsert_sql(entity: wire.Entity) -> sql.Composed:
    columns = entity.row_columns()
    return sql.SQL(load_sql("benchmarks", "upsert")).format(
        table=sql.Identifier(entity.table),
        columns=_list("{}", columns),
        values=_list("r.{}", columns),
        definitions=sql.SQL(", ").join(sql.SQL("{} {}").format(name, kind) for name, kind in columns),
        assignments=sql.SQL(", ").join(sql.SQL("{} = excluded.{}").format(name, name) for name, _ in columns),
    )


@cache
def _upsert_one_sql(entity: wire.Entity) -> sql.Composed:
    columns = entity.row_columns()
    places = zip(entity.writable, columns, strict=True)
    return sql.SQL(load_sql("benchmarks", "upsert_one")).format(
        table=sql.Identifier(entity.table),
        columns=_list("{}", columns),
        placeholders=sql.SQL(", ").join(
            sql.SQL("{}::{}").format(sql.Placeholder(f.column), kind) for f, (_, kind) in places
        ),
        assignments=sql.SQL(", ").join(sql.SQL("{} = excluded.{}").format(name, name) for name, _ in columns),
    )


def _list(template: str, columns: Sequence[tuple[sql.Composable, sql.Composable]]) -> sql.Composed:
    return sql.SQL(", ").join(sql.SQL(template).format(name) for name, _ in columns)
