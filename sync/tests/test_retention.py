"""What leaves in the course of time, and what that means for those who were away."""

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.models import Device, User
from catalog.tests.factories import make_equipment
from config.tests.contract import SchemaClient
from lib import wire
from lib.tests.factories import as_id, make
from sync.domain import lifetimes
from sync.models import Conflict, DeviceState, Head, LogEntry, Mutation, Purged, Record
from sync.services.upkeep.retention import Due, Purge, purge
from sync.tests.devices import PULL, Phone, ago, exercise_type, kept, lost
from sync.tests.test_concurrency import at_once, push_as
from training.models import Exercise, Set, Workout

pytestmark = pytest.mark.django_db(transaction=True)

CODES = {entity.name: entity.code for entity in wire.entities()}
DAY_MS = 86_400_000


def age(days: float) -> None:
    """Lets everything that is there be older."""
    values = {"ms": int(days * DAY_MS), "s": days * 86_400}
    with connection.cursor() as cursor:
        cursor.execute("UPDATE sync_head SET last_ms = last_ms - %(ms)s", values)
        cursor.execute("UPDATE sync_record SET modified_ms = modified_ms - %(ms)s", values)
        cursor.execute("UPDATE sync_log SET logged_ms = logged_ms - %(ms)s, eff_ms = eff_ms - %(ms)s", values)
        cursor.execute("UPDATE sync_mutation SET received_at = received_at - make_interval(secs => %(s)s)", values)


def run(**values: Any) -> Purge:
    return purge(at=timezone.now(), **values)


def head(user: User) -> Head:
    return Head.objects.get(user=user)


def synced(*phones: Phone) -> None:
    """Each has pulled to the end, and says so."""
    for phone in phones:
        version = phone.pull()["version"]
        phone.push(ack_version=version)


def tombstone(phone: Phone, entity: str = "workout") -> str:
    record_id = phone.create(entity)
    assert phone.one("delete", entity, record_id, base_version=phone.pull()["version"])["status"] == "applied"
    return record_id


def is_there(entity: str, record_id: str) -> bool:
    return Record.objects.filter(entity=CODES[entity], id=record_id).exists()


def answer_to(phone: Phone, cursor: str, limit: int = 1000) -> tuple[int, Any]:
    response = phone.api.get(PULL, {"cursor": cursor, "limit": str(limit)})
    return response.status_code, response.json()["errors"][0][
        "code"
    ] if response.status_code != 200 else response.json()


# --- tombstones ---


def test_tombstone_leaves_when_every_device_has_seen_it(phone: Phone, tablet: Phone, alice: User) -> None:
    record_id = tombstone(phone)
    age(31)
    synced(phone)
    tablet.push()
    assert run() == Purge()
    assert head(alice).min_version == 0
    synced(tablet)
    version = head(alice).version
    assert run() == Purge(tombstones=1)
    assert not is_there("workout", record_id)
    assert not Workout.objects.filter(pk=record_id).exists()
    assert not LogEntry.objects.filter(record_id=record_id).exists()
    assert Purged.objects.get().pk == (CODES["workout"], UUID(record_id))
    assert (head(alice).min_version, head(alice).version) == (version, version)


def test_young_tombstone_stays_for_those_who_tell_nothing_of_themselves(phone: Phone, alice: User) -> None:
    record_id = tombstone(phone)
    synced(phone)
    age(29)
    assert run() == Purge()
    age(2)
    assert run() == Purge(tombstones=1)
    assert not is_there("workout", record_id)


@pytest.mark.parametrize("gone", ["silent", "revoked"])
def test_device_that_is_no_longer_used_is_not_waited_for(phone: Phone, tablet: Phone, alice: User, gone: str) -> None:
    tablet.push()
    tombstone(phone)
    age(31)
    synced(phone)
    assert run() == Purge()
    if gone == "silent":
        DeviceState.objects.filter(device_id=tablet.id).update(seen_at=timezone.now() - dt.timedelta(days=181))
    else:
        Device.objects.filter(pk=tablet.id).update(revoked_at=timezone.now())
    assert run() == Purge(tombstones=1)


def test_device_that_has_never_pushed_is_waited_for(phone: Phone, tablet: Phone, alice: User) -> None:
    tombstone(phone)
    age(31)
    synced(phone)
    assert run() == Purge()
    Device.objects.filter(pk=tablet.id).update(created_at=timezone.now() - dt.timedelta(days=181))
    assert run() == Purge(tombstones=1)


def test_tombstone_leaves_after_a_year_whoever_has_not_seen_it(phone: Phone, tablet: Phone) -> None:
    tombstone(phone)
    tablet.push()
    age(364)
    assert run() == Purge()
    age(2)
    assert run() == Purge(tombstones=1)


def test_user_without_a_device_waits_for_the_year(alice: User) -> None:
    make(Workout, alice)
    Workout.objects.for_user(alice).tombstone()
    age(364)
    assert run() == Purge()
    age(2)
    assert run() == Purge(tombstones=1)


def test_live_records_and_those_of_others_stay(phone: Phone, bobs_phone: Phone, alice: User, bob: User) -> None:
    live = phone.create("workout")
    bobs = tombstone(bobs_phone)
    tombstone(phone)
    age(31)
    synced(phone)
    assert run() == Purge(tombstones=1)
    assert is_there("workout", live)
    assert is_there("workout", bobs)
    assert (head(bob).min_version, Purged.objects.get().user_id) == (0, alice.pk)


def test_purge_of_one_user_leaves_the_others_alone(phone: Phone, bobs_phone: Phone, alice: User, bob: User) -> None:
    for found in (phone, bobs_phone):
        tombstone(found)
    age(366)
    assert run(user=bob) == Purge(tombstones=1)
    assert run() == Purge(tombstones=1)


def tree(phone: Phone) -> tuple[str, str, str]:
    workout = phone.create("workout")
    exercise = phone.exercise(workout=workout)
    return workout, exercise, phone.create("set", {"exercise": exercise})


@pytest.mark.parametrize("batch", [1, 2, 1000])
def test_tree_leaves_children_first_whatever_the_batch(phone: Phone, alice: User, batch: int) -> None:
    trees = [tree(phone) for _ in range(3)]
    for workout, _, _ in trees:
        phone.one("delete", "workout", workout, base_version=phone.pull()["version"])
    assert Set.objects.live().count() == 0
    age(366)
    assert run(batch=batch).tombstones == 9
    assert (Workout.objects.count(), Exercise.objects.count(), Set.objects.count()) == (0, 0, 0)
    assert set(Purged.objects.values_list("id", flat=True)) == {UUID(key) for keys in trees for key in keys}


def test_parent_stays_while_a_child_does(phone: Phone, alice: User) -> None:
    """The set's tombstone is younger, and all cannot have seen it: deleting its parent's row would take it along."""
    workout, _, entry = tree(phone)
    phone.one("delete", "workout", workout, base_version=phone.pull()["version"])
    age(366)
    Record.objects.filter(entity=CODES["set"], id=entry).update(modified_ms=timezone.now().timestamp() * 1000)
    assert run() == Purge()
    assert Set.objects.filter(pk=entry).exists()
    age(366)
    assert run().tombstones == 3


def test_exercise_type_stays_while_an_exercise_names_it(phone: Phone, alice: User) -> None:
    made = phone.create("exercise_type", {"name": "Zercher", "category": "strength"})
    exercise = phone.exercise(exercise_type=made)
    phone.one("delete", "exercise_type", made, base_version=phone.pull()["version"])
    age(366)
    assert run() == Purge()
    phone.one("delete", "exercise", exercise, base_version=phone.pull()["version"])
    age(366)
    assert run().tombstones == 2


def test_row_that_was_deleted_by_hand_leaves_too(phone: Phone, alice: User) -> None:
    record_id = phone.create("workout")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM training_workout WHERE id = %s", [record_id])
    age(366)
    assert run() == Purge(tombstones=1)
    assert (Record.objects.filter(id=record_id).count(), Purged.objects.count()) == (0, 1)


def test_purge_twice_finds_nothing_the_second_time(phone: Phone, alice: User) -> None:
    tombstone(phone)
    age(366)
    run()
    before = (head(alice).min_version, head(alice).version, LogEntry.objects.count())
    assert run() == Purge()
    assert (head(alice).min_version, head(alice).version, LogEntry.objects.count()) == before


def test_purge_that_is_killed_half_way_goes_on(phone: Phone, alice: User) -> None:
    for _ in range(5):
        tombstone(phone)
    age(366)

    def power_cut(due: list[Due]) -> Iterable[Due]:
        yield from due
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(batch=2, progress=power_cut)
    assert run() == Purge()
    assert Purged.objects.count() == 5


def test_dry_run_says_what_would_go_and_keeps_it(phone: Phone, alice: User, capsys: Any) -> None:
    tree_ids = tree(phone)
    phone.one("delete", "workout", tree_ids[0], base_version=phone.pull()["version"])
    age(401)
    before = (Record.objects.count(), LogEntry.objects.count(), head(alice).min_version)
    expected = run(dry_run=True, batch=2)
    assert expected.tombstones == 3
    assert (Record.objects.count(), LogEntry.objects.count(), head(alice).min_version) == before
    call_command("purge", "--dry-run", "--user", "Alice@example.org")
    assert capsys.readouterr().out.startswith("Would go: 3 tombstones, ")
    call_command("purge")
    assert capsys.readouterr().out.startswith("Gone: 3 tombstones, ")
    assert Record.objects.filter(id__in=tree_ids).count() == 0


# --- ids are used once ---


def purged_workout(phone: Phone) -> str:
    record_id = tombstone(phone)
    age(366)
    assert run().tombstones == 1
    return record_id


@pytest.mark.parametrize("op", ["create", "update", "delete", "restore"])
def test_word_about_a_purged_record_is_kept_in_a_conflict(phone: Phone, alice: User, op: str) -> None:
    record_id = purged_workout(phone)
    result = phone.one(op, "workout", record_id, {"title": "Again"} if op in ("create", "update") else {})
    assert result["status"] == "conflict"
    (conflict,) = phone.conflicts()
    assert (conflict["kind"], conflict["record_id"]) == ("missing", record_id)
    assert lost(conflict) == ({"title": "Again"} if op in ("create", "update") else {"deleted": op == "delete"})
    assert not Workout.objects.filter(pk=record_id).exists()


def test_child_of_a_purged_record_is_kept_in_a_conflict_and_waits_for_nothing(phone: Phone, alice: User) -> None:
    workout = purged_workout(phone)
    exercise = str(uuid4())
    patch = {"exercise_type": exercise_type(), "workout": workout, "notes": "kept"}
    assert phone.one("create", "exercise", exercise, patch)["status"] == "conflict"
    assert phone.one("update", "exercise", exercise, {"notes": "later"})["status"] == "conflict"
    assert [lost(conflict)["notes"] for conflict in phone.conflicts()] == ["kept", "later"]


def test_record_that_is_there_outlives_a_creation_below_a_purged_one(phone: Phone) -> None:
    """Whose creation comes again, with a parent that is gone for good: its id is not a dead one."""
    workout, exercise = purged_workout(phone), phone.exercise(notes="here")
    patch = {"exercise_type": exercise_type(), "workout": workout}
    again = phone.mutation("create", "exercise", exercise, patch)
    results = phone.push(again, phone.mutation("update", "exercise", exercise, {"notes": "still"}))
    assert results[0]["status"] == "conflict"
    assert (Exercise.objects.get(pk=exercise).notes, Purged.objects.filter(id=exercise).exists()) == ("still", False)


@pytest.mark.parametrize("pushes", ["one", "two", "group"])
def test_what_hangs_on_a_child_of_a_purged_record_waits_for_nothing(phone: Phone, pushes: str) -> None:
    """The child will never be there, so neither will what hangs on it: in the same push, in a group with it, or later."""
    patch = {"exercise_type": exercise_type(), "workout": purged_workout(phone)}
    group = str(uuid4()) if pushes == "group" else None
    exercise = phone.mutation("create", "exercise", str(uuid4()), patch, group=group)
    child = phone.mutation("create", "set", str(uuid4()), {"exercise": exercise["record_id"], "reps": 5}, group=group)
    results = phone.push(exercise) + phone.push(child) if pushes == "two" else phone.push(exercise, child)
    assert [result["status"] for result in results] == ["conflict", "conflict"]
    assert {"exercise": exercise["record_id"], "reps": 5} in [lost(conflict) for conflict in phone.conflicts()]


def test_move_to_a_purged_record_is_kept_in_a_conflict(phone: Phone, alice: User) -> None:
    workout = purged_workout(phone)
    exercise = phone.exercise(notes="here")
    assert phone.one("update", "exercise", exercise, {"workout": workout, "notes": "there"})["status"] == "conflict"
    (conflict,) = phone.conflicts()
    assert (kept(conflict), lost(conflict)) == (
        {"workout": None, "notes": "here"},
        {"workout": workout, "notes": "there"},
    )
    assert Exercise.objects.get(pk=exercise).notes == "here"


def test_id_that_another_user_had_is_taken(phone: Phone, bobs_phone: Phone) -> None:
    record_id = purged_workout(phone)
    result = bobs_phone.one("create", "workout", record_id, {"title": "Mine"})
    assert (result["status"], result["error"]["code"]) == ("rejected", "id_taken")


def test_purged_id_cannot_be_made_over_rest(phone: Phone, api: SchemaClient) -> None:
    record_id = purged_workout(phone)
    response = api.post("/api/v1/workouts/", {"id": record_id, "title": "Again"})
    assert (response.status_code, response.json()["errors"][0]["code"]) == (409, "id_taken")
    assert api.get(f"/api/v1/workouts/{record_id}/").status_code == 404


# --- devices that were away ---


def test_device_that_was_away_too_long_begins_anew_and_keeps_its_queue(
    phone: Phone, tablet: Phone, alice: User
) -> None:
    live, gone = phone.create("workout"), phone.create("workout")
    _, cursor = tablet.pull_all()
    base = {change["id"]: change["version"] for change in tablet.pull_all()[0]}
    queue = [
        tablet.mutation("update", "workout", gone, {"title": "Old"}, base_version=base[gone]),
        tablet.mutation("update", "workout", live, {"title": "Mine"}, base_version=base[live]),
    ]
    phone.one("delete", "workout", gone, base_version=phone.pull()["version"])
    age(366)
    assert run() == Purge(tombstones=1)
    assert answer_to(tablet, cursor) == (410, "resync_required")
    changes, cursor = tablet.pull_all()
    assert {change["id"] for change in changes} & {live, gone} == {live}
    assert [result["status"] for result in tablet.push(*queue)] == ["conflict", "applied"]
    code, page = answer_to(tablet, cursor)
    assert (code, page["has_more"], page["mode"]) == (200, False, "delta")
    assert run() == Purge()


def test_purge_in_the_middle_of_a_snapshot_does_not_reset_it(phone: Phone, alice: User) -> None:
    kept_ids = {phone.create("workout") for _ in range(3)}
    for _ in range(3):
        tombstone(phone)
    kept_ids |= {phone.create("workout") for _ in range(3)}
    age(366)
    page = phone.pull(limit=2)
    cursor, seen = page["cursor"], {change["id"] for change in page["changes"]}
    assert run(batch=2) == Purge(tombstones=3)
    while page["has_more"]:
        page = phone.pull(cursor, limit=1)
        cursor, seen = page["cursor"], seen | {change["id"] for change in page["changes"]}
    assert kept_ids <= seen
    assert answer_to(phone, cursor)[0] == 200


def test_record_that_a_snapshot_brought_and_a_purge_took_resets_it(phone: Phone, alice: User) -> None:
    """Deleted after the snapshot began, and gone before it came there: it would live on in the device."""
    first = phone.create("workout")
    [phone.create("workout") for _ in range(3)]
    page = phone.pull(limit=2)
    assert first in {change["id"] for change in page["changes"]}
    phone.one("delete", "workout", first, base_version=phone.pull()["version"])
    assert purge(at=timezone.now() + dt.timedelta(days=366)) == Purge(tombstones=1)
    assert answer_to(phone, page["cursor"]) == (410, "resync_required")
    assert phone.pull()["mode"] == "snapshot"


def test_cursor_within_the_purged_version_is_refused(phone: Phone, alice: User) -> None:
    """Half of a version was pulled: the purged half is missing."""
    workout, _, _ = tree(phone)
    _, cursor = phone.pull_all()
    phone.one("delete", "workout", workout, base_version=phone.pull()["version"])
    page = phone.pull(cursor, limit=1)
    assert (page["has_more"], page["changes"][0]["id"]) == (True, workout)
    age(366)
    assert run().tombstones == 3
    assert answer_to(phone, page["cursor"]) == (410, "resync_required")


def test_status_says_up_to_where_tombstones_are_gone(phone: Phone, alice: User) -> None:
    purged_workout(phone)
    assert phone.api.get("/api/v1/sync/status").json()["min_version"] == head(alice).version


# --- the log ---


def test_old_lines_leave_and_the_head_says_so(phone: Phone, alice: User) -> None:
    record_id = phone.create("workout")
    age(401)
    old = head(alice).version
    phone.one("update", "workout", record_id, {"title": "New"}, base_version=old)
    lines = LogEntry.objects.filter(user=alice).count()
    assert run(batch=1) == Purge(log=lines - 1, mutations=1)
    assert [entry.version for entry in LogEntry.objects.filter(user=alice)] == [old + 1]
    assert (head(alice).log_version, head(alice).version) == (old, old + 1)
    assert run() == Purge()


def test_touch_that_is_newer_than_its_version_stays(phone: Phone, tablet: Phone, alice: User) -> None:
    record_id = phone.create("workout", {"title": "A"})
    age(401)
    assert tablet.one("update", "workout", record_id, {"title": "A"})["status"] == "noop"
    assert run().log > 0
    assert [(entry.op, str(entry.record_id)) for entry in LogEntry.objects.filter(user=alice)] == [("T", record_id)]


def test_edit_on_a_base_before_the_log_wins_loudly(phone: Phone, tablet: Phone, alice: User) -> None:
    """Somebody else's edit, which the tablet never saw, is no longer in the log: it stands in the conflict all the same."""
    record_id = phone.create("workout", {"title": "A", "notes": "same"})
    base = tablet.pull()["version"]
    phone.one("update", "workout", record_id, {"title": "B"}, base_version=base)
    age(401)
    run()
    result = tablet.one("update", "workout", record_id, {"title": "C", "notes": "same"}, base_version=base)
    assert result["status"] == "conflict"
    (conflict,) = phone.conflicts()
    assert (conflict["kind"], kept(conflict), lost(conflict)) == ("field", {"title": "C"}, {"title": "B"})
    assert Workout.objects.get(pk=record_id).title == "C"


def test_edit_older_than_the_log_loses_loudly(phone: Phone, tablet: Phone, alice: User) -> None:
    record_id = phone.create("workout", {"title": "A"})
    base = tablet.pull()["version"]
    phone.one("update", "workout", record_id, {"title": "B"}, base_version=base)
    age(401)
    run()
    at = ago(500 * 24 * 60)
    result = tablet.one("update", "workout", record_id, {"title": "C"}, base_version=base, at=at)
    assert result["status"] == "conflict"
    (conflict,) = phone.conflicts()
    assert (kept(conflict), lost(conflict)) == ({"title": "B"}, {"title": "C"})
    assert Workout.objects.get(pk=record_id).title == "B"


def test_what_the_log_still_knows_is_a_rival_of_its_own(phone: Phone, tablet: Phone, alice: User) -> None:
    """title was written before the log begins, notes after: both are told of, each by its author."""
    record_id = phone.create("workout", {"title": "A"})
    base = tablet.pull()["version"]
    phone.one("update", "workout", record_id, {"title": "B"}, base_version=base)
    age(401)
    run()
    late = phone.one("update", "workout", record_id, {"notes": "late"}, base_version=phone.pull()["version"])
    result = tablet.one("update", "workout", record_id, {"title": "C", "notes": "mine"}, base_version=base)
    assert (late["status"], result["status"]) == ("applied", "conflict")
    named = {name: value for conflict in phone.conflicts() for name, value in lost(conflict).items()}
    assert named == {"title": "B", "notes": "late"}
    row = Workout.objects.get(pk=record_id)
    assert (row.title, row.notes) == ("C", "mine")


def test_record_that_has_not_changed_since_is_not_contested(phone: Phone, tablet: Phone, alice: User) -> None:
    record_id = phone.create("workout", {"title": "A"})
    base = tablet.pull()["version"]
    age(401)
    run()
    phone.create("workout")
    assert tablet.one("update", "workout", record_id, {"title": "C"}, base_version=base)["status"] == "applied"
    assert Conflict.objects.count() == 0


def test_record_made_after_the_log_begins_is_merged_as_ever(phone: Phone, tablet: Phone, alice: User) -> None:
    phone.create("workout")
    age(401)
    run()
    record_id = phone.create("workout", {"title": "A"})
    phone.one("update", "workout", record_id, {"notes": "hers"}, base_version=phone.pull()["version"])
    result = tablet.one("update", "workout", record_id, {"title": "C"}, base_version=head(alice).log_version)
    assert (result["status"], Conflict.objects.get().fields[0]["name"]) == ("conflict", "title")
    assert Workout.objects.get(pk=record_id).notes == "hers"


def test_deletion_on_a_base_before_the_log_tells_what_it_deletes(phone: Phone, tablet: Phone, alice: User) -> None:
    record_id = phone.create("workout", {"title": "A"})
    base = tablet.pull()["version"]
    phone.one("update", "workout", record_id, {"title": "B"}, base_version=base)
    age(401)
    run()
    assert tablet.one("delete", "workout", record_id, base_version=base)["status"] == "conflict"
    (conflict,) = phone.conflicts()
    assert (conflict["kind"], lost(conflict)["title"]) == ("delete", "B")
    assert Workout.objects.get(pk=record_id).deleted_at is not None


def test_work_below_that_the_log_has_lost_is_told_of_when_its_parent_is_deleted(phone: Phone, tablet: Phone) -> None:
    workout, _, entry = tree(phone)
    base = tablet.pull()["version"]
    phone.one("update", "set", entry, {"reps": 9}, base_version=base)
    age(401)
    run()
    assert tablet.one("delete", "workout", workout, base_version=base)["status"] == "conflict"
    named = {conflict["record_id"]: lost(conflict) for conflict in phone.conflicts()}
    assert named[entry]["reps"] == 9


def test_sets_lose_nothing_on_a_base_before_the_log(phone: Phone, tablet: Phone, alice: User) -> None:
    for slug in ("barbell", "dumbbell"):
        make_equipment(slug)
    record_id = phone.create("exercise_type", {"name": "Z", "category": "strength"})
    base = tablet.pull()["version"]
    phone.one("update", "exercise_type", record_id, {"equipment": ["barbell"]}, base_version=base)
    age(401)
    run()
    result = tablet.one("update", "exercise_type", record_id, {"equipment": ["dumbbell"]}, base_version=base)
    assert result["record"]["data"]["equipment"] == ["barbell", "dumbbell"]


# --- mutations ---


def test_very_late_duplicate_is_still_known(phone: Phone, alice: User) -> None:
    mutation = phone.mutation("create", "workout", str(uuid4()), {"title": "Once"})
    (first,) = phone.push(mutation)
    phone.push(phone.mutation("update", "workout", mutation["record_id"], {"title": "Twice"}))
    age(401)
    assert run().mutations == 2
    assert set(Mutation.objects.values_list("payload", flat=True)) == {""}
    (again,) = phone.push(mutation)
    assert (again["status"], again["replayed"]) == (first["status"], True)
    assert Workout.objects.get().title == "Twice"
    other = {**mutation, "patch": {"title": "Other"}}
    assert phone.push(other)[0]["error"]["code"] == "idempotency_mismatch"
    assert phone.create("workout")


def test_refused_mutation_stays_until_it_is_settled(phone: Phone, alice: User) -> None:
    refused = phone.mutation("create", "set", str(uuid4()), {"reps": 5})
    waiting = phone.mutation("create", "set", str(uuid4()), {"exercise": str(uuid4())})
    assert [result["status"] for result in phone.push(refused, waiting)] == ["rejected", "deferred"]
    age(800)
    assert run().mutations == 0
    assert "" not in Mutation.objects.values_list("payload", flat=True)
    Mutation.objects.update(settled_at=timezone.now())
    assert run().mutations == 2
    assert phone.push(refused)[0]["status"] == "rejected"
    assert phone.one("update", "set", waiting["record_id"], {"reps": 1})["status"] == "conflict"


def test_lifetimes_are_in_the_documentation() -> None:
    text = (Path(__file__).parents[2] / "docs" / "operating.md").read_text(encoding="utf-8")
    for lifetime in (lifetimes.DEVICE_ACTIVE, lifetimes.TOMBSTONE_REST, lifetimes.TOMBSTONE, lifetimes.LOG):
        assert f"{lifetime.days} days" in text


def test_purge_asks_no_more_for_many_than_for_one(phone: Phone, alice: User, django_assert_num_queries: Any) -> None:
    for count in (1, 8):
        for _ in range(count):
            tombstone(phone)
        age(401)
        # what is due (1); a transaction (2) with lock, acks, tombstones and the head (4); the log (4); the mutations (3)
        with django_assert_num_queries(1 + 6 + 4 + 3):
            assert run().tombstones == count


def test_purge_beside_writers_takes_nothing_that_lives(phone: Phone, alice: User) -> None:
    """The purge looks under the head's lock: what is brought back just before it came stays, with all its rows."""
    trees = [tree(phone) for _ in range(4)]
    version = phone.pull()["version"]
    for workout, _, _ in trees:
        phone.one("delete", "workout", workout, base_version=version)
    age(366)
    back = [phone.mutation("restore", "workout", workout, base_version=version) for workout, _, _ in trees]

    def restore() -> list[str]:
        return [push_as(alice, phone, mutation)[0]["status"] for mutation in back]

    statuses, _ = at_once(restore, lambda: run(batch=1))
    live = set(Workout.objects.live().values_list("pk", flat=True))
    for (workout, _, _), status in zip(trees, statuses, strict=True):
        assert (UUID(workout) in live) == (status != "conflict")
    assert {Workout.objects.count(), Workout.objects.live().count()} == {len(live)}
    assert set(Record.objects.filter(entity=CODES["workout"], deleted=False).values_list("id", flat=True)) == live
    assert not set(Purged.objects.values_list("id", flat=True)) & live


def test_live_rows_of_a_user_without_a_device_stay(alice: User) -> None:
    workout = make(Workout, alice)
    age(366)
    assert run() == Purge()
    assert is_there("workout", as_id(workout))
