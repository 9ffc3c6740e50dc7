"""Writes what a push has planned: a few set-based statements, however many rows."""

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import orjson
from django.db import connection
from psycopg import sql

from lib import wire
from lib.sqlfiles import load_sql
from lib.statements import execute
from sync.domain.merge import DELETED, LOST, Loss, Side, Write
from sync.domain.records import Key, PlannedConflict, PlannedWrite, RecordState
from sync.domain.references import targets_of
from sync.domain.times import to_ms
from sync.models import Conflict
from sync.queries import keys_as_json
from sync.services.push.rules import entity_rules

ID_TAKEN = "sync_id_taken"  # as a constraint's name: the row with this id is of the library, or somebody else's


@dataclasses.dataclass
class Author:
    """Who writes: a device, or something that writes as one, such as an import."""

    device_id: UUID
    source: str  # as it stands in the log
    last_eff_ms: int = 0  # of its newest write; rises as it goes on
    skew_ms: int = 0
    seen_version: int = 0  # what it has pulled
    in_order: bool = True  # whether it made its mutations in the order of their numbers


def write(
    *,
    user: Any,
    author: Author,
    writes: Sequence[PlannedWrite],
    conflicts: Sequence[Conflict],
    states: Mapping[Key, RecordState],
    version: int | None,
    again: bool,
    at: dt.datetime,
) -> None:
    """Writes the log, the rows and the conflicts. Within a pipeline; at its end IntegrityError, or DataError, is raised where
    the database refuses a row: with ID_TAKEN as the constraint where one with this id is not the user's.

    version: the one that the head, which is locked, gives out next; None where records are only touched. again: whether this
    transaction has written under it already.
    """
    if version is not None:
        execute("sync", "allocate", user_id=user.pk)
    _insert_log(user, author, writes, version=version, again=again, at=at)
    found = _found(writes)
    rows = found.keys() | _deleted_targets(found, states)
    going = {key for key in found if _goes(found[key], states[key])}
    with _handing_over(rows):
        _upsert_all(user, [states[key] for key in sorted(rows - going)], at)
        _upsert_all(user, [states[key] for key in sorted(going)], at)  # last: what was moved away must have left
    _renew(user, _unchanged_in_the_end(found, states) | _filled_in(found))
    if conflicts:
        Conflict.objects.bulk_create(conflicts)


@contextmanager
def _handing_over(keys: Iterable[Key]) -> Iterator[None]:
    """Of what at most one may claim, one row may leave it to another one in a later statement."""
    names = {name for name, _ in keys}
    constraints = [c.name for e in wire.entities() if e.name in names for c in e.singles]
    _set_constraints(constraints, "DEFERRED")
    yield
    _set_constraints(constraints, "IMMEDIATE")


def _set_constraints(names: Sequence[str], when: str) -> None:
    if names:
        listed = sql.SQL(", ").join(map(sql.Identifier, names))
        query = sql.SQL("SET CONSTRAINTS {} {}").format(listed, sql.SQL(when))
        connection.cursor().execute(query.as_string())


def _deleted_targets(keys: Iterable[Key], states: Mapping[Key, RecordState]) -> set[Key]:
    """What the rows point to must be there: SQL may have deleted it for good, and then its tombstone becomes a row again."""
    found: set[Key] = set()
    if not any(state.deleted for state in states.values()):
        return found
    frontier = set(keys)
    while frontier:
        above = {target for key in frontier for target in targets_of(entity_rules()[key[0]], states[key])}
        frontier = {key for key in above - found if key in states and states[key].deleted}
        found |= frontier
    return found


def _found(writes: Sequence[PlannedWrite]) -> dict[Key, Mapping[str, Any]]:
    """What the first write of each record found."""
    found: dict[Key, Mapping[str, Any]] = {}
    for write in writes:
        if not write.touch:
            found.setdefault(write.key, write.write.before)
    return found


def _goes(found: Mapping[str, Any], state: RecordState) -> bool:
    """Whether a row that is there gets deleted: with it the database deletes what hangs on it then."""
    return state.deleted and bool(found) and not found[DELETED]


def _unchanged_in_the_end(found: Mapping[Key, Mapping[str, Any]], states: Mapping[Key, RecordState]) -> set[Key]:
    """Records whose writes took each other back, or gave way to another record at once: no trigger sees them."""
    return {key for key, registers in found.items() if registers == states[key].registers}


def _filled_in(found: Iterable[Key]) -> set[Key]:
    """Records in which the database may have put back what stood, though something else was written."""
    return {key for key in found if entity_rules()[key[0]].copied}


def _renew(user: Any, keys: set[Key]) -> None:
    if keys:
        execute("sync", "renew_records", user_id=user.pk, keys=keys_as_json(keys))


def _insert_log(
    user: Any, author: Author, writes: Sequence[PlannedWrite], *, version: int | None, again: bool, at: dt.datetime
) -> None:
    codes, counts = wire.codes(), defaultdict[tuple[Key, int], int](int)
    known: set[Key] = set()
    lines: list[dict[str, Any]] = []
    for line in writes:
        write, place = line.write, (line.key, line.write.version)
        first = line.key not in known
        lines.append(
            {
                "version": write.version,
                "n": counts[place],
                "entity": codes[line.key[0]],
                "record_id": line.key[1],
                "op": line.op,
                "first": first,
                "before": None if first else line.before,
                "patch": _patch_of(write),
                "eff_ms": write.stamp.eff_ms,
                "seq": write.stamp.seq,
                "mutation_id": write.mutation_id,
            }
        )
        counts[place] += 1
        known.add(line.key)
    if lines:
        execute(
            "sync",
            "insert_log",
            user_id=user.pk,
            device_id=author.device_id,
            source=author.source,
            version=version,
            again=again,
            at_ms=to_ms(at),
            writes=orjson.dumps(lines).decode(),
        )


def _patch_of(write: Write) -> Mapping[str, Any]:
    """What stands in the log as sent: what was taken, and apart from it what lost."""
    return {**write.values, LOST: write.lost} if write.lost else write.values


def _upsert_all(user: Any, states: Iterable[RecordState], at: dt.datetime) -> None:
    """Parents before their children."""
    by_entity: dict[str, list[RecordState]] = defaultdict(list)
    for state in states:
        by_entity[state.key[0]].append(state)
    for entity in wire.entities():
        if entity.name in by_entity:
            _upsert(user, entity, by_entity[entity.name], at)


def _upsert(user: Any, entity: wire.Entity, states: Sequence[RecordState], at: dt.datetime) -> None:
    defaults = entity_rules()[entity.name].defaults
    rows = [{**defaults, **(s.document or {}), "_id": s.key[1], "_deleted": s.deleted} for s in states]
    values = {"user_id": user.pk, "at": at, "rows": orjson.dumps(rows).decode(), "count": len(rows)}
    connection.cursor().execute(_upsert_sql(entity), values)


@cache
def _upsert_sql(entity: wire.Entity) -> str:
    """The columns of the JSON are the fields of the document."""
    comma = sql.SQL(", ")
    columns = [sql.Identifier(field.column) for field in entity.writable]
    names = [sql.Identifier(field.name) for field in entity.writable]
    kinds = [sql.SQL(field.sql_type) for field in entity.writable]
    composed = sql.SQL(load_sql("sync", "upsert_rows")).format(
        table=sql.Identifier(entity.table),
        columns=comma.join(columns),
        values=comma.join(sql.SQL("r.{}").format(name) for name in names),
        definitions=comma.join(sql.SQL("{} {}").format(*pair) for pair in zip(names, kinds, strict=True)),
        assignments=comma.join(sql.SQL("{} = excluded.{}").format(name, name) for name in columns),
    )
    return composed.as_string()


def conflict_row(user: Any, conflict: PlannedConflict, version: int) -> Conflict:
    return Conflict(
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


def _loss(loss: Loss) -> dict[str, Any]:
    name = "deleted" if loss.name == DELETED else loss.name
    return {"name": name, "base": loss.base, "kept": _side(loss.kept), "lost": _side(loss.lost)}


def _side(side: Side) -> dict[str, Any]:
    at = dt.datetime.fromtimestamp(max(side.at_ms, 0) / 1000, dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return {"value": side.value, "at": at, "device_id": side.device_id, "mutation_id": side.mutation_id}
