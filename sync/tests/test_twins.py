"""Two phones log the same planned day offline: both workouts are kept with all their sets, and the user is told."""

from typing import Any
from uuid import uuid4

import pytest

from sync.tests.devices import Json, Phone, exercise_type, kept, lost
from training.models import Exercise, Set, Workout

DAY = "2026-11-20"


def log_planned_day(device: Phone, day: str | None = DAY, **values: Any) -> tuple[str, list[Json]]:
    """A workout of the plan with an exercise and a set, in one push. Gives its id and the results."""
    ids = {name: str(uuid4()) for name in ("workout", "exercise", "set")}
    exercise = {"exercise_type": exercise_type(), "workout": ids["workout"]}
    results = device.push(
        device.mutation("create", "workout", ids["workout"], {"title": "Push day", "planned_on": day}),
        device.mutation("create", "exercise", ids["exercise"], exercise),
        device.mutation("create", "set", ids["set"], {"exercise": ids["exercise"], "reps": 5}),
        **values,
    )
    return ids["workout"], results


def test_same_planned_day_from_two_phones_keeps_both(phone: Phone, tablet: Phone) -> None:
    first, _ = log_planned_day(phone)
    second, results = log_planned_day(tablet)
    assert [r["status"] for r in results] == ["conflict", "applied", "applied"]
    assert (Workout.objects.live().count(), Exercise.objects.count(), Set.objects.count()) == (2, 2, 2)
    conflict = phone.conflicts()[0]
    assert (conflict["kind"], conflict["record_id"]) == ("unique", second)
    assert (kept(conflict), lost(conflict)) == ({"id": first}, {"id": second})
    assert results[0]["conflict_ids"] == [c["id"] for c in phone.pull()["changes"] if c["entity"] == "conflict"]


def test_workout_moved_to_a_day_that_another_phone_has_planned_is_told(phone: Phone, tablet: Phone) -> None:
    log_planned_day(phone)
    other, _ = log_planned_day(tablet, "2026-11-21")
    moved = tablet.one("update", "workout", other, {"planned_on": DAY}, base_version=2)
    assert (moved["status"], phone.conflicts()[0]["kind"]) == ("conflict", "unique")


def test_two_workouts_on_one_day_from_one_phone_are_meant(phone: Phone) -> None:
    log_planned_day(phone)
    log_planned_day(phone)
    assert phone.conflicts() == []


def test_second_workout_on_a_day_that_was_pulled_is_meant(phone: Phone, tablet: Phone) -> None:
    log_planned_day(phone)
    log_planned_day(tablet, ack_version=tablet.pull()["version"])
    assert phone.conflicts() == []


@pytest.mark.parametrize("day", [None, "2026-11-21"])
def test_workout_without_a_plan_or_on_another_day_has_no_twin(phone: Phone, tablet: Phone, day: str | None) -> None:
    log_planned_day(phone, day)
    log_planned_day(tablet, None if day is None else DAY)
    assert phone.conflicts() == []


def test_deleted_workout_has_no_twin(phone: Phone, tablet: Phone) -> None:
    first, _ = log_planned_day(phone)
    phone.one("delete", "workout", first, base_version=1)
    log_planned_day(tablet)
    assert phone.conflicts() == []


def test_other_users_plan_is_no_twin(phone: Phone, bobs_phone: Phone) -> None:
    log_planned_day(bobs_phone)
    log_planned_day(phone)
    assert (phone.conflicts(), bobs_phone.conflicts()) == ([], [])


def test_twin_that_comes_again_is_told_once(phone: Phone, tablet: Phone) -> None:
    log_planned_day(phone)
    workout = tablet.mutation("create", "workout", str(uuid4()), {"planned_on": DAY})
    assert [tablet.push(workout)[0]["replayed"] for _ in range(2)] == [False, True]
    assert len(phone.conflicts()) == 1
