"""Programs on the calendar: held to the vectors that apps check themselves by, and to laws."""

import datetime as dt
from itertools import islice, pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.errors import DomainError
from lib.weekdays import WEEKDAYS
from training.domain import schedule
from training.domain.programs import DayTree, sets_in_week, workout_id_of, workout_of_day
from training.domain.schedule import Program, Span, dates_of, moved, resumed, scheduled, sessions_of
from training.domain.templates import Start
from training.tests.domain.vectors import parsed, plain, vectors

ENROLMENT = UUID(int=7)
MONDAY = dt.date(2026, 3, 2)


def _schedule(program: Any, enrolment_id: UUID, **span: Any) -> Any:
    rows = scheduled(
        program=Program(**program),
        enrolment_id=enrolment_id,
        span=Span(**span | {"weekdays": frozenset(span["weekdays"])}),
    )
    return {"rows": rows}


def _resume(rows: Any, starts_on: dt.date, weekdays: list[str]) -> Any:
    return {"changes": resumed(rows, span=Span(starts_on, frozenset(weekdays)))}


ACTS: dict[str, Any] = {
    "schedule": _schedule,
    "move": lambda row, to, rows: {"changes": moved(row, to=to, rows=rows)},
    "swap": lambda one, other: {"changes": schedule.swapped(one, other)},
    "resume": _resume,
    "end": lambda rows, on: {"gone": schedule.left_open(rows, on=on)},
    "fulfil": lambda row, workout: {"changes": schedule.fulfilled(row, workout)},
}


def done(vector: dict[str, Any]) -> Any:
    try:
        return plain(ACTS[vector["act"]](**parsed(vector["given"])))
    except DomainError as error:
        return {"error": error.code}


@pytest.mark.parametrize("vector", vectors("schedule"), ids=lambda vector: f"{vector['act']}: {vector['name']}")
def test_schedule_is_that_of_the_vector(vector: dict[str, Any]) -> None:
    assert done(vector) == {name: vector[name] for name in vector.keys() - {"act", "name", "given"}}


@pytest.mark.parametrize("vector", vectors("program_days"), ids=lambda vector: vector["name"])
def test_day_becomes_the_workout_of_the_vector(vector: dict[str, Any]) -> None:
    asked = parsed(vector["given"])
    made = workout_of_day(
        DayTree(asked["day"], asked["slots"], asked["sets"]),
        title=asked["title"],
        week=asked["week"],
        start=Start(**asked["start"]),
        states=asked["states"],
    )
    assert plain(vars(made)) == vector["made"]


def test_ids_are_what_other_libraries_make_of_them() -> None:
    day = {"id": UUID(int=2), "week": None, "position": 1, "title": ""}
    (row,) = scheduled(
        program=Program(1, repeats=False, days=[day]),
        enrolment_id=UUID(int=1),
        span=Span(MONDAY, frozenset({"monday"})),
    )
    assert row["id"] == UUID("9085d648-b2c4-538c-9de8-1c62830afa56")
    assert workout_id_of(UUID(int=1)) == UUID("48d6fd9d-781c-5abe-885d-3a3a61eb1d3a")


def test_sets_of_a_week_take_the_place_of_those_of_each_week() -> None:
    sets = [{"id": n, "slot": slot, "week": week} for n, (slot, week) in enumerate([(1, None), (1, 2), (2, None)])]
    assert [row["id"] for row in sets_in_week(sets, 1)] == [0, 2]
    assert [row["id"] for row in sets_in_week(sets, 2)] == [1, 2]


# --- laws ---

days = st.lists(
    st.fixed_dictionaries({"week": st.none() | st.integers(1, 4), "position": st.integers(0, 3), "title": st.just("")}),
    min_size=1,
    max_size=5,
).map(lambda found: [{**day, "id": UUID(int=n + 1)} for n, day in enumerate(found)])
weekdays = st.frozensets(st.sampled_from(WEEKDAYS), min_size=1)
starts = st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1))


def rows_or_none(program: Program, span: Span) -> list[Any]:
    try:
        return scheduled(program=program, enrolment_id=ENROLMENT, span=span)
    except DomainError:
        return []


@given(st.integers(1, 4), days, weekdays, starts, st.integers(0, 400))
def test_schedule_has_one_day_of_the_program_on_each_chosen_day(
    weeks: int, found: Any, chosen: frozenset[str], start: dt.date, length: int
) -> None:
    program = Program(weeks, repeats=True, days=found)
    span = Span(start, chosen, start + dt.timedelta(days=length))
    rows = rows_or_none(program, span)
    if not rows:
        assert not list(dates_of(span)) or not list(islice(sessions_of(program), 1))
        return
    assert [row["scheduled_on"] for row in rows] == list(dates_of(span))
    assert {WEEKDAYS[row["scheduled_on"].weekday()] for row in rows} <= chosen
    sessions = list(islice(sessions_of(program), len(rows)))
    assert [(row["round"], row["week"], row["program_day"]) for row in rows] == [
        (session.round, session.week, session.day["id"]) for session in sessions
    ]
    assert len({row["id"] for row in rows}) == len(rows)


@given(st.integers(1, 4), days, weekdays, starts, st.tuples(st.integers(1, 200), st.integers(1, 200)))
def test_longer_schedule_begins_with_the_shorter_one(
    weeks: int, found: Any, chosen: frozenset[str], start: dt.date, lengths: tuple[int, int]
) -> None:
    program = Program(weeks, repeats=True, days=found)
    short, long = (
        rows_or_none(program, Span(start, chosen, start + dt.timedelta(days=length)))
        for length in (lengths[0], sum(lengths))
    )
    assert long[: len(short)] == short


rows_of_days = st.lists(
    st.tuples(starts, st.sampled_from(["scheduled", "completed", "skipped"])), min_size=1, max_size=12
).map(
    lambda found: [
        {"id": UUID(int=n + 1), "scheduled_on": day, "status": status} for n, (day, status) in enumerate(found)
    ]
)


@given(rows_of_days, weekdays, starts)
def test_resuming_keeps_the_order_and_touches_open_days_alone(
    rows: Any, chosen: frozenset[str], start: dt.date
) -> None:
    changes = resumed(rows, span=Span(start, chosen))
    waiting = sorted(
        (row for row in rows if row["status"] == "scheduled"), key=lambda row: (row["scheduled_on"], str(row["id"]))
    )
    after = [changes.get(row["id"], row)["scheduled_on"] for row in waiting]
    assert changes.keys() <= {row["id"] for row in waiting}
    assert all(earlier < later for earlier, later in pairwise(after))
    assert all(day >= start for day in after)


@given(rows_of_days, st.integers(-30, 30))
def test_moving_back_undoes_a_move_of_one_day(rows: Any, by: int) -> None:
    row = rows[0]
    to = row["scheduled_on"] + dt.timedelta(days=by)
    there = row | moved(row, to=to).get(row["id"], {})
    assert there | moved(there, to=row["scheduled_on"]).get(row["id"], {}) == row
