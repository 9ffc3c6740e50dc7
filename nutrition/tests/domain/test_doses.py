import datetime as dt
from collections import Counter

import hypothesis.strategies as st
import pytest
from hypothesis import given

from lib.weekdays import WEEKDAYS
from nutrition.domain.doses import (
    Adherence,
    Dose,
    Outcome,
    Plan,
    Said,
    adherence,
    doses_between,
    doses_on,
    hours_apart,
    is_due_on,
    outcome_of,
)

MONDAY = dt.date(2026, 3, 2)
DAYS = [MONDAY + dt.timedelta(days=n) for n in range(28)]


def due_days(plan: Plan) -> list[int]:
    return [n for n, day in enumerate(DAYS) if is_due_on(plan, day)]


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        (Plan("p"), list(range(28))),
        (Plan("p", weekdays=frozenset({"monday", "thursday"})), [0, 3, 7, 10, 14, 17, 21, 24]),
        (Plan("p", starts_on=DAYS[5], ends_on=DAYS[8]), [5, 6, 7, 8]),
        (Plan("p", starts_on=DAYS[1], cycle_days_on=3, cycle_days_off=7), [1, 2, 3, 11, 12, 13, 21, 22, 23]),
        (Plan("p", frozenset({"wednesday"}), starts_on=DAYS[0], cycle_days_on=7, cycle_days_off=7), [2, 16]),
        (Plan("p", cycle_days_on=3, cycle_days_off=7), list(range(28))),  # a cycle of no beginning
        (Plan("p", paused=True), []),
    ],
    ids=["every day", "weekdays", "from to", "cycle", "weekday of a cycle", "no beginning", "paused"],
)
def test_plan_is_due_on_its_days(plan: Plan, expected: list[int]) -> None:
    assert due_days(plan) == expected


def test_doses_come_in_the_order_of_their_times() -> None:
    assert doses_on(Plan("p", times=("20:00", "08:00")), MONDAY) == [
        Dose(MONDAY, "p", "08:00"),
        Dose(MONDAY, "p", "20:00"),
    ]
    assert doses_on(Plan("p"), MONDAY) == [Dose(MONDAY, "p", "")]


def test_day_that_is_over_is_missed_and_today_is_open() -> None:
    dose = Dose(MONDAY, "p", "08:00")
    assert outcome_of(dose, [], today=MONDAY) is Outcome.OPEN
    assert outcome_of(dose, [], today=DAYS[1]) is Outcome.MISSED
    assert outcome_of(dose, [Said(dose, taken=False)], today=DAYS[1]) is Outcome.SKIPPED
    assert outcome_of(dose, [Said(dose, taken=False), Said(dose, taken=True)], today=DAYS[1]) is Outcome.TAKEN
    assert outcome_of(dose, [Said(Dose(MONDAY, "p", "20:00"), taken=True)], today=DAYS[1]) is Outcome.MISSED


def test_adherence_counts_what_was_due_and_tells_the_rest_apart() -> None:
    due = list(doses_between([Plan("p", times=("08:00", "20:00"))], DAYS[0], DAYS[2]))
    said = [Said(due[0], taken=True), Said(due[1], taken=False), Said(Dose(DAYS[0], "p", "12:00"), taken=True)]
    found = adherence(due, said, today=DAYS[2])
    assert found == Adherence(due=6, taken=1, skipped=1, missed=2, open=2, besides=1)
    assert found.share == 0.25
    assert adherence([], [], today=MONDAY).share is None


plans = st.builds(
    Plan,
    id=st.sampled_from("pqr"),
    weekdays=st.frozensets(st.sampled_from(WEEKDAYS)),
    times=st.lists(st.sampled_from(["08:00", "12:00", "20:00"]), max_size=3).map(tuple),
    cycle_days_on=st.none() | st.integers(1, 9),
    cycle_days_off=st.none() | st.integers(1, 9),
    starts_on=st.none() | st.sampled_from(DAYS),
    ends_on=st.none() | st.sampled_from(DAYS),
    paused=st.booleans(),
)
said_doses = st.builds(
    Said,
    st.builds(Dose, st.sampled_from(DAYS), st.sampled_from("pqr"), st.sampled_from(["", "08:00", "12:00", "20:00"])),
    st.booleans(),
)


@given(st.lists(plans, max_size=4), st.lists(said_doses, max_size=12), st.sampled_from(DAYS))
def test_every_dose_has_one_outcome(of: list[Plan], said: list[Said], today: dt.date) -> None:
    due = set(doses_between(of, DAYS[0], DAYS[-1]))
    found = adherence(list(due), said, today)
    assert found.due == len(due) == found.taken + found.skipped + found.missed + found.open
    assert found.taken + found.besides == len({one.dose for one in said if one.taken})
    assert found.share is None or 0 <= found.share <= 1
    by_hand = Counter(outcome_of(dose, said, today) for dose in due)
    assert [by_hand[outcome] for outcome in Outcome] == [found.taken, found.skipped, found.missed, found.open]


@given(st.lists(plans, max_size=4), st.lists(said_doses, max_size=12), said_doses, st.sampled_from(DAYS))
def test_more_that_was_taken_makes_no_adherence_worse(
    of: list[Plan], said: list[Said], more: Said, today: dt.date
) -> None:
    due = list(doses_between(of, DAYS[0], DAYS[-1]))
    before, after = adherence(due, said, today), adherence(due, [*said, Said(more.dose, taken=True)], today)
    assert after.taken >= before.taken
    assert after.due == before.due
    assert (after.share or 0) >= (before.share or 0)


@given(plans)
def test_narrower_plan_is_due_on_no_other_day(plan: Plan) -> None:
    wider = Plan(plan.id, times=plan.times)
    assert set(doses_between([plan], DAYS[0], DAYS[-1])) <= set(doses_between([wider], DAYS[0], DAYS[-1]))


@pytest.mark.parametrize(
    ("a", "b", "hours"), [("08:00", "10:30", 2.5), ("23:00", "01:00", 2), ("08:00", "08:00", 0), ("00:00", "12:00", 12)]
)
def test_hours_between_times_go_the_shorter_way(a: str, b: str, hours: float) -> None:
    assert hours_apart(a, b) == hours_apart(b, a) == hours
