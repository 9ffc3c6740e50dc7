"""Argon2id that a flood of log-ins cannot turn against the server: one at once in each process, a short queue, then 429.

A hash takes 100 MiB, and eight threads: a second one at once would only take more memory. It runs in a thread of the lowest
priority, so that what else the server does comes first. As the hasher of the settings it stands in every way in: the API, the
admin, pages and commands.
"""

import os
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import BoundedSemaphore

from django.contrib.auth.hashers import Argon2PasswordHasher

from lib.errors import RateLimited

RUNNING_MAX = 1
WAITING_MAX = 4  # far fewer than a process has threads for requests: the others go on answering
WAIT_LIMIT_S = 5
RETRY_AFTER_S = 2
LOWEST = 19  # of priorities: it runs where nobody else wants to, and a twentieth of the time where somebody does


class Turnstile:
    def __init__(self, *, running_max: int, waiting_max: int, wait_limit_s: float) -> None:
        self._places = BoundedSemaphore(running_max)
        self._queue = BoundedSemaphore(waiting_max)
        self._wait_limit_s = wait_limit_s

    @contextmanager
    def passage(self) -> Iterator[None]:
        """Raises RateLimited where too many wait already, or it takes too long."""
        if not (self._places.acquire(blocking=False) or self._wait()):
            raise RateLimited(retry_after_s=RETRY_AFTER_S)
        try:
            yield
        finally:
            self._places.release()

    def _wait(self) -> bool:
        if not self._queue.acquire(blocking=False):
            return False
        try:
            return self._places.acquire(timeout=self._wait_limit_s)
        finally:
            self._queue.release()


def _lower_priority() -> None:
    """Of this thread, and of those that Argon2 starts from it. Where threads have none of their own, it stays as it is."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOWEST)


class BoundedArgon2PasswordHasher(Argon2PasswordHasher):
    turnstile = Turnstile(running_max=RUNNING_MAX, waiting_max=WAITING_MAX, wait_limit_s=WAIT_LIMIT_S)
    threads = ThreadPoolExecutor(RUNNING_MAX, "hashing", _lower_priority)

    def encode(self, password: str, salt: str) -> str:
        with self.turnstile.passage():
            return self.threads.submit(super().encode, password, salt).result()

    def verify(self, password: str, encoded: str) -> bool:
        with self.turnstile.passage():
            return self.threads.submit(super().verify, password, encoded).result()
