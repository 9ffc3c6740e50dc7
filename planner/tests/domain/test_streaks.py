"""Streaks, by examples, by laws, and against a program that goes through all days."""

import datetime as dt
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.weekdays import WEEKDAYS
from planner.domain.streaks import Rule, Streak, is_due, streak

DAY = dt.timedelta(days=1)
MONDAY = dt.date(2026, 11, 30)
EVERY_DAY = Rule((), MONDAY, None)
THRICE = Rule((), MONDAY, None, times_per_week=3)


def counted(rule: Rule, *weeks: str) -> tuple[int, int]:
    """weeks: of each day from MONDAY on, up to today: + done, s skipped, . neither."""
    marks = "".join(weeks)
    days = [MONDAY + n * DAY for n in range(len(marks))]
    done, skipped = ([d.toordinal() for d, mark in zip(days, marks, strict=True) if mark == sign] for sign in "+s")
    found = streak(rule, done=done, skipped=skipped, today=days[-1] if days else MONDAY)
    return found.current, found.best


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ("", (0, 0)),
        ("+++", (3, 3)),
        ("+++.", (3, 3)),  # today is not over
        ("+++..", (0, 3)),
        ("++.+", (1, 2)),
        ("++s+", (3, 3)),  # skipped: neither one more nor an end
        ("s", (0, 0)),
        ("++ss.", (2, 2)),
    ],
)
def test_days_in_a_row(marks: str, expected: tuple[int, int]) -> None:
    assert counted(EVERY_DAY, marks) == expected


def test_only_due_days_count() -> None:
    rule = EVERY_DAY._replace(weekdays=("monday", "thursday"))
    assert counted(rule, "+..+...", "+..") == (3, 3)
    assert counted(rule, "+.+....", "+") == (1, 1), "what was done on Wednesday does not stand for Thursday"


def test_ended_habit_keeps_its_streak() -> None:
    rule = EVERY_DAY._replace(ends_on=MONDAY + 2 * DAY)
    assert (counted(rule, "+++...."), counted(rule, "++.....")) == ((3, 3), (0, 2))


@pytest.mark.parametrize(
    ("weeks", "expected"),
    [
        (("+.+.+..", "++....."), (1, 1)),  # the second week is not over
        (("+.+.+..", "++.....", "."), (0, 1)),
        (("+.+.+..", "++s....", "."), (2, 2)),  # one that was skipped is one less to do
        (("+.+.+..", "sss....", "+++...."), (2, 2)),
        (("+.+.+..", ".......", "+++...."), (1, 1)),
    ],
)
def test_weeks_in_a_row(weeks: tuple[str, ...], expected: tuple[int, int]) -> None:
    assert counted(THRICE, *weeks) == expected


def test_short_weeks_ask_for_the_days_that_they_have() -> None:
    from_saturday = THRICE._replace(starts_on=MONDAY + 5 * DAY)
    assert counted(from_saturday, ".....++", "+++....") == (2, 2)
    until_tuesday = THRICE._replace(ends_on=MONDAY + 8 * DAY)
    assert counted(until_tuesday, "+++....", "++.....", ".......") == (2, 2)


def test_week_begins_when_the_athletes_does() -> None:
    by_monday, by_sunday = THRICE, THRICE._replace(first_weekday=7)
    assert counted(by_monday, ".....++", "+.+++..", "..") == (1, 1)  # two at the end of a week do not suffice
    assert counted(by_sunday, "......+", "+.+....", "..") == (1, 1)
    assert counted(by_monday, "......+", "+.+....", "..") == (0, 0)


# --- laws ---

rules = st.builds(
    Rule,
    weekdays=st.frozensets(st.sampled_from(WEEKDAYS)),
    starts_on=st.integers(-10, 40).map(lambda n: MONDAY + n * DAY),
    ends_on=st.none() | st.integers(40, 90).map(lambda n: MONDAY + n * DAY),
    times_per_week=st.none() | st.integers(1, 7),
    first_weekday=st.integers(1, 7),
)
ordinals = st.integers(-20, 90).map(lambda n: MONDAY.toordinal() + n)
histories = st.dictionaries(ordinals, st.booleans(), max_size=80)  # whether it was done, or skipped
todays = st.integers(-10, 95).map(lambda n: MONDAY + n * DAY)


def of(rule: Rule, history: dict[int, bool], today: dt.date) -> Streak:
    done, skipped = ([day for day, was_done in history.items() if was_done is wanted] for wanted in (True, False))
    return streak(rule, done=done, skipped=skipped, today=today)


def slowly(rule: Rule, history: dict[int, bool], today: dt.date) -> Streak:
    """By going through all days, or weeks, from long before the start on."""
    every_day = rule._replace(weekdays=())
    begin = rule.starts_on - 7 * DAY
    begin -= ((begin.isoweekday() - rule.first_weekday) % 7) * DAY
    current = best = 0
    while begin <= today:
        days = [begin] if rule.times_per_week is None else [begin + n * DAY for n in range(7)]
        begin = days[-1] + DAY
        if rule.times_per_week is None:
            days = [day for day in days if is_due(rule, day)]
        days = [day for day in days if is_due(every_day, day)]
        asked = min(len(days), rule.times_per_week or 1)
        marks = [history[day.toordinal()] for day in days if day <= today and day.toordinal() in history]
        if asked and len(marks) >= asked:
            current += any(marks)
        elif asked and begin <= today:  # it is over
            current = 0
        best = max(best, current)
    return Streak(current, best)


@given(rule=rules, history=histories, today=todays)
def test_streak_is_what_going_through_all_days_finds(rule: Rule, history: dict[int, bool], today: dt.date) -> None:
    assert of(rule, history, today) == slowly(rule, history, today)


@given(rule=rules, history=histories, today=todays, seed=st.randoms())
def test_order_of_completions_does_not_matter(
    rule: Rule, history: dict[int, bool], today: dt.date, seed: random.Random
) -> None:
    shuffled = list(history.items())
    seed.shuffle(shuffled)
    assert of(rule, dict(shuffled), today) == of(rule, history, today)


@given(rule=rules, history=histories, today=todays, day=ordinals)
def test_another_completion_never_shortens_a_streak(
    rule: Rule, history: dict[int, bool], today: dt.date, day: int
) -> None:
    before = of(rule, history, today)
    for more in ({day: False} | history, history | {day: True}):  # a day of which nothing was said; or done after all
        after = of(rule, more, today)
        assert (after.current >= before.current, after.best >= before.best) == (True, True)


@given(rule=rules, history=histories, today=todays)
def test_current_streak_is_not_longer_than_the_best(rule: Rule, history: dict[int, bool], today: dt.date) -> None:
    found = of(rule, history, today)
    assert 0 <= found.current <= found.best


def test_history_of_ten_years_takes_no_time_even_from_the_beginning_of_the_calendar() -> None:
    today = dt.date(2026, 12, 1)
    rule = Rule((), dt.date.min, None)
    done = range(today.toordinal() - 3652, today.toordinal() + 1)
    began = time.process_time()
    assert streak(rule, done=done, skipped=(), today=today) == (3653, 3653)
    assert time.process_time() - began < 0.5
