"""The programs that come with the repository: whole, within what bodies take, and as long as they say."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from accounts.enums import Goal, Level
from catalog.domain.progressions import check_progression
from catalog.enums import SetKind, WeekKind
from catalog.tests.test_data import PROGRAMS, TYPES

Json = dict[str, Any]

BY_SLUG = {row["slug"]: row for row in TYPES}
RUNS = [row for row in PROGRAMS if "running" in row["tags"]]
LIFTING = [row for row in PROGRAMS if row["goal"] in (Goal.STRENGTH, Goal.HYPERTROPHY)]
EASY = {WeekKind.DELOAD, WeekKind.REALIZATION, WeekKind.TEST}

# Heuristics of coaches, not medicine: hard sets a week, one for a muscle that an exercise is for, half for one that helps.
# From what a beginner grows by up to where more is too much.
MAIN_MUSCLES = ("chest", "front-delts", "lats", "quads", "hamstrings", "glutes")
LEAST_SETS, MOST_SETS = 6, 22
RESERVE_OF_HARD_SETS = 4  # reps: what stops earlier counts for nothing
MOST_GROWTH = 1.15  # of the running of a week over that of the one before

SECONDS_OF_A_REP, SECONDS_OF_A_KM = 3.5, 390
SECONDS_TO_SET_UP = 75  # an exercise: the way to it, its plates, a warm-up set
SECONDS_TO_WARM_UP = 300


def of(program: Json) -> str:
    slug: str = program["slug"]
    return slug


each = pytest.mark.parametrize("program", PROGRAMS, ids=of)
each_of_lifting = pytest.mark.parametrize("program", LIFTING, ids=of)
each_of_runs = pytest.mark.parametrize("program", RUNS, ids=of)


def slots_of(program: Json) -> Iterator[Json]:
    return (slot for day in program["days"] for slot in day["slots"])


def days_of(program: Json, week: int) -> list[Json]:
    return [day for day in program["days"] if day.get("week") in (None, week)]


def sets_of(slot: Json, week: int) -> list[Json]:
    """What the slot prescribes for a week, each set by itself."""
    own = [one for one in slot["sets"] if one.get("week") == week]
    found = own or [one for one in slot["sets"] if "week" not in one]
    return [one for one in found for _ in range(one["count"])]


def kind_of(program: Json, week: int) -> str:
    return next((row["kind"] for row in program["described_weeks"] if row["number"] == week), WeekKind.ACCUMULATION)


def weeks_of(program: Json) -> range:
    return range(1, program["weeks"] + 1)


def hard_weeks_of(program: Json) -> list[int]:
    return [week for week in weeks_of(program) if kind_of(program, week) not in EASY]


# --- whole ---


def test_there_are_fourteen_kinds_of_program() -> None:
    assert len(PROGRAMS) == len({row["title"] for row in PROGRAMS}) == 14
    assert {row["level"] for row in PROGRAMS} == set(Level)


@each
def test_program_says_what_it_is_for(program: Json) -> None:
    assert program["source"] == "dropset"
    assert all(program[name] for name in ("title", "summary", "description", "tags", "days"))
    assert program["goal"] in set(Goal)
    assert program["tags"] == sorted(set(program["tags"]))


@each
def test_equipment_is_that_of_the_exercises(program: Json) -> None:
    used = {slug for slot in slots_of(program) for slug in BY_SLUG[slot["exercise_type"]]["equipment"]}
    assert program["equipment"] == sorted(used)


@each
def test_weeks_are_those_of_the_program_and_described_once(program: Json) -> None:
    described = [row["number"] for row in program["described_weeks"]]
    assert described == sorted(set(described) & set(weeks_of(program)))
    assert {row["kind"] for row in program["described_weeks"]} <= set(WeekKind)
    named = {one["week"] for slot in slots_of(program) for one in slot["sets"] if "week" in one}
    assert named <= set(weeks_of(program))


@each
def test_every_exercise_has_sets_in_every_week(program: Json) -> None:
    bare = [
        (week, day["title"], slot["exercise_type"])
        for week in weeks_of(program)
        for day in days_of(program, week)
        for slot in day["slots"]
        if not sets_of(slot, week)
    ]
    assert bare == []


@each
def test_every_set_says_how_much(program: Json) -> None:
    for slot in slots_of(program):
        recorded = set(BY_SLUG[slot["exercise_type"]]["metrics"])
        for one in slot["sets"]:
            said = {name for name in ("reps", "duration_s", "distance_m") if f"target_{name}" in one}
            assert len(said) == 1, (slot["exercise_type"], one)
            assert {name.partition("_")[0] for name in said} <= recorded, (slot["exercise_type"], one)
            assert one.get("kind", SetKind.WORKING) in set(SetKind)


@each
def test_every_progression_is_one(program: Json) -> None:
    for slot in slots_of(program):
        check_progression(slot["progression"])


@each_of_lifting
def test_lifting_with_a_load_goes_on_by_a_rule_or_by_percentages(program: Json) -> None:
    for slot in slots_of(program):
        if "load" in BY_SLUG[slot["exercise_type"]]["metrics"] and any("target_reps" in one for one in slot["sets"]):
            by_percentages = all("target_percentage" in one for one in slot["sets"])
            assert slot["progression"] or by_percentages, slot["exercise_type"]


# --- within reason ---


def hard_sets(program: Json, week: int) -> dict[str, float]:
    """By muscle. Days in turn count as often as they come up in a week."""
    found: defaultdict[str, float] = defaultdict(float)
    days = days_of(program, week)
    for slot in (slot for day in days for slot in day["slots"]):
        row = BY_SLUG[slot["exercise_type"]]
        hard = [one for one in sets_of(slot, week) if float(one.get("target_rir", 0)) <= RESERVE_OF_HARD_SETS]
        for muscle in row["primary_muscles"]:
            found[muscle] += len(hard)
        for muscle in row["secondary_muscles"]:
            found[muscle] += len(hard) / 2
    return {muscle: sets * program["days_per_week"] / len(days) for muscle, sets in found.items()}


@each_of_lifting
def test_weekly_hard_sets_of_each_main_muscle_are_enough_and_not_too_many(program: Json) -> None:
    outside = [
        (week, muscle, sets)
        for week in hard_weeks_of(program)
        for muscle in MAIN_MUSCLES
        if not LEAST_SETS <= (sets := hard_sets(program, week).get(muscle, 0)) <= MOST_SETS
    ]
    assert outside == []


@each_of_lifting
def test_easy_weeks_have_fewer_hard_sets_than_those_before(program: Json) -> None:
    for week in weeks_of(program):
        if kind_of(program, week) == WeekKind.DELOAD:
            easy, before = (sum(hard_sets(program, one).values()) for one in (week, week - 1))
            assert easy <= 0.75 * before, week


def seconds_of(one: Json) -> float:
    distance_km = float(one.get("target_distance_m", 0)) / 1000
    reps: int = one.get("target_max_reps", 0) or one.get("target_reps", 0)
    seconds: float = one.get("target_duration_s", 0) + distance_km * SECONDS_OF_A_KM + reps * SECONDS_OF_A_REP
    return seconds


def minutes_of(program: Json, day: Json, week: int) -> float:
    slots = [(slot, one) for slot in day["slots"] for one in sets_of(slot, week)]
    seconds: float = sum(seconds_of(one) + one.get("rest_s", slot["rest_s"]) for slot, one in slots)
    if program in LIFTING:
        seconds += SECONDS_TO_WARM_UP + SECONDS_TO_SET_UP * len(day["slots"])
    return seconds / 60


@each
def test_sessions_take_about_as_long_as_the_program_says(program: Json) -> None:
    weeks = hard_weeks_of(program)
    minutes = [minutes_of(program, day, week) for week in weeks for day in days_of(program, week)]
    assert 0.8 <= sum(minutes) / len(minutes) / program["session_minutes"] <= 1.1


def running(program: Json, week: int) -> float:
    """Seconds: where a distance is prescribed, at an easy pace."""
    slots = [slot for day in days_of(program, week) for slot in day["slots"] if slot["exercise_type"] == "running"]
    return sum(seconds_of(one) for slot in slots for one in sets_of(slot, week))


def test_there_are_programs_for_runs_of_three_lengths() -> None:
    assert {tag for row in RUNS for tag in row["tags"]} >= {"5k", "10k", "half-marathon"}


@each_of_runs
def test_running_grows_slowly_from_one_hard_week_to_the_next(program: Json) -> None:
    hard = hard_weeks_of(program)
    grown = [running(program, week) / running(program, before) for before, week in pairwise(hard)]
    assert max(grown) <= MOST_GROWTH
    assert running(program, hard[-1]) > running(program, hard[0])


@each_of_runs
def test_easy_weeks_of_runs_are_shorter_than_those_before(program: Json) -> None:
    for week in weeks_of(program):
        if kind_of(program, week) == WeekKind.DELOAD:
            assert running(program, week) < 0.8 * running(program, week - 1), week


@each_of_runs
def test_runs_end_with_the_distance_that_they_lead_to(program: Json) -> None:
    longest = {"5k": 5000, "10k": 10_000, "half-marathon": 21_097.5}
    (distance_m,) = [metres for tag, metres in longest.items() if tag in program["tags"]]
    last = days_of(program, program["weeks"])[-1]
    assert (
        max(float(one.get("target_distance_m", 0)) for slot in last["slots"] for one in sets_of(slot, program["weeks"]))
        == distance_m
    )
