"""Deletions over HTTP: what hangs on the record goes along, comes back along, and is named where somebody had worked on it."""

import time
from uuid import uuid4

import pytest
from django.db import connection, transaction

from accounts.models import User
from catalog.tests.factories import make_equipment
from sync.models import Record
from sync.tests.devices import Json, Phone, ago, exercise_type, lost
from sync.tests.test_resolving import decide, stands
from training.models import Set

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tree(phone: Phone) -> Json:
    """A workout with an exercise and two sets, and the version under which they stand."""
    ids = {name: str(uuid4()) for name in ("workout", "exercise", "first", "second")}
    results = phone.push(
        phone.mutation("create", "workout", ids["workout"], {"title": "Push"}),
        phone.mutation(
            "create", "exercise", ids["exercise"], {"workout": ids["workout"], "exercise_type": exercise_type()}
        ),
        phone.mutation("create", "set", ids["first"], {"exercise": ids["exercise"], "reps": 5}),
        phone.mutation("create", "set", ids["second"], {"exercise": ids["exercise"], "reps": 6}),
    )
    return {**ids, "base": results[0]["version"]}


def test_deletion_takes_all_below_along_and_restore_brings_it_back(phone: Phone, tree: Json) -> None:
    deleted = phone.one("delete", "workout", tree["workout"], base_version=tree["base"])
    assert deleted["status"] == "applied"
    assert Record.objects.filter(deleted=True, version=deleted["version"]).count() == 4
    restored = phone.one("restore", "workout", tree["workout"], base_version=deleted["version"])
    assert restored["status"] == "applied"
    assert not Record.objects.filter(deleted=True).exists()
    assert sorted(Set.objects.live().values_list("reps", flat=True)) == [5, 6]
    assert phone.conflicts() == []


def test_child_deleted_before_does_not_come_back_with_its_parent(phone: Phone, tree: Json) -> None:
    phone.one("delete", "set", tree["first"], base_version=tree["base"])
    gone = phone.one("delete", "workout", tree["workout"], base_version=tree["base"])
    phone.one("restore", "workout", tree["workout"], base_version=gone["version"])
    assert [str(row.id) for row in Record.objects.filter(deleted=True)] == [tree["first"]]


def test_child_deleted_before_stays_deleted_whatever_was_written_into_it(
    phone: Phone, tablet: Phone, tree: Json
) -> None:
    phone.one("delete", "set", tree["first"], base_version=tree["base"])
    for patch in ({"reps": 9}, {"notes": "late"}, {"tempo": "3-1-1-0"}):
        assert (
            tablet.one("update", "set", tree["first"], patch, base_version=tree["base"], at=ago(1))["status"]
            == "conflict"
        )
    gone = phone.one("delete", "workout", tree["workout"], base_version=tree["base"])
    phone.one("restore", "workout", tree["workout"], base_version=gone["version"])
    assert [str(row.id) for row in Record.objects.filter(deleted=True)] == [tree["first"]]
    assert "late" in Record.objects.get(id=tree["first"]).data


def test_child_that_went_along_comes_back_whatever_was_written_into_it(
    phone: Phone, tablet: Phone, alice: User, tree: Json
) -> None:
    """The tablet's edit is the newest word on the set, the watch's are older, and the deletion is newer than all."""
    watch = Phone(phone.api, alice)
    time.sleep(0.02)
    before = ago(0)
    time.sleep(0.02)
    gone = phone.one("delete", "workout", tree["workout"], base_version=tree["base"])
    tablet.one("update", "set", tree["first"], {"reps": 9}, base_version=tree["base"], at=before)
    for patch in ({"notes": "late"}, {"tempo": "3-1-1-0"}, {"rest_s": 90}):
        watch.one("update", "set", tree["first"], patch, base_version=tree["base"], at=ago(2))
    phone.one("restore", "workout", tree["workout"], base_version=gone["version"])
    assert not Record.objects.filter(deleted=True).exists()
    row = Set.objects.get(pk=tree["first"])
    assert (row.reps, row.notes, row.tempo, row.rest_s) == (9, "late", "3-1-1-0", 90)


def test_later_work_on_a_set_brings_the_workout_back(phone: Phone, tablet: Phone, tree: Json) -> None:
    phone.one("delete", "workout", tree["workout"], base_version=tree["base"], at=ago(0))
    result = tablet.one("update", "set", tree["first"], {"reps": 9}, base_version=tree["base"], at=ago(-1))
    assert (result["status"], result["record"]["deleted"], result["record"]["data"]["reps"]) == ("conflict", False, 9)
    assert not Record.objects.filter(deleted=True).exists()
    conflict = phone.conflicts()[0]
    assert (conflict["kind"], conflict["entity"], lost(conflict)) == ("delete", "workout", {"deleted": True})


def test_earlier_work_on_a_set_of_a_deleted_workout_is_kept_in_a_conflict(
    phone: Phone, tablet: Phone, tree: Json
) -> None:
    phone.one("delete", "workout", tree["workout"], base_version=tree["base"])
    result = tablet.one("update", "set", tree["first"], {"reps": 9}, base_version=tree["base"], at=ago(1))
    assert (result["status"], result["record"]["deleted"], result["record"]["data"]) == ("conflict", True, None)
    conflict = phone.conflicts()[0]
    assert (conflict["kind"], conflict["record_id"], lost(conflict)) == ("parent", tree["first"], {"reps": 9})


def test_work_lost_by_a_deletion_stands_again_after_restore(phone: Phone, tablet: Phone, tree: Json) -> None:
    gone = phone.one("delete", "workout", tree["workout"], base_version=tree["base"])
    tablet.one("update", "set", tree["first"], {"reps": 9}, base_version=tree["base"], at=ago(1))
    phone.one("restore", "workout", tree["workout"], base_version=gone["version"])
    assert sorted(Set.objects.filter(deleted_at=None).values_list("reps", flat=True)) == [6, 9]


def test_exercise_added_under_a_deleted_workout_is_kept_with_its_sets(phone: Phone, tablet: Phone, tree: Json) -> None:
    phone.one("delete", "workout", tree["workout"], base_version=tree["base"])
    exercise, set_id = str(uuid4()), str(uuid4())
    results = tablet.push(
        tablet.mutation(
            "create", "exercise", exercise, {"workout": tree["workout"], "exercise_type": exercise_type()}, at=ago(2)
        ),
        tablet.mutation("create", "set", set_id, {"exercise": exercise, "reps": 3}, at=ago(1)),
    )
    assert [r["status"] for r in results] == ["conflict", "conflict"]
    assert {lost(conflict).get("reps") for conflict in phone.conflicts()} == {None, 3}
    phone.one("restore", "workout", tree["workout"])
    assert Set.objects.get(pk=set_id).deleted_at is None


def test_deletion_of_unseen_later_work_is_what_loses(phone: Phone, tablet: Phone, tree: Json) -> None:
    tablet.one("update", "set", tree["first"], {"reps": 9}, base_version=tree["base"])
    result = phone.one("delete", "workout", tree["workout"], base_version=tree["base"], at=ago(1))
    assert (result["status"], result["record"]["deleted"]) == ("conflict", False)
    assert not Record.objects.filter(deleted=True).exists()


def test_deletion_of_what_was_pulled_is_no_conflict(phone: Phone, tablet: Phone, tree: Json) -> None:
    seen = tablet.one("update", "set", tree["first"], {"reps": 9}, base_version=tree["base"])["version"]
    deletion = phone.mutation("delete", "workout", tree["workout"], base_version=seen)
    assert phone.push(deletion)[0]["status"] == "applied"
    assert phone.conflicts() == []


def test_deletion_of_what_was_pulled_only_afterwards_names_it(phone: Phone, tablet: Phone, tree: Json) -> None:
    """Made offline, sent after a pull, and the clock was turned back meanwhile: neither says what the user had seen."""
    seen = tablet.one("update", "set", tree["first"], {"reps": 9}, base_version=tree["base"])["version"]
    made = ago(10)
    deletion = phone.mutation("delete", "workout", tree["workout"], base_version=tree["base"], at=made)
    result = phone.push(deletion, ack_version=seen, client_now=made)[0]
    assert (result["status"], [lost(conflict) for conflict in phone.conflicts()]) == ("conflict", [{"reps": 9}])


def test_deletion_names_unseen_work_on_what_the_same_push_edits(phone: Phone, tablet: Phone, tree: Json) -> None:
    """The edit had seen it; the deletion above, made on an older version, had not."""
    seen = tablet.one("update", "set", tree["first"], {"reps": 9}, base_version=tree["base"])["version"]
    edit = phone.mutation("update", "set", tree["first"], {"notes": "Slow"}, base_version=seen)
    deletion = phone.mutation("delete", "workout", tree["workout"], base_version=tree["base"])
    assert [result["status"] for result in phone.push(edit, deletion)] == ["applied", "conflict"]
    assert [lost(conflict) for conflict in phone.conflicts()] == [{"reps": 9}]


def test_exercise_moved_into_a_deleted_workout_comes_back_with_its_sets(phone: Phone, tree: Json) -> None:
    other = phone.create("workout", {"title": "Other"})
    base = phone.pull()["version"]
    results = phone.push(
        phone.mutation("update", "exercise", tree["exercise"], {"workout": other}, base_version=base),
        phone.mutation("delete", "workout", other, base_version=base),
    )
    assert [r["status"] for r in results] == ["applied", "applied"]
    assert Record.objects.filter(deleted=True).count() == 4
    phone.one("restore", "workout", other, base_version=results[1]["version"])
    assert not Record.objects.filter(deleted=True).exists()


def test_deletion_by_the_api_comes_back_whole(phone: Phone, tree: Json) -> None:
    assert phone.api.delete(f"/api/v1/workouts/{tree['workout']}/").status_code == 204
    gone = Record.objects.get(id=tree["workout"])
    assert gone.deleted
    result = phone.one("restore", "workout", tree["workout"], base_version=gone.version)
    assert result["status"] == "applied"
    assert not Record.objects.filter(deleted=True).exists()


def test_work_after_a_deletion_by_the_api_brings_all_back(phone: Phone, tree: Json) -> None:
    phone.api.delete(f"/api/v1/workouts/{tree['workout']}/")
    result = phone.one("update", "set", tree["first"], {"reps": 9}, base_version=tree["base"], at=ago(-1))
    assert result["status"] == "conflict"
    assert not Record.objects.filter(deleted=True).exists()


def delete_for_good(tree: Json) -> None:
    """As somebody does it by SQL: nothing is left of the rows."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table, column, record_id in (
            ("training_set", "exercise_id", tree["exercise"]),
            ("training_exercise", "workout_id", tree["workout"]),
            ("training_workout", "id", tree["workout"]),
        ):
            cursor.execute(f"DELETE FROM {table} WHERE {column} = %s", [record_id])


def test_deletion_by_sql_comes_back_whole(phone: Phone, tree: Json) -> None:
    delete_for_good(tree)
    gone = phone.pull()["version"]
    assert phone.one("restore", "workout", tree["workout"], base_version=gone)["status"] == "applied"
    assert not Record.objects.filter(deleted=True).exists()
    assert sorted(Set.objects.live().values_list("reps", flat=True)) == [5, 6]


def test_deletion_by_sql_comes_back_whole_with_what_was_added_to_it(phone: Phone, tree: Json) -> None:
    delete_for_good(tree)
    late = phone.one("create", "set", str(uuid4()), {"exercise": tree["exercise"], "reps": 7}, at=ago(1))
    assert late["status"] == "conflict"
    phone.one("restore", "workout", tree["workout"], base_version=phone.pull()["version"])
    assert sorted(Set.objects.live().values_list("reps", flat=True)) == [5, 6, 7]


def test_work_after_a_deletion_by_sql_brings_all_back(phone: Phone, tree: Json) -> None:
    delete_for_good(tree)
    later = phone.one("update", "set", tree["first"], {"reps": 8}, base_version=tree["base"], at=ago(-1))
    assert later["status"] == "conflict"
    assert not Record.objects.filter(deleted=True).exists()
    assert sorted(Set.objects.live().values_list("reps", flat=True)) == [6, 8]


def test_child_that_sql_deleted_before_stays_deleted(phone: Phone, tree: Json) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM training_set WHERE id = %s", [tree["first"]])
    delete_for_good(tree)
    phone.one("restore", "workout", tree["workout"], base_version=phone.pull()["version"])
    assert [str(row.id) for row in Record.objects.filter(deleted=True)] == [tree["first"]]


def test_deletion_names_all_that_was_put_into_a_set_unseen(phone: Phone, tablet: Phone, alice: User) -> None:
    for slug in ("barbell", "bench", "dumbbell"):
        make_equipment(slug)
    record = phone.create("exercise_type", {"name": "Zercher", "equipment": ["barbell"]})
    base = phone.pull()["version"]
    for device, slug in ((tablet, "bench"), (Phone(phone.api, alice), "dumbbell")):
        device.one("update", "exercise_type", record, {"equipment": ["barbell", slug]}, base_version=base)
    time.sleep(0.01)
    (conflict,) = phone.one("delete", "exercise_type", record, base_version=base)["conflict_ids"]
    seen = phone.pull()["version"]
    phone.push(decide(phone, conflict, "use_lost", base_version=seen))
    assert stands(phone, "exercise_type", record)["equipment"] == ["barbell", "bench", "dumbbell"]


def test_older_deletion_of_what_went_along_and_is_back_is_told(phone: Phone, tablet: Phone, tree: Json) -> None:
    """The API deleted the workout, later work brought all back: that the exercise went along says nothing of itself."""
    early = phone.mutation("delete", "exercise", tree["exercise"], base_version=tree["base"])
    phone.pull()
    phone.api.delete(f"/api/v1/workouts/{tree['workout']}/")
    work = tablet.mutation("update", "workout", tree["workout"], {"title": "Back"}, base_version=tree["base"])
    assert tablet.push({**work, "at": ago(-1)})[0]["status"] == "conflict"
    result = phone.push(early)[0]
    there = ("exercise", tree["exercise"]) in phone.records()
    assert (result["status"], there) in (("applied", False), ("conflict", True))


def test_deletion_of_what_went_along_already_is_one_of_itself(phone: Phone, tablet: Phone, tree: Json) -> None:
    early = phone.mutation("delete", "exercise", tree["exercise"], base_version=tree["base"])
    phone.pull()
    phone.api.delete(f"/api/v1/workouts/{tree['workout']}/")
    assert phone.push(early)[0]["status"] == "noop"
    tablet.one("update", "workout", tree["workout"], {"title": "Back"}, base_version=tree["base"], at=ago(-1))
    live = phone.records()
    assert (("workout", tree["workout"]) in live, ("exercise", tree["exercise"]) in live) == (True, False)


def test_device_may_delete_what_it_made_after_what_hangs_on_it(phone: Phone) -> None:
    """In one push or in several: the exercise goes along with its workout, and no device is in conflict with itself."""
    for size in (5, 1, 2):
        workout, exercise = str(uuid4()), str(uuid4())
        queue = [
            phone.mutation("create", "exercise", exercise, {"workout": workout, "exercise_type": exercise_type()}),
            phone.mutation("create", "workout", workout),
            phone.mutation("update", "exercise", exercise, {"notes": "wide"}),
            phone.mutation("delete", "workout", workout),
        ]
        for start in range(0, len(queue), size):
            phone.push(*queue[start : start + size])
        assert not {("workout", workout), ("exercise", exercise)} & phone.records().keys()
    assert phone.conflicts() == []
