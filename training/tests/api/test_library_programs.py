"""Every program that comes with the repository can be begun, laid on the calendar and trained as it is prescribed."""

from collections.abc import Iterator
from itertools import count, islice
from typing import Any

import orjson
import pytest
from django.db.models import Count

from accounts.models import User
from catalog.models import Program
from catalog.services.seeding import DATA
from config.tests.contract import SchemaClient
from lib.weekdays import WEEKDAYS
from training.models import Enrolment, Exercise, ScheduledWorkout

pytestmark = pytest.mark.django_db

Json = dict[str, Any]

PROGRAMS: list[Json] = orjson.loads((DATA / "programs.json").read_bytes())
STARTED = "2026-03-02T17:00:00.000000Z"
WEEKS_OF_WHAT_REPEATS = 10


@pytest.fixture
def library(seeded: None, db: None) -> dict[str, Program]:
    return {program.slug: program for program in Program.objects.published()}


def sessions_of(program: Json) -> Iterator[tuple[int, Json]]:
    """The week and the day of each session, as the data say."""
    for _ in count() if program["repeats"] else range(1):
        for week in range(1, program["weeks"] + 1):
            yield from ((week, day) for day in program["days"] if day.get("week") in (None, week))


def exercises_of(day: Json, week: int) -> list[tuple[str, int]]:
    """Each exercise, and how many sets of it."""
    found = []
    for slot in day["slots"]:
        own = [one for one in slot["sets"] if one.get("week") == week]
        sets = own or [one for one in slot["sets"] if "week" not in one]
        found.append((slot["exercise_type"], sum(one["count"] for one in sets)))
    return found


def check_started(api: SchemaClient, row: ScheduledWorkout, week: int, day: Json) -> None:
    answer = api.post(f"/api/v1/scheduled-workouts/{row.pk}/start/", {"started_at": STARTED})
    assert answer.status_code == 201, answer.content
    exercises = Exercise.objects.filter(workout=answer.json()["id"]).order_by("position")
    done = list(exercises.annotate(prescribed=Count("sets")).values_list("exercise_type__slug", "prescribed"))
    assert (answer.json()["title"], done) == (day["title"], exercises_of(day, week))


def check_begun(api: SchemaClient, program: Program, data: Json) -> None:
    """Laid on as many weekdays as it is meant for; its first and its last day are started."""
    weekdays = WEEKDAYS[: data["days_per_week"]]
    body: Json = {"starts_on": "2026-03-02", "weekdays": list(weekdays)}
    if data["repeats"]:
        body["weeks"] = WEEKS_OF_WHAT_REPEATS
    weeks = WEEKS_OF_WHAT_REPEATS if data["repeats"] else data["weeks"]
    answer = api.post(f"/api/v1/programs/{program.pk}/schedule/", body)
    assert answer.status_code == 201, answer.content
    rows = list(ScheduledWorkout.objects.filter(enrolment=answer.json()["id"]).order_by("scheduled_on"))
    sessions = list(islice(sessions_of(data), weeks * len(weekdays)))
    assert [(row.week, row.title) for row in rows] == [(week, day["title"]) for week, day in sessions]
    for place in (0, -1):
        check_started(api, rows[place], *sessions[place])


def test_every_program_is_begun_scheduled_and_started(
    api: SchemaClient, alice: User, library: dict[str, Program]
) -> None:
    assert set(library) == {data["slug"] for data in PROGRAMS}
    for data in PROGRAMS:
        check_begun(api, library[data["slug"]], data)
    assert Enrolment.objects.filter(user=alice, running=True).count() == len(PROGRAMS)


def test_program_with_an_end_takes_as_many_weeks_as_it_says(api: SchemaClient, library: dict[str, Program]) -> None:
    for data in (one for one in PROGRAMS if not one["repeats"]):
        assert sum(1 for _ in sessions_of(data)) == data["weeks"] * data["days_per_week"], data["slug"]
        answer = api.get(f"/api/v1/library/programs/{library[data['slug']].pk}/")
        assert (answer.json()["weeks"], answer.json()["days_per_week"]) == (data["weeks"], data["days_per_week"])
