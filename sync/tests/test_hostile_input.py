"""What a broken or hostile client sends must stop nobody: not its own queue, not its export, not other users."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import orjson
import psycopg
import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from accounts.models import User
from config.tests.contract import SchemaClient, check_error
from lib import writes
from lib.writes import lock_head
from sync.domain import shapes
from sync.domain.forgotten import with_forgotten
from sync.domain.lifetimes import LOG
from sync.domain.merge import DELETED, Stamp, Write, merge
from sync.domain.records import RecordState
from sync.domain.times import MILLISECOND
from sync.exceptions import AlreadySettled
from sync.models import Mutation
from sync.services.push import rejected
from sync.tests.devices import PUSH, Json, Phone
from training.models import Workout

pytestmark = pytest.mark.django_db(transaction=True)

TOO_LONG = "9" * 400
TOO_DEEP = "[" * 300 + "]" * 300


def push_raw(phone: Phone, *mutations: str) -> list[Json]:
    """Mutations as text: what no encoder here would write."""
    envelope = orjson.dumps(phone.envelope()).decode().replace('"mutations":[]', f'"mutations":[{",".join(mutations)}]')
    answer = phone.api.generic("POST", PUSH, envelope, content_type="application/json")
    assert answer.status_code == 200, answer.content
    results: list[Json] = answer.json()["results"]
    return results


def text_of(mutation: Json, **raw: str) -> str:
    """raw: JSON text in the place of a value."""
    text = orjson.dumps({k: v for k, v in mutation.items() if k not in raw}).decode()
    return text[:-1] + "".join(f',"{name}":{value}' for name, value in raw.items()) + "}"


@pytest.mark.parametrize("value", [TOO_LONG, TOO_DEEP])
@pytest.mark.parametrize("schema_version", [1, 99])
def test_value_that_no_encoder_holds_stops_nothing_behind_it(phone: Phone, value: str, schema_version: int) -> None:
    bad = phone.mutation("create", "workout", str(uuid4()), schema_version=schema_version)
    (result,) = push_raw(phone, text_of(bad, patch=f'{{"title":{value}}}'))
    assert (result["status"], result["error"]["code"]) == ("rejected", "malformed")
    assert phone.one("update", "workout", str(uuid4()), {"title": "x"})["status"] == "conflict"
    assert phone.api.get("/api/v1/sync/rejected").json()["results"][0]["mutation_id"] == bad["id"]


@pytest.mark.parametrize("wrong_id", ["1180591620717411303424", TOO_DEEP])
def test_wrong_id_beside_a_shown_record_does_not_break_the_answer(phone: Phone, wrong_id: str) -> None:
    good = phone.mutation("create", "workout", str(uuid4()))
    phone.push(good)
    bad = phone.mutation("create", "workout", str(uuid4()))
    results = push_raw(phone, text_of(good), text_of(bad, id=wrong_id))
    assert [(r["status"], r["replayed"]) for r in results] == [("applied", True), ("rejected", False)]
    assert results[0]["record"] is not None


def test_wrong_count_in_a_refused_mutation_does_not_shut_the_device_out(phone: Phone) -> None:
    assert phone.one("create", "spaceship", str(uuid4()), seq=2**62)["status"] == "rejected"
    assert phone.one("create", "workout", str(uuid4()))["status"] == "applied"


def test_body_of_unknown_length_is_refused(api: SchemaClient) -> None:
    """Taken for empty, what it says would be lost."""
    body = '{"name":"precious"}'
    chunked: Any = {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}
    answer = api.generic("POST", "/api/v1/sync/snapshots", body, content_type="application/json", **chunked)
    check_error(answer, 411, "length_required")


def test_two_repairs_at_once_are_one(phone: Phone, tablet: Phone, alice: User) -> None:
    refused = phone.mutation("create", "workout", str(uuid4()), {"title": "x" * 500})
    phone.push(refused)

    def repair(device: Phone) -> str:
        request = shapes.Repair(
            device_id=UUID(device.id),
            instance_token=device.token,
            client_now=timezone.now(),
            mutation=device.mutation("create", "workout", str(uuid4()), {"title": "mended"}),
        )
        try:
            rejected.repair(user=alice, mutation_id=UUID(refused["id"]), request=request, at=timezone.now())
        except AlreadySettled:
            return "settled"
        finally:
            connections.close_all()
        return "repaired"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(repair, [phone, tablet]))
    assert (outcomes, Workout.objects.count()) == (["repaired", "settled"], 1)
    assert Mutation.objects.get(mutation_id=refused["id"]).repaired_by is not None


def test_request_behind_a_long_lock_gives_its_thread_back(phone: Phone, alice: User, monkeypatch: Any) -> None:
    """An import may hold the account for long; whoever waits for it holds a thread that others need."""
    monkeypatch.setattr(writes, "PATIENCE", "100ms")
    parameters = {
        k: v for k, v in connection.get_connection_params().items() if k in ("dbname", "user", "host", "port")
    }
    with psycopg.connect(**parameters) as other:
        other.execute("SELECT sync_lock(%s)", [alice.pk])
        begun = time.monotonic()
        phone.api.raise_request_exception = False
        answer = phone.post(phone.mutation("create", "workout", str(uuid4())))
        assert time.monotonic() - begun < 5
    check_error(answer, 503, "unavailable")
    assert answer.headers["Retry-After"]


def test_job_waits_as_long_as_it_takes(alice: User) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        lock_head(user_id=alice.pk, source="import")
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)


def test_what_stood_over_the_forgotten_is_what_a_late_write_overwrites() -> None:
    """The log's own write was made before the time at which the log begins, and pushed after it."""
    now_ms = LOG // MILLISECOND + 90_000
    theirs = Write(8, Stamp(8_000, "A", 3), {"title": "a"}, {"title": "c", DELETED: False}, "a", now_ms)
    state = RecordState(("workout", "w"), 8, document={"title": "a"}, modified_ms=now_ms, writes=(theirs,))
    found = with_forgotten(state, base_version=3, log_version=5, now_ms=now_ms)
    merged = merge(
        patch={"title": "b", DELETED: False},
        stamp=Stamp(100_000, "B", 3),
        mutation_id="b",
        base_version=3,
        current=state.registers,
        writes=found.writes,
        set_fields=(),
    )
    assert [loss.lost.value for loss in merged.losses if loss.name == "title"] == ["a"]
