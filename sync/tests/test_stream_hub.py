"""The hub and the writing of one stream, without a network: what is told, when, and what is kept meanwhile."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from django.db import OperationalError

from lib.wire import CATALOGUE
from sync.queries import Standing
from sync.stream import app, hub
from sync.stream.app import StreamApp
from sync.stream.events import GONE, HEARTBEAT, SESSION_OVER, STOPPING, LibraryPoke, Poke, retry
from sync.stream.hub import Hub, Stream

EPOCH = "a0d68b30-3214-4eff-887e-d867b526260e"
SOON_S = 5.0


class Heads:
    """Where data stand, as the database would say; it can be away, and counts how often it was asked."""

    def __init__(self) -> None:
        self.standing: dict[str, Standing] = {}
        self.asked: list[set[str]] = []
        self.away = False
        self.library: LibraryPoke | None = None
        self.library_asked = 0

    async def look_at_library(self) -> LibraryPoke | None:
        self.library_asked += 1
        if self.away:
            raise OperationalError
        return self.library

    async def look(self, sessions: list[str]) -> dict[str, Standing]:
        self.asked.append(set(sessions))
        if self.away:
            raise OperationalError
        return {session: self.standing[session] for session in sessions if session in self.standing}

    def put(self, session: str, version: int) -> None:
        self.standing[session] = Standing(stands=True, epoch=EPOCH, version=version)


@pytest.fixture
def heads() -> Heads:
    return Heads()


def with_hub(heads: Heads, test: Callable[[Hub], Coroutine[Any, Any, None]]) -> None:
    async def run() -> None:
        found = Hub(heads.look, heads.look_at_library)
        work = [asyncio.create_task(each) for each in (found.run(), found.run_library())]
        try:
            await asyncio.wait_for(test(found), 30)
        finally:
            for task in work:
                task.cancel()

    asyncio.run(run())


def opened(found: Hub, session: str = "s1", user: str = "u1") -> Stream:
    stream = Stream(session_id=session, user_id=user)
    found.open(stream)
    return stream


def test_slow_reader_is_told_the_newest_only() -> None:
    async def test() -> None:
        stream = Stream(session_id="s", user_id="u")
        for version in range(1, 1001):
            stream.tell(Poke(EPOCH, version))
        assert await stream.next(SOON_S) == Poke(EPOCH, 1000)
        assert await stream.next(0.01) is None

    asyncio.run(test())


def test_end_comes_before_a_poke_and_stays_the_first() -> None:
    async def test() -> None:
        stream = Stream(session_id="s", user_id="u")
        stream.tell(Poke(EPOCH, 1))
        stream.end(SESSION_OVER)
        stream.end(GONE)
        assert await stream.next(SOON_S) == SESSION_OVER

    asyncio.run(test())


def test_announcements_within_a_moment_are_one_look(heads: Heads) -> None:
    heads.put("s1", 1)

    async def test(found: Hub) -> None:
        stream = opened(found)
        assert await stream.next(SOON_S) == Poke(EPOCH, 1)
        for version in range(2, 102):
            heads.put("s1", version)
            found.look_for(["u1", "somebody who does not listen"])
        assert await stream.next(SOON_S) == Poke(EPOCH, 101)
        assert heads.asked == [{"s1"}, {"s1"}]

    with_hub(heads, test)


def test_streams_that_come_together_are_one_look(heads: Heads) -> None:
    for number in range(30):
        heads.put(f"s{number}", number)

    async def test(found: Hub) -> None:
        streams = [opened(found, f"s{number}", f"u{number}") for number in range(30)]
        told = [await stream.next(SOON_S) for stream in streams]
        assert told == [Poke(EPOCH, number) for number in range(30)]
        assert len(heads.asked) == 1

    with_hub(heads, test)


def test_hub_asks_again_when_the_database_is_back(heads: Heads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "RETRY_S", 0.01)
    heads.put("s1", 1)
    heads.away = True

    async def test(found: Hub) -> None:
        stream = opened(found)
        assert await stream.next(0.1) is None
        assert not found.looks
        heads.away = False
        assert await stream.next(SOON_S) == Poke(EPOCH, 1)
        assert found.looks

    with_hub(heads, test)


def test_log_in_that_is_over_or_gone_ends_its_streams_only(heads: Heads) -> None:
    heads.put("s1", 1)
    heads.put("s2", 1)

    async def test(found: Hub) -> None:
        first, second, third = (opened(found, session) for session in ("s1", "s1", "s2"))
        for stream in (first, second, third):
            await stream.next(SOON_S)
        heads.standing["s1"] = Standing(stands=False, epoch=EPOCH, version=2)
        heads.put("s2", 2)
        found.look_for(["u1"])
        assert [await stream.next(SOON_S) for stream in (first, second)] == [SESSION_OVER] * 2
        assert await third.next(SOON_S) == Poke(EPOCH, 2)
        assert found.count == 1
        del heads.standing["s2"]
        found.look_for_all()
        assert await third.next(SOON_S) == SESSION_OVER
        assert found.count == 0

    with_hub(heads, test)


# --- the library ---

OF_LIBRARY = str(CATALOGUE)


def test_change_of_the_library_is_told_to_all_streams_at_moments_of_their_own(
    heads: Heads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "SPREAD_S", 0.5)
    heads.library = LibraryPoke(EPOCH, 7)

    async def test(found: Hub) -> None:
        streams = [opened(found, f"s{number}", f"u{number}") for number in range(50)]
        began = asyncio.get_running_loop().time()
        found.look_for([OF_LIBRARY])
        moments = await asyncio.gather(*(told_at(stream, LibraryPoke(EPOCH, 7)) for stream in streams))
        assert max(moments) - began < 2
        assert max(moments) - min(moments) > 0.1
        assert heads.library_asked == 1

    for number in range(50):
        heads.standing[f"s{number}"] = Standing(stands=True, epoch=None, version=None)
    with_hub(heads, test)


async def told_at(stream: Stream, poke: LibraryPoke) -> float:
    assert await stream.next(SOON_S) == poke
    return asyncio.get_running_loop().time()


def test_new_stream_hears_at_once_where_the_library_stands(heads: Heads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "SPREAD_S", 60)
    heads.library = LibraryPoke(EPOCH, 7)
    heads.put("s1", 3)

    async def test(found: Hub) -> None:
        found.look_for([OF_LIBRARY])
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        stream = opened(found)
        assert {await stream.next(SOON_S), await stream.next(SOON_S)} == {LibraryPoke(EPOCH, 7), Poke(EPOCH, 3)}
        assert await stream.next(0.05) is None

    with_hub(heads, test)


def test_library_that_stands_still_or_cannot_be_looked_up_is_not_told(
    heads: Heads, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SPREAD_S", "GATHER_S"):
        monkeypatch.setattr(hub, name, 0.01)
    heads.put("s1", 3)
    heads.library = LibraryPoke(EPOCH, 7)

    async def test(found: Hub) -> None:
        stream = opened(found)
        assert await stream.next(SOON_S) == Poke(EPOCH, 3)
        found.look_for([OF_LIBRARY])
        assert await stream.next(SOON_S) == LibraryPoke(EPOCH, 7)
        found.look_for([OF_LIBRARY])
        assert await stream.next(0.1) is None
        heads.away, heads.library = True, LibraryPoke(EPOCH, 8)
        found.look_for([OF_LIBRARY])
        assert await stream.next(0.1) is None
        heads.away = False
        found.look_for_all()
        assert await stream.next(SOON_S) == LibraryPoke(EPOCH, 8)
        assert heads.library_asked == 4

    with_hub(heads, test)


def test_user_without_data_is_told_nothing_and_stays(heads: Heads) -> None:
    heads.standing["s1"] = Standing(stands=True, epoch=None, version=None)

    async def test(found: Hub) -> None:
        stream = opened(found)
        assert await stream.next(0.3) is None
        heads.put("s1", 1)
        found.look_for(["u1"])
        assert await stream.next(SOON_S) == Poke(EPOCH, 1)

    with_hub(heads, test)


def test_stream_that_comes_while_the_server_stops_ends(heads: Heads) -> None:
    async def test(found: Hub) -> None:
        found.end_all()
        assert await opened(found).next(SOON_S) == STOPPING

    with_hub(heads, test)


def test_closing_forgets_a_stream(heads: Heads) -> None:
    async def test(found: Hub) -> None:
        stream = opened(found)
        found.close(stream, GONE)
        found.close(stream, GONE)
        assert found.count == 0
        found.look_for_all()
        found.look_for(["u1"])

    with_hub(heads, test)


# --- the writing of one stream ---


def spoken(stream: Stream, seconds: float, *, blocked: bool = False) -> list[tuple[bytes, bool]]:
    """What is sent to the client within the life of a stream: (bytes, whether more comes)."""
    sent: list[tuple[bytes, bool]] = []

    async def send(message: dict[str, Any]) -> None:
        if blocked:
            await asyncio.sleep(60)
        sent.append((message["body"], message["more_body"]))

    async def test() -> None:
        ends_at = asyncio.get_running_loop().time() + seconds
        await asyncio.wait_for(StreamApp()._speak(stream, ends_at, send), 10)

    asyncio.run(test())
    return sent


def test_silence_is_broken_by_a_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "HEARTBEAT_S", 0.1)
    sent = spoken(Stream(session_id="s", user_id="u"), 0.55)
    assert 2 <= sent.count((HEARTBEAT, True)) <= 6
    assert {body for body, _ in sent[:-1]} == {HEARTBEAT}


def test_stream_ends_after_its_time() -> None:
    (only,) = spoken(Stream(session_id="s", user_id="u"), 0.05)
    assert only == (
        b'event: end\ndata: {"code":"stream_expired","detail":"Every stream ends after a while. Open the next one."}\n\n',
        False,
    )


def test_client_that_went_is_told_nothing() -> None:
    stream = Stream(session_id="s", user_id="u")
    stream.end(GONE)
    assert spoken(stream, 5) == [(b"", False)]


def test_reader_that_takes_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "SEND_LIMIT_S", 0.05)
    stream = Stream(session_id="s", user_id="u")
    stream.tell(Poke(EPOCH, 1))
    with pytest.raises(TimeoutError):
        spoken(stream, 5, blocked=True)


def test_events_are_lines_of_an_event_stream() -> None:
    assert Poke(EPOCH, 815).as_bytes() == b'event: poke\ndata: {"epoch":"%s","version":815}\n\n' % EPOCH.encode()
    assert LibraryPoke(EPOCH, 8).as_bytes() == b'event: catalog\ndata: {"epoch":"%s","version":8}\n\n' % EPOCH.encode()
    assert retry(2500) == b"retry: 2500\n\n"
    assert HEARTBEAT.startswith(b":")
    assert HEARTBEAT.endswith(b"\n\n")
