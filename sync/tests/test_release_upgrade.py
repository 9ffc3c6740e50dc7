"""A database of an earlier release is migrated: nothing of it is missing, and who synced with that release goes on.

The dump was made by ops/release_dump.py; docs/development.md, "Migrations and triggers", says when another one is due.
"""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.models import User
from accounts.services.tokens import start_session
from config.tests.contract import SchemaClient
from config.tests.databases import Databases, connected_to
from lib import wire
from sync.domain.packing import unpacked
from sync.services.pull import cursors
from sync.tests.devices import PULL, PUSH, Json, ago
from sync.tests.proof.ending import says

pytestmark = pytest.mark.django_db(transaction=True)

RELEASES = Path(__file__).parent / "releases"
NAMES = sorted(path.stem for path in RELEASES.glob("*.json"))
# What must be there still, row by row. New columns may have come.
KEPT = {
    "sync_log": "SELECT entity, record_id, version, n, op, before, patch, mutation_id FROM sync_log",
    "sync_mutation": "SELECT mutation_id, device_id, seq, status, payload, result FROM sync_mutation",
    "sync_conflict": "SELECT id, kind, status, entity, record_id, fields::text FROM sync_conflict",
    "sync_head": "SELECT user_id, epoch, min_version, log_version FROM sync_head",
    "accounts_device": "SELECT id, user_id, instance_token_hash FROM accounts_device",
}
RECORDS = "SELECT entity, id::text, deleted, data FROM sync_record"
ENTITIES = {"settings", "exercise_type", "workout", "exercise", "set", "measurement", "conflict"}
# 105 kg and 105 lb contradict each other: migration 0006 of training empties what was typed.
REPAIRED = {"0190b2a4-8f00-7000-8000-00000000000f": {"typed_load": None, "typed_load_unit": ""}}


class Release:
    """A migrated database of an earlier release, and what an app kept of it."""

    def __init__(self, name: str) -> None:
        self.facts: Json = json.loads((RELEASES / f"{name}.json").read_text())
        self.before = {table: _rows(query) for table, query in KEPT.items()}
        self.records = _rows(RECORDS)
        call_command("migrate", verbosity=0, interactive=False)
        self.api = SchemaClient()
        tokens = start_session(user=User.objects.get(email=self.facts["email"]), at=timezone.now())
        self.api.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.access}")
        self.phone = self.facts["phone"]

    def pull(self, cursor: str) -> Json:
        response = self.api.get(PULL, {"device_id": self.phone["id"]} | ({"cursor": cursor} if cursor else {}))
        assert response.status_code == 200, response.content
        page: Json = response.json()
        return page

    def push(self, *mutations: Json) -> list[Json]:
        envelope = {
            "protocol": 1,
            "schema_version": 1,
            "device_id": self.phone["id"],
            "instance_token": self.phone["instance_token"],
            "client_now": ago(0),
            "epoch": self.facts["epoch"],
            "ack_version": self.facts["version"],
            "cursor": self.phone["cursor"],
            "mutations": list(mutations),
        }
        response = self.api.post(PUSH, envelope)
        assert response.status_code == 200, response.content
        results: list[Json] = response.json()["results"]
        return results

    def mutation(self, number: int, op: str, entity: str, record_id: str, patch: Json) -> Json:
        """The next ones of the phone, on what it holds of the record."""
        base = self.facts["held"].get(record_id, {"version": 0})["version"]
        found = {"id": str(uuid4()), "seq": self.phone["seq"] + number, "entity": entity, "record_id": record_id}
        return {**found, "op": op, "at": ago(0), "base_version": base, "patch": patch}


def _rows(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [tuple(unpacked(value) if isinstance(value, bytes) else value for value in row) for row in cursor]


@pytest.fixture(params=NAMES)
def release(request: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Release]:
    databases = Databases()
    name = f"{connection.settings_dict['NAME']}_release"
    databases.drop(name)
    databases.run("CREATE DATABASE {}", name)
    try:
        with connected_to(name), connection.cursor() as cursor:
            cursor.execute(gzip.decompress((RELEASES / f"{request.param}.sql.gz").read_bytes()).decode())
        with connected_to(name):  # anew, because a dump changes its session
            found = Release(request.param)
            monkeypatch.setattr(cursors.SIGNER, "key", found.facts["secret_key"])  # the server has the key that it had
            yield found
        databases.drop(name)
    finally:
        databases.close()


def test_release_is_migrated_whole_and_its_client_goes_on(release: Release) -> None:
    """One test, because migrating takes seconds."""
    check_nothing_is_missing(release)
    check_records_say_what_the_rows_say()
    check_client_goes_on(release)


def check_nothing_is_missing(release: Release) -> None:
    for table, query in KEPT.items():
        assert release.before[table], table
        missing = set(map(repr, release.before[table])) - set(map(repr, _rows(query)))
        assert not missing, (table, missing)
    assert {wire.names()[code] for code, *_ in release.records} >= ENTITIES
    now = {(code, record_id): (deleted, orjson.loads(data)) for code, record_id, deleted, data in _rows(RECORDS)}
    for code, record_id, deleted, data in release.records:
        document = {**orjson.loads(data), **REPAIRED.get(record_id, {})}
        found_deleted, found = now[code, record_id]
        assert (found_deleted, {name: found[name] for name in document}) == (deleted, document)


def check_records_say_what_the_rows_say() -> None:
    for code, record_id, deleted, data in _rows(RECORDS):
        if wire.names()[code] in ENTITIES - {"conflict"}:
            row: Any = wire.entities_by_name()[wire.names()[code]].model._default_manager.get(pk=record_id)
            assert deleted == (row.deleted_at is not None)
            assert all(says(row, name, value) for name, value in orjson.loads(data).items()), record_id


def check_client_goes_on(release: Release) -> None:
    held = release.facts["held"]
    waiting = release.facts["waiting"]  # in its queue, deferred
    workout = next(key for key, change in held.items() if change["data"].get("planned_on"))
    of_pounds = (key for key, change in held.items() if change["data"].get("typed_load_unit") == "lb")
    pounds = next(key for key in of_pounds if key not in REPAIRED)
    own_type = next(key for key, change in held.items() if change["entity"] == "exercise_type")
    page = release.pull(release.phone["cursor"])
    assert (page["mode"], page["epoch"], page["has_more"]) == ("delta", release.facts["epoch"], False)
    assert {change["id"] for change in page["changes"]} == {workout, *REPAIRED}
    results = release.push(
        release.mutation(1, "update", "workout", workout, {"title": "Arms and back"}),
        release.mutation(2, "update", "set", pounds, {"reps": 6}),
        release.mutation(3, "update", "set", next(iter(REPAIRED)), {"reps": 4}),
        release.mutation(4, "create", "exercise", waiting["patch"]["exercise"], {"exercise_type": own_type}),
        waiting,
    )
    assert [result["status"] for result in results] == ["merged", "applied", "merged", "applied", "applied"]
    base = {**held, **{change["id"]: change for change in (*page["changes"], *release.pull(page["cursor"])["changes"])}}
    whole = {change["id"]: change for change in release.pull("")["changes"]}
    assert _live(base) == _live(whole)


def _live(changes: Json) -> Json:
    return {key: change for key, change in changes.items() if not change["deleted"]}
