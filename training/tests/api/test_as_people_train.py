"""Workouts as people train: each test tells a story over REST. What two devices do is in sync/tests/test_resumed_workout.py."""

from typing import Any

import pytest

from accounts.models import User
from catalog.models import ExerciseType
from catalog.tests.factories import make_canonical
from config.tests.contract import SchemaClient, check_error
from lib.tests.factories import make
from training.models import Measurement

WORKOUTS, EXERCISES, SETS = "/api/v1/workouts/", "/api/v1/exercises/", "/api/v1/sets/"
MEASUREMENTS = "/api/v1/measurements/"
Json = dict[str, Any]


class Diary:
    """What an app does, in a few words."""

    def __init__(self, api: SchemaClient) -> None:
        self.api = api

    def made(self, url: str, **said: Any) -> Json:
        response = self.api.post(url, said)
        assert response.status_code == 201, response.content
        row: Json = response.json()
        return row

    def changed(self, url: str, row: Json, **said: Any) -> Json:
        response = self.api.patch(f"{url}{row['id']}/", said)
        assert response.status_code == 200, response.content
        found: Json = response.json()
        return found

    def listed(self, url: str, **query: Any) -> list[Json]:
        rows: list[Json] = self.api.get(url, query).json()["results"]
        return rows

    def workout(self, at: str = "2026-03-01T10:00:00Z", zone: str = "Europe/Berlin", **said: Any) -> Json:
        return self.made(WORKOUTS, status="in_progress", started_at=at, time_zone=zone, **said)

    def exercise(self, workout: Json, of: ExerciseType, **said: Any) -> Json:
        return self.made(EXERCISES, workout=workout["id"], exercise_type=str(of.pk), **said)

    def set(self, exercise: Json, **said: Any) -> Json:
        return self.made(SETS, exercise=exercise["id"], **said)

    def done(self, exercise: Json, **said: Any) -> Json:
        return self.set(exercise, **{"completed_at": "2026-03-01T10:05:00Z", **said})

    def loads(self, workout: Json) -> Json:
        found: Json = self.api.get(f"{WORKOUTS}{workout['id']}/loads/").json()
        return found


@pytest.fixture
def diary(api: SchemaClient) -> Diary:
    return Diary(api)


@pytest.fixture
def bench(db: None) -> ExerciseType:
    return make_canonical("bench-press")


@pytest.fixture
def row(db: None) -> ExerciseType:
    return make_canonical("one-arm-row", laterality="unilateral")


@pytest.fixture
def pull_up(db: None) -> ExerciseType:
    return make_canonical("pull-up", load_convention="bodyweight", bodyweight_share="1.00")


def weigh(diary: Diary, day: str, kg: str) -> Json:
    at = {"measured_at": f"{day}T07:00:00Z", "time_zone": "Europe/Berlin"}
    return diary.made(MEASUREMENTS, kind="body_weight", value=kg, **at)


# --- days ---


def test_several_workouts_a_day(diary: Diary) -> None:
    morning, evening = diary.workout("2026-03-01T06:00:00Z"), diary.workout("2026-03-01T17:00:00Z")
    diary.workout("2026-03-02T06:00:00Z")
    found = diary.listed(WORKOUTS, local_date="2026-03-01")
    assert {each["id"] for each in found} == {morning["id"], evening["id"]}
    diary.changed(WORKOUTS, morning, status="completed", ended_at="2026-03-01T07:00:00Z")
    assert diary.changed(WORKOUTS, evening, title="Again")["status"] == "in_progress"


def test_workout_across_midnight_is_of_the_day_it_began(diary: Diary, bench: ExerciseType) -> None:
    night = diary.workout("2026-03-01T22:30:00Z")  # half past eleven in Berlin
    last = diary.done(diary.exercise(night, bench), reps=5, completed_at="2026-03-01T23:40:00Z")
    over = diary.changed(WORKOUTS, night, status="completed", ended_at="2026-03-01T23:45:00Z")
    assert over["local_date"] == "2026-03-01"
    assert [each["id"] for each in diary.listed(WORKOUTS, local_date="2026-03-01")] == [night["id"]]
    assert diary.listed(WORKOUTS, local_date="2026-03-02") == []
    assert [each["id"] for each in diary.listed(SETS, exercise__workout=night["id"])] == [last["id"]]


# --- exercises ---


def test_same_exercise_twice(diary: Diary, bench: ExerciseType, pull_up: ExerciseType) -> None:
    workout = diary.workout()
    heavy, between, light = (diary.exercise(workout, of, position=n) for n, of in enumerate((bench, pull_up, bench)))
    for exercise, reps in ((heavy, 3), (light, 12)):
        diary.done(exercise, reps=reps)
    assert [each["id"] for each in diary.listed(EXERCISES, workout=workout["id"])] == [
        heavy["id"], between["id"], light["id"],
    ]  # fmt: skip
    assert [each["reps"] for each in diary.listed(SETS, exercise__workout=workout["id"])] == [3, 12]


def test_superset_and_circuit(diary: Diary, bench: ExerciseType, row: ExerciseType, pull_up: ExerciseType) -> None:
    """What is done by turns has one group. The order of doing is that of completed_at."""
    workout = diary.workout()
    first, second = (diary.exercise(workout, of, position=n, superset_group=1) for n, of in enumerate((bench, row)))
    circuit = [
        diary.exercise(workout, of, position=9 + n, superset_group=2) for n, of in enumerate((bench, row, pull_up))
    ]
    for number in range(3):
        for minute, exercise in enumerate((first, second, *circuit)):
            diary.done(exercise, position=number, reps=10, completed_at=f"2026-03-01T10:{number * 10 + minute:02}:00Z")
    exercises = diary.listed(EXERCISES, workout=workout["id"])
    assert [each["superset_group"] for each in exercises] == [1, 1, 2, 2, 2]
    in_time = sorted(diary.listed(SETS, exercise__workout=workout["id"]), key=lambda each: each["completed_at"])
    assert [each["exercise"] for each in in_time[:5]] == [each["id"] for each in (first, second, *circuit)]
    assert diary.changed(EXERCISES, second, superset_group=None)["superset_group"] is None


def test_reordering_writes_one_row(diary: Diary, bench: ExerciseType, pull_up: ExerciseType) -> None:
    workout = diary.workout()
    one, two, three = (diary.exercise(workout, of, position=n) for n, of in enumerate((bench, pull_up, bench), 1))
    diary.changed(EXERCISES, three, position=1.5)
    assert [each["id"] for each in diary.listed(EXERCISES, workout=workout["id"])] == [
        one["id"], three["id"], two["id"],
    ]  # fmt: skip
    sets = [diary.done(one, position=n, reps=n) for n in (1, 2, 3)]
    diary.changed(SETS, sets[0], position=2.5)
    assert [each["reps"] for each in diary.listed(SETS, exercise=one["id"])] == [2, 1, 3]
    diary.changed(SETS, sets[1], exercise=two["id"])
    assert [each["reps"] for each in diary.listed(SETS, exercise=two["id"])] == [2]


def test_replaced_exercise_keeps_its_sets(diary: Diary, bench: ExerciseType) -> None:
    """The rack was taken: machine instead of barbell. What was done already stays, and what was aimed at."""
    workout = diary.workout()
    exercise = diary.exercise(workout, bench, notes="Slow.")
    diary.done(exercise, position=1, reps=5, load_kg="100.00")
    diary.set(exercise, position=2, target_reps=5, target_load_kg="100.00")
    before = diary.listed(SETS, exercise=exercise["id"])
    machine = make_canonical("machine-press")
    after = diary.changed(EXERCISES, exercise, exercise_type=str(machine.pk))
    assert (after["id"], after["exercise_type"], after["notes"]) == (exercise["id"], str(machine.pk), "Slow.")
    assert diary.listed(SETS, exercise=exercise["id"]) == before


# --- sets ---


def test_drop_rest_pause_cluster_and_amrap_sets(diary: Diary, bench: ExerciseType) -> None:
    """Each part is a set of its own, after the set that it belongs to."""
    workout = diary.workout()
    exercise = diary.exercise(workout, bench)
    parts: list[Json] = [
        {"kind": "warm_up", "reps": 10, "load_kg": "20.00"},
        {"kind": "working", "reps": 8, "load_kg": "80.00", "rest_s": 0},
        {"kind": "drop", "reps": 6, "load_kg": "60.00", "rest_s": 0},
        {"kind": "drop", "reps": 5, "load_kg": "40.00", "rest_s": 180},
        {"kind": "rest_pause", "reps": 4, "load_kg": "80.00", "rest_s": 15},
        {"kind": "rest_pause", "reps": 2, "load_kg": "80.00", "rest_s": 180},
        {"kind": "cluster", "reps": 2, "load_kg": "100.00", "rest_s": 20},
        {"kind": "cluster", "reps": 2, "load_kg": "100.00", "rest_s": 180},
        {"kind": "amrap", "target_reps": 5, "reps": 11, "load_kg": "70.00", "rpe": "10.0"},
    ]
    for position, part in enumerate(parts):
        diary.done(exercise, position=position, **part)
    assert [each["kind"] for each in diary.listed(SETS, exercise=exercise["id"])] == [part["kind"] for part in parts]
    assert diary.loads(workout)["volume_load_kg"] == "2850.00"  # all but the warm-up


def test_timed_distance_and_cardio_sets(diary: Diary, bench: ExerciseType) -> None:
    schema = {
        "type": "object",
        "properties": {
            "incline": {"type": "number", "minimum": -10, "maximum": 40},
            "resistance": {"type": "integer", "minimum": 0},
            "calories": {"type": "integer", "minimum": 0},
        },
    }
    plank, treadmill = make_canonical("plank"), make_canonical("treadmill", metadata_schema=schema)
    workout = diary.workout()
    held = diary.done(diary.exercise(workout, plank), kind="timed", duration_s=90)
    run = diary.exercise(workout, treadmill, metadata={"machine": "B4"})
    fast = diary.done(
        run, distance_m="400.00", duration_s=95, metadata={"incline": 1.5, "resistance": 4, "calories": 35}
    )
    assert (held["duration_s"], held["reps"]) == (90, None)
    pace_s_per_km = fast["duration_s"] / (float(fast["distance_m"]) / 1000)
    assert (pace_s_per_km, fast["metadata"]["incline"], run["metadata"]) == (237.5, 1.5, {"machine": "B4"})
    assert diary.loads(workout)["volume_load_kg"] == "0.00"
    response = diary.api.patch(f"{SETS}{fast['id']}/", {"metadata": {"calories": -1}})
    check_error(response, 400, "metadata_invalid", "metadata.calories")


def test_left_and_right(diary: Diary, row: ExerciseType) -> None:
    """One set for both sides, or one for each: the reps are those of one side."""
    workout = diary.workout()
    exercise = diary.exercise(workout, row)
    diary.done(exercise, position=1, reps=10, load_kg="40.00")
    diary.done(exercise, position=2, side="left", reps=8, load_kg="42.00")
    diary.done(exercise, position=3, side="right", reps=7, load_kg="42.00", rpe="9.5")
    volumes = [each["volume_load_kg"] for each in diary.loads(workout)["sets"]]
    assert volumes == ["800.00", "336.00", "294.00"]
    check_error(diary.api.post(SETS, {"exercise": exercise["id"], "side": "up"}), 400, "invalid_choice", "side")


def test_unfinished_sets_stay_unfinished(diary: Diary, bench: ExerciseType) -> None:
    workout = diary.workout()
    exercise = diary.exercise(workout, bench)
    diary.done(exercise, position=1, target_reps=5, reps=5, load_kg="100.00")
    diary.set(exercise, position=2, target_reps=5, load_kg="100.00", reps=2)  # stopped in the middle of it
    diary.set(exercise, position=3, target_reps=5, target_load_kg="100.00")
    over = {"status": "completed", "ended_at": "2026-03-01T11:00:00Z"}
    assert diary.changed(WORKOUTS, workout, **over)["status"] == "completed"
    sets = diary.listed(SETS, exercise=exercise["id"])
    assert [(each["reps"], each["completed_at"] is not None) for each in sets] == [(5, True), (2, False), (None, False)]
    assert diary.loads(workout)["volume_load_kg"] == "500.00"


# --- body weight ---


def test_body_weight_is_that_of_the_day(diary: Diary, pull_up: ExerciseType) -> None:
    weigh(diary, "2026-02-20", "80.000")
    workout = diary.workout()
    diary.done(diary.exercise(workout, pull_up), reps=5, load_kg="10.00")
    weigh(diary, "2026-03-10", "75.000")  # says nothing about the first of March
    found = diary.loads(workout)
    assert (found["body_weight_kg"], found["weighed_on"]) == ("80.000", "2026-02-20")
    assert (found["sets"][0]["effective_load_kg"], found["volume_load_kg"]) == ("90.00", "450.00")
    late = weigh(diary, "2026-03-01", "79.000")  # that evening, once thought of
    assert diary.loads(workout)["volume_load_kg"] == "445.00"
    diary.changed(MEASUREMENTS, late, value="78.500")  # a typing error
    assert diary.loads(workout)["volume_load_kg"] == "442.50"
    diary.api.delete(f"{MEASUREMENTS}{late['id']}/")
    assert diary.loads(workout)["volume_load_kg"] == "450.00"


def test_assistance_takes_away_from_body_weight(diary: Diary) -> None:
    of = make_canonical("assisted-dip", load_convention="assisted", bodyweight_share="1.00")
    weigh(diary, "2026-03-01", "81.250")
    workout = diary.workout()
    diary.done(diary.exercise(workout, of), reps=8, load_kg="30.50")
    assert diary.loads(workout)["sets"][0]["effective_load_kg"] == "50.75"


def test_body_weight_that_nobody_knows_is_not_zero(diary: Diary, bench: ExerciseType, pull_up: ExerciseType) -> None:
    workout = diary.workout()
    diary.done(diary.exercise(workout, pull_up), reps=5)
    found = diary.loads(workout)
    assert (found["body_weight_kg"], found["weighed_on"], found["is_complete"]) == (None, None, False)
    assert (found["sets"][0]["effective_load_kg"], found["sets"][0]["volume_load_kg"]) == (None, None)
    other = diary.workout()
    diary.done(diary.exercise(other, bench), reps=5, load_kg="100.00")
    assert diary.loads(other)["is_complete"] is True


def test_loads_show_nothing_of_others_and_nothing_deleted(
    diary: Diary, bobs_api: SchemaClient, pull_up: ExerciseType, bob: User, django_assert_num_queries: Any
) -> None:
    at = "2026-03-01T07:00:00Z"
    make(Measurement, bob, value="120.000", measured_at=at)
    workout = diary.workout()
    exercise, other = (diary.exercise(workout, pull_up) for _ in range(2))
    gone = diary.done(exercise, reps=5)
    diary.done(other, reps=5)
    diary.api.delete(f"{SETS}{gone['id']}/")
    diary.api.delete(f"{EXERCISES}{other['id']}/")
    assert bobs_api.get(f"{WORKOUTS}{workout['id']}/loads/").status_code == 404
    for count in (1, 3):
        while len(diary.listed(SETS, exercise=exercise["id"])) < count:
            diary.done(exercise, reps=5)
        with django_assert_num_queries(4):  # the log-in, the workout, the body weight, the sets with their types
            found = diary.loads(workout)
        assert (found["body_weight_kg"], len(found["sets"])) == (None, count)
