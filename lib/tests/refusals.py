"""What the database refuses, told by the name of the rule."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction


@contextmanager
def refused(name: str) -> Iterator[None]:
    """The block breaks the constraint or rule of this name; what it wrote is rolled back."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        cause: Any = error.__cause__
        assert cause.diag.constraint_name == name, error  # noqa: PT017 - the name is in the diagnostics, not in the message
    else:
        raise AssertionError(f"Nothing broke {name}.")
