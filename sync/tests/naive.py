"""A client that knows times only, over HTTP."""

from typing import Any

from accounts.models import User
from config.tests.contract import SchemaClient
from sync.tests.devices import PULL, PUSH, Json, Phone, ago

STORED = ("noop", "merged", "conflict")  # what stands may be older than the last pull, so that no pull brings it


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
                self._store(change)
            self.time, more = page["timestamp"], page["has_more"]

    def _store(self, change: Json) -> None:
        key = (change["entity"], change["id"])
        self.base.pop(key, None)
        if not change["deleted"]:
            self.base[key] = change["data"]

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
        for stood in (result["record"] for result in results if result["status"] in STORED):
            if stood is not None and self.time is not None and stood["last_modified_at"] <= self.time:
                self._store(stood)
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
