"""Performances of exercise types: in a workout, on their own, and from one to the other."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from catalog.models import ExerciseType
from catalog.tests.factories import make_canonical
from config.tests.contract import SchemaClient, check_error
from lib.tests.factories import make
from training.models import Exercise, Workout

URL = "/api/v1/exercises/"
START = dt.datetime(2026, 3, 1, 10, tzinfo=dt.UTC)
END = dt.datetime(2026, 3, 1, 11, tzinfo=dt.UTC)
NOW = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)

Add = Callable[[SchemaClient, dict[str, Any]], Any]


@pytest.fixture
def bench(db: None) -> ExerciseType:
    return make_canonical("bench-press")


def add_one(api: SchemaClient, body: dict[str, Any]) -> Any:
    return api.post(URL, body)


def add_in_a_batch(api: SchemaClient, body: dict[str, Any]) -> Any:
    return api.post(f"{URL}batch/", {"items": [body, body | {"position": 2.0}]})


def add_then_link(api: SchemaClient, body: dict[str, Any]) -> Any:
    made = api.post(URL, {"exercise_type": body["exercise_type"]}).json()
    return api.post(f"{URL}{made['id']}/link/", {"workout": body["workout"]})


def add_then_patch(api: SchemaClient, body: dict[str, Any]) -> Any:
    made = api.post(URL, {"exercise_type": body["exercise_type"]}).json()
    return api.patch(f"{URL}{made['id']}/", {"workout": body["workout"]})


WAYS = pytest.mark.parametrize("add", [add_one, add_in_a_batch, add_then_link, add_then_patch])


def link(api: SchemaClient, exercise: Exercise, **body: Any) -> Any:
    return api.post(f"{URL}{exercise.pk}/link/", body)


def unlink(api: SchemaClient, exercise: Exercise) -> Any:
    return api.post(f"{URL}{exercise.pk}/unlink/")


def completed(user: User, **values: Any) -> Workout:
    return make(Workout, user, status="completed", started_at=START, ended_at=END, **values)


# --- adding ---


def test_exercise_stands_on_its_own(api: SchemaClient, bench: ExerciseType) -> None:
    body = api.post(
        URL, {"exercise_type": str(bench.pk), "performed_at": "2026-03-01T10:00:00Z", "time_zone": "Europe/Berlin"}
    ).json()
    assert (body["workout"], body["performed_at"]) == (None, "2026-03-01T10:00:00.000000Z")
    assert [row["id"] for row in api.get(f"{URL}?workout__isnull=true").json()["results"]] == [body["id"]]


@WAYS
def test_adding_to_a_planned_workout_starts_it(api: SchemaClient, alice: User, bench: ExerciseType, add: Add) -> None:
    workout, other = make(Workout, alice, planned_on="2026-03-01"), make(Workout, alice, planned_on="2026-03-01")
    with time_machine.travel(timezone.now(), tick=False):
        now = timezone.now()
        assert add(api, {"exercise_type": str(bench.pk), "workout": str(workout.pk)}).status_code in (200, 201)
    workout.refresh_from_db()
    assert (workout.status, workout.started_at, workout.ended_at) == ("in_progress", now, None)
    assert workout.planned_on == dt.date(2026, 3, 1)
    other.refresh_from_db()
    assert other.status == "planned"


@WAYS
@pytest.mark.parametrize("status", ["in_progress", "completed", "skipped"])
def test_adding_to_another_workout_leaves_it_as_it_is(
    api: SchemaClient, alice: User, bench: ExerciseType, add: Add, status: str
) -> None:
    times = {"in_progress": (START, None), "completed": (START, END), "skipped": (None, None)}[status]
    workout = make(Workout, alice, status=status, started_at=times[0], ended_at=times[1])
    before = Workout.objects.values().get()
    assert add(api, {"exercise_type": str(bench.pk), "workout": str(workout.pk)}).status_code in (200, 201)
    assert Workout.objects.values().get() == before
    assert set(Exercise.objects.values_list("workout_id", flat=True)) == {workout.pk}


@WAYS
def test_workout_of_somebody_else_does_not_exist(api: SchemaClient, bob: User, bench: ExerciseType, add: Add) -> None:
    bobs = make(Workout, bob)
    response = add(api, {"exercise_type": str(bench.pk), "workout": str(bobs.pk)})
    assert response.status_code == 400
    found = {(error["code"], error["attr"].rpartition(".")[2]) for error in response.json()["errors"]}
    assert found == {("does_not_exist", "workout")}
    bobs.refresh_from_db()
    assert bobs.status == "planned"
    assert not Exercise.objects.exclude(workout=None).exists()


@WAYS
def test_deleted_workout_does_not_exist(api: SchemaClient, alice: User, bench: ExerciseType, add: Add) -> None:
    workout = make(Workout, alice)
    Workout.objects.filter(pk=workout.pk).tombstone()
    assert add(api, {"exercise_type": str(bench.pk), "workout": str(workout.pk)}).status_code == 400


def test_batch_into_several_planned_workouts_starts_them_all(
    api: SchemaClient, alice: User, bench: ExerciseType
) -> None:
    workouts = [make(Workout, alice) for _ in range(3)]
    items = [{"exercise_type": str(bench.pk), "workout": str(workout.pk)} for workout in workouts]
    assert api.post(f"{URL}batch/", {"items": items}).status_code == 201
    assert set(Workout.objects.values_list("status", flat=True)) == {"in_progress"}


def test_refused_batch_starts_nothing(api: SchemaClient, alice: User, bench: ExerciseType) -> None:
    workout = make(Workout, alice)
    items = [{"exercise_type": str(bench.pk), "workout": str(workout.pk)}, {"exercise_type": str(uuid4())}]
    check_error(api.post(f"{URL}batch/", {"items": items}), 400, "does_not_exist", "items.1.exercise_type")
    workout.refresh_from_db()
    assert workout.status == "planned"


def test_exercise_repeated_after_a_lost_answer_starts_nothing_again(
    api: SchemaClient, alice: User, bench: ExerciseType
) -> None:
    workout = make(Workout, alice)
    body = {"id": str(uuid4()), "exercise_type": str(bench.pk), "workout": str(workout.pk)}
    api.post(URL, body)
    before = Workout.objects.values().get()
    assert api.post(URL, body).status_code == 201
    assert Workout.objects.values().get() == before
    assert Exercise.objects.count() == 1


# --- linking ---


def test_link_puts_the_exercise_into_the_workout(api: SchemaClient, alice: User) -> None:
    workout, exercise = completed(alice), make(Exercise, alice, performed_at=NOW, position=1.0)
    body = link(api, exercise, workout=str(workout.pk)).json()
    assert (body["workout"], body["position"]) == (str(workout.pk), 1.0)
    assert body["performed_at"] == "2026-03-02T12:00:00.000000Z"
    assert body == api.get(f"{URL}{exercise.pk}/").json()


def test_link_may_say_the_place(api: SchemaClient, alice: User) -> None:
    exercise = make(Exercise, alice)
    assert link(api, exercise, workout=str(completed(alice).pk), position=2.5).json()["position"] == 2.5


def test_link_moves_an_exercise_from_one_workout_to_another(api: SchemaClient, alice: User) -> None:
    first, second = completed(alice), completed(alice)
    exercise = make(Exercise, alice, workout=str(first.pk))
    for _ in range(2):  # the second time it is there already
        assert link(api, exercise, workout=str(second.pk)).json()["workout"] == str(second.pk)


@pytest.mark.parametrize(
    ("body", "code", "attr"),
    [
        ({}, "required", "workout"),
        ({"workout": None}, "null", "workout"),
        ({"workout": "not-a-uuid"}, "invalid", "workout"),
        ({"workout": "cafe0000-0000-4000-8000-000000000000"}, "does_not_exist", "workout"),
        ({"workout": "cafe0000-0000-4000-8000-000000000000", "position": "x"}, "invalid", "position"),
        ({"workout": "cafe0000-0000-4000-8000-000000000000", "position": 1e10}, "max_value", "position"),
    ],
)
def test_link_that_makes_no_sense_is_refused(
    api: SchemaClient, alice: User, body: dict[str, Any], code: str, attr: str
) -> None:
    check_error(link(api, make(Exercise, alice), **body), 400, code, attr)


def test_unlinked_exercise_keeps_the_time_of_its_workout(api: SchemaClient, alice: User) -> None:
    exercise = make(Exercise, alice, workout=str(completed(alice, time_zone="Europe/Berlin").pk))
    body = unlink(api, exercise).json()
    assert (body["workout"], body["performed_at"], body["time_zone"]) == (
        None, "2026-03-01T10:00:00.000000Z", "Europe/Berlin",
    )  # fmt: skip


def test_exercise_unlinked_by_a_patch_keeps_the_time_too(api: SchemaClient, alice: User) -> None:
    exercise = make(Exercise, alice, workout=str(completed(alice, time_zone="Europe/Berlin").pk))
    body = api.patch(f"{URL}{exercise.pk}/", {"workout": None}).json()
    assert (body["performed_at"], body["time_zone"]) == ("2026-03-01T10:00:00.000000Z", "Europe/Berlin")


def test_time_said_with_the_patch_stands(api: SchemaClient, alice: User) -> None:
    exercise = make(Exercise, alice, workout=str(completed(alice).pk))
    body = api.patch(f"{URL}{exercise.pk}/", {"workout": None, "performed_at": "2026-03-05T10:00:00Z"}).json()
    assert body["performed_at"] == "2026-03-05T10:00:00.000000Z"


def test_exercise_with_a_time_of_its_own_keeps_it(api: SchemaClient, alice: User) -> None:
    exercise = make(Exercise, alice, workout=str(completed(alice).pk), performed_at=NOW, time_zone="Asia/Tokyo")
    body = unlink(api, exercise).json()
    assert (body["performed_at"], body["time_zone"]) == ("2026-03-02T12:00:00.000000Z", "Asia/Tokyo")


def test_exercise_of_a_workout_that_never_started_gets_no_time(api: SchemaClient, alice: User) -> None:
    exercise = make(Exercise, alice, workout=str(make(Workout, alice, status="skipped").pk))
    assert unlink(api, exercise).json()["performed_at"] is None


def test_unlinking_what_stands_on_its_own_changes_nothing(api: SchemaClient, alice: User) -> None:
    exercise = make(Exercise, alice)
    before = api.get(f"{URL}{exercise.pk}/").json()
    assert unlink(api, exercise).json() == before


@pytest.mark.parametrize("action", ["link", "unlink"])
def test_exercise_of_a_stranger_is_neither_linked_nor_unlinked(
    bobs_api: SchemaClient, alice: User, bob: User, action: str
) -> None:
    exercise = make(Exercise, alice, workout=str(completed(alice).pk))
    response = bobs_api.post(f"{URL}{exercise.pk}/{action}/", {"workout": str(make(Workout, bob).pk)})
    check_error(response, 404, "not_found")
    assert exercise.workout_id == Exercise.objects.get().workout_id


@pytest.mark.parametrize("action", ["link", "unlink"])
def test_link_keeps_to_the_state_that_was_read(api: SchemaClient, alice: User, action: str) -> None:
    exercise = make(Exercise, alice, workout=str(completed(alice).pk))
    body = {"workout": str(completed(alice).pk)}
    tag = api.get(f"{URL}{exercise.pk}/")["ETag"]
    Exercise.objects.update(notes="changed meanwhile")
    response = api.post(f"{URL}{exercise.pk}/{action}/", body, headers={"If-Match": tag})
    check_error(response, 412, "precondition_failed")


# --- the rest ---


def test_exercise_needs_its_type(api: SchemaClient) -> None:
    check_error(api.post(URL, {}), 400, "required", "exercise_type")
    check_error(api.post(URL, {"exercise_type": None}), 400, "null", "exercise_type")
    check_error(api.post(URL, {"exercise_type": str(uuid4())}), 400, "does_not_exist", "exercise_type")


@pytest.mark.parametrize(("group", "answer"), [(1, 201), (None, 201), (0, 400), (1001, 400), ("a", 400), (1.5, 400)])
def test_superset_group_is_a_small_number(api: SchemaClient, bench: ExerciseType, group: Any, answer: int) -> None:
    assert api.post(URL, {"exercise_type": str(bench.pk), "superset_group": group}).status_code == answer


@pytest.mark.parametrize(
    ("position", "answer"), [(0.5, 201), (-3, 201), (1e9, 201), (1.1e9, 400), ("x", 400), (None, 400)]
)
def test_position_is_a_number_between_others(
    api: SchemaClient, bench: ExerciseType, position: Any, answer: int
) -> None:
    assert api.post(URL, {"exercise_type": str(bench.pk), "position": position}).status_code == answer


def test_position_beyond_all_numbers_is_refused(api: SchemaClient, bench: ExerciseType) -> None:
    for position in ("1e400", "-1e400", "NaN", "Infinity"):
        body = f'{{"exercise_type": "{bench.pk}", "position": {position}}}'
        assert api.post(URL, body, content_type="application/json").status_code == 400


def test_filters_narrow_the_exercises(api: SchemaClient, alice: User, bob: User, bench: ExerciseType) -> None:
    workout, squat = completed(alice), make_canonical("squat")
    inside = make(Exercise, alice, workout=str(workout.pk), exercise_type=str(bench.pk))
    alone = make(Exercise, alice, exercise_type=str(squat.pk), performed_at=START)
    make(Exercise, bob)
    for query, found in {
        f"workout={workout.pk}": [inside],
        "workout__isnull=true": [alone],
        "workout__isnull=false": [inside],
        f"exercise_type={squat.pk}": [alone],
        "performed_at__gte=2026-03-01T10:00:00Z": [alone],
        "performed_at__lt=2026-03-01T10:00:00Z": [],
        f"workout={uuid4()}": [],
    }.items():
        rows = api.get(f"{URL}?{query}").json()["results"]
        assert {row["id"] for row in rows} == {str(row.pk) for row in found}, query


def test_exercises_of_a_workout_come_in_their_order(api: SchemaClient, alice: User) -> None:
    workout = make(Workout, alice)
    second, first, third = (make(Exercise, alice, workout=workout.pk, position=place) for place in (1, -1, 1.5))
    rows = api.get(f"{URL}?workout={workout.pk}").json()["results"]
    assert [row["id"] for row in rows] == [str(row.pk) for row in (first, second, third)]


@pytest.mark.parametrize("query", ["workout=x", "exercise_type=%00", "performed_at__gte=x"])
def test_filter_that_makes_no_sense_is_refused(api: SchemaClient, query: str) -> None:
    assert api.get(f"{URL}?{query}").status_code == 400


def test_batch_takes_as_many_queries_for_thirty_as_for_three(
    api: SchemaClient, alice: User, bench: ExerciseType, django_assert_num_queries: Any
) -> None:
    for count in (3, 30):
        workouts = [make(Workout, alice) for _ in range(count)]
        items = [{"exercise_type": str(bench.pk), "workout": str(workout.pk)} for workout in workouts]
        # the session; savepoint; the user's head; workouts and types that exist; ids that stand; the zone of the settings;
        # insert; start; what is scheduled; rows; release
        with django_assert_num_queries(12):
            assert api.post(f"{URL}batch/", {"items": items}).status_code == 201
