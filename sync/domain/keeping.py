"""Which daily snapshots are kept: the newest of each of the last days, weeks and months. Pure."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

DAYS, WEEKS, MONTHS = 7, 4, 12
NAMED = 20  # a user may have
SEALED = 5
BEFORE_RESTORE = 5

Id = TypeVar("Id")


def kept_daily(made: Sequence[tuple[Id, dt.datetime]]) -> set[Id]:
    """made: (id, when), in any order. A day, week or month without a snapshot does not count."""
    newest_first = sorted(made, key=lambda one: one[1], reverse=True)
    rules: list[tuple[Callable[[dt.datetime], Any], int]] = [
        (lambda at: at.date(), DAYS),
        (lambda at: at.isocalendar()[:2], WEEKS),
        (lambda at: (at.year, at.month), MONTHS),
    ]
    return {found for period, count in rules for found in _newest_of_each(newest_first, period, count)}


def _newest_of_each(
    newest_first: Sequence[tuple[Id, dt.datetime]], period: Callable[[dt.datetime], Any], count: int
) -> list[Id]:
    newest: dict[Any, Id] = {}
    for found, at in newest_first:
        newest.setdefault(period(at.astimezone(dt.UTC)), found)
    return list(newest.values())[:count]
