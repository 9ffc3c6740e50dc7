"""A small Dropset server on a real socket: accounts in memory, the documented protocol, faults on request."""

import base64
import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from tests.account import ORDER, Account, ApiFaultError, DeviceRow, Json
from tests.keeping import Answer, Keeping, form

PASSWORD = "correct horse battery"


@dataclass
class Fault:
    """What to do wrong with the next request to `path`: answer with a status, or lose the answer."""

    path: str
    status: int = 0  # 0: process the request and close the connection without an answer
    code: str = "unavailable"
    retry_after: str | None = None
    raw: bytes | None = None  # an answer that is no JSON at all
    drop_before: bool = False  # close the connection without processing the request


@dataclass
class World:
    """Everything the server knows, open to tests. `now` is its clock."""

    now: datetime = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    live: bool = False  # the clock of the wall instead
    accounts: dict[str, Account] = field(default_factory=dict)
    access: dict[str, str] = field(default_factory=dict)
    refresh: dict[str, str] = field(default_factory=dict)
    used: dict[str, tuple[str, str]] = field(default_factory=dict)
    limits: Json = field(
        default_factory=lambda: {"mutations": 500, "body_bytes": 2**20, "mutation_bytes": 2**16, "pull_page": 1000}
    )
    library: list[Json] = field(default_factory=list)
    keeping: Keeping = field(default_factory=Keeping)
    faults: list[Fault] = field(default_factory=list)
    family: dict[str, str] = field(default_factory=dict)  # of each token, access or refresh
    device_of: dict[str, str] = field(default_factory=dict)  # which device each family registered last
    streams: list[bytes] | None = None  # None: this server has no stream. What the next ones say, then live ones
    closing: bool = False
    whole: bool = False  # whether the state is to be had in one answer
    snapshots: list[bytes] = field(default_factory=list)  # what the next such answers are, in place of the truth
    seen: list[tuple[str, Json]] = field(default_factory=list)

    def add_account(self, email: str) -> Account:
        account = Account(id=str(uuid.uuid4()), email=email, password=PASSWORD, now=self.now)
        account.library |= {item["id"] for item in self.library}
        self.accounts[account.id] = account
        return account

    def expire_access_tokens(self) -> None:
        self.access.clear()

    def tick(self, seconds: float = 1) -> datetime:
        self.now += timedelta(seconds=seconds)
        for account in self.accounts.values():
            account.now = self.now
        return self.now

    def requests_to(self, path: str) -> list[Json]:
        return [body for seen, body in self.seen if seen == path]

    def revoke(self, account: Account, device_id: str) -> None:
        """The log-ins that registered this device last end with it."""
        if device_id not in account.devices:
            raise ApiFaultError(404, "not_found")
        account.devices[device_id].revoked = True
        ended = {token for token, family in self.family.items() if self.device_of.get(family) == device_id}
        self.access = {token: owner for token, owner in self.access.items() if token not in ended}
        self.refresh = {token: owner for token, owner in self.refresh.items() if token not in ended}

    # Sessions

    def login(self, body: Json) -> Json:
        for account in self.accounts.values():
            if (account.email, account.password) == (body["email"], body["password"]):
                return {
                    **self._tokens(account.id, str(uuid.uuid4())),
                    "user": {"id": account.id, "email": account.email},
                }
        raise ApiFaultError(401, "invalid_credentials")

    def renew(self, body: Json, key: str) -> Json:
        token = body["refresh"]
        if token in self.used:
            account_id, first_key = self.used[token]
            if key != first_key:
                self.refresh = {t: a for t, a in self.refresh.items() if a != account_id}
                raise ApiFaultError(401, "token_reused")
            return self._tokens(account_id, self.family[token])
        if token not in self.refresh:
            raise ApiFaultError(401, "token_not_valid")
        account_id = self.refresh.pop(token)
        self.used[token] = (account_id, key)
        return self._tokens(account_id, self.family[token])

    def _tokens(self, account_id: str, family: str) -> Json:
        access, refresh = str(uuid.uuid4()), str(uuid.uuid4())
        self.access[access] = account_id
        self.refresh[refresh] = account_id
        self.family |= {access: family, refresh: family}
        return {"access": access, "refresh": refresh}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet for head and body: in two, the second waits 40 ms for the first one's acknowledgement
    world: ClassVar[World]
    lock: ClassVar[threading.Lock]

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name the base class gave it
        """Silence: tests read `world.seen`."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def _serve(self) -> None:
        address = urlsplit(self.path)
        path = address.path.removeprefix("/api/v1/")
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with self.lock:
            if self.world.live:
                self.world.tick((datetime.now(UTC) - self.world.now).total_seconds())  # noqa: TID251  a real clock
            fault = self._fault(path)
            if fault is not None and fault.drop_before:
                self.close_connection = True
                return
            account = self._account() if path == "sync/stream" and fault is None else None
            status, body, retry_after = self._answer(path, parse_qs(address.query), raw, fault)
        if account is not None:
            self._stream(account)
            return
        if fault is not None and not fault.status and fault.raw is None:
            self.close_connection = True
            return
        self._write(status, body, retry_after)

    def _fault(self, path: str) -> Fault | None:
        for fault in self.world.faults:
            if fault.path == path:
                self.world.faults.remove(fault)
                return fault
        return None

    def _answer(
        self, path: str, query: dict[str, list[str]], raw: bytes, fault: Fault | None
    ) -> tuple[int, bytes, str | None]:
        if fault is not None and fault.raw is not None:
            return fault.status or 200, fault.raw, None
        if fault is not None and fault.status:
            return fault.status, _envelope(fault.code), fault.retry_after
        try:
            kind = self.headers.get("Content-Type", "")
            body = form(kind, raw) if kind.startswith("multipart/") else json.loads(raw) if raw else {}
            self.world.seen.append((path, body or {k: v[0] for k, v in query.items()}))
            status, answer = self._route(path, query, body, len(raw))
        except ApiFaultError as problem:
            return problem.status, _envelope(problem.code), None
        if isinstance(answer, bytes):
            return status, answer, None
        return status, b"" if answer is None else json.dumps(answer).encode(), None

    def _write(self, status: int, body: bytes, retry_after: str | None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if retry_after is not None:
            self.send_header("Retry-After", retry_after)
        self.end_headers()
        self.wfile.write(body)

    def _route(self, path: str, query: dict[str, list[str]], body: Json, size: int) -> Answer:
        world = self.world
        if path == "auth/login":
            return 200, world.login(body)
        if path == "auth/refresh":
            return 200, world.renew(body, self.headers["Idempotency-Key"])
        account = self._account()
        if account is None:
            raise ApiFaultError(401, "token_not_valid")
        routes: dict[str, Callable[[], Answer]] = {
            "auth/logout": lambda: (204, None),
            "sync/devices": lambda: self._register(account, body) if body else self._devices(account),
            "sync/push": lambda: self._push(account, body, size),
            "sync/pull": lambda: self._pull(account, query),
            "sync/status": lambda: self._status(account, query),
            "library/exercise-types/": lambda: self._library(query),
            "library/foods/": lambda: (200, {"next": None, "previous": None, "results": []}),
        }
        return routes[path]() if path in routes else self._route_of_one(account, path, body)

    def _route_of_one(self, account: Account, path: str, body: Json) -> Answer:
        """Addresses with an id in them."""
        match path.split("/"):
            case ["sync", "snapshot"] if self.world.whole:
                return 200, self.world.snapshots.pop(0) if self.world.snapshots else self._whole(account)
            case ["sync", "rejected", mutation_id] if self.command == "DELETE":
                account.discard(mutation_id)
                return 204, None
            case ["sync", "rejected", mutation_id, "repair"]:
                return 200, account.repair(mutation_id, body)
            case ["sync", "devices", device_id] if self.command == "DELETE":
                self.world.revoke(account, device_id)
                return 204, None
        found = self.world.keeping.route(self.command, path.split("/"), body)
        if found is None:
            raise ApiFaultError(404, "not_found")
        return found

    def _account(self) -> Account | None:
        token = (self.headers["Authorization"] or "")[7:]
        return self.world.accounts.get(self.world.access.get(token, ""))

    def _stream(self, account: Account) -> None:
        """What a test prepared; else pokes as they come."""
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.end_headers()
        if self.world.streams:
            self.wfile.write(self.world.streams.pop(0))
            return
        told = 0
        while not self.world.closing:
            if account.version != told:
                told = account.version
                data = json.dumps({"epoch": account.epoch, "version": told})
                self.wfile.write(f"event: poke\ndata: {data}\n\n".encode())
                self.wfile.flush()
            time.sleep(0.005)

    def _register(self, account: Account, body: Json) -> Answer:
        known = account.devices.get(body["id"])
        if known is not None and known.token != body["instance_token"]:
            raise ApiFaultError(409, "device_forked")
        account.devices[body["id"]] = known or DeviceRow(body["instance_token"])
        self.world.device_of[self.world.family[(self.headers["Authorization"] or "")[7:]]] = body["id"]
        return (200 if known else 201), {"id": body["id"]}

    def _devices(self, account: Account) -> Answer:
        found = [
            {"id": one, "name": "one", "platform": "test", "revoked_at": "2026-11-20" if row.revoked else None}
            for one, row in account.devices.items()
        ]
        return 200, {"next": None, "previous": None, "results": found}

    def _push(self, account: Account, body: Json, size: int) -> Answer:
        limits, mutations = self.world.limits, body["mutations"]
        largest = max((len(json.dumps(m).encode()) for m in mutations), default=0)
        too_long = len(mutations) > limits["mutations"] or size > limits["body_bytes"]
        if too_long or largest > limits["mutation_bytes"]:
            raise ApiFaultError(413, "request_too_large")
        return 200, account.push(body)

    def _pull(self, account: Account, query: dict[str, list[str]]) -> Answer:
        account.check_device(query["device_id"][0])
        text = query.get("cursor", [None])[0]
        cursor: Json | None = None if text is None else json.loads(base64.urlsafe_b64decode(text))
        page = account.page(cursor, int(query["limit"][0]))
        return 200, {**page, "cursor": base64.urlsafe_b64encode(json.dumps(page["cursor"]).encode()).decode()}

    def _whole(self, account: Account) -> bytes:
        *lines, end = account.whole()
        place = {"epoch": account.epoch, "snapshot": 0, "version": account.version, "order": len(ORDER), "id": ""}
        end["cursor"] = base64.urlsafe_b64encode(json.dumps(place).encode()).decode()
        return b"".join(json.dumps(line).encode() + b"\n" for line in [*lines, end])

    def _status(self, account: Account, query: dict[str, list[str]]) -> Answer:
        old = query.get("epoch", [None])[0]
        return 200, {
            "shared_version": None if old is None else account.shared.get(old, 0),
            "epoch": account.epoch,
            "version": account.version,
            "min_version": account.min_version,
            "schema_version": 1,
            "limits": self.world.limits,
            "digest": account.digest(),
            "stream_url": None if self.world.streams is None else f"http://{self.headers['Host']}/api/v1/sync/stream",
            "device": None,
            "open_conflicts": 0,
        }

    def _library(self, query: dict[str, list[str]]) -> Answer:
        start = int(query.get("cursor", ["0"])[0])
        end = start + 2
        following = f"http://x/api/v1/library/exercise-types/?cursor={end}" if end < len(self.world.library) else None
        return 200, {"next": following, "previous": None, "results": self.world.library[start:end]}


def _envelope(code: str) -> bytes:
    error = {"code": code, "detail": f"it is {code}", "attr": None}
    return json.dumps({"type": "client_error", "errors": [error], "request_id": "r-1"}).encode()


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed leaves a broken pipe; that is what these tests are about."""


@contextmanager
def serving(world: World) -> Iterator[str]:
    """Serve a world on a free local port; yields the base URL."""
    handler = type("BoundHandler", (Handler,), {"world": world, "lock": threading.Lock()})
    with _Quiet(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            world.closing = True
            server.shutdown()
            thread.join()
