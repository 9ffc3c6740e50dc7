"""A device that speaks to the API, for tests: it numbers its mutations, and says what it is told to say."""

import datetime as dt
import itertools
from typing import Any
from uuid import uuid4

from django.db.models import F
from django.utils import timezone

from accounts.models import Device, User
from accounts.services.devices import hash_instance_token
from catalog.models import ExerciseType
from catalog.tests.factories import make_canonical
from config.tests.contract import SchemaClient
from lib.tests.factories import as_id
from sync.models import LogEntry, Record

HOUR_MS = 3_600_000
PUSH, PULL, STATUS = "/api/v1/sync/push", "/api/v1/sync/pull", "/api/v1/sync/status"
Json = dict[str, Any]


def ago(minutes: float) -> str:
    """RFC 3339, that many minutes before now."""
    return (timezone.now() - dt.timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def an_hour_passes(user: User) -> None:
    """What stands was written that long ago: a device that has seen it works later, whatever its clock says."""
    for rows, names in ((Record.objects, ["modified_ms"]), (LogEntry.objects, ["eff_ms", "logged_ms"])):
        rows.filter(user=user).update(**{name: F(name) - HOUR_MS for name in names})


class Phone:
    def __init__(self, api: SchemaClient, user: User) -> None:
        self.api = api
        self.id = str(uuid4())
        self.token = uuid4().hex
        self.seq = itertools.count(1)
        Device.objects.create(
            id=self.id, user=user, name="phone", platform="test", instance_token_hash=hash_instance_token(self.token)
        )

    def mutation(self, op: str, entity: str, record_id: str, patch: Json | None = None, **values: Any) -> Json:
        found = {
            "id": str(uuid4()),
            "seq": next(self.seq),
            "entity": entity,
            "record_id": record_id,
            "op": op,
            "base_version": 0,
            "at": ago(0),
            "patch": patch or {},
        }
        return found | values

    def envelope(self, *mutations: Any, **values: Any) -> Json:
        found = {
            "protocol": 1,
            "schema_version": 1,
            "device_id": self.id,
            "instance_token": self.token,
            "client_now": ago(0),
            "mutations": list(mutations),
        }
        return found | values

    def post(self, *mutations: Any, **values: Any) -> Any:
        return self.api.post(PUSH, self.envelope(*mutations, **values))

    def push(self, *mutations: Any, **values: Any) -> list[Json]:
        response = self.post(*mutations, **values)
        assert response.status_code == 200, response.content
        results: list[Json] = response.json()["results"]
        return results

    def one(self, op: str, entity: str, record_id: str, patch: Json | None = None, **values: Any) -> Json:
        return self.push(self.mutation(op, entity, record_id, patch, **values))[0]

    def create(self, entity: str, patch: Json | None = None, **values: Any) -> str:
        record_id = str(uuid4())
        result = self.one("create", entity, record_id, patch, **values)
        assert result["status"] == "applied", result
        return record_id

    def exercise(self, **patch: Any) -> str:
        return self.create("exercise", {"exercise_type": exercise_type(), **patch})

    def pull(self, cursor: str | None = None, limit: int = 1000) -> Json:
        query: dict[str, Any] = {"limit": limit, "device_id": self.id} | ({} if cursor is None else {"cursor": cursor})
        response = self.api.get(PULL, query)
        assert response.status_code == 200, response.content
        page: Json = response.json()
        return page

    def pull_all(self, cursor: str | None = None, limit: int = 1000) -> tuple[list[Json], str]:
        """(changes of all pages, the last cursor)"""
        changes: list[Json] = []
        while True:
            page = self.pull(cursor, limit)
            changes += page["changes"]
            cursor = str(page["cursor"])
            if not page["has_more"]:
                return changes, cursor

    def records(self) -> dict[tuple[str, str], Json]:
        """All live records of a snapshot."""
        changes, _ = self.pull_all()
        return {(change["entity"], change["id"]): change for change in changes if not change["deleted"]}

    def conflicts(self) -> list[Json]:
        found = [change for (entity, _), change in self.records().items() if entity == "conflict"]
        return [change["data"] for change in sorted(found, key=lambda change: change["version"])]


def exercise_type() -> str:
    return as_id(ExerciseType.objects.filter(user=None).first() or make_canonical())


def kept(conflict: Json) -> Json:
    return {field["name"]: field["kept"]["value"] for field in conflict["fields"]}


def lost(conflict: Json) -> Json:
    return {field["name"]: field["lost"]["value"] for field in conflict["fields"]}
