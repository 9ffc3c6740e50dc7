"""Times on the wall, and the moments that they are in a zone.

A time that the clocks of the zone jump over moves forward by the gap: where 2:00 becomes 3:00, half past two is half past three.
A time that comes twice is the first. Both are what Python does without a `fold`.
"""

import datetime as dt
from functools import cache
from zoneinfo import ZoneInfo


@cache
def zone_of(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@cache
def clock(text: str) -> dt.time:
    """text: "07:30"."""
    return dt.time(int(text[:2]), int(text[3:]))


def moment(day: dt.date, time: dt.time, zone: ZoneInfo) -> dt.datetime:
    """In UTC."""
    return dt.datetime.combine(day, time, zone).astimezone(dt.UTC)


def span(day: dt.date, starts_at: dt.time, ends_at: dt.time, zone: ZoneInfo) -> tuple[dt.datetime, dt.datetime]:
    """From a start to an end, which is on the day after where it is not later on the wall.

    Where the clocks jump over the start, it may come to stand behind the end. Then it lasts as long as on the wall.
    """
    last = day if ends_at > starts_at else day + dt.timedelta(days=1)
    start, end = moment(day, starts_at, zone), moment(last, ends_at, zone)
    if end <= start:
        end = start + (dt.datetime.combine(last, ends_at) - dt.datetime.combine(day, starts_at))
    return start, end
