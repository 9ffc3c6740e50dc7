"""The loop of an app that is open: sync when the server pokes, and every now and then without it."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dropset_client.errors import ServerUnreachable
from dropset_client.report import SyncReport
from dropset_client.store import Store
from dropset_client.stream import Poke, Signal, Stream

EVERY_S = 60.0  # without a stream
EVERY_WITH_STREAM_S = 900.0


@dataclass(frozen=True, slots=True)
class Beat:
    """One turn of the loop. `report` is None where no sync was due or the server could not be reached (`problem`)."""

    reason: str
    report: SyncReport | None = None
    problem: str = ""


class Watcher:
    def __init__(
        self,
        store: Store,
        stream: Stream,
        sync: Callable[[], SyncReport],
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._store = store
        self._stream = stream
        self._sync = sync
        self._monotonic = monotonic
        self._sleep = sleep
        self._last_s = 0.0

    def beats(self) -> Iterator[Beat]:
        """For ever: a beat for each sync, each that failed, and each change of the connection.

        Raises what a person must look at: LoginRequired, DeviceRevoked and the like.
        """
        yield self._beat("start")
        for signal in self._stream.signals():
            if signal in (Signal.OPEN, Signal.DOWN):
                yield Beat(str(signal))
            reason = self._due(signal)
            if reason:
                yield self._beat(reason)
        yield Beat(str(Signal.REFUSED))
        while True:
            self._sleep(EVERY_S)
            yield self._beat("interval")

    def _due(self, signal: Poke | Signal) -> str:
        """Why to sync now, "" where there is no reason."""
        if isinstance(signal, Poke) and self._is_news(signal):
            return "poke"
        if signal is not Signal.DOWN and self._store.has_waiting():
            return "pending"
        every_s = EVERY_S if signal is Signal.DOWN else EVERY_WITH_STREAM_S
        return "interval" if self._monotonic() - self._last_s >= every_s else ""

    def _is_news(self, poke: Poke) -> bool:
        position = self._store.position()
        return not (position.synced and position.epoch == poke.epoch and position.version >= poke.version)

    def _beat(self, reason: str) -> Beat:
        self._last_s = self._monotonic()
        try:
            return Beat(reason, self._sync())
        except ServerUnreachable as error:
            return Beat(reason, problem=str(error))
