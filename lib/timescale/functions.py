"""time_bucket with a plain PostgreSQL twin that gives the same answers."""

import re
from typing import Any

from django.db.models import DateTimeField, Func, Value

WIDTH = re.compile(r"[1-9]\d* (second|minute|hour|day|week|month|year)s?")
MONTHS = {"1 month": "month", "3 months": "quarter", "12 months": "year", "1 year": "year"}


class TimeBucket(Func):
    """Start of the bucket that a time falls into, by the local wall clock of a zone; weeks start on Monday.

    width: such as "15 minutes", "1 day", "1 week", "1 month". Raises ValueError for anything else.
    """

    output_field = DateTimeField()

    def __init__(self, expression: Any, width: str, *, time_zone: str = "UTC", **extra: Any) -> None:
        if not WIDTH.fullmatch(width) or (("month" in width or "year" in width) and width not in MONTHS):
            raise ValueError(f"{width!r} is not the width of a time bucket.")
        self.width = width
        super().__init__(expression, Value(time_zone), **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:
        (time, time_params), (zone, zone_params) = (compiler.compile(source) for source in self.source_expressions)
        zone = f"{zone}::text"
        if connection.has_timescaledb:
            return f"time_bucket(INTERVAL '{self.width}', {time}, {zone})", [*time_params, *zone_params]
        if self.width in MONTHS:
            return f"date_trunc('{MONTHS[self.width]}', {time}, {zone})", [*time_params, *zone_params]
        local = f"date_bin(INTERVAL '{self.width}', ({time}) AT TIME ZONE {zone}, TIMESTAMP '2000-01-03')"
        return f"{local} AT TIME ZONE {zone}", [*time_params, *zone_params, *zone_params]
