"""The day and the week: everything in one request, right in every zone, and nobody else's."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Settings, User
from config.tests.contract import SchemaClient, check_error
from lib.tests.factories import as_id, make
from nutrition.models import MealLog, SupplementLog, SupplementPlan
from planner.models import Habit, LogEntry, Mechanism, ScheduleBlock, TopThreeItem
from planner.tests.factories import differ, remind, tick
from training.models import ScheduledWorkout, Workout

pytestmark = pytest.mark.django_db

DAY, WEEK = "/api/v1/planner/day/", "/api/v1/planner/week/"
TUESDAY, WEDNESDAY = "2026-12-01", "2026-12-02"
Json = dict[str, Any]


@pytest.fixture(autouse=True)
def home(request: pytest.FixtureRequest) -> None:
    """Alice lives in Berlin."""
    alice: User = request.getfixturevalue("alice")
    Settings.objects.filter(user=alice).update(time_zone="Europe/Berlin")


def day(api: SchemaClient, date: str = TUESDAY, **asked: str) -> Json:
    response = api.get(DAY, {"date": date, **asked})
    assert response.status_code == 200, response.content
    found: Json = response.json()["day"]
    return found


def titles(found: Json, name: str = "blocks") -> list[str]:
    return [one["title"] for one in found[name]]


def fill(user: User, title: str) -> ScheduleBlock:
    """One of everything on Tuesday."""
    block = make(ScheduleBlock, user, title=title, weekdays=["tuesday"], starts_at="07:00", ends_at="08:00")
    habit = make(Habit, user, title=title, starts_on="2026-11-29")
    tick(user, block, TUESDAY)
    tick(user, habit, TUESDAY)
    for place in (1, 2, 3) if not TopThreeItem.objects.for_user(user).exists() else ():
        make(TopThreeItem, user, day=TUESDAY, place=place, title=f"{title} {place}")
    make(LogEntry, user, day=TUESDAY, text=title)
    make(Mechanism, user, key=title.lower())
    make(MealLog, user, eaten_on=TUESDAY, status="planned", title=title)
    make(ScheduledWorkout, user, scheduled_on=TUESDAY, title=title)
    plan = make(SupplementPlan, user, typed_name=title, starts_on=TUESDAY)
    make(SupplementLog, user, plan=as_id(plan), taken_on=TUESDAY)
    for row in (block, habit, plan):
        remind(user, row, at_time="06:45")
    return block


def test_day_shows_all_that_is_on_it_and_nothing_of_others(
    api: SchemaClient, bobs_api: SchemaClient, alice: User, bob: User
) -> None:
    fill(alice, "Mine")
    fill(bob, "His")
    make(MealLog, alice, eaten_on=TUESDAY, title="Eaten")
    make(Mechanism, alice, key="off", active=False)
    make(
        Workout,
        alice,
        title="Free",
        status="completed",
        started_at=f"{TUESDAY}T17:00:00Z",
        ended_at=f"{TUESDAY}T18:00:00Z",
    )
    found = day(api)
    assert (
        titles(found) == titles(found, "habits") == titles(found, "meals") == titles(found, "supplements") == ["Mine"]
    )
    assert titles(found, "top_three") == ["Mine 1", "Mine 2", "Mine 3"]
    assert titles(found, "training") == ["Free", "Mine"]
    assert [entry["text"] for entry in found["log_entries"]] == ["Mine"]
    assert [one["completion"]["status"] for one in (*found["blocks"], *found["habits"])] == ["done", "done"]
    assert found["reminders"] == [], "nobody is reminded of what is done"
    assert [one["key"] for one in api.get(DAY, {"date": TUESDAY}).json()["mechanisms"]] == ["mine"]
    assert titles(day(bobs_api)) == ["His"]


def test_what_the_day_shows_is_what_the_lists_show(api: SchemaClient, alice: User) -> None:
    fill(alice, "Mine")
    found = day(api)
    for name, address in (
        ("top_three", f"top-three-items/?day={TUESDAY}"),
        ("log_entries", "log-entries/"),
        ("meals", "meal-logs/"),
    ):
        assert found[name] == api.get(f"/api/v1/{address}").json()["results"]
    completions = [one["completion"] for one in (*found["habits"], *found["blocks"])]
    assert completions == api.get("/api/v1/completions/").json()["results"]


@pytest.mark.parametrize("address", [DAY, WEEK])
def test_day_takes_three_queries_however_much_is_on_it(
    api: SchemaClient, alice: User, django_assert_num_queries: Any, address: str
) -> None:
    for more in range(3):
        for n in range(more):
            fill(alice, f"more-{more}-{n}")
        with django_assert_num_queries(3):  # the log-in; the settings; all of the days
            assert api.get(address, {"date": TUESDAY}).status_code == 200


def test_days_of_a_week_are_the_days(api: SchemaClient, alice: User) -> None:
    fill(alice, "Mine")
    night = {"weekdays": ["sunday", "tuesday"], "starts_at": "22:00", "ends_at": "06:00"}
    make(ScheduleBlock, alice, title="Night", **night)
    make(
        ScheduleBlock,
        alice,
        title="Call",
        weekdays=["monday"],
        starts_at="08:00",
        ends_at="09:00",
        time_zone="Asia/Tokyo",
    )
    response = api.get(WEEK, {"date": "2026-12-03"}).json()
    assert [one["date"] for one in response["days"]] == [
        f"2026-{d}" for d in ("11-30", "12-01", "12-02", "12-03", "12-04", "12-05", "12-06")
    ]
    assert response["days"] == [day(api, one["date"]) for one in response["days"]]
    assert [titles(one) for one in response["days"]][:3] == [["Night", "Call"], ["Mine", "Night"], ["Night"]]


@pytest.mark.parametrize(("first_weekday", "first"), [(1, "2026-11-30"), (2, "2026-12-01"), (7, "2026-11-29")])
def test_week_begins_as_the_settings_say(api: SchemaClient, alice: User, first_weekday: int, first: str) -> None:
    Settings.objects.filter(user=alice).update(first_weekday=first_weekday)
    assert api.get(WEEK, {"date": TUESDAY}).json()["days"][0]["date"] == first


def test_floating_times_are_those_of_wherever_the_athlete_is(api: SchemaClient, alice: User) -> None:
    make(ScheduleBlock, alice, title="Run", on_date=TUESDAY, weekdays=[], starts_at="07:00", ends_at="07:30")
    fixed = {"starts_at": "09:00", "ends_at": "10:00", "time_zone": "Asia/Tokyo"}
    make(ScheduleBlock, alice, title="Call", on_date=TUESDAY, weekdays=[], **fixed)

    def starts(date: str, **asked: str) -> dict[str, str]:
        return {one["title"]: one["starts_at"] for one in day(api, date, **asked)["blocks"]}

    assert starts(TUESDAY) == {"Run": f"{TUESDAY}T06:00:00.000000Z", "Call": f"{TUESDAY}T00:00:00.000000Z"}
    new_york = {"time_zone": "America/New_York"}
    assert starts(TUESDAY, **new_york) == {"Run": f"{TUESDAY}T12:00:00.000000Z"}
    assert starts("2026-11-30", **new_york) == {"Call": f"{TUESDAY}T00:00:00.000000Z"}


def test_moved_block_is_on_its_new_day_with_what_was_ticked(api: SchemaClient, alice: User) -> None:
    block = make(ScheduleBlock, alice, title="Clean", weekdays=["tuesday"])
    moved = differ(alice, block, TUESDAY, moved_to="2027-01-06")
    tick(alice, block, TUESDAY, notes="At last.")
    assert day(api)["blocks"] == []
    (found,) = day(api, "2027-01-06")["blocks"]
    assert (found["day"], found["moved"], found["exception"]) == (TUESDAY, True, as_id(moved))
    assert found["completion"]["notes"] == "At last."


def test_moved_block_that_has_ended_by_then_is_still_there(api: SchemaClient, alice: User) -> None:
    block = make(ScheduleBlock, alice, weekdays=["tuesday"], starts_on="2026-11-01", ends_on=TUESDAY)
    differ(alice, block, TUESDAY, moved_to="2027-01-06")
    assert len(day(api, "2027-01-06")["blocks"]) == 1


def test_habit_shows_its_streak_of_today_and_what_is_done_on_other_days(api: SchemaClient, alice: User) -> None:
    today = timezone.now().date()
    habit = make(Habit, alice, title="Water", starts_on=str(today - dt.timedelta(days=9)), target_count=3)
    counts = {4: 3, 3: 3, 2: 1, 1: 5, 0: 3}  # days ago
    for ago, count in counts.items():
        tick(alice, habit, str(today - dt.timedelta(days=ago)), count=count)
    for ago in (0, 4):
        (found,) = day(api, str(today - dt.timedelta(days=ago)), time_zone="UTC")["habits"]
        assert (found["due"], found["completion"]["count"]) == (True, 3)
        assert found["streak"] == {"current": 2, "best": 2, "counts": "days"}


def test_archived_habit_is_shown_where_it_was_done(api: SchemaClient, alice: User) -> None:
    habit = make(Habit, alice, starts_on="2026-11-01", archived=True)
    tick(alice, habit, TUESDAY)
    assert [one["due"] for one in day(api)["habits"]] == [False]
    assert day(api, WEDNESDAY)["habits"] == []


def test_reminders_are_moments_of_the_day(api: SchemaClient, alice: User) -> None:
    block = make(ScheduleBlock, alice, weekdays=["tuesday", "wednesday"], starts_at="07:00", ends_at="08:00")
    whole_day = make(ScheduleBlock, alice, on_date=TUESDAY, weekdays=[])
    habit = make(Habit, alice, starts_on=TUESDAY)
    ids = [
        as_id(remind(alice, whole_day, minutes_before=60)),
        as_id(remind(alice, block, minutes_before=90, channel="email")),
        as_id(remind(alice, habit, at_time="20:30")),
    ]
    remind(alice, block, minutes_before=15, enabled=False)
    differ(alice, block, WEDNESDAY, cancelled=True)
    found = [(one["reminder"], one["of"], one["at"], one["channel"]) for one in day(api)["reminders"]]
    assert found == [
        (ids[0], as_id(whole_day), "2026-11-30T22:00:00.000000Z", "push"),
        (ids[1], as_id(block), f"{TUESDAY}T04:30:00.000000Z", "email"),
        (ids[2], as_id(habit), f"{TUESDAY}T19:30:00.000000Z", "push"),
    ]
    assert [one["of"] for one in day(api, WEDNESDAY)["reminders"]] == [as_id(habit)], "the block is cancelled"


def test_doses_of_the_day_come_with_what_was_logged(api: SchemaClient, alice: User) -> None:
    times = {"times": ["20:00", "08:00"], "weekdays": ["tuesday"]}
    plan = make(SupplementPlan, alice, typed_name="Zinc", starts_on=TUESDAY, dose="15.0000", dose_unit="mg", **times)
    make(SupplementPlan, alice, typed_name="Salt", starts_on=TUESDAY)
    paused = make(SupplementPlan, alice, typed_name="Iron", starts_on=TUESDAY, paused=True)
    make(SupplementPlan, alice, typed_name="Paused", starts_on=TUESDAY, paused=True)
    taken = make(SupplementLog, alice, plan=as_id(plan), taken_on=TUESDAY, due_time="08:00")
    make(SupplementLog, alice, plan=as_id(paused), taken_on=TUESDAY, status="skipped")
    remind(alice, plan, minutes_before=30)
    found = [
        (one["title"], one["time"], one["due"], one["log"] and one["log"]["status"]) for one in day(api)["supplements"]
    ]
    expected = [("Zinc", "08:00", True, "taken"), ("Zinc", "20:00", True, None)]
    assert found == [*expected, ("Salt", "", True, None), ("Iron", "", False, "skipped")]
    assert day(api)["supplements"][0]["log"] == api.get(f"/api/v1/supplement-logs/{taken.pk}/").json()
    assert [one["at"] for one in day(api)["reminders"]] == [f"{TUESDAY}T18:30:00.000000Z"]
    assert [one["title"] for one in day(api, WEDNESDAY)["supplements"]] == ["Salt"]


def test_today_is_where_the_athlete_is(api: SchemaClient) -> None:
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12"):
        response = api.get(DAY, {"time_zone": zone}).json()
        now = timezone.now()
        assert response["time_zone"] == zone
        assert response["today"] == response["day"]["date"]
        assert abs(dt.date.fromisoformat(response["today"]) - now.date()) <= dt.timedelta(days=1)
    assert api.get(DAY).json()["time_zone"] == "Europe/Berlin"


@pytest.mark.parametrize(
    ("asked", "code", "attr"),
    [
        ({"date": "1899-12-31"}, "out_of_range", "date"),
        ({"date": "2200-01-01"}, "out_of_range", "date"),
        ({"date": "9999-12-31"}, "out_of_range", "date"),
        ({"date": "2026-02-30"}, "invalid", "date"),
        ({"date": "2026-12-01T00:00:00Z"}, "invalid", "date"),
        ({"time_zone": "Mars/Olympus"}, "invalid_time_zone", "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "invalid_time_zone", "time_zone"),
    ],
)
def test_garbage_is_refused(api: SchemaClient, asked: dict[str, str], code: str, attr: str) -> None:
    for address in (DAY, WEEK):
        check_error(api.get(address, asked), 400, code, attr)


@pytest.mark.parametrize("date", ["1900-01-01", "2199-12-31"])
def test_calendar_has_two_ends_and_both_can_be_seen(api: SchemaClient, alice: User, date: str) -> None:
    always = {"weekdays": ["friday", "monday", "saturday", "sunday", "thursday", "tuesday", "wednesday"]}
    make(
        ScheduleBlock,
        alice,
        title="Night",
        starts_at="23:00",
        ends_at="22:59",
        time_zone="Pacific/Kiritimati",
        **always,
    )
    for end in ("0001-01-01", "9999-12-31"):
        block = make(ScheduleBlock, alice, on_date=end, weekdays=[], starts_at="00:00", ends_at="00:00")
        differ(alice, block, end, moved_to="9999-12-31")
        tick(alice, block, end)
        make(Habit, alice, starts_on="0001-01-01", ends_on=end)
    assert "Night" in titles(day(api, date, time_zone="Etc/GMT+12"))
    assert len(api.get(WEEK, {"date": date}).json()["days"]) == 7


def test_anonymous_sees_no_day(anonymous: SchemaClient) -> None:
    for address in (DAY, WEEK):
        check_error(anonymous.get(address), 401, "not_authenticated")


@pytest.mark.parametrize("moved_to", ["0001-01-01", "9999-12-31"])
def test_day_that_was_moved_beyond_the_calendar_is_on_no_day(api: SchemaClient, alice: User, moved_to: str) -> None:
    block = make(ScheduleBlock, alice, on_date="2026-12-01", starts_at="22:30", ends_at="06:30")
    differ(alice, block, "2026-12-01", moved_to=moved_to)
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        found = api.get("/api/v1/planner/day/", {"date": "2026-12-01", "time_zone": zone})
        assert (found.status_code, found.json()["day"]["blocks"]) == (200, [])
