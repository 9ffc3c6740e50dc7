"""Where a user's data stand: the lock that every write takes first, and the one moment that every read is of."""

import dataclasses
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import TypeVar
from uuid import UUID

from django.db import OperationalError, connection, transaction

from accounts.models import User
from lib.announcements import announce_after_commit
from lib.statements import ask
from lib.writes import Catalogue, lock_head, patience_of
from sync.queries import HeadView, View, view_of

ATTEMPTS = 4
RETRIED_STATES = {"40P01", "40001"}  # deadlock, serialization
Answer = TypeVar("Answer")


@dataclasses.dataclass(frozen=True)
class Head:
    epoch: str
    version: int
    last_ms: int
    min_version: int
    log_version: int
    now_ms: int
    next_version: int


def locked_head(user: User, *, source: str) -> Head:
    """The user's head, locked until the end of the transaction; made where nothing was ever written."""
    head = ask_locked_head(user, source=source)()
    if head is None:
        lock_head(user_id=user.pk, source=source)
        head = ask_locked_head(user, source=source)()
    assert head is not None
    return head


def ask_locked_head(user: User, *, source: str) -> Callable[[], Head | None]:
    """The same, within a pipeline: what is asked next is read under the lock. None, and no lock, where there is no head."""
    rows = ask("sync", "locked_head", user_id=user.pk, source=source, patience=patience_of(source))
    announce_after_commit(user.pk)
    return lambda: next((Head(*row) for row in rows()), None)


def in_transaction(work: Callable[[], Answer]) -> Answer:
    """What `work` gives, done in a transaction; from its beginning again where PostgreSQL found a deadlock."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                return work()
        except OperationalError as error:
            state = getattr(error.__cause__, "sqlstate", None)
            if state not in RETRIED_STATES or attempt == ATTEMPTS:
                raise
    raise AssertionError("unreachable")


@contextmanager
def consistent_view() -> Iterator[None]:
    """One moment for everything that is read; a read that nothing can block."""
    with transaction.atomic():
        if not connection.savepoint_ids:  # the outermost transaction: only there can its isolation be chosen
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def standing_head(owner: User | Catalogue) -> HeadView:
    """Where an owner's data stand; made where nothing was ever written."""
    return standing_view(owner).head


def standing_view(owner: User | Catalogue, device_id: UUID | None = None, versions: Collection[int] = ()) -> View:
    view = view_of(owner, device_id, versions)
    if view is None:
        lock_head(user_id=owner.pk, source="api")
        view = view_of(owner, device_id, versions)
    assert view is not None
    return view
