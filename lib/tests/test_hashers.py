"""However many passwords come at once: few are hashed at the same time, some wait, the rest is told to come back."""

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from threading import Lock
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password, make_password

from config import settings as product
from lib.errors import RateLimited
from lib.hashers import LOWEST, RUNNING_MAX, BoundedArgon2PasswordHasher, Turnstile
from lib.tests.running import at_once

MANY = 40


class Watch:
    """How many are inside at the same time, at most."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.inside = self.most = 0

    @contextmanager
    def entered(self) -> Iterator[None]:
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        try:
            yield
        finally:
            with self._lock:
                self.inside -= 1


def outcome(call: Any) -> str:
    try:
        call()
    except RateLimited:
        return "refused"
    return "done"


def pass_through(turnstile: Turnstile, watch: Watch, for_s: float) -> None:
    with turnstile.passage(), watch.entered():
        time.sleep(for_s)


def test_turnstile_lets_few_through_and_some_wait() -> None:
    turnstile, watch = Turnstile(running_max=2, waiting_max=4, wait_limit_s=10), Watch()
    outcomes = at_once([partial(outcome, partial(pass_through, turnstile, watch, 0.2)) for _ in range(20)])
    assert watch.most == 2
    assert outcomes.count("done") == 6


def test_turnstile_lets_nobody_wait_for_long() -> None:
    turnstile, watch = Turnstile(running_max=1, waiting_max=4, wait_limit_s=0.1), Watch()
    since = time.monotonic()
    outcomes = at_once([partial(outcome, partial(pass_through, turnstile, watch, 1)) for _ in range(5)])
    assert outcomes.count("done") == 1
    assert time.monotonic() - since < 5


def test_turnstile_is_free_again_whatever_happened_inside() -> None:
    turnstile = Turnstile(running_max=1, waiting_max=1, wait_limit_s=0.1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), turnstile.passage():
            raise ZeroDivisionError
    with turnstile.passage():
        pass


def test_passwords_are_hashed_through_the_turnstile(settings: Any) -> None:
    """The hasher of the settings, at its full cost; the watch sits where the memory is taken."""
    watch = Watch()

    class Watched(BoundedArgon2PasswordHasher):
        def _load_library(self) -> Any:
            return Library(super()._load_library(), watch)  # type: ignore[misc]  # the stubs leave it out

    settings.PASSWORD_HASHERS = product.PASSWORD_HASHERS
    assert settings.PASSWORD_HASHERS == ["lib.hashers.BoundedArgon2PasswordHasher"]
    encoded = make_password("correct horse battery")
    hasher = Watched()
    calls: list[Any] = [partial(hasher.verify, f"wrong {n}", encoded) for n in range(MANY // 2)]
    calls += [partial(hasher.encode, f"new {n}", "salt" * 4) for n in range(MANY // 2)]
    outcomes = at_once([partial(outcome, call) for call in calls])
    assert 1 <= watch.most <= RUNNING_MAX
    assert RUNNING_MAX <= outcomes.count("done") < MANY  # how many of those that wait depends on the machine
    assert check_password("correct horse battery", encoded)
    assert not check_password("correct horse", encoded)


class Library:
    """argon2 itself, with the watch before what takes its memory."""

    def __init__(self, library: Any, watch: Watch) -> None:
        self._library, self._watch = library, watch
        self.low_level = self
        self.Type, self.ARGON2_VERSION = library.low_level.Type, library.low_level.ARGON2_VERSION

    def __getattr__(self, name: str) -> Any:
        return getattr(self._library, name)

    def hash_secret(self, *args: Any, **kwargs: Any) -> Any:
        with self._watch.entered():
            return self._library.low_level.hash_secret(*args, **kwargs)

    def PasswordHasher(self) -> "Library":  # noqa: N802 - argon2's name
        return self

    def verify(self, encoded: str, password: str) -> Any:
        with self._watch.entered():
            return self._library.PasswordHasher().verify(encoded, password)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere threads have no priority of their own")
def test_hashes_yield_to_everything_else() -> None:
    """The threads that argon2 starts too: they have the priority of the one that starts them."""
    seen: list[int] = []

    class Looking(BoundedArgon2PasswordHasher):
        def _load_library(self) -> Any:
            seen.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
            return super()._load_library()  # type: ignore[misc]  # the stubs leave it out

    own = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    Looking().encode("correct horse battery", "salt" * 4)
    assert set(seen) == {LOWEST}
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == own
