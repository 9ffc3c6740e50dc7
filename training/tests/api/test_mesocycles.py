"""Mesocycles led over REST, and what an athlete wants: favourites, goals."""

from typing import Any

import pytest

from accounts.models import User
from catalog.tests.factories import any_canonical, make_program
from config.tests.contract import SchemaClient, check_error
from lib.tests.factories import as_id, make
from training.models import Favourite, Goal, Mesocycle, MesocycleWeek

pytestmark = pytest.mark.django_db

MESOCYCLES = "/api/v1/mesocycles/"
FAVOURITES = "/api/v1/favourites/"
GOALS = "/api/v1/goals/"


def make_mesocycle(user: User, weeks: int = 3) -> Mesocycle:
    mesocycle = make(Mesocycle, user)
    for number in range(1, weeks + 1):
        make(MesocycleWeek, user, mesocycle=as_id(mesocycle), number=number)
    return mesocycle


def act(api: SchemaClient, mesocycle: Mesocycle, name: str, **body: Any) -> Any:
    return api.post(f"{MESOCYCLES}{mesocycle.pk}/{name}/", body)


def shown(answer: Any) -> tuple[str, int | None]:
    assert answer.status_code == 200, answer.content
    return answer.json()["status"], answer.json()["current_week"]


def test_mesocycle_is_led_from_its_first_week_to_its_end(api: SchemaClient, alice: User) -> None:
    mesocycle = make_mesocycle(alice)
    for _ in range(2):  # started twice is started once
        assert shown(act(api, mesocycle, "start", on="2026-03-02")) == ("active", 1)
    assert [shown(act(api, mesocycle, "advance", on="2026-03-23")) for _ in range(3)] == [
        ("active", 2), ("active", 3), ("completed", 3),
    ]  # fmt: skip
    done = api.get(f"{MESOCYCLES}{mesocycle.pk}/").json()
    assert (done["started_on"], done["ended_on"], done["running"]) == ("2026-03-02", "2026-03-23", False)
    for name in ("start", "advance", "abandon", "deload"):
        check_error(act(api, mesocycle, name), 409, "mesocycle_ended")


def test_easy_week_comes_after_the_current_one_and_once(api: SchemaClient, alice: User) -> None:
    mesocycle = make_mesocycle(alice)
    act(api, mesocycle, "start")
    for _ in range(2):
        assert shown(act(api, mesocycle, "deload")) == ("active", 1)
    weeks = MesocycleWeek.objects.live().filter(mesocycle=mesocycle).order_by("number")
    assert list(weeks.values_list("number", "kind")) == [
        (1, "accumulation"), (2, "deload"), (3, "accumulation"), (4, "accumulation"),
    ]  # fmt: skip
    listed = api.get("/api/v1/mesocycle-weeks/", {"mesocycle": as_id(mesocycle)}).json()["results"]
    assert [row["number"] for row in listed] == [1, 2, 3, 4]


def test_mesocycle_that_is_not_ready_is_not_led(api: SchemaClient, alice: User) -> None:
    check_error(act(api, make(Mesocycle, alice), "start"), 400, "mesocycle_without_weeks")
    mesocycle = make_mesocycle(alice)
    for name in ("advance", "deload"):
        check_error(act(api, mesocycle, name), 409, "mesocycle_not_started")
    assert shown(act(api, mesocycle, "abandon")) == ("abandoned", None)


def test_one_mesocycle_is_under_way(api: SchemaClient, alice: User) -> None:
    first, second = make_mesocycle(alice), make_mesocycle(alice)
    act(api, first, "start")
    act(api, second, "start")
    assert list(Mesocycle.objects.filter(running=True).values_list("pk", flat=True)) == [second.pk]


def test_mesocycle_of_a_stranger_is_not_found(api: SchemaClient, bob: User) -> None:
    mesocycle = make_mesocycle(bob)
    for name in ("start", "advance", "abandon", "deload"):
        check_error(act(api, mesocycle, name), 404, "not_found")


# --- favourites and goals ---


def test_favourite_is_one_thing_and_each_thing_once(api: SchemaClient) -> None:
    program, exercise_type = as_id(make_program(status="published")), as_id(any_canonical())
    assert api.post(FAVOURITES, {"program": program}).status_code == 201
    assert api.post(FAVOURITES, {"exercise_type": exercise_type, "position": 2}).status_code == 201
    check_error(api.post(FAVOURITES, {"program": program}), 400, "only_one", "program")
    both = api.post(
        FAVOURITES, {"program": as_id(make_program(slug="other", status="published")), "exercise_type": exercise_type}
    )
    assert both.json()["errors"][0]["code"] in {"several_favourites", "only_one"}
    assert Favourite.objects.count() == 2


def test_goal_says_what_its_number_is_of(api: SchemaClient) -> None:
    exercise_type = as_id(any_canonical())
    good = [
        {"kind": "one_rep_max", "exercise_type": exercise_type, "target_value": "140.000", "due_on": "2026-12-31"},
        {"kind": "measurement", "measurement_kind": "body_weight", "start_value": "90.000", "target_value": "85.000"},
        {"kind": "weekly_workouts", "target_value": "4.000"},
    ]
    for body in good:
        assert api.post(GOALS, body).status_code == 201, body
    check_error(api.post(GOALS, {"kind": "load", "target_value": "1"}), 400, "goal_incomplete", "non_field_errors")
    check_error(api.post(GOALS, {"kind": "reps", "target_value": "-1"}), 400, "min_value", "target_value")
    assert Goal.objects.count() == 3
