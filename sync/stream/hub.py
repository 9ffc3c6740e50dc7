"""The open streams of this process, and what each of them is to be told.

Whatever happens, the hub does one thing: it looks up the versions for certain log-ins, in one query, and tells their
streams what is new to them. An announcement says for whom to look now; every few seconds it looks for all. So a poke
never tells what is not committed, and an announcement that got lost costs seconds, not the poke.

The library is everybody's: its version is looked up once for all streams, and told to each at a moment of its own, so
that not all clients pull at once.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress

from django.db import Error

from lib.wire import CATALOGUE
from sync.queries import Standing
from sync.stream.events import REPLACED, SESSION_OVER, STOPPING, End, LibraryPoke, Poke

GATHER_S = 0.1  # what comes within this time of the last look goes together
LOOK_AT_ALL_S = 5.0
RETRY_S = 1.0
SPREAD_S = 5.0  # within which all streams are told that the library changed, and after which it is looked up again
MAX_STREAMS_OF_A_USER = 20

AnyPoke = Poke | LibraryPoke
logger = logging.getLogger(__name__)


class Stream:
    """One open stream. It keeps the newest poke of each kind only, so a slow reader costs no memory."""

    __slots__ = ("_end", "_news", "_pokes", "_told", "session_id", "user_id")

    def __init__(self, *, session_id: str, user_id: str) -> None:
        self.session_id, self.user_id = session_id, user_id
        self._pokes: dict[type[AnyPoke], AnyPoke] = {}
        self._told: dict[type[AnyPoke], AnyPoke] = {}
        self._end: End | None = None
        self._news = asyncio.Event()

    def tell(self, poke: AnyPoke) -> None:
        kind = type(poke)
        if poke not in (self._told.get(kind), self._pokes.get(kind)):
            self._pokes[kind] = poke
            self._news.set()

    def end(self, reason: End) -> None:
        self._end = self._end or reason
        self._news.set()

    async def next(self, limit_s: float) -> AnyPoke | End | None:
        """What to send now; None when nothing has happened for that long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                await self._news.wait()
        if self._end is not None:
            return self._end
        kind = next(iter(self._pokes), None)
        poke = None if kind is None else self._pokes.pop(kind)
        if poke is not None:
            self._told[type(poke)] = poke
        if not self._pokes:
            self._news.clear()
        return poke


class Hub:
    def __init__(
        self,
        look: Callable[[list[str]], Awaitable[Mapping[str, Standing]]],
        look_at_library: Callable[[], Awaitable[LibraryPoke | None]],
    ) -> None:
        """look: the standing of each of these log-ins. look_at_library: None where there is none."""
        self._look, self._look_at_library = look, look_at_library
        self._library: LibraryPoke | None = None
        self._library_changed = asyncio.Event()
        self._by_session: dict[str, list[Stream]] = {}
        self._by_user: dict[str, list[Stream]] = {}  # the oldest first
        self._asked: set[str] = set()
        self._wanted = asyncio.Event()
        self._closed = False
        self.count = 0
        self.looks = False

    def open(self, stream: Stream) -> None:
        """From now on it hears about its user, and at once about the present version."""
        streams = self._by_user.setdefault(stream.user_id, [])
        streams.append(stream)
        self._by_session.setdefault(stream.session_id, []).append(stream)
        self.count += 1
        if len(streams) > MAX_STREAMS_OF_A_USER:
            self.close(streams[0], REPLACED)
        if self._closed:
            stream.end(STOPPING)
        if self._library is not None:
            stream.tell(self._library)
        self._ask([stream.session_id])

    def close(self, stream: Stream, reason: End) -> None:
        """Does nothing if it is closed already."""
        stream.end(reason)
        for index, key in ((self._by_user, stream.user_id), (self._by_session, stream.session_id)):
            streams = index.get(key, [])
            if stream in streams:
                streams.remove(stream)
                self.count -= index is self._by_user
            if not streams:
                index.pop(key, None)

    def look_for(self, user_ids: Iterable[str]) -> None:
        """The owner of the library has no log-in, but its changes are announced under its id like all others."""
        owners = set(user_ids)
        if str(CATALOGUE) in owners:
            self._library_changed.set()
        self._ask(stream.session_id for user_id in owners for stream in self._by_user.get(user_id, ()))

    def look_for_all(self) -> None:
        self._library_changed.set()
        self._ask(self._by_session)

    def end_all(self) -> None:
        """For good: this process stops."""
        self._closed = True
        for stream in [stream for streams in self._by_session.values() for stream in streams]:
            stream.end(STOPPING)

    async def run(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_AT_ALL_S):
                    await self._wanted.wait()
            await self._look_around()

    async def run_library(self) -> None:
        while True:
            await self._library_changed.wait()
            self._library_changed.clear()
            try:
                found = await self._look_at_library()
            except Error as error:  # as below: what could not be looked up now is looked up with all others
                logger.warning("Could not look up the version of the library: %s", error)
                found = self._library
            if found in (None, self._library):
                await asyncio.sleep(GATHER_S)
                continue
            self._library = found
            self._spread(found)
            await asyncio.sleep(SPREAD_S)

    def _spread(self, poke: LibraryPoke) -> None:
        loop = asyncio.get_running_loop()
        for stream in [stream for streams in self._by_user.values() for stream in streams]:
            loop.call_later(random.uniform(0, SPREAD_S), stream.tell, poke)  # noqa: S311 - spreads load

    async def look_at_all_regularly(self) -> None:
        while True:
            self.look_for_all()
            await asyncio.sleep(LOOK_AT_ALL_S)

    def _ask(self, sessions: Iterable[str]) -> None:
        self._asked.update(sessions)
        self._wanted.set()

    async def _look_around(self) -> None:
        asked, self._asked = self._asked, set()
        self._wanted.clear()
        try:
            standings = await self._look(list(asked))
        except Error as error:  # the database is away; the streams stay, and are told when it is back
            logger.warning("Could not look up the versions for %d log-ins: %s", len(asked), error)
            self.looks = False
            await asyncio.sleep(RETRY_S)
            self._ask(asked)
            return
        self.looks = True
        for session_id in asked:
            self._tell(session_id, standings.get(session_id))
        await asyncio.sleep(GATHER_S)

    def _tell(self, session_id: str, standing: Standing | None) -> None:
        for stream in list(self._by_session.get(session_id, ())):
            if standing is None or not standing.stands:
                self.close(stream, SESSION_OVER)
            elif standing.epoch is not None and standing.version is not None:
                stream.tell(Poke(standing.epoch, standing.version))
