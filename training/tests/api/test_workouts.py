"""Workouts: status, times and days."""

import datetime as dt
import json
from itertools import product
from typing import Any

import pytest
from django.db import DataError, IntegrityError, transaction

from accounts.models import User
from catalog.models import ExerciseType
from catalog.tests.factories import any_canonical, make_canonical
from config.tests.contract import SchemaClient, check_error
from lib.tests.factories import as_id, make
from training.models import Exercise, Set, Workout

URL = "/api/v1/workouts/"
START = "2026-03-01T10:00:00.000000Z"
END = "2026-03-01T11:30:00.000000Z"
ALLOWED: dict[str, Any] = {
    "planned": {(None, None)},
    "in_progress": {(START, None)},
    "completed": {(START, END)},
    "skipped": {(None, None), (START, None), (None, END), (START, END)},
}
COMBINATIONS = list(product(ALLOWED, [None, START], [None, END]))


def url_of(row: Any) -> str:
    return f"{URL}{row.pk}/"


def values(status: str, started_at: str | None, ended_at: str | None) -> dict[str, Any]:
    return {"status": status, "started_at": started_at, "ended_at": ended_at}


# --- status and times ---


@pytest.mark.parametrize(("status", "started_at", "ended_at"), COMBINATIONS)
def test_status_says_which_times_there_are(
    api: SchemaClient, status: str, started_at: str | None, ended_at: str | None
) -> None:
    asked = values(status, started_at, ended_at)
    response = api.post(URL, asked)
    if (started_at, ended_at) in ALLOWED[status]:
        assert response.status_code == 201, response.content
        assert {name: response.json()[name] for name in asked} == asked
    else:
        check_error(response, 400, "status_contradicts_times", "non_field_errors")
        assert not Workout.objects.exists()


@pytest.mark.parametrize(("status", "started_at", "ended_at"), COMBINATIONS)
def test_status_and_times_are_held_together_by_a_patch_too(
    api: SchemaClient, alice: User, status: str, started_at: str | None, ended_at: str | None
) -> None:
    row = make(Workout, alice, status="in_progress", started_at=START)
    response = api.patch(url_of(row), values(status, started_at, ended_at))
    assert response.status_code == (200 if (started_at, ended_at) in ALLOWED[status] else 400)
    row.refresh_from_db()
    assert row.status == (status if response.status_code == 200 else "in_progress")


@pytest.mark.parametrize("status", ["completed", "skipped"])
@pytest.mark.parametrize(("ended_at", "answer"), [("2026-03-01T10:00:00Z", 201), ("2026-03-01T09:59:59.999999Z", 400)])
def test_workout_ends_no_earlier_than_it_starts(api: SchemaClient, status: str, ended_at: str, answer: int) -> None:
    response = api.post(URL, values(status, START, ended_at))
    assert response.status_code == answer
    if answer == 400:
        check_error(response, 400, "ends_before_start", "ended_at")


def test_workout_has_room_for_five_hundred_exercises(api: SchemaClient, alice: User) -> None:
    workout, exercise_type = make(Workout, alice), any_canonical()
    rows = [Exercise(user=alice, workout=workout, exercise_type=exercise_type) for _ in range(499)]
    Exercise.objects.bulk_create(rows)
    item = {"workout": as_id(workout), "exercise_type": as_id(exercise_type)}
    check_error(api.post("/api/v1/exercises/batch/", {"items": [item] * 2}), 400, "workout_full", "workout")
    assert Exercise.objects.count() == 499
    last = api.post("/api/v1/exercises/", item)
    assert last.status_code == 201, last.content
    assert api.delete(f"/api/v1/exercises/{last.json()['id']}/").status_code == 204
    free = make(Exercise, alice)
    assert api.patch(f"/api/v1/exercises/{free.pk}/", {"workout": as_id(workout)}).status_code == 200
    check_error(api.post("/api/v1/exercises/", item), 400, "workout_full", "workout")


def test_workout_goes_its_usual_way(api: SchemaClient) -> None:
    made = api.post(URL, {"title": "Push day", "planned_on": "2026-03-01"}).json()
    url = f"{URL}{made['id']}/"
    assert (made["status"], made["local_date"]) == ("planned", "2026-03-01")
    started = api.patch(url, {"status": "in_progress", "started_at": START}).json()
    assert (started["status"], started["started_at"], started["ended_at"]) == ("in_progress", START, None)
    ended = api.patch(url, {"status": "completed", "ended_at": END}).json()
    assert (ended["status"], ended["started_at"], ended["ended_at"]) == ("completed", START, END)
    again = api.patch(url, {"status": "in_progress", "ended_at": None}).json()
    assert again["status"] == "in_progress"


def test_start_cannot_move_behind_the_end(api: SchemaClient, alice: User) -> None:
    row = make(Workout, alice, **values("completed", START, END))
    check_error(api.patch(url_of(row), {"started_at": "2026-03-01T12:00:00Z"}), 400, "ends_before_start", "ended_at")


# --- days ---


def test_day_may_hold_several_workouts(api: SchemaClient, alice: User) -> None:
    rows = [
        make(Workout, alice, **values("completed", f"2026-03-01T{hour:02}:00:00Z", f"2026-03-01T{hour + 1:02}:00:00Z"))
        for hour in (6, 6, 18)
    ]
    found = api.get(f"{URL}?local_date=2026-03-01").json()["results"]
    assert {row["id"] for row in found} == {str(row.pk) for row in rows}


def test_workout_across_midnight_belongs_to_the_day_on_which_it_started(api: SchemaClient) -> None:
    body = api.post(
        URL,
        values("completed", "2026-03-01T22:30:00Z", "2026-03-02T00:30:00Z") | {"time_zone": "Europe/Berlin"},
    ).json()
    assert body["local_date"] == "2026-03-01"


@pytest.mark.parametrize(
    ("started_at", "time_zone", "day"),
    [
        ("2026-03-01T23:30:00Z", "UTC", "2026-03-01"),
        ("2026-03-01T23:30:00Z", "Europe/Berlin", "2026-03-02"),
        ("2026-03-02T04:30:00Z", "America/New_York", "2026-03-01"),
        ("2026-03-01T10:30:00Z", "Pacific/Kiritimati", "2026-03-02"),
        ("2026-03-01T10:30:00Z", "Pacific/Pago_Pago", "2026-02-28"),
        ("2026-03-01T18:14:59Z", "Asia/Kathmandu", "2026-03-01"),
        ("2026-03-01T18:15:00Z", "Asia/Kathmandu", "2026-03-02"),
        # 29 March 2026: at 01:00 UTC Berlin goes from +1 to +2
        ("2026-03-28T22:59:59Z", "Europe/Berlin", "2026-03-28"),
        ("2026-03-28T23:00:00Z", "Europe/Berlin", "2026-03-29"),
        ("2026-03-29T21:59:59Z", "Europe/Berlin", "2026-03-29"),
        ("2026-03-29T22:00:00Z", "Europe/Berlin", "2026-03-30"),
        # 1 November 2026: at 06:00 UTC New York goes from -4 to -5
        ("2026-11-01T03:59:59Z", "America/New_York", "2026-10-31"),
        ("2026-11-02T04:59:59Z", "America/New_York", "2026-11-01"),
    ],
)
def test_day_is_the_one_on_the_users_wall(api: SchemaClient, started_at: str, time_zone: str, day: str) -> None:
    body = api.post(URL, values("in_progress", started_at, None) | {"time_zone": time_zone}).json()
    assert body["local_date"] == day
    assert [row["id"] for row in api.get(f"{URL}?local_date={day}").json()["results"]] == [body["id"]]


def test_day_follows_the_zone(api: SchemaClient, alice: User) -> None:
    row = make(Workout, alice, status="in_progress", started_at="2026-03-01T23:30:00Z")
    assert api.patch(url_of(row), {"time_zone": "Asia/Tokyo"}).json()["local_date"] == "2026-03-02"


def test_planned_day_counts_until_the_workout_starts(api: SchemaClient, alice: User) -> None:
    row = make(Workout, alice, planned_on="2026-03-01")
    assert api.get(url_of(row)).json()["local_date"] == "2026-03-01"
    moved = api.patch(url_of(row), {"status": "in_progress", "started_at": "2026-03-03T10:00:00Z"}).json()
    assert (moved["planned_on"], moved["local_date"]) == ("2026-03-01", "2026-03-03")


def test_workout_without_a_day_has_none(api: SchemaClient) -> None:
    assert api.post(URL, {"title": "Some day"}).json()["local_date"] is None


@pytest.mark.parametrize(
    "zone", ["", "Mars/Olympus", "CEST+2", "europe/berlin", "../etc/passwd", "+02:00", "nul\0", 7, None]
)
def test_unknown_zone_is_refused(api: SchemaClient, alice: User, zone: Any) -> None:
    row = make(Workout, alice)
    for response in (api.post(URL, {"time_zone": zone}), api.patch(url_of(row), {"time_zone": zone})):
        assert response.status_code == 400
        assert {error["attr"] for error in response.json()["errors"]} == {"time_zone"}


def test_local_date_is_the_servers_to_make(api: SchemaClient) -> None:
    body = api.post(URL, {"planned_on": "2026-03-01", "local_date": "1999-01-01"})
    assert body.status_code == 400 or body.json()["local_date"] == "2026-03-01"


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati"])
def test_time_at_the_end_of_the_calendar_does_not_break_the_list(api: SchemaClient, time: str, zone: str) -> None:
    response = api.post(URL, values("in_progress", time, None) | {"time_zone": zone})
    assert response.status_code in (201, 400)
    assert api.get(URL).status_code == 200


@pytest.mark.parametrize(("year", "zone"), [(1, "America/New_York"), (9999, "Pacific/Kiritimati")])
def test_time_whose_day_no_calendar_holds_is_refused_by_the_database(alice: User, year: int, zone: str) -> None:
    """Such a row could be written and never be read again: Python knows no day before the year 1 or after 9999."""
    row = make(Workout, alice)
    time = dt.datetime(1, 1, 1, tzinfo=dt.UTC) if year == 1 else dt.datetime(year, 12, 31, 23, tzinfo=dt.UTC)
    with pytest.raises((IntegrityError, DataError)), transaction.atomic():
        Workout.objects.filter(pk=row.pk).update(status="in_progress", started_at=time, time_zone=zone)


@pytest.mark.parametrize(
    "time", ["2026-03-01T10:00:00", "2026-03-01", "10:00", 7, "", "2026-13-01T00:00:00Z", "now", []]
)
def test_time_that_is_none_is_refused(api: SchemaClient, time: Any) -> None:
    response = api.post(URL, {"status": "in_progress", "started_at": time})
    assert response.status_code == 400
    assert [error["attr"] for error in response.json()["errors"]] == ["started_at"]


@pytest.mark.parametrize("time", ["2026-03-01T12:30:00+02:30", "2026-03-01T05:00:00.000-05:00"])
def test_time_of_another_offset_is_the_same_moment(api: SchemaClient, time: str) -> None:
    assert api.post(URL, values("in_progress", time, None)).json()["started_at"] == START


# --- lists ---


def test_filters_narrow_the_workouts(api: SchemaClient, alice: User, bob: User) -> None:
    planned = make(Workout, alice, planned_on="2026-03-05")
    done = make(Workout, alice, **values("completed", START, END))
    make(Workout, bob, planned_on="2026-03-05")
    for query, found in {
        "status=planned": [planned],
        "status=completed": [done],
        "local_date=2026-03-05": [planned],
        "local_date__gte=2026-03-02": [planned],
        "local_date__lte=2026-03-02": [done],
        "local_date__gte=2026-03-01&local_date__lte=2026-03-05": [done, planned],
        f"started_at__gte={START}": [done],
        f"started_at__lt={START}": [],
    }.items():
        rows = api.get(f"{URL}?{query}").json()["results"]
        assert {row["id"] for row in rows} == {str(row.pk) for row in found}, query


@pytest.mark.parametrize(
    "query",
    ["status=no-such", "local_date=yesterday", "local_date__gte=%00", "started_at__gte=x", "local_date=2026-02-30"],
)
def test_filter_that_makes_no_sense_is_refused(api: SchemaClient, query: str) -> None:
    response = api.get(f"{URL}?{query}")
    assert response.status_code == 400
    assert [error["attr"] for error in response.json()["errors"]] == [query.partition("=")[0]]


# base64 of: p=garbage, p=%00, p=2026-13-45, o=-1&p=x, r=1&p=2026-03-01; and things that are none
@pytest.mark.parametrize(
    "cursor",
    ["cD1nYXJiYWdl", "cD0lMDA%3D", "cD0yMDI2LTEzLTQ1", "bz0tMSZwPXg%3D", "cj0xJnA9MjAyNi0wMy0wMQ%3D%3D", "x", "%00"],
)
def test_garbled_cursor_is_no_error_of_the_server(api: SchemaClient, alice: User, cursor: str) -> None:
    make(Workout, alice)
    response = api.get(f"{URL}?cursor={cursor}")
    check_error(response, 400, "cursor_invalid", "cursor")


@pytest.mark.parametrize("method", ["get", "patch", "delete"])
@pytest.mark.parametrize("key", ["not-a-uuid", "cafe0000-0000-4000-8000-000000000000", "%00"])
def test_workout_that_there_is_not_is_not_found(api: SchemaClient, method: str, key: str) -> None:
    check_error(getattr(api, method)(f"{URL}{key}/", {}), 404, "not_found")


@pytest.mark.parametrize("name", ["nul\0", "", "title\n", "пример"])
def test_unknown_name_is_refused_whatever_it_is(api: SchemaClient, name: str) -> None:
    response = api.post(URL, json.dumps({"title": "x", name: 1}), content_type="application/json")
    assert response.status_code == 400
    assert response.json()["errors"][0]["code"] == "unknown_field"


@pytest.mark.parametrize("field", ["id", "status", "title", "notes", "planned_on", "started_at", "time_zone"])
def test_half_a_character_is_refused(api: SchemaClient, field: str) -> None:
    response = api.post(URL, json.dumps({field: "\ud800"}), content_type="application/json")
    check_error(response, 400, "parse_error")


# --- deletion ---


def tree(user: User) -> tuple[Workout, list[Exercise], list[Set]]:
    workout = make(Workout, user)
    exercise_type = ExerciseType.objects.first() or make_canonical()
    exercises = [
        Exercise.objects.create(user=user, workout=workout, exercise_type=exercise_type, position=n) for n in range(2)
    ]
    sets = [Set.objects.create(user=user, exercise=exercise, position=n) for exercise in exercises for n in range(2)]
    return workout, exercises, sets


def live() -> tuple[int, int, int]:
    return Workout.objects.live().count(), Exercise.objects.live().count(), Set.objects.live().count()


def test_deleting_a_workout_deletes_what_is_in_it_and_nothing_else(api: SchemaClient, alice: User, bob: User) -> None:
    workout, exercises, sets = tree(alice)
    tree(alice)
    tree(bob)
    assert api.delete(url_of(workout)).status_code == 204
    assert live() == (2, 4, 8)
    for row in (*exercises, *sets):
        row.refresh_from_db()
        workout.refresh_from_db()
        assert row.deleted_at == workout.deleted_at is not None


def test_deleting_an_exercise_deletes_its_sets(api: SchemaClient, alice: User) -> None:
    _, exercises, _ = tree(alice)
    assert api.delete(f"/api/v1/exercises/{exercises[0].pk}/").status_code == 204
    assert live() == (1, 1, 2)


def test_deleting_workouts_by_sql_deletes_what_is_in_them(alice: User, bob: User) -> None:
    tree(alice)
    tree(bob)
    Workout.objects.for_user(alice).tombstone()
    assert live() == (1, 2, 4)
    assert Set.objects.for_user(bob).count() == 4


def test_deletion_costs_the_same_however_much_hangs_on_it(
    api: SchemaClient, alice: User, django_assert_num_queries: Any
) -> None:
    small, large = make(Workout, alice), tree(alice)[0]
    for workout in (small, large):
        # the session; savepoint; the user's head; the row, locked; the tombstone; release
        with django_assert_num_queries(6):
            api.delete(url_of(workout))
