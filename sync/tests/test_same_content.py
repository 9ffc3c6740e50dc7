"""One id stands for one content, however it is written; and what is refused moves nothing."""

import hashlib
from typing import Any
from uuid import uuid4

import msgspec
import orjson
import pytest

from accounts.models import User
from config.tests.contract import SchemaClient, check_error
from lib.upcasting import UPCASTERS
from sync.models import Conflict, DeviceState, LogEntry, Mutation
from sync.tests.devices import PUSH, Json, Phone, ago, exercise_type
from sync.tests.naive import Naive, record
from training.models import Set, Workout

pytestmark = pytest.mark.django_db(transaction=True)

REJECTED = "/api/v1/sync/rejected"


def made(phone: Phone, exercise: str) -> Json:
    """A mutation with every kind of value, as a browser would write it."""
    patch = {"exercise": exercise, "reps": 8, "load_kg": "82.5", "position": 1, "notes": "a", "kind": "drop"}
    return phone.mutation("create", "set", str(uuid4()), patch, at="2026-03-01T10:00:00.250Z")


def put(content: Json, **values: Any) -> Json:
    patch = {**content["patch"], **values.pop("patch", {})}
    return {**content, **values, "patch": patch}


def without(content: Json, name: str) -> Json:
    return {key: value for key, value in content.items() if key != name}


WRITINGS: dict[str, Any] = {
    "order": lambda m: dict(reversed(put(m, patch=dict(reversed(m["patch"].items()))).items())),
    "whole numbers": lambda m: put(m, seq=float(m["seq"]), patch={"reps": 8.0, "position": 1.0}),
    "decimals": lambda m: put(m, patch={"load_kg": "82.50"}),
    "decimals as numbers": lambda m: put(m, patch={"load_kg": 82.5}),
    "zone": lambda m: put(m, at="2026-03-01T11:00:00.25+01:00"),
    "utc": lambda m: put(m, at="2026-03-01T10:00:00.250000+00:00"),
    "group null": lambda m: put(m, group=None),
    "schema_version null": lambda m: put(m, schema_version=None),
    "schema_version told": lambda m: put(m, schema_version=1),
    "case of ids": lambda m: put(
        m,
        id=m["id"].upper(),
        record_id=m["record_id"].upper(),
        patch={"exercise": m["patch"]["exercise"].upper()},
    ),
    "dashes of ids": lambda m: put(m, record_id=m["record_id"].replace("-", "")),
    "base_version": lambda m: put(m, base_version=1),
    "no base_version": lambda m: without(m, "base_version"),
}
OTHERS: dict[str, Any] = {
    "seq": lambda m: put(m, seq=m["seq"] + 1),
    "op": lambda m: put(m, op="update"),
    "record_id": lambda m: put(m, record_id=str(uuid4())),
    "at": lambda m: put(m, at="2026-03-01T10:00:00.251Z"),
    "group": lambda m: put(m, group=str(uuid4())),
    "value": lambda m: put(m, patch={"reps": 9}),
    "type of a value": lambda m: put(m, patch={"reps": "8"}),
    "case of a text": lambda m: put(m, patch={"notes": "A"}),
    "more": lambda m: put(m, patch={"rpe": "8.0"}),
    "null": lambda m: put(m, patch={"rpe": None}),
    "less": lambda m: {**m, "patch": without(m["patch"], "notes")},
}


@pytest.mark.parametrize("writing", WRITINGS)
def test_same_content_in_another_writing_is_a_replay(phone: Phone, writing: str) -> None:
    mutation = made(phone, phone.exercise())
    (first,) = phone.push(mutation)
    other = WRITINGS[writing](mutation)
    (again,) = phone.push(other)
    assert (first["status"], again["status"], again["replayed"], again["error"]) == ("applied", "applied", True, None)
    assert again["id"] == other["id"]
    assert (Set.objects.count(), LogEntry.objects.filter(mutation_id=mutation["id"]).count()) == (1, 1)


@pytest.mark.parametrize("other", OTHERS)
def test_other_content_under_the_same_id_is_refused(phone: Phone, other: str) -> None:
    mutation = made(phone, phone.exercise())
    phone.push(mutation)
    (again,) = phone.push(OTHERS[other](mutation))
    assert (again["status"], again["replayed"], again["error"]["code"]) == ("rejected", False, "idempotency_mismatch")


@pytest.mark.parametrize("writing", WRITINGS)
def test_both_writings_in_one_push_are_one(phone: Phone, writing: str) -> None:
    mutation = made(phone, phone.exercise())
    results = phone.push(mutation, WRITINGS[writing](mutation))
    assert [(r["status"], r["replayed"]) for r in results] == [("applied", False), ("applied", True)]


@pytest.mark.parametrize("writing", ["order", "zone", "group null", "case of ids", "whole numbers"])
def test_refused_mutation_in_another_writing_is_the_same_refusal(phone: Phone, writing: str) -> None:
    mutation = put(made(phone, str(uuid4())), patch={"mood": 1})
    (first,) = phone.push(mutation)
    (again,) = phone.push(WRITINGS[writing](mutation))
    assert (first["error"]["code"], again["error"], again["replayed"]) == ("unknown_field", first["error"], True)
    assert Mutation.objects.filter(status="rejected").count() == 1


@pytest.mark.parametrize("writing", ["order", "zone", "group null", "case of ids", "decimals"])
def test_mutation_that_waits_is_taken_in_another_writing(phone: Phone, writing: str) -> None:
    exercise = str(uuid4())
    mutation = made(phone, exercise)
    assert phone.push(mutation)[0]["status"] == "deferred"
    parent = phone.mutation("create", "exercise", exercise, {"exercise_type": exercise_type()})
    results = phone.push(parent, WRITINGS[writing](mutation))
    assert [(r["status"], r["replayed"]) for r in results] == [("applied", False), ("applied", False)]


def test_mutation_that_was_stored_before_is_known_by_its_old_digest(phone: Phone) -> None:
    """Digests in the table were taken of the JSON as it was written, with its keys in order: they stay good."""
    mutation = made(phone, phone.exercise())
    phone.push(mutation)
    row = Mutation.objects.get(mutation_id=mutation["id"])
    old = hashlib.sha256(msgspec.json.encode(without(mutation, "base_version"), order="sorted")).hexdigest()
    assert bytes(row.payload_sha256).hex() == old
    Mutation.objects.filter(mutation_id=mutation["id"]).update(payload="")  # emptied, after more than a year
    assert phone.push(mutation)[0]["replayed"]
    (other,) = phone.push(WRITINGS["zone"](mutation))
    assert (other["status"], other["error"]["code"]) == ("rejected", "idempotency_mismatch")


def test_patches_are_compared_as_they_are_understood_today(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(UPCASTERS, ("workout", 1), lambda patch: {"title": patch["name"]})
    mutation = phone.mutation("create", "workout", str(uuid4()), {"name": "legs"}, schema_version=1)
    assert phone.push(mutation)[0]["status"] == "applied"
    assert phone.push({**mutation, "patch": {"title": "legs"}, "schema_version": 2})[0]["replayed"]
    assert phone.push({**mutation, "patch": {"name": "arms"}})[0]["error"]["code"] == "idempotency_mismatch"


@pytest.mark.parametrize(
    "change",
    [
        lambda r: {**r, "id": r["id"].upper()},
        lambda r: {**r, "last_modified_at": r["last_modified_at"].replace("Z", "+00:00")},
        lambda r: {**r, "deleted": False},
        lambda r: dict(reversed(r.items())),
    ],
)
def test_whole_record_in_another_writing_is_a_replay(api: SchemaClient, alice: User, change: Any) -> None:
    naive = Naive(api, alice)
    whole = record("workout", str(uuid4()), {"title": "Legs"})
    naive.push_records(whole)
    (again,) = naive.push_records(change(whole))
    assert (again["status"], again["replayed"], again["record_id"]) == ("applied", True, change(whole)["id"])


# --- ids as they were sent ---


def test_ids_come_back_as_they_were_sent(phone: Phone) -> None:
    mutations = [
        phone.mutation("create", "workout", str(uuid4()).upper()),
        phone.mutation("create", "workout", str(uuid4()).upper(), {"title": 5}),
        phone.mutation("create", "set", str(uuid4()).upper(), {"exercise": str(uuid4())}),
        phone.mutation("update", "workout", str(uuid4()).upper(), {"title": "x"}),
    ]
    for one in mutations:
        one["id"] = one["id"].upper()
    for _ in range(2):
        results = phone.push(*mutations)
        assert [r["id"] for r in results] == [m["id"] for m in mutations]
    assert [r["status"] for r in results] == ["applied", "rejected", "deferred", "conflict"]
    found = phone.api.get(f"{REJECTED}/{mutations[1]['id']}")
    assert (found.status_code, found.json()["payload"]["id"]) == (200, mutations[1]["id"])


def test_ids_of_decisions_and_repairs_come_back_as_they_were_sent(phone: Phone) -> None:
    phone.one("update", "workout", str(uuid4()), {"title": "Ghost"})
    conflict = str(Conflict.objects.get().pk)
    sender = {"device_id": phone.id.upper(), "instance_token": phone.token, "client_now": ago(0)}
    decision: Json = {
        "mutation_id": str(uuid4()).upper(),
        "seq": next(phone.seq),
        "record_version": 9,
        "resolution": "keep",
    }
    answer = phone.api.post(f"/api/v1/sync/conflicts/{conflict.upper()}/resolve", {**sender, **decision})
    assert answer.status_code == 200, answer.content
    assert answer.json()["results"][0]["id"] == decision["mutation_id"]
    again = {**decision, "mutation_id": decision["mutation_id"].lower(), "conflict_id": conflict.upper()}
    answer = phone.api.post("/api/v1/sync/conflicts/resolve", {**sender, "items": [again]})
    assert (answer.json()["results"][0]["id"], answer.json()["results"][0]["replayed"]) == (again["mutation_id"], True)
    refused = phone.mutation("create", "workout", str(uuid4()), {"title": 5})
    phone.push(refused)
    mended = {**refused, "id": str(uuid4()).upper(), "seq": next(phone.seq), "patch": {"title": "5"}}
    answer = phone.api.post(f"{REJECTED}/{refused['id'].upper()}/repair", {**sender, "mutation": mended})
    assert answer.json()["results"][0]["id"] == mended["id"]


@pytest.mark.parametrize(
    "wrong", ["", "x", "914e8f42-72c4-4e5c-8bf9-8dcd155f160", "{914e8f42-72c4-4e5c-8bf9-8dcd155f1603}"]
)
def test_decision_whose_id_is_none_is_refused(phone: Phone, wrong: str) -> None:
    sender = {"device_id": phone.id, "instance_token": phone.token, "client_now": ago(0)}
    decision = {"mutation_id": wrong, "seq": 1, "record_version": 9, "resolution": "keep"}
    check_error(
        phone.api.post(f"/api/v1/sync/conflicts/{uuid4()}/resolve", {**sender, **decision}),
        400,
        "invalid",
        "mutation_id",
    )


def test_ids_of_whole_records_come_back_as_they_were_sent(api: SchemaClient, alice: User) -> None:
    naive = Naive(api, alice)
    ids = [str(uuid4()).upper(), str(uuid4()).upper()]
    results = naive.push_records(record("workout", ids[0], {"title": "a"}), record("workout", ids[1], {"title": 5}))
    assert [(r["record_id"], r["status"]) for r in results] == [(ids[0], "applied"), (ids[1], "rejected")]


# --- what is refused moves nothing ---


def state_of(phone: Phone) -> Json:
    return dict(DeviceState.objects.filter(device_id=phone.id).values().get())


def test_number_of_a_mismatch_is_not_used(phone: Phone) -> None:
    mutation = phone.mutation("create", "workout", str(uuid4()), {"title": "a"})
    phone.push(mutation)
    before = state_of(phone)
    far = {**mutation, "seq": 500, "patch": {"title": "b"}, "at": ago(-5)}
    assert phone.push(far)[0]["error"]["code"] == "idempotency_mismatch"
    after = state_of(phone)
    assert {**after, "seen_at": None, "skew_ms": 0} == {**before, "seen_at": None, "skew_ms": 0}
    assert phone.push(phone.mutation("create", "workout", str(uuid4())))[0]["status"] == "applied"


@pytest.mark.parametrize("patch", [{"title": 5}, {"status": "completed"}, {"no": 1}])
def test_wild_number_of_a_refused_mutation_shuts_nothing_out(phone: Phone, patch: Json) -> None:
    """Refused by its form, by a rule, by its fields."""
    phone.create("workout")
    assert phone.one("create", "workout", str(uuid4()), patch, seq=2**61)["status"] == "rejected"
    assert phone.one("create", "conflict", str(uuid4()), seq=2**61)["error"]["code"] == "read_only"
    assert phone.one("create", "workout", str(uuid4()))["status"] == "applied"


def test_numbers_may_be_times(phone: Phone) -> None:
    """They only have to rise: by as much as the device likes."""
    assert phone.one("create", "workout", str(uuid4()), seq=1_780_000_000_000)["status"] == "applied"
    again = phone.mutation("create", "workout", str(uuid4()), seq=1_779_999_999_999)
    check_error(phone.post(again), 409, "device_forked")


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"epoch": str(uuid4())}, "epoch_changed"),
        ({"ack_version": 10**6}, "version_unknown"),
        ({"instance_token": "other"}, "device_forked"),
        ({}, "device_forked"),
    ],
)
def test_push_that_is_refused_as_a_whole_moves_nothing(phone: Phone, values: Json, code: str) -> None:
    """The last one holds a new mutation under a number that was used."""
    phone.create("workout")
    phone.create("workout")
    before, epoch = state_of(phone), phone.pull()["epoch"]
    used = phone.mutation("create", "workout", str(uuid4()), seq=1)
    later = phone.mutation("create", "workout", str(uuid4()), seq=700)
    mutations = [later] if values else [used, later]
    check_error(phone.post(*mutations, **{"ack_version": 2, "epoch": epoch} | values), 409, code)
    assert state_of(phone) == before
    assert Mutation.objects.count() == Workout.objects.count() == 2


# --- the number begins at 1 ---


@pytest.mark.parametrize("seq", [0, -1, False, True, None, "1", 1.5])
def test_number_below_one_is_refused_and_writes_nothing(phone: Phone, seq: Any) -> None:
    workout = phone.create("workout", {"title": "a"})
    phone.one("update", "workout", workout, {"title": "b"}, base_version=2, seq=7)
    result = phone.one("update", "workout", workout, {"title": "precious"}, base_version=3, seq=seq)
    assert (result["status"], result["error"]["code"]) == ("rejected", "invalid")
    (kept,) = phone.api.get(REJECTED).json()["results"]
    assert kept["payload"]["patch"] == {"title": "precious"}


def test_number_below_one_of_a_decision_is_refused(phone: Phone) -> None:
    sender = {"device_id": phone.id, "instance_token": phone.token, "client_now": ago(0)}
    decision = {"mutation_id": str(uuid4()), "seq": 0, "record_version": 9, "resolution": "keep"}
    check_error(
        phone.api.post(f"/api/v1/sync/conflicts/{uuid4()}/resolve", {**sender, **decision}), 400, "invalid", "seq"
    )


# --- what waits holds back ---


def statuses(phone: Phone, *mutations: Json) -> list[str]:
    return [result["status"] for result in phone.push(*mutations)]


def test_mutation_of_a_newer_app_holds_back_the_later_ones_of_its_record(phone: Phone) -> None:
    workout, other = phone.create("workout", {"title": "a"}), phone.create("workout")
    mutations = [
        phone.mutation("update", "workout", workout, {"notes": "before"}, base_version=2),
        phone.mutation("update", "workout", workout, {"mood": 5}, base_version=2, schema_version=2),
        phone.mutation("update", "workout", workout, {"title": "b"}, base_version=2),
        phone.mutation("update", "workout", other, {"title": "c"}, base_version=3),
    ]
    assert statuses(phone, *mutations) == ["applied", "deferred", "deferred", "applied"]
    assert (Workout.objects.get(pk=workout).title, Workout.objects.get(pk=workout).notes) == ("a", "before")


def test_what_is_held_back_is_taken_once_the_server_knows_more(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    workout = phone.create("workout", {"title": "a"})
    mutations = [
        phone.mutation("update", "workout", workout, {"title": "b"}, base_version=2, schema_version=2),
        phone.mutation("update", "workout", workout, {"title": "c"}, base_version=2),
    ]
    results = phone.push(*mutations)
    assert [(r["status"], r["error"]["code"]) for r in results] == [("deferred", "server_too_old")] * 2
    monkeypatch.setitem(UPCASTERS, ("workout", 1), lambda patch: patch)
    assert statuses(phone, *mutations) == ["applied", "applied"]
    assert Workout.objects.get().title == "c"
    assert not Conflict.objects.exists()


def test_group_that_is_held_back_waits_as_a_whole_and_holds_back_in_turn(phone: Phone) -> None:
    first, second = phone.create("workout"), phone.create("workout")
    group = str(uuid4())
    mutations = [
        phone.mutation("update", "workout", second, {"title": "x"}, group=group),
        phone.mutation("update", "workout", first, {"title": "a"}, schema_version=2),
        phone.mutation("update", "workout", first, {"title": "b"}, group=group),
        phone.mutation("update", "workout", second, {"title": "y"}),
    ]
    assert statuses(phone, *mutations) == ["deferred"] * 4


def test_what_was_decided_before_is_answered_though_an_earlier_one_waits(phone: Phone) -> None:
    workout = phone.create("workout", {"title": "a"})
    later = phone.mutation("update", "workout", workout, {"title": "b"}, base_version=2)
    assert statuses(phone, later) == ["applied"]
    waits = phone.mutation("update", "workout", workout, {"title": "c"}, base_version=2, schema_version=2)
    results = phone.push(waits, later)
    assert [(r["status"], r["replayed"]) for r in results] == [("deferred", False), ("applied", True)]


def test_layout_of_the_json_does_not_matter(phone: Phone) -> None:
    """A mutation may come as JSON of any layout: what is sent pretty is read like what is sent in one line."""
    mutation = phone.mutation("create", "workout", str(uuid4()), {"title": 'a "b"\n', "notes": "ü"})
    body = orjson.dumps(phone.envelope(mutation), option=orjson.OPT_INDENT_2)
    answer = phone.api.generic("POST", PUSH, body, content_type="application/json")  # type: ignore[arg-type]
    assert answer.json()["results"][0]["status"] == "applied"
    assert phone.push(mutation)[0]["replayed"]
