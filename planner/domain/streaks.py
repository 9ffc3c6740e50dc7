"""Streaks of habits: how often in a row one was kept, by one of two rules.

- Every due day: each due day that was done adds one, one that was skipped adds none, one that was missed ends it.
- Some times a week: each week in which it was done often enough adds one. A day that was skipped is one less to do; a week in
  which it was only skipped adds none. The first and the last week may be short: they ask for as many days as they have at most.

The day and the week that are not over are not missed yet. Days are ordinals, of which 1 is 0001-01-01, a Monday: a history of ten
years is counted in a millisecond.
"""

import datetime as dt
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable
from typing import NamedTuple

from lib.weekdays import WEEKDAYS


class Streak(NamedTuple):
    current: int
    best: int


class Rule(NamedTuple):
    """times_per_week: None where every due day counts. weekdays: empty for all. first_weekday: ISO, of the athlete's weeks."""

    weekdays: Collection[str]
    starts_on: dt.date
    ends_on: dt.date | None
    times_per_week: int | None = None
    first_weekday: int = 1


def is_due(rule: Rule, day: dt.date) -> bool:
    inside = rule.starts_on <= day and (rule.ends_on is None or day <= rule.ends_on)
    return inside and (not rule.weekdays or WEEKDAYS[day.weekday()] in rule.weekdays)


def streak(rule: Rule, *, done: Iterable[int], skipped: Iterable[int], today: dt.date) -> Streak:
    """done, skipped: the ordinals of days, each in one of the two, in any order. Those after today do not count yet."""
    last = today.toordinal() if rule.ends_on is None else min(today, rule.ends_on).toordinal()
    first = rule.starts_on.toordinal()
    kept = {day for day in done if first <= day <= last}
    excused = {day for day in skipped if first <= day <= last} - kept
    count = _days_in_a_row if rule.times_per_week is None else _weeks_in_a_row
    return count(rule, kept, excused, today.toordinal())


def _days_in_a_row(rule: Rule, done: set[int], excused: set[int], today: int) -> Streak:
    due = _DueDays(rule)
    end = today - 1 if rule.ends_on is None else min(today - 1, rule.ends_on.toordinal())
    return _in_a_row(due.numbers(done), due.numbers(excused), last=due.number(end))


def _weeks_in_a_row(rule: Rule, done: set[int], excused: set[int], today: int) -> Streak:
    # Ordinal 1 is a Monday: weeks that begin with it have the days 7 n + 1 to 7 n + 7.
    shift = rule.first_weekday
    times = Counter((day - shift) // 7 for day in done)
    fewer = Counter((day - shift) // 7 for day in excused)
    kept = {week for week in {*times, *fewer} if times[week] + fewer[week] >= _asked(rule, week * 7 + shift)}
    end = (today - shift) // 7 - 1
    if rule.ends_on is not None:
        end = min(end, (rule.ends_on.toordinal() - shift) // 7)
    return _in_a_row(kept & times.keys(), kept - times.keys(), last=end)


def _asked(rule: Rule, first_day: int) -> int:
    """How many days the week that begins then asks for: not more than it has between the habit's start and its end."""
    first = max(first_day, rule.starts_on.toordinal())
    last = first_day + 6 if rule.ends_on is None else min(first_day + 6, rule.ends_on.toordinal())
    return min(rule.times_per_week or 0, last - first + 1)


def _in_a_row(done: set[int], excused: set[int], *, last: int) -> Streak:
    """Of numbered days or weeks; those that are in neither were missed. last: the last one that is over."""
    kept = sorted(done | excused)
    current = best = 0
    expected = kept[0] if kept else 0
    for number in kept:
        if number != expected:
            best, current = max(best, current), 0
        expected = number + 1
        if number not in excused:
            current += 1
    return Streak(current if kept and kept[-1] >= last else 0, max(best, current))


class _DueDays:
    """The due days of a rule, numbered through all time: there are as many between two as their numbers are apart."""

    def __init__(self, rule: Rule) -> None:
        names = rule.weekdays or WEEKDAYS
        self.weekdays = [number for number, name in enumerate(WEEKDAYS) if name in names]
        self.until = [
            bisect_right(self.weekdays, weekday) for weekday in range(7)
        ]  # how many in the week, up to a weekday

    def numbers(self, days: set[int]) -> set[int]:
        """Of those days that are due."""
        each, until, weekdays = len(self.weekdays), self.until, self.weekdays
        if each == len(WEEKDAYS):
            return days  # their numbers are their ordinals
        return {(day - 1) // 7 * each + until[(day - 1) % 7] for day in days if (day - 1) % 7 in weekdays}

    def number(self, day: int) -> int:
        """Of the day itself, or of the last one before it."""
        return (day - 1) // 7 * len(self.weekdays) + self.until[(day - 1) % 7]
