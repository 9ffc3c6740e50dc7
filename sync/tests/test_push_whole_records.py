"""Whole records, of clients that know times only: the same push as of a client with versions, and the same state."""

import datetime as dt
from typing import Any
from uuid import uuid4

import orjson
import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from catalog.tests.factories import make_canonical, make_muscle
from config.tests.contract import SchemaClient, check_error
from conftest import client_of
from lib.tests.factories import as_id, make_user
from lib.upcasting import UPCASTERS
from sync.models import DeviceState, Head, LogEntry, Mutation, Record
from sync.tests.devices import PULL, PUSH, Json, Phone, ago, exercise_type, lost

pytestmark = pytest.mark.django_db(transaction=True)


class Naive(Phone):
    """Keeps documents and a time; sends the whole of what was changed, and knows nothing of versions."""

    def __init__(self, api: SchemaClient, user: User) -> None:
        super().__init__(api, user)
        self.base: dict[tuple[str, str], Json] = {}
        self.time: str | None = None
        self.changed: dict[tuple[str, str], Json] = {}

    def catch_up(self) -> None:
        more = True
        while more:
            query: Json = {} if self.time is None else {"since": self.time}
            page = self.api.get(PULL, query).json()
            for change in page["changes"]:
                key = (change["entity"], change["id"])
                self.base.pop(key, None)
                if not change["deleted"]:
                    self.base[key] = change["data"]
            self.time, more = page["timestamp"], page["has_more"]

    def edit(self, entity: str, record_id: str, at: str | None = None, **values: Any) -> None:
        data = {**self.base.get((entity, record_id), {}), **values}
        self.base[entity, record_id] = data
        self.changed[entity, record_id] = record(entity, record_id, data, at)

    def drop(self, entity: str, record_id: str, at: str | None = None) -> None:
        del self.base[entity, record_id]
        self.changed[entity, record_id] = record(entity, record_id, None, at, deleted=True)

    def send(self) -> list[Json]:
        results = self.push_records(*self.changed.values())
        self.changed.clear()
        return results

    def push_records(self, *records: Any, **values: Any) -> list[Json]:
        response = self.post_records(*records, **values)
        assert response.status_code == 200, response.content
        results: list[Json] = response.json()["results"]
        return results

    def post_records(self, *records: Any, **values: Any) -> Any:
        envelope = self.envelope(last_synced_at=self.time, records=list(records)) | values
        del envelope["mutations"]
        return self.api.post(PUSH, envelope)


def record(entity: str, record_id: str, data: Json | None, at: str | None = None, **values: Any) -> Json:
    found = {"entity": entity, "id": record_id, "last_modified_at": at or ago(0), "data": data}
    return found | values


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
    assert (result["status"], result["record"]["data"]["value"]) == ("noop", "80.000")
    assert result["record"]["last_modified_at"] <= str(naive.time)


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
        with django_assert_num_queries(19):
            naive.push_records(*rows)


# --- the same state (P14) ---

FIELDS = ("title", "notes")
EDITS: st.SearchStrategy[tuple[str, int, Json]] = st.one_of(
    st.tuples(
        st.just("edit"), st.integers(0, 1), st.dictionaries(st.sampled_from(FIELDS), st.sampled_from("0a"), min_size=1)
    ),
    st.tuples(st.just("delete"), st.integers(0, 1), st.just({})),
    st.tuples(st.just("push"), st.just(0), st.just({})),
    st.tuples(st.just("sync"), st.just(0), st.just({})),
)
STEPS = st.lists(st.tuples(st.sampled_from(["first", "second"]), EDITS), min_size=1, max_size=14)


class World:
    """Two devices of one user. The first is a client with versions in one world, and one that knows times in the other."""

    def __init__(self, *, naive: bool) -> None:
        user = make_user(f"{uuid4()}@example.org")
        api = client_of(user)
        self.ids = [str(uuid4()), str(uuid4())]
        self.second = Full(api, user)
        for record_id in self.ids:
            self.second.edit(record_id, {"title": "0", "notes": "0"})
        self.second.push_all()
        self._long_ago(user)
        self.first: Full | Half = Half(api, user) if naive else Full(api, user)
        while self.first.phone.id > self.second.phone.id:  # where times are equal, ids decide: in both worlds the same
            self.first = Half(api, user) if naive else Full(api, user)
        self.second.sync()
        self.first.sync()

    def _long_ago(self, user: User) -> None:
        """What stands was written before the times at which the edits below are made."""
        with connection.cursor() as cursor:
            for table, column in (
                ("record", "modified_ms"),
                ("log", "logged_ms"),
                ("log", "eff_ms"),
                ("head", "last_ms"),
            ):
                cursor.execute(f"UPDATE sync_{table} SET {column} = {column} - 7200000 WHERE user_id = %s", [user.pk])

    def step(self, who: str, what: tuple[str, int, Json], at: str) -> None:
        device = self.first if who == "first" else self.second
        kind, number, values = what
        record_id = self.ids[number]
        if kind == "edit":
            device.edit(record_id, values, at)
        elif kind == "delete":
            device.delete(record_id, at)
        elif kind == "push":
            device.push_all()
        else:
            device.sync()

    def state(self) -> Any:
        for device in (self.first, self.second, self.first):
            device.sync()
        return [
            (r.deleted, {name: orjson.loads(r.data)[name] for name in FIELDS})
            for r in (Record.objects.get(id=record_id) for record_id in self.ids)
        ]


class Full:
    """Patches on versions; edits of one record between two pushes become one mutation, as whole records do."""

    def __init__(self, api: SchemaClient, user: User) -> None:
        self.phone = Phone(api, user)
        self.base: dict[str, Json] = {}
        self.queue: dict[str, Json] = {}
        self.cursor: str | None = None
        self.version = 0

    def shown(self, record_id: str) -> Json | None:
        queued = self.queue.get(record_id)
        if queued is not None and queued["op"] == "delete":
            return None
        base = self.base.get(record_id)
        if base is None or (base["deleted"] and queued is None):
            return queued and queued["patch"]
        return {**(base["data"] or {}), **(queued["patch"] if queued else {})}

    def edit(self, record_id: str, values: Json, at: str | None = None) -> None:
        shown = self.shown(record_id)
        if shown is None and record_id in self.base:
            return  # not to be seen, so not to be edited
        values = {name: value for name, value in values.items() if shown is None or shown.get(name) != value}
        if not values:
            return
        base = self.base.get(record_id, {"version": 0})
        patch = {**self.queue.get(record_id, {"patch": {}})["patch"], **values}
        self.queue[record_id] = {
            "op": "update" if record_id in self.base else "create", "base_version": base["version"], "patch": patch,
            "at": at or ago(60),
        }  # fmt: skip

    def delete(self, record_id: str, at: str) -> None:
        if self.shown(record_id) is not None:
            base = max(self.base.get(record_id, {"version": 0})["version"], self.version)
            self.queue[record_id] = {"op": "delete", "base_version": base, "patch": {}, "at": at}

    def push_all(self) -> None:
        ordered = sorted(self.queue.items(), key=lambda item: item[1]["at"])
        mutations = [
            self.phone.mutation(m["op"], "workout", record_id, m["patch"], base_version=m["base_version"], at=m["at"])
            for record_id, m in ordered
        ]
        self.phone.push(*mutations, ack_version=self.version)
        for record_id, m in ordered:  # what the user sees goes on from what was pushed, until the next pull
            base = self.base.setdefault(record_id, {"version": 0, "data": {}, "deleted": False})
            base["deleted"] = m["op"] == "delete"
            base["data"] = {**(base["data"] or {}), **m["patch"]}
        self.queue.clear()

    def sync(self) -> None:
        self.push_all()
        changes, self.cursor = self.phone.pull_all(self.cursor)
        for change in changes:
            if change["entity"] == "workout":
                self.base[change["id"]] = {name: change[name] for name in ("version", "data", "deleted")}
            self.version = max(self.version, change["version"])


class Half:
    """The same user in front of a client that knows times only."""

    def __init__(self, api: SchemaClient, user: User) -> None:
        self.naive = self.phone = Naive(api, user)

    def edit(self, record_id: str, values: Json, at: str | None = None) -> None:
        shown = self.naive.base.get(("workout", record_id))
        if shown is None:
            return
        values = {name: value for name, value in values.items() if shown.get(name) != value}
        if values:
            self.naive.edit("workout", record_id, at, **values)

    def delete(self, record_id: str, at: str) -> None:
        if ("workout", record_id) in self.naive.base:
            self.naive.drop("workout", record_id, at)

    def push_all(self) -> None:
        self.naive.send()

    def sync(self) -> None:
        self.push_all()
        self.naive.catch_up()


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


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_both_kinds_of_clients_reach_the_same_state(db: None, steps: list[Any]) -> None:
    worlds = World(naive=False), World(naive=True)
    begun = timezone.now() - dt.timedelta(hours=1)
    for number, (who, what) in enumerate(steps):
        at = (begun + dt.timedelta(minutes=number)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        for world in worlds:
            world.step(who, what, at)
    assert worlds[0].state() == worlds[1].state()
