"""On which days blocks are, by examples and by laws."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.fields import known_time_zones
from lib.weekdays import WEEKDAYS
from planner.domain.blocks import Difference, Occurrence, days_of, falls_on, occurrence, occurrences
from planner.domain.walls import zone_of

DAY = dt.timedelta(days=1)
BERLIN, TOKYO, NEW_YORK = (zone_of(name) for name in ("Europe/Berlin", "Asia/Tokyo", "America/New_York"))


class Kept(msgspec.Struct, frozen=True):
    on_date: dt.date | None = None
    weekdays: frozenset[str] = frozenset()
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    every_weeks: int = 1
    starts_at: str = ""
    ends_at: str = ""
    time_zone: str = ""


def date(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def on(block: Kept, first: str, last: str = "", zone: ZoneInfo = BERLIN, **known: Any) -> list[Occurrence]:
    around: dict[str, Any] = {"differences": {}, "ticked": (), **known}
    return occurrences(block, **around, first=date(first), last=date(last or first), zone=zone)


# --- examples ---


def test_every_other_week_counts_from_the_start_whatever_weekday_that_is() -> None:
    block = Kept(
        weekdays=frozenset({"sunday", "monday"}),
        starts_on=date("2026-12-06"),
        ends_on=date("2027-01-03"),
        every_weeks=2,
    )
    found = days_of(block, date("2026-11-01"), date("2027-02-01"))
    assert [f"{day:%a %d}" for day in found] == ["Sun 06", "Mon 07", "Sun 20", "Mon 21", "Sun 03"]


def test_block_across_midnight_is_on_the_day_that_it_reaches_too() -> None:
    night = Kept(on_date=date("2026-12-01"), starts_at="22:30", ends_at="06:30")
    for day, count in (("2026-11-30", 0), ("2026-12-01", 1), ("2026-12-02", 1), ("2026-12-03", 0)):
        assert len(on(night, day)) == count, day
    until_midnight = msgspec.structs.replace(night, ends_at="00:00")
    assert on(until_midnight, "2026-12-02") == []


def test_floating_block_is_at_its_time_wherever_the_athlete_is() -> None:
    block = Kept(on_date=date("2026-12-01"), starts_at="07:00", ends_at="08:00")
    assert [f"{one.starts_at:%d %H:%M}" for one in on(block, "2026-12-01")] == ["01 06:00"]
    assert [f"{one.starts_at:%d %H:%M}" for one in on(block, "2026-12-01", zone=TOKYO)] == ["30 22:00"]


def test_block_of_a_zone_may_be_on_another_day_elsewhere() -> None:
    call = Kept(on_date=date("2026-12-01"), starts_at="08:00", ends_at="09:00", time_zone="Asia/Tokyo")
    assert on(call, "2026-12-01", zone=NEW_YORK) == []
    (found,) = on(call, "2026-11-30", zone=NEW_YORK)
    assert (found.day, found.from_date) == (date("2026-12-01"), date("2026-11-30"))
    assert f"{found.starts_at:%d %H:%M}" == "30 23:00"


def test_moved_day_keeps_the_day_that_it_is_known_by() -> None:
    weekly = Kept(weekdays=frozenset({"tuesday"}), starts_at="07:00", ends_at="08:00")
    moved = {date("2026-12-01"): Difference(moved_to=date("2027-03-03"), starts_at="09:00", ends_at="09:30")}
    assert on(weekly, "2026-12-01", differences=moved) == []
    (found,) = on(weekly, "2027-03-03", differences=moved)
    assert (found.day, found.moved, f"{found.starts_at:%H:%M}") == (date("2026-12-01"), True, "08:00")


def test_what_is_cancelled_stays_where_it_was_and_says_so() -> None:
    weekly = Kept(weekdays=frozenset({"tuesday"}))
    both = {date("2026-12-01"): Difference(cancelled=True, moved_to=date("2026-12-03"))}
    assert [one.cancelled for one in on(weekly, "2026-12-01", differences=both)] == [True]
    assert on(weekly, "2026-12-03", differences=both) == []


def test_what_was_ticked_stays_when_the_rule_changes() -> None:
    was_tuesday = Kept(weekdays=frozenset({"friday"}))
    assert [one.day for one in on(was_tuesday, "2026-12-01", ticked=[date("2026-12-01")])] == [date("2026-12-01")]
    assert on(was_tuesday, "2026-12-01") == []


@pytest.mark.parametrize("block", [Kept(), Kept(on_date=date("2026-12-02"), weekdays=frozenset(WEEKDAYS))])
def test_block_without_a_day_is_on_none_and_a_date_says_all(block: Kept) -> None:
    assert on(block, "2026-11-30", "2026-12-01") == []


# --- laws ---

zones = st.sampled_from(sorted(known_time_zones()))
days = st.dates(dt.date(2026, 1, 1), dt.date(2027, 1, 31))
far_days = st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31))
clocks = st.times().map(lambda time: f"{time:%H:%M}")
spans = st.just(("", "")) | st.tuples(clocks, clocks)
weekdays = st.frozensets(st.sampled_from(WEEKDAYS))


@st.composite
def blocks(draw: st.DrawFn) -> Kept:
    starts_at, ends_at = draw(spans)
    time_zone = draw(st.just("") | zones)
    when: dict[str, Any] = {"on_date": draw(days)}
    if draw(st.booleans()):
        bounds = sorted([draw(days | st.dates()), draw(days | st.dates())])
        when = {"weekdays": draw(weekdays), "starts_on": bounds[0], "ends_on": draw(st.sampled_from([bounds[1], None]))}
        when["every_weeks"] = draw(st.integers(1, 52))
    return Kept(**when, starts_at=starts_at, ends_at=ends_at, time_zone=time_zone)


@st.composite
def differences(draw: st.DrawFn) -> Difference:
    starts_at, ends_at = draw(spans)
    return Difference(draw(st.booleans()), draw(st.none() | days | far_days), starts_at, ends_at)


@given(
    block=blocks(),
    different=st.dictionaries(days | far_days, differences(), max_size=4),
    first=days,
    length=st.integers(0, 6),
    here=zones.map(zone_of),
)
def test_what_touches_the_days_is_found_however_far_its_own_day_is(
    block: Kept, different: dict[dt.date, Difference], first: dt.date, length: int, here: ZoneInfo
) -> None:
    last = first + length * DAY
    its_days = {*days_of(block, first - 30 * DAY, last + 30 * DAY), *(day for day in different if falls_on(block, day))}
    everything = [occurrence(block, day, different.get(day, Difference()), here) for day in sorted(its_days)]
    found = occurrences(block, differences=different, ticked=(), first=first, last=last, zone=here)
    assert found == [one for one in everything if one.from_date <= last and one.to_date >= first]


@given(block=blocks(), first=days, here=zones.map(zone_of))
def test_week_is_its_days(block: Kept, first: dt.date, here: ZoneInfo) -> None:
    def found(low: dt.date, high: dt.date) -> list[Occurrence]:
        return occurrences(block, differences={}, ticked=(), first=low, last=high, zone=here)

    by_day = [one for n in range(7) for one in found(first + n * DAY, first + n * DAY)]
    assert sorted(set(by_day), key=lambda one: one.day) == found(first, first + 6 * DAY)


@given(block=blocks(), day=days, here=zones.map(zone_of))
def test_block_ends_after_its_start_on_a_day_of_the_athlete(block: Kept, day: dt.date, here: ZoneInfo) -> None:
    one = occurrence(block, day, Difference(), here)
    if one.starts_at is None or one.ends_at is None:
        assert one.from_date == one.to_date == day
        return
    assert one.ends_at > one.starts_at
    if block.time_zone:
        assert one.from_date == one.starts_at.astimezone(here).date() <= one.to_date
        assert abs(one.from_date - day) <= 2 * DAY
    else:
        assert one.from_date == day <= one.to_date <= day + DAY


@given(block=blocks(), first=days, weeks=st.integers(1, 10))
def test_block_is_on_its_weekdays_every_so_many_weeks(block: Kept, first: dt.date, weeks: int) -> None:
    repeating = Kept(weekdays=block.weekdays, starts_on=first, every_weeks=weeks)
    found = list(days_of(repeating, first - 30 * DAY, first + (3 * weeks * 7 - 1) * DAY))
    assert len(found) == 3 * len(block.weekdays)
    assert {WEEKDAYS[day.weekday()] for day in found} == block.weekdays
