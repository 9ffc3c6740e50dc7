"""Sets: what was aimed at and what was done."""

from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from config.tests.contract import SchemaClient, check_error
from lib.tests.factories import make
from training.models import Exercise, Set, Workout

URL = "/api/v1/sets/"
BATCH = f"{URL}batch/"
NUMBERS = ["target_reps", "reps", "target_load_kg", "load_kg", "rir", "duration_s", "distance_m", "rest_s"]


@pytest.fixture
def exercise(alice: User) -> Exercise:
    return make(Exercise, alice)


def test_set_says_everything_about_itself(api: SchemaClient, exercise: Exercise) -> None:
    said = {
        "exercise": str(exercise.pk), "position": 1.5, "kind": "rest_pause", "target_reps": 8, "reps": 9,
        "target_load_kg": "80.00", "load_kg": "82.55", "typed_load": "182.000", "typed_load_unit": "lb", "rpe": "8.5",
        "rir": "1.5", "duration_s": 40, "distance_m": "12.50", "rest_s": 120, "tempo": "3-1-1-0",
        "completed_at": "2026-03-01T10:00:00.031000Z", "notes": "Grip slipped.",
    }  # fmt: skip
    response = api.post(URL, said)
    assert response.status_code == 201
    assert {name: response.json()[name] for name in said} == said


def test_nothing_but_the_exercise_need_be_said(api: SchemaClient, exercise: Exercise) -> None:
    body = api.post(URL, {"exercise": str(exercise.pk)}).json()
    assert (body["kind"], body["reps"], body["load_kg"], body["typed_load_unit"]) == ("working", None, None, "")


@pytest.mark.parametrize("name", NUMBERS)
def test_nothing_is_negative(api: SchemaClient, exercise: Exercise, name: str) -> None:
    check_error(api.post(URL, {"exercise": str(exercise.pk), name: -1}), 400, "min_value", name)
    assert api.post(URL, {"exercise": str(exercise.pk), name: 0}).status_code == 201


@pytest.mark.parametrize(
    ("name", "value", "answer"),
    [
        ("rpe", "1.0", 201), ("rpe", "10.0", 201), ("rpe", "0.9", 400), ("rpe", "10.1", 400), ("rpe", "8.55", 400),
        ("rir", "20.0", 201), ("rir", "20.1", 400),
        ("load_kg", "10000.00", 201), ("load_kg", "10000.01", 400), ("load_kg", "82.555", 400), ("load_kg", 82.5, 201),
        ("load_kg", "NaN", 400), ("load_kg", "Infinity", 400), ("load_kg", "-0.00", 201), ("load_kg", "1e2", 201),
        ("reps", 10_000, 201), ("reps", 10_001, 400), ("reps", 8.5, 400), ("reps", "8", 400), ("reps", 2**63, 400),
        ("reps", True, 400),
        ("duration_s", 604_800, 201), ("duration_s", 604_801, 400),
        ("distance_m", "2000000.00", 201), ("distance_m", "2000000.01", 400),
        ("rest_s", 86_400, 201), ("rest_s", 86_401, 400),
        ("kind", "drop", 201), ("kind", "mega", 400), ("kind", "", 400),
        ("tempo", "x" * 21, 400), ("notes", "x" * 2000, 201), ("notes", "x" * 2001, 400),
    ],
)  # fmt: skip
def test_values_have_limits(api: SchemaClient, exercise: Exercise, name: str, value: Any, answer: int) -> None:
    response = api.post(URL, {"exercise": str(exercise.pk), name: value})
    assert response.status_code == answer, response.content
    if answer == 400:
        assert [error["attr"] for error in response.json()["errors"]] == [name]


def test_zero_has_no_sign(api: SchemaClient, exercise: Exercise) -> None:
    assert api.post(URL, {"exercise": str(exercise.pk), "load_kg": "-0.00"}).json()["load_kg"] == "0.00"


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ({}, 201),
        ({"typed_load": None, "typed_load_unit": ""}, 201),
        ({"typed_load": "182.0", "typed_load_unit": "lb"}, 201),
        ({"load_kg": "0", "typed_load": "0", "typed_load_unit": "kg"}, 201),
        ({"typed_load": "182.0"}, 400),
        ({"typed_load": "182.0", "typed_load_unit": ""}, 400),
        ({"typed_load_unit": "lb"}, 400),
        ({"typed_load": "182.0", "typed_load_unit": "stone"}, 400),
        ({"typed_load": "-1", "typed_load_unit": "lb"}, 400),
    ],
)
def test_what_was_typed_has_a_number_and_a_unit_or_neither(
    api: SchemaClient, exercise: Exercise, typed: dict[str, Any], answer: int
) -> None:
    assert api.post(URL, {"exercise": str(exercise.pk), "load_kg": "82.55", **typed}).status_code == answer


def test_typed_load_without_its_unit_is_refused_by_name(api: SchemaClient, exercise: Exercise) -> None:
    response = api.post(URL, {"exercise": str(exercise.pk), "typed_load": "182.0"})
    check_error(response, 400, "unit_missing", "non_field_errors")


# --- the exercise that a set is of ---


@pytest.mark.parametrize("state", ["missing", "deleted", "workout deleted", "bob's"])
def test_set_needs_an_exercise_that_is_there(api: SchemaClient, alice: User, bob: User, state: str) -> None:
    workout = make(Workout, alice)
    exercise = make(Exercise, bob if state == "bob's" else alice)
    if state == "deleted":
        Exercise.objects.all().tombstone()
    if state == "workout deleted":
        Exercise.objects.update(workout=workout)
        Workout.objects.all().tombstone()
    key = uuid4() if state == "missing" else exercise.pk
    check_error(api.post(URL, {"exercise": str(key)}), 400, "does_not_exist", "exercise")
    check_error(api.post(BATCH, {"items": [{"exercise": str(key)}]}), 400, "does_not_exist", "items.0.exercise")
    assert not Set.objects.exists()


def test_set_moves_to_another_exercise_of_the_same_user_alone(
    api: SchemaClient, alice: User, bob: User, exercise: Exercise
) -> None:
    row, bobs = make(Set, alice), make(Exercise, bob)
    url = f"{URL}{row.pk}/"
    assert api.patch(url, {"exercise": str(exercise.pk)}).json()["exercise"] == str(exercise.pk)
    check_error(api.patch(url, {"exercise": str(bobs.pk)}), 400, "does_not_exist", "exercise")
    check_error(api.patch(url, {"exercise": None}), 400, "null", "exercise")


# --- many at once ---


def test_batch_holds_five_hundred(api: SchemaClient, exercise: Exercise) -> None:
    items = [{"id": str(uuid4()), "exercise": str(exercise.pk), "position": n, "reps": n} for n in range(500)]
    response = api.post(BATCH, {"items": items})
    assert response.status_code == 201
    assert [row["id"] for row in response.json()["results"]] == [item["id"] for item in items]
    assert Set.objects.count() == 500
    assert api.post(BATCH, {"items": items}).json() == response.json()
    assert Set.objects.count() == 500


@pytest.mark.parametrize("count", [0, 501])
def test_batch_of_none_or_too_many_is_refused(api: SchemaClient, exercise: Exercise, count: int) -> None:
    check_error(api.post(BATCH, {"items": [{"exercise": str(exercise.pk)}] * count}), 400, "invalid", "items")
    assert not Set.objects.exists()


@pytest.mark.parametrize(
    "body", [{}, [], {"items": None}, {"items": {}}, {"items": "x"}, {"items": [None]}, {"items": [7]}]
)
def test_batch_that_is_none_is_refused(api: SchemaClient, body: Any) -> None:
    response = api.post(BATCH, body)
    assert response.status_code == 400
    assert {error["attr"].split(".")[0] for error in response.json()["errors"]} == {"items"}


def test_batch_names_each_mistake_by_its_row(api: SchemaClient, exercise: Exercise) -> None:
    good: dict[str, Any] = {"exercise": str(exercise.pk)}
    items = [good, good | {"reps": -1}, good, good | {"rpe": "11"}, {}]
    response = api.post(BATCH, {"items": items})
    assert response.status_code == 400
    assert [error["attr"] for error in response.json()["errors"]] == ["items.1.reps", "items.3.rpe", "items.4.exercise"]
    assert not Set.objects.exists()


def test_batch_that_the_database_refuses_writes_nothing(api: SchemaClient, exercise: Exercise) -> None:
    items = [{"exercise": str(exercise.pk)}, {"exercise": str(exercise.pk), "typed_load": "182.0"}]
    check_error(api.post(BATCH, {"items": items}), 400, "unit_missing", "non_field_errors")
    assert not Set.objects.exists()


def test_same_id_twice_in_a_batch_is_refused(api: SchemaClient, exercise: Exercise) -> None:
    item = {"id": str(uuid4()), "exercise": str(exercise.pk)}
    check_error(api.post(BATCH, {"items": [item, item]}), 409, "id_taken", "id")


def test_batch_adds_to_what_stands(api: SchemaClient, exercise: Exercise) -> None:
    first = {"id": str(uuid4()), "exercise": str(exercise.pk)}
    api.post(URL, first)
    second = {"id": str(uuid4()), "exercise": str(exercise.pk)}
    assert api.post(BATCH, {"items": [first, second]}).status_code == 201
    assert Set.objects.count() == 2


def test_batch_takes_as_many_queries_for_thirty_as_for_three(
    api: SchemaClient, exercise: Exercise, django_assert_num_queries: Any
) -> None:
    for count in (3, 30):
        items = [{"exercise": str(exercise.pk), "position": n} for n in range(count)]
        # the session; savepoint; the user's head; exercises that exist; ids that stand; insert; the rows; release
        with django_assert_num_queries(8):
            assert api.post(BATCH, {"items": items}).status_code == 201


def test_filters_narrow_the_sets(api: SchemaClient, alice: User, bob: User) -> None:
    workout = make(Workout, alice)
    exercise = make(Exercise, alice, workout=str(workout.pk))
    inside = make(Set, alice, exercise=str(exercise.pk), kind="drop", completed_at="2026-03-01T10:00:00Z")
    alone = make(Set, alice)
    make(Set, bob)
    for query, found in {
        f"exercise={exercise.pk}": [inside],
        f"exercise__workout={workout.pk}": [inside],
        "kind=drop": [inside],
        "kind=working": [alone],
        "completed_at__gte=2026-03-01T10:00:00Z": [inside],
        "completed_at__lt=2026-03-01T10:00:00Z": [],
    }.items():
        rows = api.get(f"{URL}?{query}").json()["results"]
        assert {row["id"] for row in rows} == {str(row.pk) for row in found}, query


def test_sets_of_somebody_elses_workout_are_not_listed(bobs_api: SchemaClient, alice: User) -> None:
    row = make(Set, alice)
    assert bobs_api.get(f"{URL}?exercise={row.exercise_id}").json()["results"] == []


def ids(api: SchemaClient, query: str) -> list[str]:
    return [row["id"] for row in api.get(f"{URL}?{query}").json()["results"]]


def test_sets_of_an_exercise_come_in_their_order(api: SchemaClient, exercise: Exercise, alice: User) -> None:
    second, first, third = (str(make(Set, alice, exercise=exercise.pk, position=place).pk) for place in (1, 0.5, 2))
    elsewhere = str(make(Set, alice, position=0).pk)
    assert ids(api, f"exercise={exercise.pk}") == [first, second, third]
    assert ids(api, f"exercise={exercise.pk}&kind=working") == [first, second, third]
    assert ids(api, "") == [elsewhere, third, first, second]  # the newest first


def test_sets_of_a_workout_come_exercise_by_exercise(api: SchemaClient, alice: User) -> None:
    workout = make(Workout, alice)
    squat, press = (make(Exercise, alice, workout=workout.pk, position=place) for place in (2, 1))
    rows = [
        make(Set, alice, exercise=e.pk, position=place) for e, place in [(squat, 2), (press, 2), (squat, 1), (press, 1)]
    ]
    squat_2, press_2, squat_1, press_1 = (str(row.pk) for row in rows)
    assert ids(api, f"exercise__workout={workout.pk}") == [press_1, press_2, squat_1, squat_2]
