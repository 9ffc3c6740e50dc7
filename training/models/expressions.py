from typing import Any

from django.db import models


class LocalDate(models.Func):
    """The date on the user's calendar when it happened. Stored with the row: later changes of a zone's rules do not move it."""

    template = "((%(expressions)s)::date)"
    arg_joiner = " AT TIME ZONE "
    output_field = models.DateField()

    def __init__(self, time: str, zone: str, **extra: Any) -> None:
        super().__init__(time, zone, **extra)
