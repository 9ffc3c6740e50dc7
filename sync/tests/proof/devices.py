"""Reference clients as devices: each step of their sync alone, over a network that loses answers and repeats requests."""

import dataclasses
import datetime as dt
import tempfile
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import orjson

from dropset_client import Device, RetryPolicy, ServerUnreachable
from dropset_client.errors import ResyncRequired
from dropset_client.sync import About
from dropset_client.transport import Transport
from dropset_client.wire import Limits, Record
from sync.tests.proof.clock import Clock
from sync.tests.proof.people import Key, Person
from sync.tests.proof.schemas import AppStore, Sight

BASE_URL = "http://testserver"
PUSH, PULL = "/api/v1/sync/push", "/api/v1/sync/pull"
Json = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Exchange:
    """A push that was answered with 200."""

    headers: httpx.Headers
    content: bytes
    envelope: Json
    answer: Json


class Network(httpx.BaseTransport):
    """Leads to the application in this process. Remembers every push, so that a late copy of it can arrive."""

    def __init__(self, application: Any, after_request: Callable[[], None]) -> None:
        self._inner = httpx.WSGITransport(application, raise_app_exceptions=True)
        self._after_request = after_request
        self.pushes: list[Exchange] = []
        self.sights: dict[str, Sight] = {}
        self.loses = ""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._send(request)
        if request.url.path == PUSH and response.status_code == HTTPStatus.OK:
            envelope, answer = orjson.loads(request.content), orjson.loads(response.content)
            self.pushes.append(Exchange(request.headers, request.content, envelope, answer))
        if request.url.path == self.loses:
            raise httpx.ReadError("the server has done its part, and the device never learns of it", request=request)
        return response

    def _send(self, request: httpx.Request) -> httpx.Response:
        response = self._inner.handle_request(request)
        content = response.read()
        self._after_request()
        assert response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR, content
        return httpx.Response(response.status_code, headers=response.headers, content=content)

    def repeat(self, exchange: Exchange) -> tuple[int, Json]:
        """The same push arrives once more: its status and its answer."""
        request = httpx.Request("POST", f"{BASE_URL}{PUSH}", content=exchange.content)
        request.headers.update(exchange.headers)
        response = self._send(request)
        return response.status_code, orjson.loads(response.content)


def _new_id() -> str:
    return str(uuid4())


class Phone:
    """One installation."""

    def __init__(
        self, name: str, person: Person, network: Network, clock: Clock, *, path: Path | str = ":memory:"
    ) -> None:
        self.name, self.person, self.network, self.clock = name, person, network, clock
        self.skew_s = 0.0
        self.store = AppStore(path, new_id=_new_id)
        self.store.sights = network.sights
        transport = Transport(BASE_URL, retry=RetryPolicy(waits_s=()), http=network)
        about = About(name, "python")
        self.device = Device(self.store, transport, about=about, clock=self.now, new_id=_new_id)
        self.store.sign_in(user_id=str(person.user.pk), access=person.tokens.access, refresh=person.tokens.refresh)
        self.store.set_limits(Limits())

    def copy(self, name: str) -> "Phone":
        """What a backup of this device makes on another one: the same identity twice."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "twin.sqlite3"
            self.store.copy_to(path)
            twin = Phone(name, self.person, self.network, self.clock, path=path)
        twin.skew_s, twin.store.schema = self.skew_s, self.store.schema
        return twin

    def close(self) -> None:
        self.device.close()

    def now(self) -> dt.datetime:
        """By this device's clock."""
        return self.clock.now() + dt.timedelta(seconds=self.skew_s)

    def shows(self, key: Key) -> Record | None:
        """What the user sees."""
        return self.store.view(*key)

    def base(self) -> dict[Key, Record]:
        return {(record.entity, record.id): record for record in self.store.base_live()}

    def names_more_than(self, version: int) -> bool:
        """Whether the next pull says a version above this one."""
        position = self.store.position()
        return position.version > version and not position.resyncing

    def holds_more_than(self, version: int) -> bool:
        """Or is in the middle of something that might."""
        store = self.store
        under_way = store.restoration.shared_version() is not None or not store._incoming.is_empty()
        return under_way or next(store._records.after(version), None) is not None

    def push(self, count: int, *, lost: bool) -> None:
        self._losing(PUSH if lost else "", lambda: self.device.push(count))

    def pull(self, limit: int, *, lost: bool = False) -> None:
        self.store.set_limits(Limits(pull_page=limit))
        self._losing(PULL if lost else "", self.device.pull)

    def sync(self) -> None:
        """The client heals what it is asked to, a few times in a row; what is asked for again after that has no end."""
        try:
            self.device.sync()
        except ResyncRequired as error:
            raise AssertionError(("P7 reset without end", self.name)) from error

    def _losing(self, path: str, act: Callable[[], object]) -> None:
        self.network.loses = path
        try:
            act()
        except ServerUnreachable:
            assert path, "an answer was lost that nobody took away"
        finally:
            self.network.loses = ""
