"""The edge of every write of owned rows outside of sync: one transaction, the user's head locked first."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from lib.sqlfiles import load_sql


@contextmanager
def writing(*, user: Any, source: str) -> Iterator[None]:
    """A transaction that holds the user's head row from the start, as a push does, so that the two cannot deadlock.

    source: "api", "admin" or "job"; it stands in the sync log beside each change.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(load_sql("lib", "begin_write"), {"user_id": user.pk, "source": source})
        yield
