"""Rows that all tests of a module begin with, made once."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction


@contextmanager
def rows_of_a_module(django_db_blocker: Any) -> Iterator[None]:
    """A transaction around the tests of a module, for a fixture of that scope. What a test itself writes goes with its
    savepoint, the rest at the end.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)
