"""Reads of the sync tables: pages for pull, records for results, digests for status."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection

from lib import wire
from lib.sqlfiles import load_sql
from sync.domain.records import Key


@dataclass(frozen=True)
class WireRecord:
    version: int
    json: str  # {"entity", "id", "version", "deleted", "last_modified_at", "data"}


@dataclass(frozen=True)
class Position:
    """After which record a page starts: versions ascend, and within one the entities, parents first."""

    version: int = 0
    entity: int = 0
    id: str = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class HeadView:
    epoch: str
    version: int
    last_ms: int
    min_version: int


@dataclass(frozen=True)
class Page:
    changes: str  # a JSON array, as text
    position: Position
    has_more: bool


def head_of(user: Any) -> HeadView | None:
    rows = _fetch("head_view", user_id=user.pk)
    return HeadView(*rows[0]) if rows else None


def records_as_wire(user: Any, keys: Iterable[Key]) -> dict[Key, WireRecord]:
    """The user's records as pull would send them. One query."""
    codes = {entity.name: entity.code for entity in wire.entities()}
    wanted = orjson.dumps([{"entity": codes[name], "id": record_id} for name, record_id in keys]).decode()
    rows = _fetch("wire_records", user_id=user.pk, keys=wanted, names=_names())
    return {(name, record_id): WireRecord(version, text) for name, record_id, version, text in rows}


def page_after(user: Any, position: Position, *, limit: int) -> Page:
    """The next `limit` changes, read from one index."""
    rows = _fetch(
        "pull_page",
        user_id=user.pk,
        version=position.version,
        entity=position.entity,
        id=position.id,
        limit=limit,
        names=_names(),
    )
    changes, count, more, version, entity, record_id = rows[0]
    last = Position(version, entity, record_id) if count else position
    return Page(changes or "[]", last, bool(more))


def digests(user: Any) -> dict[str, dict[str, Any]]:
    """For each entity with live records: their count, and the sum mod 2^64 of a hash of id and version."""
    return {
        name: {"count": count, "sum": str(total)}
        for name, count, total in _fetch("digests", user_id=user.pk, names=_names())
    }


def open_conflicts(user: Any) -> int:
    return int(_fetch("open_conflicts", user_id=user.pk)[0][0])


def _names() -> str:
    """Code and name of each entity, as the JSON that the queries join with."""
    return orjson.dumps([{"code": entity.code, "name": entity.name} for entity in wire.entities()]).decode()


def _fetch(name: str, **params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(load_sql("sync", name), params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
