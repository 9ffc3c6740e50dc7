"""A program offline, on two phones: enrolled, trained for three weeks, moved by a week, abandoned, begun again."""

import datetime as dt
from itertools import cycle
from typing import Any

import pytest

from accounts.models import User
from catalog.tests.factories import make_program
from dropset_client import Device, training
from lib.tests.factories import as_id
from lib.writes import writing
from sync.models import Conflict
from sync.tests.test_devices_end_to_end import Open, ann, assert_equal, open_device, settle  # noqa: F401 - fixtures
from training.domain.schedule import Span
from training.models import Enrolment, ScheduledWorkout, Workout
from training.services.enrolments import Enrolling, schedule_program

pytestmark = pytest.mark.django_db(transaction=True)

START = dt.date(2026, 3, 2)
WEEKDAYS = ["monday", "tuesday", "thursday", "friday"]
EVENING = dt.time(18, tzinfo=dt.UTC)


def published_program() -> Any:
    """Twelve weeks of four days."""
    return make_program(title="Twelve weeks", weeks=12, days=4, status="published")


def train(device: Device, program: Any, day: dict[str, Any]) -> None:
    began = dt.datetime.combine(dt.date.fromisoformat(day["scheduled_on"]), EVENING)
    workout = training.start(device, program, day["id"], at=began, time_zone="Europe/Berlin")
    for exercise in device.list("exercise", workout=workout):
        for one in device.list("set", exercise=exercise.id):
            device.update("set", one.id, {"reps": one["target_reps"], "completed_at": began})
    training.complete(device, workout, at=began + dt.timedelta(hours=1))


def statuses(device: Device, enrolment: str) -> list[str]:
    return [day["status"] for day in training.days_of(device, enrolment)]


def test_program_is_lived_on_two_phones(open_device: Open, ann: User) -> None:  # noqa: F811 - fixtures
    phone, tablet = open_device("phone"), open_device("tablet")
    program = training.program_of_library(phone, as_id(published_program()))
    enrolment = training.begin(phone, program, starts_on=START, weekdays=WEEKDAYS)
    assert len(training.days_of(phone, enrolment)) == 48
    settle(phone, tablet)
    assert training.days_of(tablet, enrolment) == training.days_of(phone, enrolment)

    for week in range(3):
        for device, number in zip(cycle([phone, tablet]), range(week * 4, week * 4 + 4), strict=False):
            train(device, program, training.days_of(device, enrolment)[number])
        settle(phone, tablet)
    assert statuses(tablet, enrolment) == ["completed"] * 12 + ["scheduled"] * 36

    fourth = training.days_of(tablet, enrolment)[12]
    training.move(tablet, fourth["id"], to=START + dt.timedelta(weeks=4), following=True)
    settle(tablet, phone)
    days = [dt.date.fromisoformat(day["scheduled_on"]) for day in training.days_of(phone, enrolment)]
    assert (days[11], days[12], days[47]) == (dt.date(2026, 3, 20), dt.date(2026, 3, 30), dt.date(2026, 5, 29))

    training.end(phone, enrolment, "abandoned", on=dt.date(2026, 4, 1))
    again = training.begin(phone, program, starts_on=dt.date(2026, 4, 6), weekdays=WEEKDAYS)
    settle(phone, tablet)
    assert_equal(phone, tablet)
    assert statuses(tablet, enrolment) == ["completed"] * 12 + ["scheduled"] * 2  # two were missed
    assert statuses(tablet, again) == ["scheduled"] * 48
    assert phone.rejected() == tablet.rejected() == []
    assert Conflict.objects.count() == 0
    assert Workout.objects.filter(user=ann, status="completed").count() == 12
    found = Enrolment.objects.filter(user=ann).order_by("started_on").values_list("status", flat=True)
    assert list(found) == ["abandoned", "active"]


def test_day_whose_workout_was_deleted_is_started_anew_on_a_phone(open_device: Open, ann: User) -> None:  # noqa: F811 - fixtures
    phone = open_device("phone")
    program = training.program_of_library(phone, as_id(published_program()))
    day = training.days_of(phone, training.begin(phone, program, starts_on=START, weekdays=WEEKDAYS))[0]
    train(phone, program, day)
    (first,) = phone.list("workout")
    phone.delete("workout", first.id)
    train(phone, program, day)
    settle(phone)
    assert_equal(phone)
    (second,) = phone.list("workout")
    assert second.id != first.id
    assert [found["workout"] for found in phone.list("scheduled_workout", status="completed")] == [second.id]
    assert list(phone.rejected()) == []


def test_phone_and_server_make_the_same_rows(open_device: Open, ann: User) -> None:  # noqa: F811 - fixtures
    phone, tablet = open_device("phone"), open_device("tablet")
    canonical = published_program()
    program = training.program_of_library(phone, as_id(canonical))
    key = training.begin(phone, program, starts_on=START, weekdays=WEEKDAYS)
    before = training.days_of(phone, key)
    enrolling = Enrolling(
        enrolment_id=Enrolment._meta.pk.to_python(key), span=Span(START, frozenset(WEEKDAYS)), title="Twelve weeks"
    )
    with writing(user=ann, source="api"):
        schedule_program(program=canonical, enrolling=enrolling, user=ann)
    settle(phone, tablet)
    assert_equal(phone, tablet)
    assert training.days_of(tablet, key) == before
    assert ScheduledWorkout.objects.count() == 48
    assert phone.rejected() == []


def test_two_phones_that_begin_one_program_offline_end_with_one_that_runs(open_device: Open, ann: User) -> None:  # noqa: F811 - fixtures
    phone, tablet = open_device("phone"), open_device("tablet")
    program = training.program_of_library(phone, as_id(published_program()))
    first = training.begin(phone, program, starts_on=START, weekdays=WEEKDAYS)
    second = training.begin(tablet, program, starts_on=START, weekdays=WEEKDAYS)
    settle(phone, tablet)
    assert_equal(phone, tablet)
    running = dict(Enrolment.objects.filter(user=ann).values_list("id", "status"))
    assert sorted(running.values()) == ["active", "paused"]
    assert {str(key) for key in running} == {first, second}
    assert ScheduledWorkout.objects.live().count() == 96
    assert [conflict["kind"] for conflict in phone.conflicts()] == ["unique"]
