"""A device that knows times only: docs/sync.md, "Clients that know times only"."""

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import httpx
import orjson

from dropset_client.shapes import shape
from dropset_client.wire import rfc3339
from sync.tests.proof.clock import Clock
from sync.tests.proof.devices import BASE_URL, PULL, PUSH, Exchange, Network
from sync.tests.proof.people import Key, Person
from sync.tests.proof.schemas import USUAL

Json = dict[str, Any]


@dataclass(frozen=True)
class Seen:
    """Where its last whole pull left it: the server's time, and, which it does not know itself, the version."""

    time: str
    version: int


@dataclass(frozen=True)
class Unsent:
    """A record that the user changed since it was sent. `touched`: what the user wrote, and nothing else."""

    key: Key
    at: str
    data: Json | None
    touched: Mapping[str, Any]
    seen: Seen | None
    deferred: bool = False  # until what it hangs on is there

    def to_wire(self) -> Json:
        found = {"entity": self.key[0], "id": self.key[1], "last_modified_at": self.at, "data": self.data}
        return found | ({"deleted": True} if self.data is None else {})


@dataclass
class Naive:
    """Keeps documents and one time; sends the whole of what was changed, then pulls. An edit is written in place."""

    name: str
    person: Person
    network: Network
    clock: Clock
    skew_s: float = 0.0
    base: dict[Key, Json] = field(default_factory=dict)
    unsent: dict[Key, Unsent] = field(default_factory=dict)
    seen: Seen | None = None
    epoch: str | None = None
    words: dict[str, Unsent] = field(default_factory=dict)  # what was decided, by the id that the server gave it

    def __post_init__(self) -> None:
        self.id, self.token, self.edits = str(uuid4()), uuid4().hex, 0
        about = {"id": self.id, "instance_token": self.token, "name": self.name, "platform": "naive"}
        self._answered(self._request("POST", "/api/v1/sync/devices", json=about))

    # --- its user ---

    def edit(self, key: Key, values: Json) -> None:
        """What has the value already is not touched. What the user wrote themselves, and has not sent, goes with the rest of its
        register: no app that shows a typed load leaves it beside another load. One that never wrote it may not know it.
        """
        changes = {name: value for name, value in values.items() if self.base[key].get(name) != value}
        if changes:
            known = self.unsent[key].touched if key in self.unsent else {}
            whole = shape(key[0]).completed(changes, self.base[key])
            changes |= {name: value for name, value in whole.items() if name in known}
            self._write(key, {**self.base[key], **changes}, changes)

    def create(self, key: Key, data: Json) -> None:
        self._write(key, data, data)

    def delete(self, key: Key) -> None:
        earlier = self.unsent.get(key)
        del self.base[key]
        self.unsent[key] = Unsent(key, self._at(), None, {}, self.seen if earlier is None else earlier.seen)

    def _write(self, key: Key, data: Json, touched: Json) -> None:
        earlier = self.unsent.get(key)
        if earlier is not None:
            touched = {**earlier.touched, **touched}
        self.base[key] = data
        self.unsent[key] = Unsent(key, self._at(), data, touched, self.seen if earlier is None else earlier.seen)

    def now(self) -> dt.datetime:
        return self.clock.now() + dt.timedelta(seconds=self.skew_s)

    def _at(self) -> str:
        """No two edits at the same moment: the server tells them apart by it."""
        self.edits += 1
        return rfc3339(self.now() + dt.timedelta(microseconds=self.edits))

    # --- push ---

    def push(self, count: int, *, lost: bool = False) -> None:
        """Some of the changed records: those that were made in sight of the same pull."""
        waiting = list(self.unsent.values())
        if not waiting:
            return
        chosen = [one for one in waiting if one.seen == waiting[0].seen][:count]
        self.network.loses = PUSH if lost else ""
        try:
            response = self._request("POST", PUSH, json=self._envelope(chosen))
        except httpx.ReadError:
            assert lost, "an answer was lost that nobody took away"
        else:
            self._took(chosen, response)
        finally:
            self.network.loses = ""

    def _envelope(self, chosen: list[Unsent]) -> Json:
        seen = chosen[0].seen
        return {
            "protocol": 1,
            "schema_version": USUAL,
            "device_id": self.id,
            "instance_token": self.token,
            "client_now": rfc3339(self.now()),
            "epoch": self.epoch,
            "last_synced_at": None if seen is None else seen.time,
            "records": [one.to_wire() for one in chosen],
        }

    def _took(self, chosen: list[Unsent], response: httpx.Response) -> None:
        if response.status_code == HTTPStatus.CONFLICT and "epoch_changed" in response.text:
            self._begin_anew()
            return
        for one, result in zip(chosen, self._answered(response)["results"], strict=True):
            assert result["status"] != "rejected", ("P12 refused without need", one, result)
            if result["status"] == "deferred":
                self.unsent[one.key] = dataclasses.replace(one, deferred=True)
            else:
                del self.unsent[one.key]
                if result["status"] in ("noop", "merged", "conflict") and one.seen is not None:
                    self._store_what_stood(result["record"], one.seen)

    def _store_what_stood(self, record: Json | None, seen: Seen) -> None:
        """In the server's form. What is newer than the last pull comes with the next one."""
        if record is not None and record["last_modified_at"] <= seen.time:
            self._lay(self.base, [record])

    def _remember(self, exchange: Exchange) -> None:
        """What the server decided of which words; the device itself may never learn of it."""
        for record, result in zip(exchange.envelope["records"], exchange.answer["results"], strict=True):
            if not result["replayed"]:
                self.words[result["id"]] = self.unsent[record["entity"], record["id"]]

    @property
    def has_news(self) -> bool:
        """Of which the server has not said a word: push first, then pull."""
        return not all(one.deferred for one in self.unsent.values())

    # --- pull ---

    def pull(self, limit: int, pages: int, *, by_cursor: bool = False, lost: bool = False) -> bool:
        """Whether it came to its end. A pull is taken as a whole: what the device has seen is what it says with its time."""
        query: dict[str, str | int] = {"limit": limit}
        if self.seen is not None:
            query["since"] = self.seen.time
        base = dict(self.base)
        before = ""
        for number in range(pages):
            page = self._page(query, lost=lost and number == pages - 1)
            if page is None:
                return False
            if self.epoch not in (None, page["epoch"]):
                self._begin_anew()
                return False
            if page["mode"] == "snapshot" != before:
                base.clear()
            before = page["mode"]
            self._lay(base, page["changes"])
            if not page["has_more"]:
                self.base = base | dict(self._own())
                self.seen, self.epoch = Seen(page["timestamp"], page["version"]), page["epoch"]
                return True
            following = {"cursor": page["cursor"]} if by_cursor else {"since": page["timestamp"]}
            query = {"limit": limit, **following}
        return False

    def _lay(self, base: dict[Key, Json], changes: list[Json]) -> None:
        for change in changes:
            key = (change["entity"], change["id"])
            base.pop(key, None)
            if not change["deleted"]:
                base[key] = change["data"]

    def _page(self, query: dict[str, str | int], *, lost: bool) -> Json | None:
        self.network.loses = PULL if lost else ""
        try:
            return self._answered(self._request("GET", PULL, params=query))
        except httpx.ReadError:
            assert lost, "an answer was lost that nobody took away"
            return None
        finally:
            self.network.loses = ""

    def _own(self) -> Iterator[tuple[Key, Json]]:
        yield from ((one.key, one.data) for one in self.unsent.values() if one.data is not None)

    def _begin_anew(self) -> None:
        """The server was restored. What is unsent was made in sight of nothing that still stands."""
        self.seen, self.epoch = None, None
        self.unsent = {key: dataclasses.replace(one, seen=None) for key, one in self.unsent.items()}
        self.base = dict(self._own())

    # --- HTTP ---

    def _request(self, method: str, path: str, **values: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.person.tokens.access}"}
        pushes = len(self.network.pushes)
        try:
            return self.network.handle_request(httpx.Request(method, f"{BASE_URL}{path}", headers=headers, **values))
        finally:
            for exchange in self.network.pushes[pushes:]:
                self._remember(exchange)

    def _answered(self, response: httpx.Response) -> Json:
        assert response.is_success, (self.name, response.status_code, response.text)
        found: Json = orjson.loads(response.content)
        return found
