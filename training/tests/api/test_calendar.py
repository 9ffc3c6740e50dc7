"""The calendar: by days, in one query; and as a file at a private address."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from accounts.models import Settings, User
from catalog.tests.factories import make_program
from config.tests.contract import SchemaClient, check_error
from lib.tests.factories import as_id, make
from training.models import Enrolment, Exercise, ScheduledWorkout, Set, Workout

pytestmark = pytest.mark.django_db

CALENDAR = "/api/v1/calendar"
ADDRESS = "/api/v1/calendar/address"
STARTED, ENDED = "2026-03-02T17:00:00Z", "2026-03-02T18:10:00Z"
DONE = {"status": "completed", "started_at": STARTED, "ended_at": ENDED}


def entries(api: SchemaClient, first: str = "2026-03-01", last: str = "2026-03-31") -> dict[str, list[Any]]:
    response = api.get(CALENDAR, {"from": first, "to": last})
    assert response.status_code == 200, response.content
    return {day["date"]: day["entries"] for day in response.json()["days"]}


def states(api: SchemaClient, **range_of_days: str) -> list[tuple[str, str, str]]:
    return [
        (day, entry["state"], entry["title"]) for day, found in entries(api, **range_of_days).items() for entry in found
    ]


def schedule(user: User, day: str, title: str, **values: Any) -> ScheduledWorkout:
    return make(ScheduledWorkout, user, scheduled_on=day, title=title, **values)


def test_calendar_says_what_was_planned_done_skipped_and_missed(api: SchemaClient, alice: User) -> None:
    soon = str(timezone.now().date() + dt.timedelta(days=3))
    schedule(alice, "2026-03-02", "Missed")
    schedule(alice, "2026-03-03", "Skipped", status="skipped")
    schedule(alice, "2026-03-04", "Done elsewhere", status="completed")
    schedule(alice, soon, "To come")
    make(Workout, alice, title="Planned and missed", planned_on="2026-03-05")
    make(Workout, alice, title="Planned", planned_on=soon)
    make(Workout, alice, title="Free", **DONE)
    assert states(api) == [
        ("2026-03-02", "done", "Free"),
        ("2026-03-02", "missed", "Missed"),
        ("2026-03-03", "skipped", "Skipped"),
        ("2026-03-04", "done", "Done elsewhere"),
        ("2026-03-05", "missed", "Planned and missed"),
    ]
    assert sorted(title for _, state, title in states(api, first=soon, last=soon)) == ["Planned", "To come"]


def test_day_and_the_workout_that_fulfils_it_are_one_entry(api: SchemaClient, alice: User) -> None:
    """Its state is that of the workout, though an older app that knows no schedules completed it."""
    workout = make(Workout, alice, title="", **DONE)
    exercise = make(Exercise, alice, workout=as_id(workout))
    for kind, reps in (("warm_up", 10), ("working", 5), ("working", 5)):
        make(Set, alice, exercise=as_id(exercise), kind=kind, reps=reps, load_kg="100.00")
    enrolment = make(Enrolment, alice, program=as_id(make_program(status="published")))
    day = schedule(
        alice, "2026-02-27", "Upper", workout=as_id(workout), enrolment=as_id(enrolment), status="in_progress"
    )
    ((entry,),) = entries(api).values()
    assert entry == {
        "state": "done", "title": "Upper", "workout": as_id(workout), "scheduled_workout": as_id(day),
        "enrolment": as_id(enrolment), "program_day": None, "template": None, "week": None, "round": None,
        "exercises": 1, "sets": 3, "reps": 20, "volume_kg": "1000.00", "distance_m": "0.00", "duration_s": 4200,
    }  # fmt: skip
    assert entries(api, first="2026-02-27", last="2026-02-27") == {}


def test_day_of_a_deleted_workout_is_open_again(api: SchemaClient, alice: User) -> None:
    workout = make(Workout, alice, **DONE)
    schedule(alice, "2026-03-02", "Upper", workout=as_id(workout), status="completed")
    Workout.objects.filter(pk=workout.pk).tombstone()
    assert states(api) == [("2026-03-02", "missed", "Upper")]


def test_days_of_a_paused_enrolment_are_not_missed(api: SchemaClient, alice: User) -> None:
    enrolment = make(Enrolment, alice, running=False, paused_on="2026-03-01")
    schedule(alice, "2026-03-02", "Upper", enrolment=as_id(enrolment))
    assert states(api) == [("2026-03-02", "paused", "Upper")]


def test_today_is_that_of_the_athletes_zone(api: SchemaClient, alice: User) -> None:
    for zone, ahead in (("Pacific/Kiritimati", 14), ("Etc/GMT+12", -12)):
        Settings.objects.filter(user=alice).update(time_zone=zone)
        today = (timezone.now() + dt.timedelta(hours=ahead)).date()
        ScheduledWorkout.objects.all().delete()
        schedule(alice, str(today), "Today")
        schedule(alice, str(today - dt.timedelta(days=1)), "Yesterday")
        found = states(api, first=str(today - dt.timedelta(days=1)), last=str(today))
        assert [state for _, state, _ in found] == ["missed", "planned"]


def test_calendar_shows_only_ones_own_and_only_what_is_there(api: SchemaClient, alice: User, bob: User) -> None:
    schedule(bob, "2026-03-02", "Bob's")
    make(Workout, bob, **DONE)
    gone = schedule(alice, "2026-03-02", "Gone")
    ScheduledWorkout.objects.filter(pk=gone.pk).tombstone()
    assert entries(api) == {}


@pytest.mark.parametrize("count", [1, 40])
def test_calendar_takes_three_queries_however_much_is_in_it(
    api: SchemaClient, alice: User, django_assert_num_queries: Any, count: int
) -> None:
    for n in range(count):
        day = dt.date(2026, 1, 1) + dt.timedelta(days=n)
        schedule(alice, str(day), "Open")
        make(Set, alice, exercise=as_id(make(Exercise, alice, workout=as_id(make(Workout, alice, **DONE)))))
    with django_assert_num_queries(3):  # the log-in, the zone of the settings, the calendar
        assert len(entries(api, first="2025-06-01", last="2027-05-31")) >= count


@pytest.mark.parametrize(
    ("query", "code", "attr"),
    [
        ({"to": "2026-03-01"}, "required", "from"),
        ({"from": "2026-03-01"}, "required", "to"),
        ({"from": "March", "to": "2026-03-31"}, "invalid", "from"),
        ({"from": "2026-03-01", "to": "2026-02-28"}, "ends_before_start", "to"),
        ({"from": "2026-03-01", "to": "2036-03-01"}, "range_too_long", "to"),
    ],
)
def test_range_that_is_none_is_refused(api: SchemaClient, query: dict[str, str], code: str, attr: str) -> None:
    check_error(api.get(CALENDAR, query), 400, code, attr)


# --- for phones ---


def address(api: SchemaClient) -> str:
    answer = api.post(ADDRESS, {})
    assert answer.status_code == 201, answer.content
    assert answer["Cache-Control"] == "no-store"
    url: str = answer.json()["url"]
    return url


def test_phone_reads_the_calendar_at_its_private_address(api: SchemaClient, alice: User, client: Client) -> None:
    today = timezone.now().date()
    to_come = schedule(alice, str(today + dt.timedelta(days=3)), "Upper, heavy; long\nline")
    schedule(alice, str(today + dt.timedelta(days=4)), "Skipped", status="skipped")
    make(
        Workout,
        alice,
        title="Lower",
        status="completed",
        started_at=timezone.now() - dt.timedelta(days=9),
        ended_at=timezone.now(),
    )
    answer = client.get(address(api))
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    assert [str(event["summary"]) for event in events] == ["✓ Lower", "Upper, heavy; long\nline"]
    assert str(events[1]["uid"]) == f"{to_come.pk}@dropset"
    assert events[1].decoded("dtstart") == today + dt.timedelta(days=3)
    assert client.get(address(api), headers={"If-None-Match": answer["ETag"]}).status_code == 304


def test_new_address_and_a_revoked_one_end_the_old(api: SchemaClient, client: Client) -> None:
    first, second = address(api), address(api)
    assert [client.get(url).status_code for url in (first, second)] == [404, 200]
    assert api.delete(ADDRESS).status_code == 204
    assert client.get(second).status_code == 404


def test_address_of_somebody_who_may_not_log_in_is_gone(api: SchemaClient, alice: User, client: Client) -> None:
    url = address(api)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert client.get(url).status_code == 404
    assert client.get(f"/api/v1/calendar/{uuid4()}.ics").status_code == 404
