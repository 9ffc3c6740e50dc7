"""The connections that the threads of a process share."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import psycopg
import pytest
from django.db import connection
from psycopg.errors import TooManyConnections

from lib import connections
from lib.connections import Opened, Pool
from lib.tests.running import at_once, database_url
from lib.timescale.base import POOL

SIZE = 3
SAME = {"dbname": "the same"}
Connect = Callable[[], psycopg.Connection]


@pytest.fixture
def pool() -> Iterator[Pool]:
    pool = Pool(SIZE)
    yield pool
    pool.close_idle()


@pytest.fixture
def connect(db: None) -> Iterator[Connect]:
    """Opens a connection of Django's kind. What is left open is closed in the end."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(psycopg.connect(database_url(), autocommit=True))


def pid_of(opened: Opened) -> int:
    return opened.connection.info.backend_pid


def works(opened: Opened) -> bool:
    return opened.connection.execute("SELECT 1").fetchone() == (1,)


def test_connection_that_was_given_back_is_lent_again(pool: Pool, connect: Connect) -> None:
    first = pool.take(SAME, connect)
    pool.give_back(first)
    assert pool.take(SAME, connect) is first


def test_pool_opens_no_more_than_its_size_however_many_ask(pool: Pool, connect: Connect) -> None:
    opened, most, lock = 0, 0, threading.Lock()

    def use(_: int) -> bool:
        nonlocal opened, most
        found = pool.take(SAME, connect)
        with lock:
            opened += 1
            most = max(most, opened)
        try:
            return works(found)
        finally:
            with lock:
                opened -= 1
            pool.give_back(found)

    with ThreadPoolExecutor(20) as threads:
        assert all(threads.map(use, range(200)))
    assert most <= SIZE
    assert len(pool._idle) <= SIZE


def test_who_comes_when_all_are_in_use_is_told_so(
    pool: Pool, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "WAIT_S", 0.05)
    lent = [pool.take(SAME, connect) for _ in range(SIZE)]
    with pytest.raises(TooManyConnections, match="All 3 connections of this process are in use"):
        pool.take(SAME, connect)
    pool.give_back(lent[0])
    assert pool.take(SAME, connect) is lent[0]


def test_who_gave_up_waiting_takes_no_place(pool: Pool, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "WAIT_S", 0.01)
    lent = [pool.take(SAME, connect) for _ in range(SIZE)]
    for _ in range(2 * SIZE):
        with pytest.raises(TooManyConnections):
            pool.take(SAME, connect)
    for each in lent:
        pool.give_back(each)
    assert {id(pool.take(SAME, connect)) for _ in range(SIZE)} == {id(each) for each in lent}


def test_who_waits_gets_the_one_that_is_given_back(pool: Pool, connect: Connect) -> None:
    lent = [pool.take(SAME, connect) for _ in range(SIZE)]
    threading.Timer(0.1, pool.give_back, [lent[1]]).start()
    assert pool.take(SAME, connect) is lent[1]


def test_threads_get_connections_in_the_order_in_which_they_came(pool: Pool, connect: Connect) -> None:
    """One that gives back and asks again at once takes its place behind the others."""
    lent = [pool.take(SAME, connect) for _ in range(SIZE)]
    came: list[str] = []

    def wait_for_one() -> None:
        opened = pool.take(SAME, connect)
        came.append("waiting")
        pool.give_back(opened)

    waiting = threading.Thread(target=wait_for_one)
    waiting.start()
    while not pool._waiting:
        time.sleep(0.01)
    pool.give_back(lent[0])
    pool.take(SAME, connect)
    came.append("busy")
    waiting.join()
    assert came == ["waiting", "busy"]


def test_connections_that_the_server_ended_are_not_lent_again(pool: Pool, connect: Connect) -> None:
    lent = [pool.take(SAME, connect) for _ in range(SIZE)]
    for each in lent:
        pool.give_back(each)
    with psycopg.connect(database_url()) as other:
        for each in lent:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid_of(each)])
    assert works(pool.take(SAME, connect))
    assert all(each.connection.closed for each in lent)


def test_connection_that_was_lost_in_use_makes_room_for_another(pool: Pool, connect: Connect) -> None:
    for _ in range(2 * SIZE):
        opened = pool.take(SAME, connect)
        opened.connection.close()
        pool.give_back(opened)
    assert works(pool.take(SAME, connect))


def test_connection_in_the_middle_of_a_transaction_is_not_lent_again(pool: Pool, connect: Connect) -> None:
    opened = pool.take(SAME, connect)
    opened.connection.execute("BEGIN")
    pool.give_back(opened)
    assert opened.connection.closed
    assert pool.take(SAME, connect) is not opened


def test_connection_to_elsewhere_is_not_lent(pool: Pool, connect: Connect) -> None:
    opened = pool.take({"dbname": "another"}, connect)
    pool.give_back(opened)
    assert pool.take(SAME, connect) is not opened
    assert opened.connection.closed


def test_connection_is_closed_when_it_is_old(pool: Pool, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "LONGEST_S", 0)
    opened = pool.take(SAME, connect)
    pool.give_back(opened)
    assert opened.connection.closed


def test_failed_connection_takes_no_place(pool: Pool, connect: Connect) -> None:
    def fail() -> psycopg.Connection:
        raise psycopg.OperationalError("no server")

    for _ in range(2 * SIZE):
        with pytest.raises(psycopg.OperationalError, match="no server"):
            pool.take(SAME, fail)
    assert works(pool.take(SAME, connect))


def test_threads_of_django_share_connections(transactional_db: None) -> None:
    """Each thread has a wrapper of Django's of its own; what it gives back serves the next one."""

    def backend(_: int) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (pid,) = cursor.fetchone()
        connection.close()
        return int(pid)

    POOL.close_idle()
    assert len({at_once([lambda: backend(0)])[0] for _ in range(5)}) == 1
