"""The push over HTTP: what each mutation becomes, and what is written."""

from typing import Any
from uuid import uuid4

import orjson
import pytest
from django.utils import timezone

from accounts.models import Settings, User
from lib.tests.factories import make
from lib.tests.round_trips import counted_round_trips
from sync.models import Conflict, DeviceState, Head, LogEntry, Mutation, Record
from sync.services.push.receiving import push
from sync.tests.devices import Json, Phone, ago, exercise_type, kept, lost
from training.models import Exercise, Set, Workout

pytestmark = pytest.mark.django_db(transaction=True)


def version_of(user: User) -> int:
    return int(Head.objects.get(user=user).version)


# --- statuses ---


def test_creation_is_applied(phone: Phone, alice: User) -> None:
    record_id = str(uuid4())
    before = version_of(alice)
    mutation = phone.mutation("create", "workout", record_id, {"title": "Push"})
    answer = phone.post(mutation).json()
    assert set(answer) == {"epoch", "version", "server_time", "clock_skew_ms", "results"}
    assert answer["version"] == before + 1
    assert answer["results"] == [
        {
            "id": mutation["id"],
            "status": "applied",
            "version": before + 1,
            "replayed": False,
            "record": None,
            "conflict_ids": [],
            "error": None,
        }
    ]
    row = Workout.objects.get(pk=record_id)
    assert (row.user_id, row.title, row.status, row.deleted_at) == (alice.pk, "Push", "planned", None)


def test_update_writes_what_it_names_alone(phone: Phone) -> None:
    workout = phone.create("workout", {"title": "Push", "notes": "easy"})
    assert phone.one("update", "workout", workout, {"title": "Pull"}, base_version=2)["status"] == "applied"
    row = Workout.objects.get(pk=workout)
    assert (row.title, row.notes) == ("Pull", "easy")


def test_writes_beside_each_other_are_merged(phone: Phone, tablet: Phone) -> None:
    workout = phone.create("workout", {"title": "Push"})
    phone.one("update", "workout", workout, {"title": "Pull"}, base_version=2)
    result = tablet.one("update", "workout", workout, {"notes": "easy"}, base_version=2)
    assert (result["status"], result["record"]["data"]["title"], result["record"]["data"]["notes"]) == (
        "merged",
        "Pull",
        "easy",
    )
    assert result["record"]["version"] == result["version"] == 4
    assert Conflict.objects.count() == 0


def test_write_of_what_stands_is_a_noop(phone: Phone, tablet: Phone, alice: User) -> None:
    workout = phone.create("workout", {"title": "Push"})
    standing = version_of(alice)
    result = tablet.one("update", "workout", workout, {"title": "Push"}, base_version=standing)
    assert (result["status"], result["version"], version_of(alice)) == ("noop", standing, standing)
    assert result["record"]["data"]["title"] == "Push"


def test_same_write_of_two_devices_is_a_noop(phone: Phone, tablet: Phone, alice: User) -> None:
    workout = phone.create("workout", {"title": "Push"})
    phone.one("update", "workout", workout, {"title": "Pull"}, base_version=2)
    result = tablet.one("update", "workout", workout, {"title": "Pull"}, base_version=2)
    assert (result["status"], version_of(alice), Conflict.objects.count()) == ("noop", 3, 0)


def test_later_write_wins_and_the_other_is_kept_in_a_conflict(phone: Phone, tablet: Phone) -> None:
    workout = phone.create("workout", {"title": "Push"}, at=ago(30))
    early = phone.mutation("update", "workout", workout, {"title": "Early"}, base_version=2, at=ago(20))
    late = tablet.mutation("update", "workout", workout, {"title": "Late"}, base_version=2, at=ago(-10))
    phone.push(early)
    result = tablet.push(late)[0]
    assert (result["status"], result["record"]["data"]["title"]) == ("conflict", "Late")
    row = Conflict.objects.get()
    assert [str(row.pk)] == result["conflict_ids"]
    assert (row.kind, row.status, row.entity, str(row.record_id)) == ("field", "open", "workout", workout)
    assert (str(row.winner_mutation), str(row.loser_mutation)) == (late["id"], early["id"])
    assert row.record_version == result["version"]
    (field,) = row.fields
    assert (field["name"], field["base"]) == ("title", "Push")
    assert field["kept"] | {"at": None} == {
        "value": "Late",
        "at": None,
        "device_id": tablet.id,
        "mutation_id": late["id"],
    }
    assert field["lost"] | {"at": None} == {
        "value": "Early",
        "at": None,
        "device_id": phone.id,
        "mutation_id": early["id"],
    }


def test_earlier_write_loses_and_is_kept_in_a_conflict(phone: Phone, tablet: Phone) -> None:
    """Both were made after the record was seen; the first to arrive was made later."""
    workout = phone.create("workout", {"title": "Push"})
    phone.one("update", "workout", workout, {"title": "Late"}, base_version=2)
    result = tablet.one("update", "workout", workout, {"title": "Early", "notes": "mine"}, base_version=2, at=ago(20))
    assert (result["status"], result["record"]["data"]["title"], result["record"]["data"]["notes"]) == (
        "conflict",
        "Late",
        "mine",
    )
    conflict = phone.conflicts()[0]
    assert (kept(conflict), lost(conflict)) == ({"title": "Late"}, {"title": "Early"})


def test_value_that_lost_is_remembered_as_what_the_device_said(phone: Phone, tablet: Phone) -> None:
    """It goes back to what it had seen at first: a change, since it had said otherwise meanwhile."""
    workout = phone.create("workout", {"title": "Push"})
    phone.one("update", "workout", workout, {"title": "Theirs"}, base_version=2)
    lost_one = tablet.one("update", "workout", workout, {"title": "Mine"}, base_version=2, at=ago(1))
    back = tablet.one("update", "workout", workout, {"title": "Push"}, base_version=2)
    assert (lost_one["record"]["data"]["title"], back["record"]["data"]["title"]) == ("Theirs", "Push")


def test_conflict_reaches_every_device_by_pull(phone: Phone, tablet: Phone) -> None:
    workout = phone.create("workout", {"title": "Push"})
    phone.one("update", "workout", workout, {"title": "A"}, base_version=2)
    tablet.one("update", "workout", workout, {"title": "B"}, base_version=2)
    assert phone.conflicts() == tablet.conflicts()
    assert phone.pull()["open_conflicts"] == len(phone.conflicts()) == 1


def test_child_of_an_unknown_parent_is_deferred_then_applied(phone: Phone) -> None:
    exercise, set_id = str(uuid4()), str(uuid4())
    child = phone.mutation("create", "set", set_id, {"exercise": exercise, "reps": 5})
    edit = phone.mutation("update", "set", set_id, {"reps": 6})
    results = phone.push(child)
    assert (results[0]["status"], results[0]["record"], results[0]["error"]) == ("deferred", None, None)
    assert phone.push(edit)[0]["status"] == "deferred"
    parent = phone.mutation("create", "exercise", exercise, {"exercise_type": exercise_type()})
    results = phone.push(child, edit, parent)
    assert [r["status"] for r in results] == ["applied", "applied", "applied"]
    assert [r["replayed"] for r in results] == [False, False, False]
    assert Set.objects.get(pk=set_id).reps == 6
    assert set(Mutation.objects.values_list("status", flat=True)) == {"applied"}


def test_update_of_an_unknown_record_creates_nothing(phone: Phone) -> None:
    record_id = str(uuid4())
    result = phone.one("update", "workout", record_id, {"title": "Ghost"}, base_version=1)
    assert (result["status"], result["record"], result["version"]) == ("conflict", None, None)
    conflict = phone.conflicts()[0]
    assert (conflict["kind"], conflict["record_id"], lost(conflict)) == ("missing", record_id, {"title": "Ghost"})
    assert not Workout.objects.exists()


def test_settings_are_updated_but_neither_made_nor_deleted(phone: Phone, alice: User) -> None:
    own = str(Settings.objects.get(user=alice).pk)
    statuses = [
        phone.one("update", "settings", own, {"weight_unit": "lb"}, base_version=1)["status"],
        phone.one("create", "settings", str(uuid4()), {})["status"],
        phone.one("delete", "settings", own)["status"],
    ]
    assert statuses == ["applied", "rejected", "rejected"]
    assert Settings.objects.get(user=alice).weight_unit == "lb"


def test_conflicts_are_read_only(phone: Phone, tablet: Phone) -> None:
    phone.one("update", "workout", str(uuid4()), {"title": "Ghost"})
    conflict = str(Conflict.objects.get().pk)
    result = phone.one("update", "conflict", conflict, {"status": "resolved"}, base_version=2)
    assert (result["status"], result["error"]["code"]) == ("rejected", "read_only")
    assert Conflict.objects.get().status == "open"


# --- the same again ---


def test_replay_gives_the_stored_result_and_writes_nothing(phone: Phone, alice: User) -> None:
    mutation = phone.mutation("create", "workout", str(uuid4()), {"title": "Push"})
    first = phone.push(mutation)[0]
    standing = version_of(alice)
    again = phone.push(dict(reversed(mutation.items())))[0]
    assert (again["status"], again["replayed"], again["version"]) == ("applied", True, first["version"])
    assert again["record"]["data"]["title"] == "Push"
    assert version_of(alice) == standing
    assert LogEntry.objects.filter(mutation_id=mutation["id"]).count() == 1


def test_replay_of_a_conflict_names_the_same_conflict(phone: Phone) -> None:
    mutation = phone.mutation("update", "workout", str(uuid4()), {"title": "Ghost"})
    first, again = phone.push(mutation)[0], phone.push(mutation)[0]
    assert again == {**first, "replayed": True}
    assert Conflict.objects.count() == 1


def test_id_used_for_other_content_is_refused(phone: Phone) -> None:
    mutation = phone.mutation("create", "workout", str(uuid4()), {"title": "Push"})
    phone.push(mutation)
    result = phone.push({**mutation, "patch": {"title": "Other"}})[0]
    assert (result["status"], result["error"]["code"]) == ("rejected", "idempotency_mismatch")
    assert Workout.objects.get().title == "Push"
    assert phone.push(mutation)[0]["status"] == "applied"


def test_id_twice_in_one_push_is_done_once(phone: Phone) -> None:
    mutation = phone.mutation("create", "workout", str(uuid4()), {"title": "Push"})
    other = {**mutation, "patch": {"title": "Other"}}
    results = phone.push(mutation, mutation, other)
    assert [(r["status"], r["replayed"]) for r in results] == [
        ("applied", False),
        ("applied", True),
        ("rejected", False),
    ]
    assert LogEntry.objects.filter(mutation_id=mutation["id"]).count() == 1


def test_mutation_id_is_the_users_own(phone: Phone, bobs_phone: Phone) -> None:
    mutation = phone.mutation("create", "workout", str(uuid4()), {"title": "Push"})
    phone.push(mutation)
    result = bobs_phone.push({**mutation, "record_id": str(uuid4())})[0]
    assert (result["status"], result["replayed"]) == ("applied", False)


# --- several at once ---


def test_two_edits_of_one_record_in_one_push_are_one_version(phone: Phone, alice: User) -> None:
    record_id = str(uuid4())
    results = phone.push(
        phone.mutation("create", "workout", record_id, {"title": "A"}),
        phone.mutation("update", "workout", record_id, {"title": "B"}),
        phone.mutation("update", "workout", record_id, {"notes": "C"}),
    )
    assert [r["status"] for r in results] == ["applied"] * 3
    assert {r["version"] for r in results} == {version_of(alice)}
    assert list(LogEntry.objects.filter(record_id=record_id).order_by("n").values_list("op", flat=True)) == [
        "I",
        "U",
        "U",
    ]
    row = Workout.objects.get()
    assert (row.title, row.notes) == ("B", "C")


def test_record_made_and_deleted_in_one_push_is_a_tombstone(phone: Phone) -> None:
    record_id = str(uuid4())
    results = phone.push(
        phone.mutation("create", "workout", record_id, {"title": "A"}), phone.mutation("delete", "workout", record_id)
    )
    assert [r["status"] for r in results] == ["applied", "applied"]
    assert Record.objects.get(id=record_id).deleted


def test_good_ones_among_bad_ones_are_applied(phone: Phone) -> None:
    """Bad in every way: by form, by domain, by the database."""
    good = [phone.mutation("create", "workout", str(uuid4()), {"title": f"Day {n}"}) for n in range(6)]
    ends_before = {"status": "completed", "started_at": "2026-03-01T10:00:00Z", "ended_at": "2026-03-01T09:00:00Z"}
    bad = [
        phone.mutation("create", "workout", str(uuid4()), {"title": 5}),
        phone.mutation("create", "set", str(uuid4()), {"reps": 5}),
        phone.mutation("create", "workout", str(uuid4()), ends_before),
        phone.mutation("create", "workout", str(uuid4()), ends_before),
        "not an object",
        phone.mutation("create", "workout", str(uuid4()), {"status": "in_progress"}),
    ]
    mixed = [mutation for pair in zip(good, bad, strict=True) for mutation in pair]
    results = phone.push(*mixed)
    assert [r["status"] for r in results].count("rejected") == len(bad)
    codes = [r["error"]["code"] for r in results if r["error"]]
    assert codes == [
        "invalid",
        "required",
        "ends_before_start",
        "ends_before_start",
        "invalid",
        "status_contradicts_times",
    ]
    assert set(Workout.objects.values_list("title", flat=True)) == {f"Day {n}" for n in range(6)}
    assert Mutation.objects.filter(status="rejected").count() == len(bad)


def test_refused_mutation_is_kept_with_its_reason(phone: Phone) -> None:
    mutation = phone.mutation("create", "workout", str(uuid4()), {"status": "in_progress", "title": "kept"})
    phone.push(mutation)
    row = Mutation.objects.get()
    assert (str(row.mutation_id), row.status, orjson.loads(row.payload)) == (mutation["id"], "rejected", mutation)
    assert orjson.loads(row.result)["error"]["code"] == "status_contradicts_times"


def test_group_is_all_or_none(phone: Phone) -> None:
    group = str(uuid4())
    workout, exercise = str(uuid4()), str(uuid4())
    results = phone.push(
        phone.mutation("create", "workout", workout, {"title": "Together"}, group=group),
        phone.mutation(
            "create", "exercise", exercise, {"workout": workout, "exercise_type": exercise_type()}, group=group
        ),
        phone.mutation("create", "set", str(uuid4()), {"exercise": exercise, "typed_load": "5"}, group=group),
        phone.mutation("create", "workout", str(uuid4()), {"title": "Alone"}),
    )
    assert [r["status"] for r in results] == ["rejected", "rejected", "rejected", "applied"]
    assert list(Workout.objects.values_list("title", flat=True)) == ["Alone"]
    assert not Exercise.objects.exists()


# --- merges that break a rule ---


def test_merge_that_breaks_a_rule_changes_nothing_and_keeps_the_values(phone: Phone, tablet: Phone) -> None:
    """Each edit is good by itself. Together the workout would end before it starts."""
    workout = phone.create(
        "workout",
        {"status": "completed", "started_at": "2026-03-01T10:00:00Z", "ended_at": "2026-03-01T12:00:00Z"},
    )
    phone.one("update", "workout", workout, {"started_at": "2026-03-01T11:30:00Z"}, base_version=2)
    mutation = tablet.mutation("update", "workout", workout, {"ended_at": "2026-03-01T11:00:00Z"}, base_version=2)
    result = tablet.push(mutation)[0]
    assert result["status"] == "conflict"
    assert result["record"]["data"]["ended_at"] == "2026-03-01T12:00:00.000000Z"
    conflict = phone.conflicts()[0]
    assert (conflict["kind"], kept(conflict), lost(conflict)) == (
        "rule",
        {"ended_at": "2026-03-01T12:00:00.000000Z"},
        {"ended_at": "2026-03-01T11:00:00.000000Z"},
    )
    assert tablet.push(mutation)[0]["conflict_ids"] == result["conflict_ids"]


def test_edit_that_breaks_a_rule_by_itself_is_rejected(phone: Phone) -> None:
    workout = phone.create("workout")
    result = phone.one("update", "workout", workout, {"status": "completed"}, base_version=2)
    assert (result["status"], result["error"]["code"]) == ("rejected", "status_contradicts_times")
    assert result["record"]["data"]["status"] == "planned"


# --- the device, clocks, the cost ---


def test_device_state_is_kept(phone: Phone) -> None:
    phone.create("workout")
    phone.push(phone.mutation("create", "workout", str(uuid4())), ack_version=10**6, schema_version=1)
    state = DeviceState.objects.get(device_id=phone.id)
    assert (state.last_seq, state.acked_version) == (2, 2)


def test_skewed_clock_is_told_and_corrected(phone: Phone, tablet: Phone) -> None:
    workout = phone.create("workout", {"title": "Push"})
    an_hour_ahead = tablet.mutation("update", "workout", workout, {"title": "Ahead"}, base_version=2, at=ago(-59))
    answer = tablet.post(an_hour_ahead, client_now=ago(-60)).json()
    assert -3_601_000 < answer["clock_skew_ms"] < -3_590_000
    phone.one("update", "workout", workout, {"title": "Now"}, base_version=2)
    assert Workout.objects.get().title == "Now"


def test_version_that_was_never_given_out_proves_nothing(phone: Phone, tablet: Phone) -> None:
    workout = phone.create("workout", {"title": "Push"})
    phone.one("update", "workout", workout, {"title": "Theirs"}, base_version=2)
    result = tablet.one("update", "workout", workout, {"title": "Mine"}, base_version=10**9)
    assert result["status"] == "conflict"


@pytest.mark.parametrize("op", ["create", "update", "conflict", "delete"])
def test_push_takes_the_same_queries_for_one_and_for_fifty(
    phone: Phone, tablet: Phone, alice: User, op: str, django_assert_num_queries: Any
) -> None:
    exercise = phone.exercise()
    rows = [make(Set, alice, exercise=exercise, reps=1) for _ in range(51)]
    if op == "conflict":
        Set.objects.filter(user=alice).update(reps=2)
    base = 3 if op == "conflict" else 0 if op == "create" else version_of(alice)
    name = "update" if op == "conflict" else op
    patch = {"create": {"exercise": exercise, "reps": 5}, "delete": {}}.get(op, {"reps": 5})
    expected = {"create": 13, "update": 14, "conflict": 16, "delete": 14}[op]
    # session (1); BEGIN, COMMIT (2); the locked head (1); device read and written (2); what came before (1); the records, and
    # what of it may have been moved (2); allocation, log, rows, mutations (4). Of what is there: the log (1).
    # Where something lost: the conflicts, and the records for the answer (2).
    tablet.create("workout")
    for found in (rows[:1], rows[1:]):
        ids = [str(uuid4()) if op == "create" else str(row.pk) for row in found]
        mutations = [tablet.mutation(name, "set", record_id, patch, base_version=base) for record_id in ids]
        with django_assert_num_queries(expected):
            results = tablet.push(*mutations)
        assert {r["status"] for r in results} == {"conflict" if op == "conflict" else "applied"}


def test_push_of_one_waits_three_times_beside_its_session(phone: Phone, alice: User) -> None:
    """For what it reads, for what it writes, and for the commit."""
    exercise, page = phone.exercise(), phone.pull()
    known = {"epoch": page["epoch"], "ack_version": page["version"], "cursor": page["cursor"]}
    body = orjson.dumps(phone.envelope(phone.mutation("create", "set", str(uuid4()), {"exercise": exercise}), **known))
    with counted_round_trips() as waited:
        answer = push(user=alice, body=body, at=timezone.now())
    assert [result["status"] for result in answer["results"]] == ["applied"]
    assert len(waited) == 2, waited  # and the commit


@pytest.mark.parametrize(
    "cancelled", [[("delete", {}), ("restore", {})], [("update", {"title": "b"}), ("update", {"title": "a"})]]
)
def test_record_whose_edits_take_each_other_back_stands_at_their_version(
    phone: Phone, tablet: Phone, alice: User, cancelled: list[tuple[str, Json]]
) -> None:
    workout = phone.create("workout", {"title": "a"})
    _, cursor = tablet.pull_all()
    phone.push(*(phone.mutation(op, "workout", workout, patch, base_version=2) for op, patch in cancelled))
    (change,) = tablet.pull(cursor)["changes"]
    assert (change["version"], change["data"]["title"]) == (version_of(alice), "a") == (3, "a")


def test_restore_gives_the_record_back(phone: Phone) -> None:
    """The device that deleted it may not hold its content any more."""
    workout = phone.create("workout", {"title": "a"})
    phone.one("delete", "workout", workout, base_version=1)
    result = phone.one("restore", "workout", workout, base_version=2)
    assert (result["status"], result["record"]["data"]["title"]) == ("applied", "a")


@pytest.mark.parametrize("op", ["create", "update"])
def test_child_of_a_parent_that_sql_deleted_for_good_is_kept_in_a_conflict(phone: Phone, alice: User, op: str) -> None:
    workout = phone.create("workout", {"title": "a"})
    exercise = str(uuid4()) if op == "create" else phone.exercise()
    Workout.objects.filter(pk=workout).delete()
    result = phone.one(op, "exercise", exercise, {"exercise_type": exercise_type(), "workout": workout}, at=ago(60))
    assert (result["status"], result["record"]["deleted"], phone.conflicts()[0]["kind"]) == ("conflict", True, "parent")
    assert Exercise.objects.get(pk=exercise).deleted_at is not None


def test_log_stands_in_the_order_of_deciding(phone: Phone, alice: User) -> None:
    """The move waits for the workout that it names, and is decided after the deletion that was sent behind it."""
    old, new = phone.create("workout"), str(uuid4())
    exercise = phone.exercise(workout=old)
    base = version_of(alice)
    phone.push(
        phone.mutation("update", "exercise", exercise, {"workout": new}, base_version=base),
        phone.mutation("delete", "workout", old, base_version=base),
        phone.mutation("create", "workout", new),
    )
    lines = LogEntry.objects.filter(record_id=exercise, version=version_of(alice)).order_by("n")
    assert [line.op for line in lines] == ["D", "U"]
    assert Exercise.objects.get(pk=exercise).deleted_at is None
