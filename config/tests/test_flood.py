"""A flood of log-ins against the server as it is started: its processes stay small, and answer others meanwhile."""

import re
import secrets
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event

import httpx
import psutil
import pytest

from lib.hashers import RUNNING_MAX
from ops.checkout import environment
from ops.processes import Child, running
from ops.run import Address, server_command, wait_until_ready
from sync.tests.streaming import database_url

AT_ONCE = 60
HASH_BYTES = 100 * 2**20
ROOM_BYTES = 120 * 2**20  # for what a first request loads, and for 60 small ones
SILENCE_LIMIT_S = 4.0

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server(transactional_db: None, tmp_path: Path) -> Iterator[tuple[str, Child]]:
    with socket.create_server(("127.0.0.1", 0)) as found:
        address = Address("127.0.0.1", found.getsockname()[1])
    env = environment(DATABASE_URL=database_url(), DEBUG="true", SECRET_KEY=secrets.token_urlsafe(64))
    with running("the server", server_command(address), env=env, log=tmp_path / "log") as child:
        wait_until_ready(address, [child], "")
        yield address.url(), child


def log_in(url: str, n: int) -> httpx.Response:
    return httpx.post(f"{url}/api/v1/auth/login", json={"email": f"{n}@example.org", "password": "x"}, timeout=120)


def log_in_to_admin(url: str, n: int) -> httpx.Response:
    with httpx.Client(base_url=url, timeout=120) as client:
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get("/admin/login/").text)
        assert found is not None
        form = {"csrfmiddlewaretoken": found[1], "username": f"{n}@example.org", "password": "x"}
        return client.post("/admin/login/", data=form)


def largest_process(child: Child) -> int:
    """In bytes."""
    sizes = []
    for process in psutil.Process(child.process.pid).children(recursive=True):
        with suppress(psutil.Error):
            sizes.append(process.memory_info().rss)
    return max(sizes)


@contextmanager
def watched(measure: Callable[[], float]) -> Iterator[list[float]]:
    """What it measured as long as the block lasted, again and again."""
    found: list[float] = []
    stop = Event()

    def watch() -> None:
        while not stop.wait(0.02):
            found.append(measure())

    with ThreadPoolExecutor(1) as pool:
        watching = pool.submit(watch)
        yield found
        stop.set()
        watching.result()


def seconds_to_live(url: str) -> float:
    since = time.monotonic()
    assert httpx.get(f"{url}/health/live", timeout=120).status_code == 200
    return time.monotonic() - since


@pytest.mark.parametrize("way_in", [log_in, log_in_to_admin])
def test_flood_of_log_ins_is_bounded(server: tuple[str, Child], way_in: Callable[[str, int], httpx.Response]) -> None:
    url, child = server
    since = time.monotonic()
    way_in(url, 0)
    one_log_in_s = time.monotonic() - since  # more where the machine has other work
    before = largest_process(child)
    with (
        watched(lambda: largest_process(child)) as sizes,
        watched(lambda: seconds_to_live(url)) as silences,
        ThreadPoolExecutor(AT_ONCE) as pool,
    ):
        answers = list(pool.map(lambda n: way_in(url, n), range(AT_ONCE)))
    codes = Counter(answer.status_code for answer in answers)
    assert set(codes) == {401 if way_in is log_in else 200, 429}
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in answers if answer.status_code == 429)
    assert max(sizes) - before < RUNNING_MAX * HASH_BYTES + ROOM_BYTES
    assert max(silences) < SILENCE_LIMIT_S + 10 * one_log_in_s
