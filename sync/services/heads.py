"""The lock that every write of a user's data takes first."""

import dataclasses
from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError, connection, transaction

from accounts.models import User
from lib.sqlfiles import load_sql

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
    """The user's head, locked until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(load_sql("lib", "begin_write"), {"user_id": user.pk, "source": source})
        cursor.execute(load_sql("sync", "head"), {"user_id": user.pk})
        row = cursor.fetchone()
    assert row is not None
    return Head(*row)


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
