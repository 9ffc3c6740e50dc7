"""Conflicts for who is online: how they stand, and decisions that are refused where something has changed since."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson

from accounts.models import User
from lib.errors import NotFound
from sync.domain import shapes
from sync.domain.records import Key
from sync.enums import ConflictStatus
from sync.exceptions import ConflictStale
from sync.models import Conflict, Mutation
from sync.queries import WireRecord, records_as_wire
from sync.services.push.envelope import parse_items
from sync.services.push.receiving import push_items
from sync.services.push.resolving import CONFLICT, RESOLVE


def shown(*, user: User, conflicts: Iterable[Conflict]) -> list[dict[str, Any]]:
    """The conflicts, each with its record as it stands now. One query for the records."""
    rows = list(conflicts)
    records = _records(user, rows)
    return [_shown(row, records.get(_key(row))) for row in rows]


def _records(user: User, rows: Iterable[Conflict]) -> dict[Key, WireRecord]:
    return records_as_wire(user, {_key(row) for row in rows})


def _key(row: Conflict) -> Key:
    return row.entity, str(row.record_id)


def _shown(row: Conflict, record: WireRecord | None) -> dict[str, Any]:
    """record_version is what a decision names: the version of the record that this shows."""
    return {
        "id": row.pk,
        "entity": row.entity,
        "record_id": row.record_id,
        "kind": row.kind,
        "record_version": row.record_version if record is None else max(row.record_version, record.version),
        "record": None if record is None else orjson.Fragment(record.json),
        "status": row.status,
        "created_at": row.created_at,
        "fields": row.fields,
        "winner_mutation": row.winner_mutation,
        "loser_mutation": row.loser_mutation,
        "code": row.code,
        "detail": row.detail,
        "resolution": row.resolution,
        "resolution_mutation": row.resolution_mutation,
    }


def resolve(
    *, user: User, sender: shapes.Sender, items: Sequence[shapes.DecisionIn], at: dt.datetime
) -> dict[str, Any]:
    """Decides conflicts as the push does; gives the answer of a push. Raises ConflictStale, or the errors of a push:
    nothing is written then.
    """
    envelope = sender.envelope([_mutation(item, sender) for item in items])
    return push_items(
        user=user, envelope=envelope, items=parse_items(envelope), at=at, check=lambda: _refuse_stale(user, items)
    )


def resolve_one(*, user: User, sender: shapes.Sender, item: shapes.DecisionIn, at: dt.datetime) -> dict[str, Any]:
    if not Conflict.objects.for_user(user).filter(pk=item.conflict_id).exists():
        raise NotFound
    return resolve(user=user, sender=sender, items=[item], at=at)


def _mutation(item: shapes.DecisionIn, sender: shapes.Sender) -> dict[str, Any]:
    return {
        "id": item.mutation_id,
        "seq": item.seq,
        "entity": CONFLICT,
        "record_id": item.conflict_id,
        "op": RESOLVE,
        "base_version": item.record_version,
        "at": item.at or sender.client_now,
        "patch": {"resolution": item.resolution} | ({} if item.patch is None else {"patch": item.patch}),
    }


def _refuse_stale(user: User, items: Sequence[shapes.DecisionIn]) -> None:
    """What was decided before is answered as it was; the rest must be about what the user has seen."""
    ids = [UUID(item.mutation_id) for item in items]
    decided = set(Mutation.objects.filter(user=user, mutation_id__in=ids).values_list("mutation_id", flat=True))
    seen = {item.conflict_id: item.record_version for item in items if UUID(item.mutation_id) not in decided}
    rows = list(Conflict.objects.for_user(user).filter(pk__in=seen).order_by("created_at", "id"))
    records = _records(user, rows)
    stale = [row for row in rows if row.status != ConflictStatus.OPEN or _has_moved(row, records, seen[row.pk])]
    if stale:
        raise ConflictStale([_shown(row, records.get(_key(row))) for row in stale])


def _has_moved(row: Conflict, records: Mapping[Key, WireRecord], seen_version: int) -> bool:
    record = records.get(_key(row))
    return record is not None and record.version > seen_version
