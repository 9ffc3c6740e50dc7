"""The connections of a process to PostgreSQL: shared by its threads, and never more than a fixed number.

A thread has one while it answers a request or does a job. Django would leave it with the thread; but servers end idle
threads and start others, and each would leave one open behind it.
"""

import atexit
import select
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Event, Lock
from typing import Any

import psycopg
from psycopg.errors import TooManyConnections
from psycopg.pq import TransactionStatus

WAIT_S = 10.0  # for one that another thread gives back: longer than a write waits for a lock
LONGEST_S = 600.0  # then it is closed, and PostgreSQL lets go of what it has gathered for it
# Nobody waits for minutes for a server that says nothing: where a cable was pulled, or a firewall forgot us.
PATIENCE = {
    "connect_timeout": 5,  # s
    "keepalives_idle": 10,  # s
    "keepalives_interval": 5,  # s
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,  # ms
}

Parameters = Mapping[str, Any]


@dataclass(frozen=True)
class Opened:
    connection: psycopg.Connection[Any]
    parameters: Parameters
    good_until: float  # by the monotonic clock

    def is_usable(self) -> bool:
        """Whether it is still good, as far as can be told without asking the server."""
        idle = self.connection.pgconn.transaction_status == TransactionStatus.IDLE  # it is UNKNOWN once closed
        return idle and time.monotonic() < self.good_until and not self._has_news()

    def _has_news(self) -> bool:
        """A server says nothing on an idle connection, unless to end it."""
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return bool(poll.poll(0))


class Pool:
    """Places for `size` connections. A thread holds a place for as long as it has a connection."""

    def __init__(self, size: int) -> None:
        self._size = self._free = size
        self._waiting: deque[Event] = deque()
        self._lock = Lock()  # of these two
        self._idle: deque[Opened] = deque()
        atexit.register(self.close_idle)

    def take(self, parameters: Parameters, connect: Callable[[], psycopg.Connection[Any]]) -> Opened:
        """An idle connection, or a new one. Raises TooManyConnections after WAIT_S, and whatever `connect` raises."""
        self._enter()
        try:
            found = self._usable(parameters)
            return found or Opened(connect(), parameters, time.monotonic() + LONGEST_S)
        except BaseException:
            self._leave()
            raise

    def give_back(self, opened: Opened) -> None:
        """A connection in the middle of something is closed: the next user must not get it."""
        try:
            if opened.is_usable():
                self._idle.append(opened)
            else:
                opened.connection.close()
        finally:
            self._leave()

    def close_idle(self) -> None:
        while (found := self._last_used()) is not None:
            found.connection.close()

    def _usable(self, parameters: Parameters) -> Opened | None:
        while (found := self._last_used()) is not None:
            if found.parameters == parameters and found.is_usable():
                return found
            found.connection.close()
        return None

    def _last_used(self) -> Opened | None:
        """For which PostgreSQL has most at hand."""
        try:
            return self._idle.pop()
        except IndexError:  # also where another thread was faster
            return None

    def _enter(self) -> None:
        """Threads get a place in the order in which they came: otherwise a busy one takes it again before others wake up."""
        with self._lock:
            if self._free:
                self._free -= 1
                return
            turn = Event()
            self._waiting.append(turn)
        came = False
        try:
            came = turn.wait(WAIT_S)
        finally:
            if not came:
                self._give_up(turn)
        if not came:
            raise TooManyConnections(f"All {self._size} connections of this process are in use.")

    def _give_up(self, turn: Event) -> None:
        with self._lock:
            still_waits = turn in self._waiting
            if still_waits:
                self._waiting.remove(turn)
        if not still_waits:  # it came at the last moment: the next one may have it
            self._leave()

    def _leave(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1
