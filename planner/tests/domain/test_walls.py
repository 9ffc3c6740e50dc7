"""Times on the wall in every zone, on the days on which its clocks are changed above all."""

import datetime as dt
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lib.fields import known_time_zones
from planner.domain.walls import moment, span, zone_of

DAY = dt.timedelta(days=1)
zones = st.sampled_from(sorted(known_time_zones())).map(zone_of)
times = st.times().map(lambda time: time.replace(second=0, microsecond=0, fold=0))


@lru_cache(maxsize=4096)
def changes(zone: ZoneInfo, year: int) -> tuple[dt.date, ...]:
    """The days of a year on which the clocks are changed."""
    noons = [dt.datetime(year, 1, 1, 12, tzinfo=dt.UTC) + n * DAY for n in range(366)]
    return tuple(
        (noon + DAY).date()
        for noon in noons
        if noon.astimezone(zone).utcoffset() != (noon + DAY).astimezone(zone).utcoffset()
    )


@st.composite
def zoned_days(draw: st.DrawFn) -> tuple[ZoneInfo, dt.date]:
    """Where clocks are changed in that year, a day around that."""
    zone, year = draw(zones), draw(st.integers(1971, 2036))
    around = [day + n * DAY for day in changes(zone, year) for n in (-1, 0, 1)]
    return zone, draw(st.sampled_from(around) if around else st.dates(dt.date(year, 1, 1), dt.date(year, 12, 31)))


def readings(zone: ZoneInfo, wall: dt.datetime) -> tuple[list[dt.datetime], list[dt.timedelta]]:
    """The moments at which the clocks show it, and how far the clocks are from UTC in the days around, in their order."""
    hours = [wall.replace(tzinfo=dt.UTC) + dt.timedelta(hours=n) for n in range(-60, 61)]
    offsets = [hour.astimezone(zone).utcoffset() or dt.timedelta() for hour in hours]
    offsets = [now for now, before in zip(offsets, [None, *offsets], strict=False) if now != before]
    found = {wall.replace(tzinfo=dt.UTC) - offset for offset in offsets}
    return sorted(at for at in found if at.astimezone(zone).replace(tzinfo=None) == wall), offsets


@given(zoned_day=zoned_days(), time=times)
def test_wall_time_is_the_first_moment_that_shows_it_or_comes_after_the_gap(
    zoned_day: tuple[ZoneInfo, dt.date], time: dt.time
) -> None:
    zone, day = zoned_day
    wall = dt.datetime.combine(day, time)
    found, (shown, offsets) = moment(day, time, zone), readings(zone, wall)
    if shown:
        assert found == shown[0]
    else:
        assume(len(offsets) == 2)  # not two changes within days
        gap = offsets[1] - offsets[0]
        assert gap > dt.timedelta()
        assert found.astimezone(zone).replace(tzinfo=None) == wall + gap


@given(zoned_day=zoned_days(), starts_at=times, ends_at=times)
def test_span_is_as_long_as_on_the_wall_or_off_by_the_change(
    zoned_day: tuple[ZoneInfo, dt.date], starts_at: dt.time, ends_at: dt.time
) -> None:
    zone, day = zoned_day
    start, end = span(day, starts_at, ends_at, zone)
    on_wall = (dt.datetime.combine(day, ends_at) - dt.datetime.combine(day, starts_at)) % DAY or DAY
    _, offsets = readings(zone, dt.datetime.combine(day, starts_at))
    changed = max(offsets) - min(offsets)
    assert dt.timedelta() < end - start
    assert on_wall - changed <= end - start <= on_wall + changed


@pytest.mark.parametrize(
    ("zone", "day", "starts_at", "ends_at", "utc"),
    [
        ("Europe/Berlin", "2026-03-29", "01:30", "03:30", ("00:30", "01:30")),  # an hour is missing
        ("Europe/Berlin", "2026-03-29", "02:30", "03:30", ("01:30", "02:30")),  # its start is: as long as on the wall
        ("Europe/Berlin", "2026-03-29", "02:00", "02:30", ("01:00", "01:30")),  # both are
        ("Europe/Berlin", "2026-10-25", "02:30", "03:00", ("00:30", "02:00")),  # from the first half past two
        ("Europe/Berlin", "2026-12-01", "23:00", "23:00", ("22:00", "22:00")),  # a whole day
        ("UTC", "2026-12-31", "23:30", "00:00", ("23:30", "00:00")),
    ],
)
def test_span_on_days_that_clocks_are_changed(
    zone: str, day: str, starts_at: str, ends_at: str, utc: tuple[str, str]
) -> None:
    times = (dt.time.fromisoformat(starts_at), dt.time.fromisoformat(ends_at))
    found = span(dt.date.fromisoformat(day), *times, zone_of(zone))
    assert tuple(f"{at:%H:%M}" for at in found) == utc
