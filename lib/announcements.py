"""Tells the stream processes, after the commit, that something of a user's changed: data, or who may read them.

One thread sends for the whole process. So no writer waits for it, no fault in it makes a write fail,
and NOTIFY, which takes a lock of the whole server while it commits, runs some fifty times a second at most, however many
write. The stream processes find what gets lost here when they look by themselves, every few seconds.
"""

import atexit
import logging
import time
from collections.abc import Iterator
from threading import Condition, Thread
from typing import Any

from django.db import connection, transaction

from lib.sqlfiles import load_sql

CHANNEL = "dropset_changes"
USERS_PER_MESSAGE = 200  # a message holds 8000 bytes at most, an id takes 37
REST_S = 0.02
CLOSE_LIMIT_S = 2.0

logger = logging.getLogger(__name__)


def announce_after_commit(user_id: Any) -> None:
    """Once this transaction is committed, and only then. Asked for twice, it is sent once, or twice if the thread
    wakes in between: whoever hears it looks, and finds nothing new.
    """
    transaction.on_commit(lambda: announcer.add(str(user_id)), robust=True)


class Announcer:
    def __init__(self) -> None:
        self._waiting: set[str] = set()
        self._changed = Condition()
        self._thread: Thread | None = None
        self._closing = False

    def add(self, user_id: str) -> None:
        with self._changed:
            self._waiting.add(user_id)
            if self._thread is None or not self._thread.is_alive():  # the first, or the first in a forked child
                self._closing = False
                self._thread = Thread(target=self._run, name="announcer", daemon=True)
                self._thread.start()
            self._changed.notify()

    def close(self) -> None:
        """Sends what waits, and ends the thread."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(CLOSE_LIMIT_S)

    def _run(self) -> None:
        while users := self._next():
            try:
                self._send(sorted(users))
            except Exception:  # a poke is worth no write, and no thread: the stream processes look by themselves
                logger.exception("Could not announce the changes of %d users.", len(users))
            finally:
                connection.close()
            time.sleep(REST_S)  # whoever comes meanwhile goes together

    def _next(self) -> set[str]:
        """Nothing to send: it is time to end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing)
            users, self._waiting = self._waiting, set()
            return users

    def _send(self, users: list[str]) -> None:
        with connection.cursor() as cursor:
            for message in _messages(users):
                cursor.execute(load_sql("lib", "announce"), {"channel": CHANNEL, "users": message})


def _messages(users: list[str]) -> Iterator[str]:
    for start in range(0, len(users), USERS_PER_MESSAGE):
        yield " ".join(users[start : start + USERS_PER_MESSAGE])


announcer = Announcer()
atexit.register(announcer.close)  # a command that wrote and ends at once
