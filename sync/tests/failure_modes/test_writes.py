"""How others lose, double or twist what was written: retries, clones, clocks, poison, echoes, restored servers."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from dropset_client import Device
from lib.tests.factories import as_id, make, make_many, make_user
from lib.upcasting import UPCASTERS
from sync.domain import lifetimes
from sync.models import Head, LogEntry, Mutation, Record
from sync.services.upkeep import epochs
from sync.services.upkeep.retention import purge
from sync.stream.events import Poke
from sync.tests.devices import PULL, Json, Phone, ago, exercise_type, kept, lost
from sync.tests.failure_modes.conftest import Network
from sync.tests.failure_modes.test_order_and_pages import age_everything
from training.models import Exercise, Set, Workout

pytestmark = pytest.mark.django_db(transaction=True)

REJECTED = "/api/v1/sync/rejected"


def log_of(mutation: Json) -> int:
    return LogEntry.objects.filter(mutation_id=mutation["id"]).count()


def test_f7_device_that_was_away_brings_nothing_back_to_life(phone: Phone, tablet: Phone, alice: User) -> None:
    workout = phone.create("workout", {"title": "gone"})
    _, cursor = tablet.pull_all()
    phone.one("delete", "workout", workout, base_version=2)
    age_everything(lifetimes.TOMBSTONE.days + 1)
    purge(at=timezone.now())
    for op, patch in (("update", {"title": "zombie"}), ("create", {"title": "zombie"}), ("delete", {})):
        result = tablet.one(op, "workout", workout, patch, base_version=2)
        assert (result["status"], result["record"]) == ("conflict", None)
    assert {conflict["kind"] for conflict in tablet.conflicts()} == {"missing"}
    assert not Workout.objects.exists()
    assert tablet.api.get(PULL, {"cursor": cursor}).status_code == 410


def test_f8_undeleted_record_reaches_every_device(phone: Phone, tablet: Phone) -> None:
    """The id is not used anew: the same record stands again, in a later version than its tombstone."""
    workout = phone.create("workout", {"title": "back"})
    deleted = phone.one("delete", "workout", workout, base_version=2)
    _, cursor = tablet.pull_all()
    phone.one("restore", "workout", workout, base_version=deleted["version"])
    (change,) = tablet.pull(cursor)["changes"]
    assert (change["id"], change["deleted"], change["data"]["title"]) == (workout, False, "back")
    assert change["version"] > deleted["version"]


def test_f9_push_repeated_after_a_lost_answer_is_done_once(
    open_device: Callable[..., Device], network: Network, alice: User
) -> None:
    device = open_device("unlucky")
    device.sync()
    workout = device.create("workout", {"title": "once"})
    network.lose_answers = 1
    assert device.sync().replayed == 1
    assert LogEntry.objects.filter(record_id=workout).count() == 1


def test_f9_mutation_id_with_other_content_is_refused(phone: Phone) -> None:
    mutation = phone.mutation("create", "workout", str(uuid4()), {"title": "a"})
    phone.push(mutation)
    (result,) = phone.push(mutation | {"patch": {"title": "b"}})
    assert (result["status"], result["error"]["code"]) == ("rejected", "idempotency_mismatch")


def test_f10_restored_or_cloned_device_is_told_and_not_swallowed(phone: Phone, tablet: Phone) -> None:
    """A copy of the app's storage counts on where the copy was made: under numbers that the first one has used."""
    phone.create("workout")
    copied = phone.mutation("create", "workout", str(uuid4()), {"title": "of the clone"}, seq=1)
    answer = phone.post(copied)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "device_forked")
    assert not Mutation.objects.filter(mutation_id=copied["id"]).exists()
    (result,) = tablet.push(copied)  # as a device of its own
    assert (result["status"], Workout.objects.count()) == ("applied", 2)


def take_back(user: User, version: int, row: str) -> None:
    """The server is restored from a backup that was made at this version: it has never heard of the row."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('sync.source', 'purge', TRUE)")  # the triggers stay silent
        cursor.execute("DELETE FROM training_workout WHERE id = %s", [row])
        cursor.execute(
            "CREATE TEMP TABLE later ON COMMIT DROP AS SELECT mutation_id FROM sync_log WHERE version > %s", [version]
        )
        cursor.execute("DELETE FROM sync_mutation WHERE mutation_id IN (TABLE later)")
        cursor.execute("DELETE FROM sync_log WHERE user_id = %s AND version > %s", [user.pk, version])
        cursor.execute("DELETE FROM sync_record WHERE user_id = %s AND version > %s", [user.pk, version])
        cursor.execute(
            "UPDATE sync_head AS h SET version = %s, last_ms = (SELECT max(l.logged_ms) FROM sync_log AS l"
            " WHERE l.user_id = h.user_id) WHERE h.user_id = %s",
            [version, user.pk],
        )


def test_f11_restored_server_is_noticed_and_nothing_is_lost(open_device: Callable[..., Device], alice: User) -> None:
    device = open_device("ahead")
    before = device.create("workout", {"title": "in the backup"})
    device.sync()
    backup = Head.objects.get(user=alice).version
    after = device.create("workout", {"title": "after the backup"})
    device.sync()
    queued = device.create("workout", {"title": "not sent yet"})
    take_back(alice, backup, after)
    assert device.sync().healed == ["epoch_changed"]
    assert {as_id(workout) for workout in Workout.objects.live()} == {before, after, queued}
    assert {record.id for record in device.list("workout")} == {before, after, queued}
    assert device.verify().is_equal


def test_f12_poison_stops_nothing_behind_it(phone: Phone) -> None:
    poison: list[Any] = [
        phone.mutation("create", "workout", "no id"),
        phone.mutation("create", "spaceship", str(uuid4())),
        phone.mutation("create", "workout", str(uuid4()), {"ended_at": ago(1)}),
        "not an object",
    ]
    good = phone.mutation("create", "workout", str(uuid4()))
    assert [r["status"] for r in phone.push(*poison, good)] == ["rejected"] * 4 + ["applied"]


def test_f13_refused_write_is_kept_with_its_reason(phone: Phone) -> None:
    refused = phone.mutation("create", "workout", str(uuid4()), {"title": "x" * 500, "notes": "precious"})
    phone.push(refused)
    (row,) = phone.api.get(REJECTED).json()["results"]
    assert (row["mutation_id"], row["payload"]["patch"]["notes"]) == (refused["id"], "precious")
    assert "title" in row["error"]["fields"]


def test_f13_edit_of_a_deleted_record_is_no_silent_success(phone: Phone, tablet: Phone) -> None:
    workout = phone.create("workout", {"title": "a"})
    edit = tablet.mutation("update", "workout", workout, {"title": "b"}, base_version=2, at=ago(60))
    phone.one("delete", "workout", workout, base_version=2)
    (result,) = tablet.push(edit)
    assert result["status"] == "conflict"
    assert lost(phone.conflicts()[0])["title"] == "b"


def test_f14_child_that_comes_before_its_parent_waits(phone: Phone) -> None:
    workout, exercise = str(uuid4()), str(uuid4())
    child = phone.mutation("create", "exercise", exercise, {"exercise_type": exercise_type(), "workout": workout})
    parent = phone.mutation("create", "workout", workout)
    assert [r["status"] for r in phone.push(child)] == ["deferred"]
    assert [r["status"] for r in phone.push(child, parent)] == ["applied", "applied"]
    assert str(Exercise.objects.get(pk=exercise).workout_id) == workout


def test_f15_device_is_not_in_conflict_with_itself(phone: Phone) -> None:
    """Two edits on one base: the second was made on top of the first, which had no version yet."""
    workout = phone.create("workout", {"title": "a"})
    edits = [phone.mutation("update", "workout", workout, {"title": t}, base_version=2) for t in ("b", "c")]
    assert [phone.push(edit)[0]["status"] for edit in edits] == ["applied", "applied"]
    assert (phone.conflicts(), Workout.objects.get().title) == ([], "c")


def test_f16_whole_record_overwrites_nothing_that_its_user_did_not_touch(phone: Phone, tablet: Phone) -> None:
    workout = phone.create("workout", {"title": "a", "notes": "a"})
    seen = phone.records()["workout", workout]["data"]
    whole = {name: value for name, value in seen.items() if name != "local_date"}
    phone.one("update", "workout", workout, {"notes": "b"}, base_version=2)
    result = tablet.one("update", "workout", workout, whole | {"title": "c"}, base_version=2)
    assert (result["status"], result["record"]["data"]["title"], result["record"]["data"]["notes"]) == (
        "merged",
        "c",
        "b",
    )
    assert phone.conflicts() == []


@pytest.mark.parametrize("minutes", [-1_000_000, 1_000_000])
def test_f17_wrong_clock_neither_rules_nor_is_locked_out(phone: Phone, tablet: Phone, minutes: int) -> None:
    """Here the phone does not even say that its clock is wrong."""
    workout = phone.create("workout", {"title": "a"})
    wrong = phone.mutation("update", "workout", workout, {"title": "wrong clock"}, base_version=2, at=ago(-minutes))
    assert phone.push(wrong)[0]["status"] == "applied"
    later = tablet.one("update", "workout", workout, {"title": "later"}, base_version=phone.pull()["version"])
    assert (later["status"], Workout.objects.get().title) == ("applied", "later")


def test_f19_echo_makes_no_version_and_no_traffic(phone: Phone, tablet: Phone) -> None:
    workout = phone.create("workout", {"title": "a"})
    _, cursor = phone.pull_all()
    echo = {name: v for name, v in tablet.records()["workout", workout]["data"].items() if name != "local_date"}
    assert tablet.one("update", "workout", workout, echo, base_version=2)["status"] == "noop"
    assert phone.pull(cursor)["changes"] == []


def test_f20_poke_holds_no_data_and_no_cursor() -> None:
    assert Poke(epoch="e", version=7).as_bytes() == b'event: poke\ndata: {"epoch":"e","version":7}\n\n'


def test_f22_bookkeeping_is_never_out_of_step_with_the_data(phone: Phone, alice: User) -> None:
    exercise = phone.exercise()
    rows = make_many(Set, alice, 4, exercise_id=exercise)
    Set.objects.filter(pk=rows[0].pk).update(reps=7)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM training_set WHERE id = %s", [rows[1].pk])
        cursor.execute("UPDATE training_set SET deleted_at = now() WHERE id = %s", [rows[2].pk])
    phone.one("delete", "set", as_id(rows[3]), base_version=Head.objects.get(user=alice).version)
    live = {(str(r.id), r.deleted) for r in Record.objects.filter(user=alice, entity=Set.wire.code)}
    assert live == {(as_id(row), row is not rows[0]) for row in rows}
    assert [as_id(row) for row in Set.objects.live()] == [as_id(rows[0])]


def test_f23_bulk_sql_over_users_locks_their_heads_in_one_order() -> None:
    """Whatever the order of the rows: test_races.py lets eight of them run against each other."""
    users = [make_user(f"user{number}@example.org") for number in range(5)]
    rows = [make(Workout, user) for user in users]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE locked (place serial, owner uuid)")
        cursor.execute(
            """CREATE FUNCTION pg_temp.note() RETURNS trigger LANGUAGE plpgsql AS $$
               BEGIN INSERT INTO locked (owner) VALUES (new.user_id); RETURN new; END $$"""
        )
        cursor.execute("CREATE TRIGGER note AFTER UPDATE ON sync_head FOR EACH ROW EXECUTE FUNCTION pg_temp.note()")
        try:
            order = [row.pk for row in sorted(rows, key=lambda row: row.user_id, reverse=True)]
            cursor.execute(
                "UPDATE training_workout AS w SET title = 'x' FROM unnest(%s::uuid[]) AS k (id) WHERE w.id = k.id",
                [order],
            )
            cursor.execute("SELECT owner FROM locked ORDER BY place")
            assert [owner for (owner,) in cursor.fetchall()] == sorted(user.pk for user in users)
        finally:
            cursor.execute("DROP TRIGGER note ON sync_head")


def test_f24_push_makes_no_savepoint_for_each_mutation(phone: Phone) -> None:
    phone.create("workout")
    counts = []
    for size in (1, 60):
        mutations = [phone.mutation("create", "workout", str(uuid4())) for _ in range(size)]
        with CaptureQueriesContext(connection) as queries:
            phone.push(*mutations)
        counts.append(sum(query["sql"].startswith("SAVEPOINT") for query in queries))
    assert counts == [0, 0]


def test_f25_nothing_is_notified_inside_a_transaction_that_writes(phone: Phone) -> None:
    with CaptureQueriesContext(connection) as queries:
        phone.create("workout")
        phone.api.post("/api/v1/workouts/", {"title": "by the API"})
    said = " ".join(query["sql"].lower() for query in queries)
    assert ("training_workout" in said, "notify" in said) == (True, False)


def test_f28_queue_that_is_older_than_the_schema_is_taken(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, a workout had a `name`; the phone wrote offline before it was updated."""
    monkeypatch.setitem(UPCASTERS, ("workout", 1), lambda patch: {"title": patch["name"]})
    workout = str(uuid4())
    (result,) = phone.push(phone.mutation("create", "workout", workout, {"name": "old"}, schema_version=1))
    assert (result["status"], Workout.objects.get(pk=workout).title) == ("applied", "old")


def test_f11_operator_may_say_so(phone: Phone, alice: User) -> None:
    workout = phone.mutation("create", "workout", str(uuid4()))
    old = phone.pull()["epoch"]
    epochs.new_epoch(user=alice, at=timezone.now())
    answer = phone.post(workout, epoch=old)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "epoch_changed")
    assert phone.post(workout, epoch=phone.pull()["epoch"]).json()["results"][0]["status"] == "applied"


def test_f15_conflict_names_both_values_when_devices_differ(phone: Phone, tablet: Phone) -> None:
    workout = phone.create("workout", {"title": "a"}, at=ago(20))
    phone.one("update", "workout", workout, {"title": "b"}, base_version=2, at=ago(10))
    tablet.one("update", "workout", workout, {"title": "c"}, base_version=2, at=ago(5))
    (conflict,) = phone.conflicts()
    assert {kept(conflict)["title"], lost(conflict)["title"]} == {"b", "c"}
    assert Workout.objects.get().title == kept(conflict)["title"]
    assert log_of({"id": conflict["loser_mutation"]}) == 1
