"""The stream of pokes: the server says "pull now", and this says it to the app.

A poke carries no data and no cursor. A client that never hears one misses nothing, it only hears of it later: so
everything that goes wrong here ends in "wait, and open the next stream".
"""

import random
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from enum import StrEnum

from dropset_client.errors import ApiError, ServerUnreachable
from dropset_client.session import Session
from dropset_client.sse import Event, Parser, Retry
from dropset_client.wire import parse_json

_FIRST_WAIT_S = 3.0
_LONGEST_WAIT_S = 60.0
_CHANCE = 0.5  # of the wait: what is added at most, so that a fleet does not come back in one second


class Signal(StrEnum):
    """What happens on a stream besides pokes."""

    OPEN = "open"
    ALIVE = "alive"  # a comment, an event that we do not know
    DOWN = "down"  # there is no stream now; the next one is opened after a wait
    REFUSED = "refused"  # this app shall not open another by itself


@dataclass(frozen=True, slots=True)
class Poke:
    """The user's data stand at this version."""

    epoch: str
    version: int


@dataclass(frozen=True, slots=True)
class _End:
    """The server's goodbye, with its reason."""

    code: str


@dataclass(slots=True)
class Patience:
    """How the time between two streams is waited. Tests bring their own clock and chance."""

    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random
    told_s: float = _FIRST_WAIT_S
    failures: int = 0

    def wait(self, at_least_s: float | None) -> None:
        """Doubled for each stream in a row that brought no poke."""
        wait = min(self.told_s * 2 ** max(0, self.failures - 1), _LONGEST_WAIT_S)
        self.sleep(max(wait * (1 + _CHANCE * self.chance()), at_least_s or 0))


class Stream:
    """`address` asks the server where the stream is; None where it has none."""

    def __init__(self, session: Session, address: Callable[[], str | None], patience: Patience | None = None) -> None:
        self._session = session
        self._address = address
        self._patience = patience or Patience()

    def signals(self) -> Iterator[Poke | Signal]:
        """For ever, over as many streams as it takes.

        A server without a stream, or one that wants no more of them, ends it. Raises LoginRequired where the log-in is
        over, and an ApiError where the server refuses this app for another reason that waiting does not change.
        """
        while True:
            at_least_s: float | None = None
            self._patience.failures += 1
            try:
                url = self._address()
                if url is None:
                    yield Signal.REFUSED
                    return
                code = yield from self._one(url)
                if code == "too_many_streams":
                    yield Signal.REFUSED
                    return
                if code == "token_not_valid":
                    self._session.renew(self._session.access)
            except ServerUnreachable as error:
                at_least_s = error.retry_after_s
            except ApiError as error:
                if error.code != "stream_elsewhere":
                    raise
            yield Signal.DOWN
            self._patience.wait(at_least_s)

    def _one(self, url: str) -> Generator[Poke | Signal, None, str]:
        """One stream to its end; returns the code of the server's goodbye, "" where it said none."""
        parser = Parser()
        with self._session.stream(url, accept="text/event-stream") as pieces:
            yield Signal.OPEN
            for piece in pieces:
                for found in parser.feed(piece):
                    if isinstance(found, Retry):
                        self._patience.told_s = found.wait_s
                        continue
                    heard = _heard(found)
                    if isinstance(heard, _End):
                        return heard.code
                    if isinstance(heard, Poke):
                        self._patience.failures = 0
                    yield heard
        return ""


def _heard(found: object) -> Poke | Signal | _End:
    """What cannot be read has no meaning: the next sync finds everything anyway."""
    if isinstance(found, Event):
        try:
            body = parse_json(found.data)
            if found.name == "poke":
                return Poke(str(body["epoch"]), int(body["version"]))
            if found.name == "end":
                return _End(str(body.get("code", "")))
        except (ValueError, KeyError, TypeError):
            pass
    return Signal.ALIVE
