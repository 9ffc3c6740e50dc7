"""The real stream process on the test database, and clients that listen to it."""

import os
import queue
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import quote

import httpx
import orjson
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import User
from accounts.services.tokens import start_session
from ops.run import Address, stream_command

START_LIMIT_S = 60.0
SOON_S = 4.0  # a poke comes within milliseconds; a machine with more to do takes longer
QUIET_S = 0.6
Json = dict[str, Any]


def database_url() -> str:
    """Of the test database."""
    of = connection.settings_dict
    login = quote(of["USER"] or "") + (f":{quote(of['PASSWORD'], safe='')}" if of["PASSWORD"] else "")
    return (
        f"postgresql://{login}@/{quote(of['NAME'])}?host={quote(of['HOST'] or '', safe='')}&port={of['PORT'] or 5432}"
    )


class Server:
    def __init__(self, **environment: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as found:
            self.address = Address("127.0.0.1", found.getsockname()[1])
        env = {"DATABASE_URL": database_url(), "SECRET_KEY": settings.SECRET_KEY, "DEBUG": "true"}
        self.process = subprocess.Popen(
            stream_command(self.address),
            cwd=settings.BASE_DIR,
            env={**os.environ, **env, **environment},
            start_new_session=True,
        )

    def url(self, path: str = "/api/v1/sync/stream") -> str:
        return self.address.url(path)

    def get(self, path: str = "/api/v1/sync/stream", method: str = "GET", **headers: str) -> httpx.Response:
        return httpx.request(method, self.url(path), headers=headers, timeout=SOON_S)

    def let_in(self, access: str) -> str:
        """The access token, once the server has room for a stream again."""
        deadline = time.monotonic() + SOON_S
        headers = {"authorization": f"Bearer {access}"}
        while True:
            with httpx.stream("GET", self.url(), headers=headers, timeout=SOON_S) as response:
                if response.status_code == 200:
                    break
            assert time.monotonic() < deadline, "Who went takes room still."
            time.sleep(0.05)
        time.sleep(0.5)  # until this one is gone in turn
        return access

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_LIMIT_S
        while not self.is_ready():
            assert self.process.poll() is None, "The stream process ended."
            assert time.monotonic() < deadline, "The stream process did not become ready."
            time.sleep(0.05)

    def is_ready(self) -> bool:
        try:
            return self.get("/health/ready").status_code == 200
        except httpx.TransportError:
            return False

    def stop(self) -> float:
        """How long it took to end by itself."""
        since = time.monotonic()
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        return time.monotonic() - since


@contextmanager
def server(**environment: str) -> Iterator[Server]:
    found = Server(**environment)
    try:
        found.wait_until_ready()
        yield found
    finally:
        found.stop()


class Ear:
    """A client of the stream. What it hears goes into a queue, at the end None."""

    def __init__(self, url: str, access: str) -> None:
        self.heard: queue.Queue[tuple[str, Any] | None] = queue.Queue()
        self.library: queue.Queue[Json] = queue.Queue()  # apart: it may change while a test is about something else
        self._client = httpx.Client(timeout=httpx.Timeout(10, read=60))
        self._stream = self._client.stream("GET", url, headers={"Authorization": f"Bearer {access}"})
        self.response = self._stream.__enter__()
        assert self.response.status_code == 200, self.response.read()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        name = ""
        try:
            for line in self.response.iter_lines():
                kind, _, value = line.partition(": ")
                if kind == "event":
                    name = value
                elif kind == "data" and name == "catalog":
                    self.library.put(orjson.loads(value))
                elif kind == "data":
                    self.heard.put((name, orjson.loads(value)))
                elif kind:
                    self.heard.put((kind, value))
        except httpx.HTTPError:
            self.heard.put(("broken", None))
        self.heard.put(None)

    def next(self, limit_s: float = SOON_S) -> tuple[str, Any] | None:
        return self.heard.get(timeout=limit_s)

    def version(self, limit_s: float = SOON_S) -> int:
        """Of the next poke."""
        found = self.next(limit_s)
        assert found is not None
        assert found[0] == "poke", found
        version: int = found[1]["version"]
        return version

    def version_at_last(self, wanted: int, limit_s: float = SOON_S) -> list[int]:
        """The versions that were told until the wanted one."""
        told = [self.version(limit_s)]
        while told[-1] != wanted:
            told.append(self.version(limit_s))
        return told

    def library_at_last(self, wanted: Json, limit_s: float) -> None:
        """Waits until it is told that the library stands there."""
        while self.library.get(timeout=limit_s) != wanted:
            pass

    def is_quiet(self, limit_s: float = QUIET_S) -> bool:
        try:
            self.heard.get(timeout=limit_s)
        except queue.Empty:
            return True
        return False

    def close(self) -> None:
        """Goes away, as an app does that is closed."""
        network: Any = self.response.extensions["network_stream"]
        with suppress(OSError):  # the server was faster
            network.get_extra_info("socket").shutdown(socket.SHUT_RDWR)
        self._thread.join(SOON_S)
        self._stream.__exit__(None, None, None)
        self._client.close()


@contextmanager
def listening(at: Server, user: User, access: str | None = None) -> Iterator[Ear]:
    """A stream of the user; the lines that every stream begins with are taken already."""
    ear = Ear(at.url(), access or start_session(user=user, at=timezone.now()).access)
    try:
        first = ear.next()
        assert first is not None
        assert first[0] == "retry"
        yield ear
    finally:
        ear.close()
