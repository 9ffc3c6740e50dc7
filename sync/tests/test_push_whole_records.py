"""Whole records, of clients that know times only: the same push as of a client with versions, and the same state."""

from typing import Any
from uuid import uuid4

import orjson
import pytest

from accounts.models import User
from catalog.tests.factories import make_canonical, make_muscle
from config.tests.contract import SchemaClient, check_error
from lib.tests.factories import as_id
from lib.upcasting import UPCASTERS
from sync.models import DeviceState, Head, LogEntry, Mutation, Record
from sync.tests.devices import PUSH, Json, Phone, ago, exercise_type, lost
from sync.tests.naive import Naive, record

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def naive(api: SchemaClient, alice: User) -> Naive:
    return Naive(api, alice)


def standing(entity_id: str) -> Json:
    found: Json = orjson.loads(Record.objects.get(id=entity_id).data)
    return found


# --- one record ---


def test_new_record_is_created(naive: Naive) -> None:
    workout = str(uuid4())
    (result,) = naive.push_records(record("workout", workout, {"title": "Legs", "notes": "Heavy"}))
    assert (result["status"], result["entity"], result["record_id"]) == ("applied", "workout", workout)
    assert (standing(workout)["title"], standing(workout)["notes"]) == ("Legs", "Heavy")


def test_only_what_differs_is_written(naive: Naive, phone: Phone) -> None:
    workout = phone.create("workout", {"title": "Legs", "notes": "Heavy"})
    naive.catch_up()
    phone.one("update", "workout", workout, {"title": "Arms"}, base_version=phone.pull()["version"])
    naive.edit("workout", workout, notes="Light")
    (result,) = naive.send()
    assert (result["status"], result["conflict_ids"]) == ("merged", [])
    assert (standing(workout)["title"], standing(workout)["notes"]) == ("Arms", "Light")
    assert result["record"]["data"]["title"] == "Arms"
    patch = LogEntry.objects.get(mutation_id=result["id"]).patch or ""
    assert orjson.loads(patch).keys() == {"notes", "_deleted"}


def test_field_that_both_wrote_is_a_conflict(naive: Naive, phone: Phone) -> None:
    workout = phone.create("workout", {"title": "Legs"})
    naive.catch_up()
    phone.one("update", "workout", workout, {"title": "Arms"}, base_version=phone.pull()["version"])
    naive.edit("workout", workout, title="Back")
    (result,) = naive.send()
    assert result["status"] == "conflict"
    assert standing(workout)["title"] == "Back"
    assert [lost(conflict) for conflict in phone.conflicts()] == [{"title": "Arms"}]


def test_record_that_was_never_pulled_is_contested_as_a_whole(naive: Naive, phone: Phone) -> None:
    workout = phone.create("workout", {"title": "Legs", "notes": "Heavy"})
    (result,) = naive.push_records(record("workout", workout, {"title": "Mine", "notes": "Heavy"}))
    assert result["status"] == "conflict"
    assert [lost(conflict) for conflict in phone.conflicts()] == [{"title": "Legs"}]


def test_nothing_new_is_nothing(naive: Naive, phone: Phone) -> None:
    workout = phone.create("workout", {"title": "Legs"})
    naive.catch_up()
    phone.one("update", "workout", workout, {"title": "Arms"}, base_version=phone.pull()["version"])
    naive.edit("workout", workout)
    (result,) = naive.send()
    assert (result["status"], result["record"]["data"]["title"]) == ("noop", "Arms")


def test_same_value_in_another_form_is_answered_in_the_servers(naive: Naive, phone: Phone) -> None:
    """No pull would bring it: nothing was written."""
    measured = {"kind": "body_weight", "value": "80.000", "measured_at": "2026-11-20T08:00:00Z"}
    weight = phone.create("measurement", measured)
    naive.catch_up()
    naive.edit("measurement", weight, value="80.0")
    (result,) = naive.send()
    assert (result["status"], naive.base["measurement", weight]["value"]) == ("noop", "80.000")


def test_values_that_the_server_makes_are_left_out(naive: Naive, phone: Phone) -> None:
    workout = phone.create("workout", {"started_at": "2026-03-01T23:30:00Z", "status": "in_progress"})
    naive.catch_up()
    assert naive.base["workout", workout]["local_date"] == "2026-03-01"
    naive.edit("workout", workout, time_zone="Europe/Berlin")
    (result,) = naive.send()
    assert (result["status"], standing(workout)["local_date"]) == ("applied", "2026-03-02")


def test_deletion_and_return(naive: Naive, phone: Phone) -> None:
    workout = phone.create("workout", {"title": "Legs"})
    entry = phone.exercise(workout=workout)
    naive.catch_up()
    naive.drop("workout", workout)
    assert [r["status"] for r in naive.send()] == ["applied"]
    assert Record.objects.get(id=workout).deleted
    assert Record.objects.get(id=entry).deleted
    (result,) = naive.push_records(record("workout", workout, {"title": "Legs"}))
    assert (result["status"], Record.objects.get(id=workout).deleted) == ("applied", False)
    assert not Record.objects.get(id=entry).deleted


def test_returning_after_a_pull_that_brought_the_tombstone(naive: Naive, phone: Phone) -> None:
    workout = phone.create("workout", {"title": "Legs"})
    phone.one("delete", "workout", workout, base_version=phone.pull()["version"])
    naive.catch_up()
    (result,) = naive.push_records(record("workout", workout, {"title": "Legs"}))
    assert (result["status"], Record.objects.get(id=workout).deleted) == ("applied", False)


def test_deletion_of_what_somebody_works_on_is_told(naive: Naive, phone: Phone) -> None:
    workout = phone.create("workout", {"title": "Legs"})
    entry = phone.exercise(workout=workout)
    naive.catch_up()
    phone.one("update", "exercise", entry, {"notes": "Unseen"}, base_version=phone.pull()["version"])
    naive.drop("workout", workout)
    assert [r["status"] for r in naive.send()] == ["conflict"]


def test_value_that_is_taken_back_before_the_next_pull_is_a_write(naive: Naive, phone: Phone) -> None:
    """The base is older than the device's own push: against the base alone, 5 would be no change."""
    workout = phone.create("workout", {"title": "5"})
    naive.catch_up()
    naive.edit("workout", workout, title="8")
    naive.send()
    naive.edit("workout", workout, title="5")
    (result,) = naive.send()
    assert (result["status"], standing(workout)["title"]) == ("applied", "5")


def test_same_record_twice_in_one_push(naive: Naive, phone: Phone) -> None:
    workout = phone.create("workout", {"title": "0", "notes": ""})
    naive.catch_up()
    results = naive.push_records(
        record("workout", workout, {"title": "0", "notes": "b"}, ago(1)),
        record("workout", workout, {"title": "1", "notes": ""}, ago(2)),
        record("workout", workout, {"title": "0", "notes": ""}, ago(0.5)),
    )
    assert [r["status"] for r in results] == ["applied"] * 3
    assert (standing(workout)["title"], standing(workout)["notes"]) == ("0", "")
    numbered = Mutation.objects.filter(device_id=naive.id).order_by("seq").values_list("mutation_id", flat=True)
    assert [str(pk) for pk in numbered] == [results[n]["id"] for n in (1, 0, 2)]


def test_order_in_the_push_does_not_matter(naive: Naive) -> None:
    workout, exercise = str(uuid4()), str(uuid4())
    kind = exercise_type()
    results = naive.push_records(
        record("set", str(uuid4()), {"exercise": exercise, "reps": 5}),
        record("exercise", exercise, {"exercise_type": kind, "workout": workout}),
        record("workout", workout, {"title": "Legs"}),
    )
    assert [r["status"] for r in results] == ["applied"] * 3
    assert [r["entity"] for r in results] == ["set", "exercise", "workout"]


def test_settings_are_updated(naive: Naive) -> None:
    naive.catch_up()
    ((entity, record_id),) = naive.base
    naive.edit(entity, record_id, weight_unit="lb")
    assert [r["status"] for r in naive.send()] == ["applied"]
    other = Naive(naive.api, User.objects.get())
    (result,) = other.push_records(record(entity, record_id, {**naive.base[entity, record_id], "theme": "dark"}))
    assert result["status"] in ("applied", "merged", "conflict")
    assert standing(record_id)["theme"] == "dark"


def test_set_of_slugs_is_merged(naive: Naive, phone: Phone) -> None:
    for slug in ("a", "b", "c"):
        make_muscle(slug)
    kind = phone.create("exercise_type", {"name": "Curl", "primary_muscles": ["a"]})
    naive.catch_up()
    phone.one("update", "exercise_type", kind, {"primary_muscles": ["a", "b"]}, base_version=phone.pull()["version"])
    naive.edit("exercise_type", kind, primary_muscles=["c"])
    assert [r["status"] for r in naive.send()] == ["merged"]
    assert standing(kind)["primary_muscles"] == ["b", "c"]


# --- once is enough ---


def test_same_push_again_changes_nothing(naive: Naive, phone: Phone, alice: User) -> None:
    workout = phone.create("workout", {"title": "Legs"})
    naive.catch_up()
    sent = [record("workout", workout, {"title": "Arms"}), record("workout", str(uuid4()), {}), record("set", "?", {})]
    first = naive.push_records(*sent)
    version, lines = Head.objects.get(user=alice).version, LogEntry.objects.count()
    naive.catch_up()
    second = naive.push_records(*reversed(sent))[::-1]
    assert [r["id"] for r in first] == [r["id"] for r in second]
    assert [r["status"] for r in first] == [r["status"] for r in second] == ["applied", "applied", "rejected"]
    assert [r["replayed"] for r in second] == [True] * 3
    assert (Head.objects.get(user=alice).version, LogEntry.objects.count()) == (version, lines)
    assert Mutation.objects.filter(device_id=naive.id).count() == 3


def test_deferred_record_is_taken_when_its_parent_is_there(naive: Naive) -> None:
    exercise = str(uuid4())
    child = record("set", str(uuid4()), {"exercise": exercise})
    assert [r["status"] for r in naive.push_records(child)] == ["deferred"]
    naive.push_records(record("workout", str(uuid4()), {}))
    parent = record("exercise", exercise, {"exercise_type": exercise_type()})
    results = naive.push_records(child, parent)
    assert [r["status"] for r in results] == ["applied", "applied"]


def test_deferred_record_is_sent_with_the_time_of_the_first_time(
    naive: Naive, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was made on what the device had seen then, not on what it has pulled since."""
    workout = phone.create("workout", {"title": "Legs"})
    naive.catch_up()
    naive.edit("workout", workout, notes="Mine")
    (sent,), time = naive.changed.values(), naive.time
    assert [r["status"] for r in naive.push_records(sent, schema_version=2)] == ["deferred"]
    phone.one("update", "workout", workout, {"title": "Arms"}, base_version=phone.pull()["version"])
    naive.catch_up()
    monkeypatch.setitem(UPCASTERS, ("measurement", 1), dict)  # the server is updated
    assert [r["status"] for r in naive.push_records(sent, schema_version=2, last_synced_at=time)] == ["merged"]
    assert (standing(workout)["title"], standing(workout)["notes"]) == ("Arms", "Mine")


def test_seq_goes_on_where_the_device_was(naive: Naive) -> None:
    naive.create("workout")
    naive.create("workout")
    naive.push_records(record("workout", str(uuid4()), {}), record("workout", str(uuid4()), {}))
    assert DeviceState.objects.get(device_id=naive.id).last_seq == 4
    assert sorted(Mutation.objects.values_list("seq", flat=True)) == [1, 2, 3, 4]


def test_payload_is_a_mutation_that_can_be_repaired(naive: Naive) -> None:
    (result,) = naive.push_records(record("workout", str(uuid4()), {"status": "completed"}))
    assert result["status"] == "rejected"
    payload = orjson.loads(Mutation.objects.get(mutation_id=result["id"]).payload)
    assert {"id", "seq", "entity", "record_id", "op", "base_version", "at", "patch", "schema_version"} == set(payload)


# --- what it had seen ---


def test_time_of_the_last_pull_counts_as_acknowledged(naive: Naive, phone: Phone) -> None:
    phone.create("workout")
    naive.catch_up()
    phone.create("workout")
    naive.push_records(record("workout", str(uuid4()), {}))
    assert DeviceState.objects.get(device_id=naive.id).acked_version == 2


def test_time_in_the_future_proves_nothing(naive: Naive, phone: Phone) -> None:
    """A client that sends its own clock instead of the server's would else overwrite what it never saw."""
    workout = phone.create("workout", {"title": "Legs"})
    (result,) = naive.push_records(record("workout", workout, {"title": "Mine"}), last_synced_at="2100-01-01T00:00:00Z")
    assert result["status"] == "conflict"


def test_base_older_than_the_log_is_contested(naive: Naive, phone: Phone, alice: User) -> None:
    workout = phone.create("workout", {"title": "Legs"})
    naive.catch_up()
    phone.one("update", "workout", workout, {"title": "Arms"}, base_version=phone.pull()["version"])
    phone.one("update", "workout", workout, {"notes": "New"}, base_version=phone.pull()["version"])
    version = Head.objects.get(user=alice).version
    LogEntry.objects.filter(user=alice, version__lt=version).delete()
    Head.objects.filter(user=alice).update(log_version=version - 1)
    naive.edit("workout", workout, title="Back")
    (result,) = naive.send()
    assert result["status"] == "conflict"
    assert standing(workout)["title"] == "Back"


# --- bad input ---


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("text", "invalid"),
        (None, "invalid"),
        ({}, "invalid"),
        ({"entity": "workout", "id": str(uuid4()), "data": {}}, "invalid"),
        ({"entity": "workout", "id": "x", "data": {}, "last_modified_at": "2026-01-01T00:00:00Z"}, "invalid"),
        ({"entity": "workout", "id": str(uuid4()), "data": {}, "last_modified_at": "2026-01-01T00:00:00"}, "invalid"),
        ({"entity": "workout", "id": str(uuid4()), "data": {}, "last_modified_at": 1763671234}, "invalid"),
        ({"entity": "workout", "id": str(uuid4()), "last_modified_at": "2026-01-01T00:00:00Z"}, "required"),
        (record("workout", str(uuid4()), {}, more=1), "invalid"),
        (record("nothing", str(uuid4()), {}), "unknown_entity"),
        (record("muscle", str(uuid4()), {}), "unknown_entity"),
        (record("workout", str(uuid4()), {"title": 1}), "invalid"),
        (record("workout", str(uuid4()), {"colour": "red"}), "unknown_field"),
        (record("workout", str(uuid4()), {"title": "x" * 70_000}), "too_large"),
        (record("exercise", str(uuid4()), {}), "required"),
        (record("conflict", str(uuid4()), {}), "read_only"),
    ],
)
def test_record_of_a_wrong_form_is_refused_alone(naive: Naive, content: Any, code: str) -> None:
    good = record("workout", str(uuid4()), {"title": "Good"})
    results = naive.push_records(content, good)
    assert [r["status"] for r in results] == ["rejected", "applied"]
    assert results[0]["error"]["code"] == code
    assert Mutation.objects.filter(mutation_id=results[0]["id"], status="rejected").exists()
    assert [r["replayed"] for r in naive.push_records(content, good)] == [True, True]


@pytest.mark.parametrize(
    "time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999-14:00", "1970-01-01T00:00:00Z"]
)
def test_times_at_the_ends_of_the_calendar_do_no_harm(naive: Naive, time: str) -> None:
    results = naive.push_records(record("workout", str(uuid4()), {}, time), last_synced_at=time)
    assert [r["status"] for r in results] == ["applied"]


def test_shared_type_is_refused(naive: Naive) -> None:
    row = make_canonical(name="Bench press")
    (result,) = naive.push_records(record("exercise_type", as_id(row), {"name": "Mine"}))
    assert (result["status"], result["error"]["code"]) == ("rejected", "id_taken")


def test_record_of_somebody_else_is_refused(naive: Naive, bobs_phone: Phone) -> None:
    workout = bobs_phone.create("workout", {"title": "Bob's"})
    (result,) = naive.push_records(record("workout", workout, {"title": "Mine"}))
    assert (result["status"], result["record"]) == ("rejected", None)
    assert standing(workout)["title"] == "Bob's"


@pytest.mark.parametrize(
    "values",
    [
        {"records": "x"},
        {"records": {}},
        {"mutations": []},
        {"last_synced_at": "2026-01-01T00:00:00"},
        {"last_synced_at": 5},
    ],
)
def test_envelope_of_a_wrong_form_is_refused(naive: Naive, values: Json) -> None:
    envelope = {**naive.envelope(), "records": []} | values
    if "mutations" not in values:
        del envelope["mutations"]
    check_error(naive.api.post(PUSH, envelope), 400, "malformed")


def test_envelope_without_either_is_refused(naive: Naive) -> None:
    envelope = naive.envelope()
    del envelope["mutations"]
    check_error(naive.api.post(PUSH, envelope), 400, "malformed")


def test_too_many_records_are_refused(naive: Naive) -> None:
    many = [record("workout", str(uuid4()), {}) for _ in range(501)]
    check_error(naive.post_records(*many), 413, "too_large", "records")


# --- the cost ---


def test_push_takes_the_same_queries_however_many_records(naive: Naive, django_assert_num_queries: Any) -> None:
    naive.push_records(record("workout", str(uuid4()), {}))
    naive.catch_up()
    for number in (1, 30):
        rows = [record("workout", str(uuid4()), {"title": str(n)}) for n in range(number)]
        with django_assert_num_queries(15):
            naive.push_records(*rows)


@pytest.mark.parametrize("author", ["itself", "another"])
def test_deletion_names_what_its_device_had_not_pulled(naive: Naive, phone: Phone, author: str) -> None:
    """Though the workout itself is newer than what the device had pulled: by its own push, or by another's."""
    workout = phone.create("workout", {"title": "Push"})
    set_id = phone.create("set", {"exercise": phone.exercise(workout=workout), "reps": 5})
    naive.catch_up()
    base = phone.pull()["version"]
    phone.one("update", "set", set_id, {"reps": 9}, base_version=base)
    if author == "itself":
        naive.edit("workout", workout, title="Legs")
        naive.send()
    else:
        phone.one("update", "workout", workout, {"title": "Legs"}, base_version=base)
    naive.drop("workout", workout)
    assert naive.send()[0]["status"] == "conflict"
    assert {"reps": 9} in [lost(conflict) for conflict in phone.conflicts()]
