"""What the server deletes over time: tombstones that all devices have seen, old log lines, payloads of old mutations.

Small transactions under the user's head, so that devices hardly wait; a run that is killed half-way is continued by the
next one. Nothing here makes a version: devices notice nothing, unless they were away for so long that they must begin anew.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.db import models, transaction
from psycopg import sql

from accounts.models import User
from lib import wire
from lib.sqlfiles import load_sql
from lib.statements import execute, rows_of
from sync.domain import lifetimes
from sync.domain.times import to_ms
from sync.services.heads import in_transaction

BATCH = 1000


@dataclass(frozen=True)
class Due:
    """Whose data may hold something that is old enough, and what."""

    user_id: UUID
    entities: list[int]  # those with tombstones
    log: bool


Progress = Callable[[list[Due]], Iterable[Due]]


@dataclass(frozen=True)
class Purge:
    """How many of each were deleted."""

    tombstones: int = 0
    log: int = 0
    mutations: int = 0

    def __add__(self, other: "Purge") -> "Purge":
        return Purge(self.tombstones + other.tombstones, self.log + other.log, self.mutations + other.mutations)


def purge(
    *,
    user: User | None = None,
    at: dt.datetime,
    dry_run: bool = False,
    batch: int = BATCH,
    progress: Progress = lambda due: due,
) -> Purge:
    """Deletes what is too old, of one user or of all. dry_run: finds out what would be deleted, and undoes it."""
    owner = None if user is None else user.pk
    run = _Run(at, batch)
    total = Purge()
    for due in progress(run.due(owner)):
        with _trial(dry_run):
            total += run.purge_user(due)
    with _trial(dry_run):
        return total + Purge(mutations=run.empty_mutations(owner))


@contextmanager
def _trial(is_one: bool) -> Iterator[None]:  # noqa: FBT001 - the one thing it is about
    if not is_one:
        yield
        return
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class _Run:
    def __init__(self, at: dt.datetime, batch: int) -> None:
        self.batch = batch
        self.times: dict[str, Any] = {
            "since": at - lifetimes.DEVICE_ACTIVE,
            "rest_ms": to_ms(at - lifetimes.TOMBSTONE_REST),
            "late_ms": to_ms(at - lifetimes.TOMBSTONE),
            "log_ms": to_ms(at - lifetimes.LOG),
            "log_at": at - lifetimes.LOG,
        }

    def due(self, owner: UUID | None) -> list[Due]:
        return [Due(*row) for row in self._fetch(load_sql("sync", "due_purges"), user_id=owner)]

    def purge_user(self, due: Due) -> Purge:
        """Children before their parents: a parent is deleted when nothing names it any more. What is hidden in the library may
        be shown again, so it stays.
        """
        entities = [] if due.user_id == wire.CATALOGUE else [e for e in wire.entities() if e.code in due.entities]
        tombstones = self._in_batches(self._purge_tombstones, due.user_id, entities[::-1]) if entities else 0
        return Purge(tombstones, self._in_batches(self._purge_log, due.user_id) if due.log else 0)

    def empty_mutations(self, owner: UUID | None) -> int:
        return self._in_batches(self._empty_mutations, owner)

    def _in_batches(self, step: Callable[..., int], *args: Any) -> int:
        total = 0
        while True:
            count = in_transaction(lambda: step(*args))
            total += count
            if count < self.batch:
                return total

    # --- one batch each ---

    def _purge_tombstones(self, user_id: UUID, entities: list[wire.Entity]) -> int:
        """Of all entities in one transaction, so that restoring a deleted tree finds all of it, or nothing."""
        _lock(user_id)
        ((acked,),) = self._fetch(load_sql("sync", "acked_by_all"), user_id=user_id)
        gone = [self._fetch(_purge_sql(e), user_id=user_id, entity=e.code, acked=acked)[0] for e in entities]
        execute("sync", "set_min_version", user_id=user_id, version=max(version for _, version in gone))
        return sum(count for count, _ in gone)

    def _purge_log(self, user_id: UUID) -> int:
        _lock(user_id)
        return int(self._fetch(load_sql("sync", "purge_log"), user_id=user_id)[0][0])

    def _empty_mutations(self, owner: UUID | None) -> int:
        return int(self._fetch(load_sql("sync", "empty_mutations"), user_id=owner)[0][0])

    def _fetch(self, query: str | sql.Composed, **params: Any) -> list[tuple[Any, ...]]:
        return rows_of(query, {"limit": self.batch, **self.times, **params})


def _lock(user_id: UUID) -> None:
    """The user's head, for this transaction; as "purge", so that the capture triggers stay silent. No stream is told."""
    execute("lib", "begin_write", user_id=user_id, source="purge", patience="0")


@cache
def _purge_sql(entity: wire.Entity) -> sql.Composed:
    """With a condition for each column that may name a row of the entity.

    Ids that follow are used again, when the thing is made again: another one is kept for them, for those who were away.
    """
    unreferenced = [
        sql.SQL(" AND NOT EXISTS (SELECT FROM {} AS c WHERE c.{} = r.id)").format(
            sql.Identifier(field.model._meta.db_table), sql.Identifier(field.column)
        )
        for field in _references_to(entity)
    ]
    return sql.SQL(load_sql("sync", "purge_tombstones")).format(
        table=sql.Identifier(entity.table),
        unreferenced=sql.SQL("").join(unreferenced),
        kept=sql.SQL("id" if entity.derived_id is None else "gen_random_uuid()"),
    )


def _references_to(entity: wire.Entity) -> list[models.ForeignKey[Any, Any]]:
    relations = entity.model._meta.get_fields(include_hidden=True)
    fields = [r.field for r in relations if isinstance(r, models.ManyToOneRel)]
    return sorted(fields, key=lambda field: (field.model._meta.db_table, field.column))
