"""The edge of every write of owned rows outside of sync: one transaction, the user's head locked first."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from lib.announcements import announce_after_commit
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
    patience = PATIENCE if source in REQUESTS else "0"
    execute("lib", "begin_write", user_id=user_id, source=source, patience=patience)
    announce_after_commit(user_id)


@contextmanager
def writing(*, user: Any, source: str) -> Iterator[None]:
    """A transaction that holds the user's head row from the start, as a push does, so that the two cannot deadlock.

    source: "api", "admin" or "job"; the sync log has it with each change.
    """
    with transaction.atomic():
        lock_head(user_id=user.pk, source=source)
        yield
