"""Imports that can never succeed fail at once, say where, and leave the way free; what is wrong in one row costs that row."""

import hashlib
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DataError, IntegrityError, OperationalError
from django.utils import timezone
from psycopg import errors

from accounts.models import User
from config.tests.contract import SchemaClient
from lib.tests.conftest import queue as queue
from lib.tests.running import run_jobs
from sync.models import Import, Purged
from sync.services.push.applying import Application
from sync.services.states import import_rows, importing
from sync.services.states.importing import may_pass
from sync.tests.devices import Json
from sync.tests.transfers import (
    IMPORT,
    counted,
    documents,
    finished,
    imported,
    record_line,
    sent,
    snapshot_lines,
    zipped,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("queue")]

CONFLICTS = "/api/v1/sync/conflicts"
CONFLICT = {"kind": "field", "entity": "workout", "record_id": str(uuid4()), "record_version": 1}


def manifest(*files: Json, **changes: Any) -> bytes:
    return json.dumps({"schema_version": 1, "files": files, **changes}).encode()


def named(name: str, content: bytes = b"") -> Json:
    return {"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def lines(*records: Json) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


WORKOUTS = "records/workout.ndjson"


@pytest.mark.parametrize(
    ("files", "code", "file"),
    [
        ({"manifest.json": manifest(named("records/a\0b"))}, "incomplete", r"records/a\x00b"),
        ({"manifest.json": manifest(named("records/" + "x" * 5000))}, "incomplete", ("records/" + "x" * 5000)[:200]),
        ({"manifest.json": manifest(named("records/a\n\x1b[31m"))}, "incomplete", r"records/a\n\x1b[31m"),
        ({"manifest.json": manifest(*[named(WORKOUTS)] * 3), WORKOUTS: b""}, "malformed", WORKOUTS),
        ({"manifest.json": b'{"schema_version":1,"files":[' + b"[" * 10_000}, "malformed", "manifest.json"),
        ({"manifest.json": manifest(named(WORKOUTS)), WORKOUTS: lines({"a\0": 1})}, "malformed", WORKOUTS),
    ],
)
def test_zip_that_never_works_fails_at_the_first_attempt_and_says_where(
    api: SchemaClient, files: dict[str, bytes], code: str, file: str
) -> None:
    import_id = sent(api, zipped(files)).json()["import_id"]
    run_jobs()
    job = api.get(f"{IMPORT}/{import_id}").json()
    assert (job["state"], job["error"]["code"], job["error"]["file"]) == ("failed", code, file)
    assert Import.objects.get(pk=import_id).attempts == 1
    assert imported(api, snapshot_lines(record_line("workout", {"title": "next"})))["state"] == "done"


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"status": "resolved"}, "kind"),
        ({**CONFLICT, "record_id": None}, "record_id"),
        ({**CONFLICT, "record_id": "x"}, "record_id"),
        ({**CONFLICT, "entity": "no_such"}, "entity"),
        ({**CONFLICT, "entity": "work\0out"}, "entity"),
        ({**CONFLICT, "record_version": 2**63}, "record_version"),
        ({**CONFLICT, "record_version": -1}, "record_version"),
        ({**CONFLICT, "code": "a\0b"}, "code"),
        ({**CONFLICT, "fields": [{"name": "title"}]}, "fields"),
        ({**CONFLICT, "status": "decided"}, "status"),
    ],
)
@pytest.mark.parametrize("ids", ["own", "new"])
def test_conflict_that_is_none_is_refused_by_its_id_and_the_rest_goes_in(
    api: SchemaClient, bob: User, data: Json, field: str, ids: str
) -> None:
    workout = record_line("workout", {"title": "good"})
    if ids == "new":  # the workout's is somebody else's
        Purged.objects.create(entity=30, id=workout["id"], user=bob, version=1)
    bad = record_line("conflict", data)
    job = imported(api, snapshot_lines(workout, bad, record_line("conflict", CONFLICT)))
    assert (job["state"], counted(job)) == ("done", {"created": 2, "rejected_total": 1})
    (rejected,) = job["report"]["rejected"]
    assert (rejected["entity"], rejected["id"], field in rejected["fields"]) == ("conflict", bad["id"], True)
    assert len(api.get(CONFLICTS).json()["results"]) == 1


def test_unknown_fields_are_counted_whatever_their_names(api: SchemaClient, alice: User) -> None:
    rows = [record_line("workout", {"title": "a", "x\0\n": 1, "y" * 1000: 2}) for _ in range(2)]
    job = imported(api, snapshot_lines(*rows))
    assert (job["state"], counted(job)) == ("done", {"created": 2})
    assert job["report"]["ignored_fields"] == {r"workout.x\x00\n": 2, "workout." + "y" * 64: 2}


def test_unknown_fields_of_many_names_are_counted_together(api: SchemaClient, monkeypatch: Any) -> None:
    monkeypatch.setattr(import_rows, "MAX_IGNORED", 2)
    job = imported(api, snapshot_lines(*[record_line("workout", {f"x{n}": 1}) for n in range(5)]))
    assert job["report"]["ignored_fields"] == {"workout.x0": 1, "workout.x1": 1, "others": 3}


def fail_at(title: str, error: Callable[[], Exception]) -> Callable[..., Any]:
    """The server's own mistake with one row, whatever stands around it."""
    applied = Application.read

    def read(self: Any, items: Any) -> Any:
        if any(title.encode() in item.raw for item in items):
            raise error()
        return applied(self, items)

    return read


def test_row_at_which_the_server_fails_is_named_and_those_before_it_are_in(
    api: SchemaClient, alice: User, monkeypatch: Any
) -> None:
    rows = [record_line("workout", {"title": f"number {n:02}"}) for n in range(20)]
    import_id = sent(api, snapshot_lines(*rows)).json()["import_id"]
    monkeypatch.setattr(Application, "read", fail_at("number 13", lambda: IntegrityError("no such rule")))
    run_jobs()
    job = api.get(f"{IMPORT}/{import_id}").json()
    assert (job["state"], job["error"]["code"]) == ("failed", "import_failed")
    assert job["error"]["detail"] == f"The server cannot import workout {rows[13]['id']}. 13 of 20 rows were imported."
    assert len(documents(alice)) == 1 + 13  # with the settings
    assert Import.objects.get(pk=import_id).attempts == 1


def test_import_that_the_database_leaves_alone_for_a_while_goes_on(
    api: SchemaClient, alice: User, monkeypatch: Any
) -> None:
    import_id = sent(api, snapshot_lines(record_line("workout", {"title": "later"}))).json()["import_id"]
    with monkeypatch.context() as failing:
        failing.setattr(Application, "read", fail_at("later", lambda: OperationalError("no server")))
        with pytest.raises(OperationalError):
            importing.run(import_id=UUID(import_id), clock=timezone.now)
    assert api.get(f"{IMPORT}/{import_id}").json()["state"] == "running"
    assert finished(api, import_id)["state"] == "done"


def raised(cause: Exception, kind: type[Exception]) -> Exception:
    error = kind(str(cause))
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error",
    [
        raised(errors.AdminShutdown(), OperationalError),
        raised(errors.DiskFull(), OperationalError),
        OSError("no room"),
        MemoryError(),
    ],
)
def test_what_the_machine_did_is_tried_again(error: Exception) -> None:
    assert may_pass(error)


@pytest.mark.parametrize(
    "error",
    [
        raised(errors.ProgramLimitExceeded(), OperationalError),  # such as a value that is too large for an index
        DataError("a NUL"),
        IntegrityError("a rule"),
        KeyError("a mistake"),
    ],
)
def test_what_the_file_does_is_not_tried_again(error: Exception) -> None:
    assert not may_pass(error)
