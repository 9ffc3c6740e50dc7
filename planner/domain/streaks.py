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
from enum import Enum
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


class Kept(Enum):
    """Of a day or a week."""

    DONE = 1
    EXCUSED = 2


def is_due(rule: Rule, day: dt.date) -> bool:
    inside = rule.starts_on <= day and (rule.ends_on is None or day <= rule.ends_on)
    return inside and (not rule.weekdays or WEEKDAYS[day.weekday()] in rule.weekdays)


def streak(rule: Rule, *, done: Iterable[int], skipped: Iterable[int], today: dt.date) -> Streak:
    """done, skipped: the ordinals of days, each in one of the two, in any order. Those after today do not count yet."""
    last = today.toordinal() if rule.ends_on is None else min(today, rule.ends_on).toordinal()
    first = rule.starts_on.toordinal()
    marks = {day: Kept.EXCUSED for day in skipped if first <= day <= last}
    marks |= {day: Kept.DONE for day in done if first <= day <= last}
    count = _days_in_a_row if rule.times_per_week is None else _weeks_in_a_row
    return count(rule, marks, today.toordinal())


def _days_in_a_row(rule: Rule, marks: dict[int, Kept], today: int) -> Streak:
    due = _DueDays(rule)
    kept = [(day, mark) for day, mark in sorted(marks.items()) if due.on(day)]
    numbered = [(due.number(day), mark) for day, mark in kept]
    end = today - 1 if rule.ends_on is None else min(today - 1, rule.ends_on.toordinal())
    return _in_a_row(numbered, last=due.number(end))


def _weeks_in_a_row(rule: Rule, marks: dict[int, Kept], today: int) -> Streak:
    # Ordinal 1 is a Monday: a week that begins with it has the days 7 n + 1 to 7 n + 7.
    shift = rule.first_weekday
    done = Counter((day - shift) // 7 for day, mark in marks.items() if mark is Kept.DONE)
    excused = Counter((day - shift) // 7 for day, mark in marks.items() if mark is Kept.EXCUSED)
    numbered = [
        (week, Kept.DONE if done[week] else Kept.EXCUSED)
        for week in sorted({*done, *excused})
        if done[week] + excused[week] >= _asked(rule, week * 7 + shift)
    ]
    end = (today - shift) // 7 - 1
    if rule.ends_on is not None:
        end = min(end, (rule.ends_on.toordinal() - shift) // 7)
    return _in_a_row(numbered, last=end)


def _asked(rule: Rule, first_day: int) -> int:
    """How many days the week that begins then asks for: not more than it has between the habit's start and its end."""
    first = max(first_day, rule.starts_on.toordinal())
    last = first_day + 6 if rule.ends_on is None else min(first_day + 6, rule.ends_on.toordinal())
    return min(rule.times_per_week or 0, last - first + 1)


def _in_a_row(kept: list[tuple[int, Kept]], *, last: int) -> Streak:
    """kept: the numbers of days or weeks in their order, without those that were missed. last: of the last one that is over."""
    current = best = 0
    before: int | None = None
    for number, mark in kept:
        if before is not None and number > before + 1:
            current = 0
        current += mark is Kept.DONE
        best = max(best, current)
        before = number
    return Streak(0 if before is None or before < last else current, best)


class _DueDays:
    """The due days of a rule, numbered through all time: there are as many between two as their numbers are apart."""

    def __init__(self, rule: Rule) -> None:
        names = rule.weekdays or WEEKDAYS
        self.weekdays = [number for number, name in enumerate(WEEKDAYS) if name in names]

    def on(self, day: int) -> bool:
        return (day - 1) % 7 in self.weekdays

    def number(self, day: int) -> int:
        """Of the day itself, or of the last one before it."""
        week, weekday = divmod(day - 1, 7)
        return week * len(self.weekdays) + bisect_right(self.weekdays, weekday)
