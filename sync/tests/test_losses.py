"""What a conflict says it holds: read before it is taken from a file, and never trusted to be of the right form."""

from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from config.tests.contract import SchemaClient
from sync.models import Conflict
from sync.tests.devices import Json, Phone, ago
from sync.tests.transfers import counted, imported, record_line, snapshot_lines

pytestmark = pytest.mark.django_db(transaction=True)
SIDE: Json = {"value": "x", "at": "2026-01-01T00:00:00.000000Z", "device_id": None, "mutation_id": None}


def deep(depth: int) -> Any:
    return [] if depth == 0 else [deep(depth - 1)]


WRONG = [
    [1],
    "x",
    {},
    [{"x": 1}],
    [{"name": "title", "kept": None, "lost": None}],
    [{"name": "title", "base": 1, "kept": {"value": 1}, "lost": {"value": 2}}],
    [{"name": "title", "base": 1, "kept": SIDE, "lost": {"value": 2}}],
    [{"name": "title", "base": 1, "kept": SIDE, "lost": {**SIDE, "at": "yesterday"}}],
    [{"name": 7, "base": 1, "kept": SIDE, "lost": SIDE}],
    [{"name": "title", "base": 2**70, "kept": SIDE, "lost": SIDE}],
    [{"name": "title", "base": deep(300), "kept": SIDE, "lost": SIDE}],
]


def conflict_line(record: str, fields: Any) -> Json:
    data = {"kind": "field", "status": "open", "entity": "workout", "record_id": record, "record_version": 1}
    return record_line("conflict", {**data, "fields": fields})


@pytest.mark.parametrize("fields", WRONG)
def test_conflict_of_a_file_that_cannot_be_read_is_refused(api: SchemaClient, phone: Phone, fields: Any) -> None:
    record = phone.create("workout", {"title": "mine"})
    line = conflict_line(record, fields)
    job = imported(api, snapshot_lines(line, record_line("workout", {"title": "more"})))
    assert (job["state"], counted(job)) == ("done", {"created": 1, "rejected_total": 1})
    (rejected,) = job["report"]["rejected"]
    assert (rejected["id"], rejected["code"], list(rejected["fields"])) == (line["id"], "invalid", ["fields"])
    assert not Conflict.objects.exists()


def test_conflict_of_a_file_that_can_be_read_can_be_decided(api: SchemaClient, phone: Phone) -> None:
    record = phone.create("workout", {"title": "mine"})
    loss = {"name": "title", "base": "a", "kept": SIDE, "lost": {**SIDE, "value": "lost"}}
    line = conflict_line(record, [loss])
    assert counted(imported(api, snapshot_lines(line))) == {"created": 1}
    decision = phone.mutation("resolve", "conflict", line["id"], {"resolution": "use_lost"})
    assert phone.push(decision)[0]["status"] in ("applied", "merged")
    assert phone.records()["workout", record]["data"]["title"] == "lost"


@pytest.mark.parametrize("resolution", ["keep", "use_lost"])
@pytest.mark.parametrize("fields", [[1], [{"x": 1}], [{"name": "title", "kept": None, "lost": None}]])
def test_conflict_that_cannot_be_read_stops_nothing_else(
    api: SchemaClient, phone: Phone, alice: User, fields: Any, resolution: str
) -> None:
    """However it came to stand."""
    record = phone.create("workout", {"title": "mine"})
    standing = Conflict.objects.create(
        id=uuid4(), user=alice, kind="field", entity="workout", record_id=record, record_version=1, fields=fields
    )
    decision = phone.mutation("resolve", "conflict", str(standing.pk), {"resolution": resolution})
    results = phone.push(decision, phone.mutation("create", "workout", str(uuid4()), {"title": "innocent"}))
    assert [(result["status"], (result["error"] or {}).get("code")) for result in results] == [
        ("rejected", "invalid"), ("applied", None),
    ]  # fmt: skip
    older = {**record_line("workout", {"title": "other"}, record), "last_modified_at": ago(60)}
    assert imported(api, snapshot_lines(older))["state"] == "done"
