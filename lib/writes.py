"""The edge of every write of owned rows outside of sync: one transaction, the user's head locked first."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, transaction
from psycopg import sql

from lib import wire
from lib.announcements import announce_after_commit
from lib.sqlfiles import load_sql
from lib.statements import execute
from lib.wire import CATALOGUE

REQUESTS = {"push", "api"}  # who waits for the head holds a thread of the server, which others need too
PATIENCE = "5s"


@dataclass(frozen=True)
class Catalogue:
    """The owner of the shared rows: takes the place of a user when those are read or written."""

    pk: UUID = CATALOGUE


def lock_head(*, user_id: Any, source: str) -> None:
    """Locks the user's head until the end of the transaction. Open streams hear of it after the commit.

    Raises OperationalError (503 to a client) if a request would wait long, behind an import for example.
    """
    execute("lib", "begin_write", user_id=user_id, source=source, patience=patience_of(source))
    announce_after_commit(user_id)


def lock_heads(user_ids: Collection[Any]) -> None:
    """Locks the heads of several users, inside of `writing(user=Catalogue(), ...)`: its head has the smallest id of all, and
    these are locked in the order of theirs. So those who lock several cannot wait for each other in a circle.
    """
    execute("lib", "lock_heads", user_ids=list(user_ids))
    for user_id in user_ids:
        announce_after_commit(user_id)


def patience_of(source: str) -> str:
    """How long it waits for the head's lock, as a lock_timeout."""
    return PATIENCE if source in REQUESTS else "0"


@contextmanager
def writing(*, user: Any, source: str) -> Iterator[None]:
    """A transaction that holds the user's head row from the start, as a push does, so that the two cannot deadlock.

    source: "api", "admin" or "job"; the sync log has it with each change.
    """
    with transaction.atomic():
        lock_head(user_id=user.pk, source=source)
        yield


def insert_documents(
    *, entity: wire.Entity, user: Any, documents: Mapping[str, Mapping[str, Any]], at: dt.datetime
) -> None:
    """Makes rows of the user's from documents by their ids, in one statement. What a document lacks has its default."""
    if not documents:
        return
    defaults = {field.name: field.default() for field in entity.writable}
    rows = [{**defaults, **document, "_id": record_id} for record_id, document in documents.items()]
    with connection.cursor() as cursor:
        cursor.execute(_insertion(entity), {"user_id": user.pk, "at": at, "rows": orjson.dumps(rows).decode()})


@cache
def _insertion(entity: wire.Entity) -> str:
    comma = sql.SQL(", ")
    names = [(sql.Identifier(field.name), sql.SQL(field.sql_type)) for field in entity.writable]
    composed = sql.SQL(load_sql("lib", "insert_documents")).format(
        table=sql.Identifier(entity.table),
        columns=comma.join(sql.Identifier(field.column) for field in entity.writable),
        values=comma.join(sql.SQL("r.{}").format(name) for name, _ in names),
        definitions=comma.join(sql.SQL("{} {}").format(*pair) for pair in names),
    )
    return composed.as_string()
