"""Mutations that were refused, or still wait: the user repairs them by new ones, or discards them."""

import datetime as dt
from typing import Any
from uuid import UUID

import orjson
from django.db import models

from accounts.models import User
from lib.errors import NotFound
from sync.domain import shapes
from sync.domain.records import Refusal
from sync.domain.unreadable import UNREADABLE, as_bytes, fault, readable_members, salvaged
from sync.enums import MutationStatus
from sync.exceptions import AlreadySettled
from sync.models import Mutation
from sync.services.heads import in_transaction, locked_head
from sync.services.push import answers
from sync.services.push.envelope import parse_items
from sync.services.push.receiving import push_items

DISCARDED = Refusal("discarded", "The user has discarded this mutation.")
REPAIRED = Refusal("repaired", "The user has repaired this mutation: another one does what it should have done.")
OPEN_STATUSES = [MutationStatus.REJECTED, MutationStatus.DEFERRED]


def refused_of(user: User) -> models.QuerySet[Mutation]:
    return Mutation.objects.filter(user=user, status__in=OPEN_STATUSES)


def open_of(user: User) -> models.QuerySet[Mutation]:
    """What waits for the user: read from its own index."""
    return refused_of(user).filter(settled_at=None)


def shown(row: Mutation) -> dict[str, Any]:
    content = content_of(row)
    names = {name: content.get(name) for name in ("entity", "record_id", "op")}
    return {
        "mutation_id": row.mutation_id,
        "device_id": row.device_id,
        "seq": row.seq,
        **{name: value if isinstance(value, str) else None for name, value in names.items()},
        "status": row.status,
        "received_at": row.received_at,
        "error": answers.error_of(row.result),
        **_payload(row),
        "settled_at": row.settled_at,
        "repaired_by": row.repaired_by,
    }


def _payload(row: Mutation) -> dict[str, Any]:
    """Of what is no good JSON what can be read of it, and the text."""
    text = row.payload.encode()
    if not text or fault(text) is None:
        return {"payload": orjson.Fragment(text) if text else None}
    found = salvaged(as_bytes(row.payload)) if len(text) <= shapes.MAX_MUTATION_BYTES else UNREADABLE
    return {"payload": None if found is UNREADABLE else found, "payload_text": row.payload}


def content_of(row: Mutation) -> dict[str, Any]:
    """What the device sent, as far as it can be read; what is settled for long is emptied."""
    text = row.payload.encode()
    try:
        content = orjson.loads(text)
    except orjson.JSONDecodeError:
        return readable_members(text)
    return content if isinstance(content, dict) else {}


def repair(*, user: User, mutation_id: UUID, request: shapes.Repair, at: dt.datetime) -> dict[str, Any]:
    """Pushes a new mutation in the place of a refused one, which is settled unless the new one is refused too. Gives the
    answer of a push; repeating it changes nothing. Raises NotFound, AlreadySettled, or the errors of a push.
    """
    envelope = request.envelope([request.mutation])
    items = parse_items(envelope)
    successor = items[0].stored_as

    def settle(results: list[answers.Result]) -> None:
        if results[0]["status"] != MutationStatus.REJECTED:
            _settle(user, [mutation_id], REPAIRED, at, repaired_by=UUID(successor))

    return push_items(
        user=user,
        envelope=envelope,
        items=items,
        at=at,
        check=lambda: _refuse_settled(user, mutation_id, successor),
        finish=settle,
    )


def _refuse_settled(user: User, mutation_id: UUID, successor: str) -> None:
    row = refused_of(user).filter(mutation_id=mutation_id).first()
    if row is None:
        raise NotFound
    if row.settled_at is not None and str(row.repaired_by) != successor:
        raise AlreadySettled


def discard(*, user: User, mutation_id: UUID, at: dt.datetime) -> None:
    """Raises NotFound, or AlreadySettled where it was repaired. Discarding twice changes nothing."""
    if discard_all(user=user, mutation_ids=[mutation_id], at=at):
        return
    row = refused_of(user).filter(mutation_id=mutation_id).first()
    if row is None:
        raise NotFound
    if row.repaired_by is not None:
        raise AlreadySettled


def discard_all(*, user: User, mutation_ids: list[UUID], at: dt.datetime) -> int:
    """Gives how many of them were open."""
    return _settle(user, mutation_ids, DISCARDED, at)


def _settle(user: User, ids: list[UUID], why: Refusal, at: dt.datetime, repaired_by: UUID | None = None) -> int:
    """What still waited must not be taken when its device sends it again: that is decided now, and so is its group."""
    result = orjson.dumps(answers.refused(why)).decode()

    def work() -> int:
        locked_head(user, source="api")
        named = open_of(user).filter(mutation_id__in=ids)
        group = _groups(named.filter(status=MutationStatus.DEFERRED))
        waiting = [row.mutation_id for row in _waiting(user) if _group(row) in group] if group else []
        wanted = {*named.values_list("mutation_id", flat=True), *waiting}
        rows = open_of(user).filter(mutation_id__in=wanted)
        rows.filter(status=MutationStatus.DEFERRED).update(status=MutationStatus.REJECTED, result=result)
        return rows.update(settled_at=at, repaired_by=repaired_by)

    return in_transaction(work)


def _waiting(user: User) -> models.QuerySet[Mutation]:
    return open_of(user).filter(status=MutationStatus.DEFERRED)


def _groups(rows: models.QuerySet[Mutation]) -> set[str]:
    return {group for row in rows if (group := _group(row)) is not None}


def _group(row: Mutation) -> str | None:
    group = content_of(row).get("group")
    return group if isinstance(group, str) else None
