"""Writes what a push has planned: a few set-based statements, however many rows."""

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import orjson
from django.db import IntegrityError, connection
from psycopg import sql

from lib import wire
from lib.sqlfiles import load_sql
from sync.domain.merge import DELETED, LOST, Loss, Side, Write
from sync.domain.records import Key, Planned, PlannedConflict, PlannedWrite, RecordState
from sync.domain.tree import parents_of
from sync.models import Conflict
from sync.queries import head_of, keys_as_json
from sync.services.rules import entity_rules


@dataclasses.dataclass
class Author:
    """Who writes: a device, or something that writes as one, such as an import."""

    device_id: UUID
    source: str  # as it stands in the log
    last_eff_ms: int = 0  # of its newest write; rises as it goes on
    skew_ms: int = 0
    seen_version: int = 0  # what it has pulled
    in_order: bool = True  # whether it made its mutations in the order of their numbers


class IdTakenError(IntegrityError):
    """A row with this id is there, and is not the user's: of the library, or of somebody else."""


def write(
    *,
    user: Any,
    author: Author,
    planned: Sequence[Planned],
    states: Mapping[Key, RecordState],
    at: dt.datetime,
) -> dict[str, list[str]]:
    """Writes the log, the rows and the conflicts. Gives the ids of the conflicts of each mutation.

    Raises IntegrityError or DataError where the database refuses a row; nothing is written then but by the caller's leave.
    """
    writes = sorted((w for p in planned for w in p.writes), key=lambda write: write.number)
    conflicts = [(p.edit.id, c) for p in planned for c in p.conflicts]
    if not writes and not conflicts:
        return {}
    solid = any(not w.touch for w in writes) or bool(conflicts)
    version, logged_ms = _allocate(user) if solid else (0, _now_ms(at))
    _insert_log(user, author, writes, logged_ms)
    changed = {w.key for w in writes if not w.touch}
    rows = changed | _deleted_parents(changed, states)
    by_entity: dict[str, list[RecordState]] = defaultdict(list)
    for key in rows:
        by_entity[key[0]].append(states[key])
    for entity in wire.entities():
        if entity.name in by_entity:
            _upsert(user, entity, by_entity[entity.name], at)
    _renew(user, _unchanged_in_the_end(writes, states))
    return _insert_conflicts(user, conflicts, version)


def _deleted_parents(keys: Iterable[Key], states: Mapping[Key, RecordState]) -> set[Key]:
    """What the rows point to must be there: SQL may have deleted it for good, and then its tombstone becomes a row again."""
    found: set[Key] = set()
    frontier = set(keys)
    while frontier:
        above = {p for key in frontier for p in parents_of(entity_rules()[key[0]], states[key])}
        frontier = {key for key in above - found if key in states and states[key].deleted}
        found |= frontier
    return found


def _unchanged_in_the_end(writes: Sequence[PlannedWrite], states: Mapping[Key, RecordState]) -> set[Key]:
    """Records whose writes took each other back: no trigger sees them."""
    found: dict[Key, Mapping[str, Any]] = {}
    for write in writes:
        if not write.touch:
            found.setdefault(write.key, write.write.before)
    return {key for key, before in found.items() if before == states[key].registers}


def _renew(user: Any, keys: set[Key]) -> None:
    if keys:
        with connection.cursor() as cursor:
            cursor.execute(load_sql("sync", "renew_records"), {"user_id": user.pk, "keys": keys_as_json(keys)})


def _now_ms(at: dt.datetime) -> int:
    return int(at.timestamp() * 1000)


def _allocate(user: Any) -> tuple[int, int]:
    """The version of this transaction, and its time. Two statements: one alone would read the head as it was before."""
    with connection.cursor() as cursor:
        cursor.execute(load_sql("sync", "allocate"), {"user_id": user.pk})
    head = head_of(user)
    assert head is not None
    return head.version, head.last_ms


def _insert_log(user: Any, author: Author, writes: Sequence[PlannedWrite], logged_ms: int) -> None:
    counts: dict[tuple[Key, int], int] = defaultdict(int)
    lines: list[dict[str, Any]] = []
    for line in writes:
        place = (line.key, line.write.version)
        lines.append(
            {
                "version": line.write.version,
                "n": counts[place],
                "entity": wire.codes()[line.key[0]],
                "record_id": line.key[1],
                "op": line.op,
                "before": line.before,
                "patch": _patch_of(line.write),
                "eff_ms": line.write.stamp.eff_ms,
                "seq": line.write.stamp.seq,
                "mutation_id": line.write.mutation_id,
            }
        )
        counts[place] += 1
    if lines:
        params = {
            "user_id": user.pk,
            "device_id": author.device_id,
            "source": author.source,
            "logged_ms": logged_ms,
            "writes": orjson.dumps(lines).decode(),
        }
        with connection.cursor() as cursor:
            cursor.execute(load_sql("sync", "insert_log"), params)


def _patch_of(write: Write) -> Mapping[str, Any]:
    """What stands in the log as sent: what was taken, and apart from it what lost."""
    return {**write.values, LOST: write.lost} if write.lost else write.values


def _upsert(user: Any, entity: wire.Entity, states: Iterable[RecordState], at: dt.datetime) -> None:
    defaults = entity_rules()[entity.name].defaults
    rows = [_row(entity, defaults, state) for state in states]
    with connection.cursor() as cursor:
        cursor.execute(_upsert_sql(entity), {"user_id": user.pk, "at": at, "rows": orjson.dumps(rows).decode()})
        if cursor.rowcount < len(rows):
            raise IdTakenError(entity.name)


def _row(entity: wire.Entity, defaults: Mapping[str, Any], state: RecordState) -> dict[str, Any]:
    document = {**defaults, **(state.document or {})}
    values = {field.column: document[field.name] for field in entity.writable}
    return {"id": state.key[1], "_deleted": state.deleted, **values}


@cache
def _upsert_sql(entity: wire.Entity) -> str:
    columns = entity.row_columns()
    comma = sql.SQL(", ")
    composed = sql.SQL(load_sql("sync", "upsert_rows")).format(
        table=sql.Identifier(entity.table),
        columns=comma.join(name for name, _ in columns),
        values=comma.join(sql.SQL("r.{}").format(name) for name, _ in columns),
        definitions=comma.join(sql.SQL("{} {}").format(name, kind) for name, kind in columns),
        assignments=comma.join(sql.SQL("{} = excluded.{}").format(name, name) for name, _ in columns),
    )
    return composed.as_string()


def _insert_conflicts(
    user: Any, conflicts: Sequence[tuple[str, PlannedConflict]], version: int
) -> dict[str, list[str]]:
    rows: list[Conflict] = []
    ids: dict[str, list[str]] = defaultdict(list)
    for mutation_id, conflict in conflicts:
        row = Conflict(
            id=uuid4(),
            user=user,
            kind=conflict.kind,
            entity=conflict.key[0],
            record_id=UUID(conflict.key[1]),
            record_version=version,
            fields=[_loss(loss) for loss in conflict.losses],
            code="" if conflict.reason is None else conflict.reason.code,
            detail="" if conflict.reason is None else conflict.reason.detail,
            winner_mutation=None if conflict.winner is None else UUID(conflict.winner),
            loser_mutation=None if conflict.loser is None else UUID(conflict.loser),
        )
        rows.append(row)
        ids[mutation_id].append(str(row.pk))
    Conflict.objects.bulk_create(rows)
    return ids


def _loss(loss: Loss) -> dict[str, Any]:
    name = "deleted" if loss.name == DELETED else loss.name
    return {"name": name, "base": loss.base, "kept": _side(loss.kept), "lost": _side(loss.lost)}


def _side(side: Side) -> dict[str, Any]:
    at = dt.datetime.fromtimestamp(max(side.at_ms, 0) / 1000, dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return {"value": side.value, "at": at, "device_id": side.device_id, "mutation_id": side.mutation_id}
