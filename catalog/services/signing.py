"""Writes of the library that say who made them, and why: the former states keep it.

pghistory.context() would put a statement before each statement, and PostgreSQL prepares no two at once. So it is said once, at
the beginning.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from django.db import transaction

from lib.statements import fetch
from lib.writes import Catalogue, writing


@contextmanager
def signed(*, by: Any, why: str = "", step: str = "") -> Iterator[None]:
    """A transaction. by: a user, or None for the clock. step: the status to which the workflow takes the row, if it does."""
    said = {"user": None if by is None else str(by.pk), "why": why, "step": step}
    with transaction.atomic():
        ((before, _),) = fetch("catalog", "sign", said=orjson.dumps(said).decode())
        yield
        fetch("catalog", "sign", said=before or "")


@contextmanager
def authored(*, by: Any, source: str, why: str = "", step: str = "") -> Iterator[None]:
    """The same, holding the head of the library. source: as in `writing`."""
    with writing(user=Catalogue(), source=source), signed(by=by, why=why, step=step):
        yield
