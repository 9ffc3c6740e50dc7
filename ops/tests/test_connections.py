"""However requests come, and whatever becomes of a server's threads: its connections to PostgreSQL are few, and come back."""

import http.client
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from lib.tests.running import database_url
from ops.healthy import READY
from ops.run import WORKERS, Address
from ops.tests.serving import serving

CONNECTIONS = 3  # of each process
IDLE_THREAD_S = 5  # granian allows no less
REQUESTS, AT_ONCE = 200, 64
OURS = "FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'attacked'"


@pytest.fixture
def database(db: None) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url(), autocommit=True) as connection:
        yield connection


@pytest.fixture
def server(database: psycopg.Connection, tmp_path: Path) -> Iterator[Address]:
    settings = {"DATABASE_URL": database_url(), "PGAPPNAME": "attacked", "DATABASE_CONNECTIONS": str(CONNECTIONS)}
    with serving(tmp_path / "log", "--blocking-threads-idle-timeout", str(IDLE_THREAD_S), **settings) as address:
        yield address


def status_of(address: Address) -> int:
    connection = http.client.HTTPConnection(address.host, address.port, timeout=60)
    try:
        connection.request("GET", READY)
        return connection.getresponse().status
    finally:
        connection.close()


def rush(address: Address) -> Counter[int]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(pool.map(status_of, [address] * REQUESTS))


def open_connections(database: psycopg.Connection) -> int:
    (count,) = database.execute(f"SELECT count(*) {OURS}").fetchone() or (0,)
    return int(count)


def test_rushes_with_silence_between_them_leave_no_connections_behind(
    server: Address, database: psycopg.Connection
) -> None:
    """In the silence granian ends its threads. They left theirs open, until PostgreSQL took no more from anybody."""
    for silence_s in (IDLE_THREAD_S + 1, 0):
        assert rush(server) == {200: REQUESTS}
        assert 0 < open_connections(database) <= WORKERS * CONNECTIONS
        time.sleep(silence_s)


def test_requests_do_not_notice_that_all_connections_were_ended(server: Address, database: psycopg.Connection) -> None:
    rush(server)
    ended = database.execute(f"SELECT pg_terminate_backend(pid, 5000) {OURS}").fetchall()
    assert ended
    assert set(ended) == {(True,)}
    assert [status_of(server) for _ in range(20)] == [200] * 20
