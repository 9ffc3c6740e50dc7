"""Whatever arrives is answered: a wrong envelope as a whole, a wrong mutation by itself. Nothing is written by halves."""

from typing import Any
from uuid import uuid4

import orjson
import pytest
from django.utils import timezone

from accounts.models import Device, User
from accounts.services.tokens import revoke_device
from catalog.models import ExerciseType
from catalog.tests.factories import make_canonical
from config.tests.contract import SchemaClient, check_error
from conftest import client_of
from lib.tests.factories import as_id, make, make_user
from sync.models import Conflict, DeviceState, Head, LogEntry, Mutation
from sync.tests.devices import PULL, PUSH, STATUS, Json, Phone, ago, exercise_type, lost
from training.models import Exercise, Measurement, Set, Workout


def counts() -> list[int]:
    models: list[Any] = [Workout, Exercise, Set, Measurement, Conflict, LogEntry, Mutation, DeviceState]
    return [model.objects.count() for model in models]


def post_raw(phone: Phone, body: bytes | str) -> Any:
    return phone.api.post(PUSH, body, content_type="application/json")


def refused(phone: Phone, mutation: Any) -> Json:
    """Pushes a bad mutation between two good ones. Gives its error; the payload is kept."""
    before = Workout.objects.count()
    good = [phone.mutation("create", "workout", str(uuid4())) for _ in range(2)]
    results = phone.push(good[0], mutation, good[1])
    assert [r["status"] for r in results] == ["applied", "rejected", "applied"], results[1]
    assert Workout.objects.count() == before + 2
    kept = Mutation.objects.get(status="rejected")
    assert orjson.loads(kept.payload) == orjson.loads(orjson.dumps(mutation))
    assert orjson.loads(kept.result)["error"] == results[1]["error"]
    error: Json = results[1]["error"]
    assert set(error) == {"code", "detail", "fields"}
    return error


# --- the envelope ---


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"7",
        b"null",
        b"{}",
        b'{"mutations": []}',
        b"\xff\xfe\x00",
        b'{"device_id": "\xff"}',
        b'{"device_id": NaN}',
        b"[" * 100_000,
        b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    ],
)
def test_body_that_is_no_envelope_is_malformed(phone: Phone, body: bytes) -> None:
    before = counts()
    check_error(post_raw(phone, body), 400, "malformed")
    assert counts() == before


@pytest.mark.parametrize(
    "values",
    [
        {"device_id": "phone"},
        {"device_id": 5},
        {"device_id": None},
        {"instance_token": 5},
        {"instance_token": "x" * 201},
        {"client_now": "yesterday"},
        {"client_now": "2026-03-01T10:00:00"},
        {"client_now": None},
        {"client_now": 1_700_000_000},
        {"mutations": {}},
        {"mutations": None},
        {"epoch": "first"},
        {"epoch": 1},
        {"ack_version": -1},
        {"ack_version": "5"},
        {"ack_version": 2**64},
        {"schema_version": -1},
        {"protocol": "1"},
    ],
)
def test_wrong_type_in_the_envelope_is_malformed(phone: Phone, values: Json) -> None:
    before = counts()
    check_error(phone.post(phone.mutation("create", "workout", str(uuid4())), **values), 400, "malformed")
    assert counts() == before


def test_protocol_of_the_future_is_refused_as_too_old(phone: Phone) -> None:
    check_error(phone.post(protocol=2), 426, "client_too_old")


def test_body_over_the_limit_is_refused_unread(phone: Phone) -> None:
    before = counts()
    check_error(post_raw(phone, b" " * (10 * 1024 * 1024)), 413, "too_large")
    assert counts() == before


def test_more_mutations_than_allowed_are_refused_as_a_whole(phone: Phone) -> None:
    mutations = [phone.mutation("create", "workout", str(uuid4())) for _ in range(501)]
    before = counts()
    check_error(phone.post(*mutations), 413, "too_large", "mutations")
    assert counts() == before


def test_as_many_mutations_as_allowed_are_taken(phone: Phone) -> None:
    mutations = [phone.mutation("create", "workout", str(uuid4())) for _ in range(500)]
    assert {r["status"] for r in phone.push(*mutations)} == {"applied"}


def test_push_without_mutations_says_where_the_server_stands(phone: Phone, alice: User) -> None:
    answer = phone.post().json()
    assert (answer["results"], answer["version"]) == ([], Head.objects.get(user=alice).version)


@pytest.mark.parametrize("content_type", ["text/plain", "multipart/form-data; boundary=x", "application/xml"])
def test_push_of_another_content_type_is_refused(phone: Phone, content_type: str) -> None:
    body = orjson.dumps(phone.envelope(phone.mutation("create", "workout", str(uuid4()))))
    check_error(phone.api.post(PUSH, body, content_type=content_type), 415, "unsupported_media_type")
    assert not Workout.objects.exists()


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_other_methods_are_not_allowed(phone: Phone, method: str) -> None:
    check_error(getattr(phone.api, method)(PUSH), 405, "method_not_allowed")


# --- who is it ---


@pytest.mark.parametrize("path", [PUSH, PULL, STATUS])
def test_anonymous_is_refused(anonymous: SchemaClient, path: str) -> None:
    response = anonymous.post(path, {}) if path == PUSH else anonymous.get(path)
    check_error(response, 401, "not_authenticated")


@pytest.mark.parametrize("path", [PUSH, PULL, STATUS])
def test_unverified_address_is_refused(db: None, path: str) -> None:
    api = client_of(make_user("new@example.org", email_verified_at=None))
    response = api.post(path, {}) if path == PUSH else api.get(path)
    check_error(response, 403, "email_not_verified")


def test_unknown_device_is_refused(phone: Phone) -> None:
    check_error(phone.post(device_id=str(uuid4())), 409, "device_unknown")


def test_device_of_somebody_else_is_unknown(phone: Phone, bobs_phone: Phone) -> None:
    check_error(phone.post(device_id=bobs_phone.id, instance_token=bobs_phone.token), 409, "device_unknown")


def test_revoked_device_is_refused(phone: Phone, api: SchemaClient) -> None:
    revoke_device(device=Device.objects.get(pk=phone.id), at=timezone.now())
    check_error(phone.post(), 409, "device_revoked")


def test_other_installation_with_the_same_id_is_refused(phone: Phone) -> None:
    check_error(phone.post(instance_token="of a restored copy"), 409, "device_forked")


def test_epoch_of_before_a_restore_is_refused(phone: Phone) -> None:
    before = counts()
    mutation = phone.mutation("create", "workout", str(uuid4()))
    check_error(phone.post(mutation, epoch=str(uuid4())), 409, "epoch_changed")
    assert counts() == before
    assert phone.push(mutation, epoch=phone.pull()["epoch"])[0]["status"] == "applied"


# --- one mutation ---


@pytest.mark.parametrize("mutation", [5, "text", None, [], {}, True, 1.5, [[[]]], {"id": {"id": 1}}, {"id": 10**400}])
def test_mutation_that_is_none_is_refused(phone: Phone, mutation: Any) -> None:
    good = phone.mutation("create", "workout", str(uuid4()))
    text = orjson.dumps(phone.envelope(good)).decode()
    raw = text.replace(
        '"mutations":[',
        '"mutations":['
        + (str(mutation).replace("'", '"') if mutation == {"id": 10**400} else orjson.dumps(mutation).decode())
        + ",",
    )
    response = post_raw(phone, raw)
    assert response.status_code == 200, response.content
    assert [r["status"] for r in response.json()["results"]] == ["rejected", "applied"]
    expected = "malformed" if mutation == {"id": 10**400} else "invalid"
    assert response.json()["results"][0]["error"]["code"] == expected
    assert Mutation.objects.filter(status="rejected").count() == 1


@pytest.mark.parametrize(
    "values",
    [
        {"id": "one"},
        {"id": None},
        {"id": 17},
        {"seq": -1},
        {"seq": 0},
        {"seq": False},
        {"seq": "1"},
        {"seq": 2**63},
        {"seq": 1.5},
        {"entity": 5},
        {"record_id": "one"},
        {"record_id": None},
        {"op": "upsert"},
        {"op": None},
        {"base_version": -1},
        {"base_version": 2**63},
        {"at": "now"},
        {"at": "2026-03-01T10:00:00"},
        {"at": "0000-01-01T00:00:00Z"},
        {"at": "10000-01-01T00:00:00Z"},
        {"patch": []},
        {"patch": None},
        {"group": "g"},
        {"schema_version": -1},
        {"unknown": 1},
    ],
)
def test_wrong_type_in_a_mutation_is_refused(phone: Phone, values: Json) -> None:
    mutation = phone.mutation("create", "workout", str(uuid4())) | values
    assert refused(phone, mutation)["code"] == "invalid"


def test_unknown_entity_is_refused(phone: Phone) -> None:
    for entity in ("sauna", "", "Workout", "workout\x00"):
        Mutation.objects.all().delete()
        assert refused(phone, phone.mutation("create", entity, str(uuid4())))["code"] == "unknown_entity"


def test_broken_mutation_sent_again_is_the_same_line(phone: Phone) -> None:
    broken = {"id": "no uuid", "seq": 1}
    first, again = phone.push(broken)[0], phone.push(broken)[0]
    assert (first["status"], first["replayed"], again["replayed"]) == ("rejected", False, True)
    assert Mutation.objects.count() == 1


@pytest.mark.parametrize(
    ("entity", "patch", "code", "field"),
    [
        ("workout", {"title": 5}, None, "title"),
        ("workout", {"title": "x" * 201}, None, "title"),
        ("workout", {"title": "a\x00b"}, "null_characters_not_allowed", "title"),
        ("workout", {"notes": "a\x00b"}, "null_characters_not_allowed", "notes"),
        ("workout", {"title": None}, None, "title"),
        ("workout", {"status": "paused"}, None, "status"),
        ("workout", {"planned_on": "2026-02-30"}, None, "planned_on"),
        ("workout", {"started_at": "2026-03-01"}, None, "started_at"),
        ("workout", {"started_at": "2026-03-01T10:00:00"}, None, "started_at"),
        ("workout", {"started_at": "0001-01-01T00:00:00+14:00"}, None, "started_at"),
        ("workout", {"started_at": "9999-12-31T23:59:59-14:00"}, None, "started_at"),
        ("workout", {"time_zone": "Mars/Olympus"}, "invalid_time_zone", "time_zone"),
        ("workout", {"local_date": "2026-03-01"}, "read_only", "local_date"),
        ("workout", {"no_such_field": 1}, "unknown_field", "no_such_field"),
        ("workout", {"user": "me"}, "unknown_field", "user"),
        ("workout", {"id": "me"}, "unknown_field", "id"),
        ("workout", {"deleted_at": None}, "unknown_field", "deleted_at"),
        ("workout", {"a\x00": 1}, "unknown_field", "a\x00"),
        ("set", {"reps": -1}, None, "reps"),
        ("set", {"reps": 2**31}, None, "reps"),
        ("set", {"reps": 10**18}, None, "reps"),
        ("set", {"reps": 5.5}, None, "reps"),
        ("set", {"reps": "5"}, None, "reps"),
        ("set", {"reps": True}, None, "reps"),
        ("set", {"load_kg": "82.555"}, "max_decimal_places", "load_kg"),
        ("set", {"load_kg": "-1"}, "out_of_range", "load_kg"),
        ("set", {"load_kg": "1e400"}, "out_of_range", "load_kg"),
        ("set", {"load_kg": "1e-400"}, None, "load_kg"),
        ("set", {"load_kg": "NaN"}, "out_of_range", "load_kg"),
        ("set", {"load_kg": "Infinity"}, "out_of_range", "load_kg"),
        ("set", {"load_kg": "sNaN"}, "out_of_range", "load_kg"),
        ("set", {"load_kg": "\u0661\u0660"}, "invalid", "load_kg"),
        ("set", {"load_kg": "１0"}, "invalid", "load_kg"),
        ("set", {"load_kg": "1_0"}, "invalid", "load_kg"),
        ("set", {"load_kg": " 5"}, "invalid", "load_kg"),
        ("set", {"load_kg": "5\n"}, "invalid", "load_kg"),
        ("set", {"load_kg": "\u22125"}, "invalid", "load_kg"),
        ("set", {"load_kg": ""}, "invalid", "load_kg"),
        ("set", {"load_kg": True}, "invalid", "load_kg"),
        ("set", {"position": 1e300}, None, "position"),
        ("set", {"exercise": "5"}, None, "exercise"),
        ("set", {"exercise": None}, None, "exercise"),
        ("exercise_type", {"equipment": "barbell"}, None, "equipment"),
        ("exercise_type", {"equipment": ["NOT A SLUG"]}, None, "equipment"),
        ("exercise_type", {"equipment": [f"e-{n}" for n in range(13)]}, None, "equipment"),
        ("exercise_type", {"names": []}, None, "names"),
        ("exercise_type", {"names": {"de": "x" * 17_000}}, "max_length", "names"),
        ("exercise_type", {"names": {"de": "a\x00b"}}, "null_characters_not_allowed", "names"),
        ("exercise_type", {"metadata_schema": {"type": "no such type"}}, "invalid_schema", "metadata_schema"),
        ("exercise_type", {"slug": "mine"}, "unknown_field", "slug"),
    ],
)
def test_wrong_value_is_refused_by_its_field(
    phone: Phone, entity: str, patch: Json, code: str | None, field: str
) -> None:
    error = refused(phone, phone.mutation("create", entity, str(uuid4()), patch))
    assert set(error["fields"]) == {field}
    if code is not None:
        assert error["code"] == code


@pytest.mark.parametrize("written", ["\u0661\u0660", "1_0", " 5", "5\n", "\u22125"])
def test_decimal_with_other_signs_is_refused_over_rest_too(api: SchemaClient, phone: Phone, written: str) -> None:
    row = {"id": str(uuid4()), "exercise": phone.exercise(), "load_kg": written}
    check_error(api.post("/api/v1/sets/", row), 400, "invalid", "load_kg")
    assert api.post("/api/v1/sets/", row | {"load_kg": "+5.0"}).status_code == 201


def test_every_wrong_field_is_named_at_once(phone: Phone) -> None:
    error = refused(phone, phone.mutation("create", "set", str(uuid4()), {"reps": -1, "rpe": "11", "x": 1}))
    assert set(error["fields"]) == {"reps", "rpe", "x"}


@pytest.mark.parametrize(
    "raw",
    [
        r'"\ud800"',  # half of a pair
        r'"\udc00\ud800"',
        "1e400",
        "-0",
        "NaN",
        "Infinity",
        "[" * 3_000 + "]" * 3_000,
        "[" * 900 + "]" * 900,
        "[" * 300 + "]" * 300,
        '{"a":' * 260 + "1" + "}" * 260,
        "9" * 5_000,
        "1" + "0" * 30,
        "18446744073709551616",
        "{}{}",
        "tru",
        r'"\x"',
    ],
)
@pytest.mark.parametrize("place", ["title", "names", "media", "id", "seq"])
def test_strange_json_is_answered(phone: Phone, raw: str, place: str) -> None:
    """As a value of text, inside of an object, inside of a list, and outside of the patch."""
    wrapped = {"names": f'{{"de": {raw}}}', "media": f"[{raw}]"}.get(place, raw)
    entity = "workout" if place == "title" else "exercise_type"
    strange = phone.mutation("create", entity, str(uuid4()), {"name": "x"} if entity == "exercise_type" else {})
    strange = (
        strange | {place: "HERE"}
        if place in ("id", "seq")
        else strange | {"patch": {**strange["patch"], place: "HERE"}}
    )
    good = phone.mutation("create", "workout", str(uuid4()), {"title": "good"})
    body = orjson.dumps(phone.envelope(strange, good)).decode().replace('"HERE"', wrapped)
    response = post_raw(phone, body.encode())
    assert response.status_code == 200, response.content
    results = response.json()["results"]
    assert results[1]["status"] == "applied"
    assert results[0]["status"] in ("rejected", "applied")
    assert phone.post().status_code == 200
    assert phone.pull()["changes"]


@pytest.mark.parametrize("depth", range(955, 1000, 3))
def test_nesting_at_the_limit_of_the_stack_is_answered(phone: Phone, depth: int) -> None:
    strange = phone.mutation("create", "exercise_type", str(uuid4()), {"name": "x", "media": "HERE"})
    body = orjson.dumps(phone.envelope(strange)).decode().replace('"HERE"', "[" * depth + "]" * depth)
    response = post_raw(phone, body.encode())
    assert (response.status_code, response.json()["results"][0]["error"]["code"]) == (200, "malformed")


def test_mutation_over_the_limit_is_refused_by_itself(phone: Phone) -> None:
    error = refused(phone, phone.mutation("create", "workout", str(uuid4()), {"notes": "x" * 65 * 1024}))
    assert error["code"] == "too_large"


# --- ids of others ---


def test_record_of_somebody_else_cannot_be_written(phone: Phone, bob: User) -> None:
    theirs = make(Workout, bob, title="Bob's")
    before = Workout.objects.filter(pk=theirs.pk).values().get()
    results = phone.push(*(phone.mutation(op, "workout", as_id(theirs), {"title": "x"}) for op in ("create", "update")))
    results += phone.push(*(phone.mutation(op, "workout", as_id(theirs)) for op in ("delete", "restore")))
    assert [r["status"] for r in results] == ["rejected", "conflict", "conflict", "conflict"]
    assert results[0]["error"]["code"] == "id_taken"
    assert {r["record"] for r in results} == {None}
    assert Workout.objects.filter(pk=theirs.pk).values().get() == before
    assert "Bob's" not in orjson.dumps(results).decode()


def test_parent_of_somebody_else_is_as_unknown(phone: Phone, bob: User) -> None:
    theirs, own = make(Workout, bob), phone.exercise()
    created = phone.one(
        "create", "exercise", str(uuid4()), {"workout": as_id(theirs), "exercise_type": exercise_type()}
    )
    moved = phone.one("update", "exercise", own, {"workout": as_id(theirs)})
    assert [created["status"], moved["status"]] == ["deferred", "deferred"]
    assert not Exercise.objects.filter(workout=theirs).exists()


def test_type_of_somebody_else_is_as_unknown(phone: Phone, bob: User) -> None:
    theirs = make(ExerciseType, bob)
    draft = make_canonical("draft", status="draft")
    for target in (theirs, draft):
        result = phone.one("create", "exercise", str(uuid4()), {"exercise_type": as_id(target)})
        assert result["status"] == "deferred"


def test_library_cannot_be_written(phone: Phone) -> None:
    canonical = make_canonical()
    results = phone.push(
        phone.mutation("create", "exercise_type", as_id(canonical), {"name": "Mine"}),
        phone.mutation("update", "exercise_type", as_id(canonical), {"name": "Mine"}),
        phone.mutation("delete", "exercise_type", as_id(canonical)),
    )
    assert [r["status"] for r in results] == ["rejected", "conflict", "conflict"]
    assert results[0]["error"]["code"] == "id_taken"
    assert ExerciseType.objects.get(pk=canonical.pk).name == canonical.name


def test_unknown_slug_is_refused(phone: Phone) -> None:
    patch = {"name": "x", "equipment": ["anvil"]}
    error = refused(phone, phone.mutation("create", "exercise_type", str(uuid4()), patch))
    assert (error["code"], set(error["fields"])) == ("does_not_exist", {"equipment"})


def test_end_before_the_start_is_refused(phone: Phone) -> None:
    times = {"started_at": "2026-03-01T10:00:00Z", "ended_at": "2026-03-01T09:59:59Z", "status": "completed"}
    assert refused(phone, phone.mutation("create", "workout", str(uuid4()), times))["code"] == "ends_before_start"


# --- clocks ---

CLOCKS = [
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "1969-12-31T23:59:59Z",
    "9999-12-31T23:59:59.999999Z",
    "9999-12-31T23:59:59.999999-14:00",
]


@pytest.mark.parametrize("at", CLOCKS)
@pytest.mark.parametrize("client_now", [None, *CLOCKS])
def test_wild_clocks_neither_fail_nor_rule(phone: Phone, tablet: Phone, at: str, client_now: str | None) -> None:
    now = client_now or ago(0)
    workout = str(uuid4())
    assert (
        phone.push(phone.mutation("create", "workout", workout, {"title": "Wild"}, at=at), client_now=now)[0]["status"]
        == "applied"
    )
    phone.push(phone.mutation("update", "workout", workout, {"title": "Wilder"}, at=at), client_now=now)
    ghost = phone.mutation("update", "workout", str(uuid4()), {"title": "Ghost"}, at=at)
    assert phone.push(ghost, client_now=now)[0]["status"] == "conflict"
    broken = {"status": "completed", "started_at": ago(0)}
    assert (
        phone.push(phone.mutation("update", "workout", workout, broken, at=at), client_now=now)[0]["status"]
        == "rejected"
    )
    standing = Head.objects.get(user__email="alice@example.org").version
    late = tablet.mutation("update", "workout", workout, {"title": "Sane"}, base_version=standing)
    assert tablet.push(late)[0]["status"] == "applied"
    assert lost(phone.conflicts()[0]) == {"title": "Ghost"}
    assert LogEntry.objects.filter(eff_ms__gt=timezone.now().timestamp() * 1000 + 1000).count() == 0


# --- pull and status ---


@pytest.mark.parametrize(
    ("query", "attr"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "2001"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"device_id": "phone"}, "device_id"),
        ({"cursor": "x" * 1001}, "cursor"),
    ],
)
def test_wrong_pull_parameter_is_named(phone: Phone, query: Json, attr: str) -> None:
    check_error(phone.api.get(PULL, query), 400, "invalid", attr)


@pytest.mark.parametrize(
    "body", ["[]", "7", "null", '"text"', '{"limit": "5"}', '{"limit": true}', '{"no": 1}', '{"cursor": 5}']
)
def test_wrong_pull_body_is_refused(phone: Phone, body: str) -> None:
    response = phone.api.post(PULL, body, content_type="application/json")
    assert response.status_code == 400, response.content
    assert set(response.json()) == {"type", "errors", "request_id"}


@pytest.mark.parametrize("cursor", ["x", "v1.x", "v1.W10:abc", "\x00", "ü", "v1.", "a:b:c", "\ud800"])
def test_forged_cursor_is_refused(phone: Phone, cursor: str) -> None:
    response = phone.api.post(
        PULL,
        orjson.dumps({"cursor": "HERE"}).decode().replace("HERE", cursor.encode("unicode_escape").decode()),
        content_type="application/json",
    )
    assert response.status_code == 400, response.content


def test_device_id_of_status_must_be_one(phone: Phone) -> None:
    check_error(phone.api.get(STATUS, {"device_id": "phone"}), 400, "invalid", "device_id")
