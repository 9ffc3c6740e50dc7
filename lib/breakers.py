"""A circuit breaker: a service that fails is left alone for a while, by all processes."""

import math
import time
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import BaseCache, caches


@dataclass(frozen=True)
class Breaker:
    """Opens after so many `failures` in a row, and stays open for `open_s`.

    Then one caller tries, for `trial_s` at most, while the others are still turned away: success closes it, a failure opens it
    again. Failures are forgotten after `memory_s` without another. Its counters are shared and atomic (lib/counters.py).
    """

    name: str
    failures: int = 5
    open_s: int = 30
    trial_s: int = 5
    memory_s: int = 300

    def wait_s(self) -> int:
        """0: go ahead, and say how it went. Else the service is to be left alone for so many seconds."""
        until = self._cache.get(self._open)
        if until is None and self._failed() >= self.failures:
            until = self._begin_trial()
        return 0 if until is None else max(1, math.ceil(until - time.time()))

    def succeeded(self) -> None:
        if self._failed():
            self._cache.delete(self._count)
            self._cache.delete(self._open)

    def failed(self) -> None:
        self._cache.add(self._count, 0, self.memory_s)
        try:
            count = self._cache.incr(self._count)
        except ValueError:  # it worked for somebody else in this very moment
            return
        self._cache.touch(self._count, self.memory_s)
        if count >= self.failures:
            self._cache.set(self._open, math.ceil(time.time()) + self.open_s, self.open_s)

    def _begin_trial(self) -> int | None:
        """None: this caller tries. The others wait for what comes of it."""
        until = math.ceil(time.time()) + self.trial_s
        return None if self._cache.add(self._open, until, self.trial_s) else until

    def _failed(self) -> int:
        return int(self._cache.get(self._count, 0))

    @property
    def _cache(self) -> BaseCache:
        found: BaseCache = caches[settings.RATELIMIT_USE_CACHE]
        return found

    @property
    def _count(self) -> str:
        return f"breaker:{self.name}:failures"

    @property
    def _open(self) -> str:
        return f"breaker:{self.name}:open"
