"""On which days blocks are, and from when to when: the same on every device.

docs/planner.md says it in words. Dates are those from 1900 to 2199: beyond, sums of days and zones might leave the calendar.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from typing import Protocol
from zoneinfo import ZoneInfo

import msgspec

from lib.weekdays import WEEKDAYS
from planner.domain.walls import clock, span, zone_of

DAY = dt.timedelta(days=1)
# How far the day of a block's rule is from those that it touches elsewhere: the zones of the earth are up to 31 hours apart
# (by the sun, before there were zones), a block may last a day, and a clock may jump over one.
REACH = 4 * DAY


class Block(Protocol):
    """Whatever has the fields of a schedule block that say when it is."""

    @property
    def on_date(self) -> dt.date | None: ...
    @property
    def weekdays(self) -> Collection[str]: ...
    @property
    def starts_on(self) -> dt.date | None: ...
    @property
    def ends_on(self) -> dt.date | None: ...
    @property
    def every_weeks(self) -> int: ...
    @property
    def starts_at(self) -> str: ...
    @property
    def ends_at(self) -> str: ...
    @property
    def time_zone(self) -> str: ...


class Difference(msgspec.Struct, frozen=True):
    """What is different on one day of a block: a block exception. The defaults are of a day like any other."""

    cancelled: bool = False
    moved_to: dt.date | None = None
    starts_at: str = ""
    ends_at: str = ""

    @property
    def goes_to(self) -> dt.date | None:
        """What is cancelled goes nowhere."""
        return None if self.cancelled else self.moved_to


class Occurrence(msgspec.Struct, frozen=True):
    """A block on one of its days. day: the one of its rule, which it is known by. from_date, to_date: the days that it touches
    where the athlete is. starts_at, ends_at: in UTC; None where it takes the whole day.
    """

    day: dt.date
    from_date: dt.date
    to_date: dt.date
    starts_at: dt.datetime | None
    ends_at: dt.datetime | None
    cancelled: bool
    moved: bool


def falls_on(block: Block, day: dt.date) -> bool:
    """Whether the day is one of the block's, by its rule alone."""
    if block.on_date is not None:
        return day == block.on_date
    if WEEKDAYS[day.weekday()] not in block.weekdays or (block.ends_on is not None and day > block.ends_on):
        return False
    if block.starts_on is None:
        return True
    return day >= block.starts_on and (day - block.starts_on).days // 7 % block.every_weeks == 0


def days_of(block: Block, first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Its days by its rule, from the first to the last."""
    if block.on_date is not None:
        return iter([block.on_date] if first <= block.on_date <= last else [])
    days = (first + n * DAY for n in range((last - first).days + 1))
    return (day for day in days if falls_on(block, day))


def occurrences(
    block: Block,
    *,
    differences: Mapping[dt.date, Difference],
    ticked: Collection[dt.date],
    first: dt.date,
    last: dt.date,
    zone: ZoneInfo,
) -> list[Occurrence]:
    """What of the block touches the days from the first to the last, where the athlete is.

    differences, ticked: by the days of the block's rule. A day that was ticked stays, even if the rule is another one by now.
    """
    low, high = first - REACH, last + REACH
    days = {*days_of(block, low, high), *(day for day in ticked if low <= day <= high)}
    for day, found in differences.items():
        if found.goes_to is None:
            continue
        if not low <= found.goes_to <= high:
            days.discard(day)
        elif day in ticked or falls_on(block, day):
            days.add(day)
    whole = (occurrence(block, day, differences.get(day, Difference()), zone) for day in sorted(days))
    return [one for one in whole if one.from_date <= last and one.to_date >= first]


def occurrence(block: Block, day: dt.date, different: Difference, zone: ZoneInfo) -> Occurrence:
    """Of a day of the block's rule; different: what the athlete changed on it."""
    date = different.goes_to or day
    times = (different.starts_at, different.ends_at) if different.starts_at else (block.starts_at, block.ends_at)
    moved = date != day
    if not times[0]:
        return Occurrence(day, date, date, None, None, different.cancelled, moved)
    from_at, to_at = clock(times[0]), clock(times[1])
    if block.time_zone:
        starts_at, ends_at = span(date, from_at, to_at, zone_of(block.time_zone))
        from_date, to_date = _days_touched(starts_at, ends_at, zone)
    else:
        starts_at, ends_at = span(date, from_at, to_at, zone)
        from_date, to_date = date, date if to_at > from_at or to_at == dt.time() else date + DAY
    return Occurrence(day, from_date, to_date, starts_at, ends_at, different.cancelled, moved)


def _days_touched(starts_at: dt.datetime, ends_at: dt.datetime, zone: ZoneInfo) -> tuple[dt.date, dt.date]:
    """What ends at midnight does not touch the day that begins then."""
    last_of_it = ends_at - dt.datetime.resolution
    return starts_at.astimezone(zone).date(), last_of_it.astimezone(zone).date()
