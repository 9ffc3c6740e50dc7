"""Pokes, and the loop that syncs on them."""

from collections.abc import Iterator
from itertools import islice

import pytest

from dropset_client import Device, LoginRequired
from dropset_client.errors import EmailNotVerified
from dropset_client.stream import Patience, Poke, Signal, Stream
from dropset_client.watching import Beat, Watcher
from tests.conftest import Lab
from tests.server import Fault

POKE = b'event: poke\ndata: {"epoch": "e",\ndata: "version": 7}\n\n'
END = b'event: end\ndata: {"code": "%s", "detail": "."}\n\n'


def signals(device: Device, patience: Patience, count: int) -> list[Poke | Signal]:
    return list(islice(device.stream(patience).signals(), count))


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def patience(waits: list[float]) -> Patience:
    return Patience(sleep=waits.append, chance=lambda: 0.5)


def test_pokes_are_heard_and_the_rest_means_that_the_connection_lives(lab: Lab, patience: Patience) -> None:
    lab.world.streams = [
        b"retry: 2000\n\n: still here\n\n" + POKE + b"event: news\ndata: x\n\nevent: poke\ndata: x\n\n"
    ]

    assert signals(lab.device("a"), patience, 6) == [
        Signal.OPEN,
        Signal.ALIVE,
        Poke("e", 7),
        Signal.ALIVE,
        Signal.ALIVE,
        Signal.DOWN,
    ]


def test_the_next_stream_is_opened_after_the_told_time_and_some_chance(
    lab: Lab, patience: Patience, waits: list[float]
) -> None:
    lab.world.streams = [b"retry: 2000\n\n" + POKE, b"", POKE + END % b"unavailable", POKE]
    heard = [one for one in signals(lab.device("a"), patience, 11) if isinstance(one, Poke)]

    assert len(heard) == 3
    assert waits == [2.5, 2.5, 2.5]


def test_streams_without_a_poke_are_opened_ever_more_seldom(lab: Lab, patience: Patience, waits: list[float]) -> None:
    lab.world.streams = [b"\n"] * 8
    signals(lab.device("a"), patience, 16)

    assert waits == [wait * 1.25 for wait in (3, 6, 12, 24, 48, 60, 60)]


def test_a_server_that_is_away_is_asked_again_when_it_said(lab: Lab, patience: Patience, waits: list[float]) -> None:
    lab.world.streams = [POKE]
    lab.world.faults.append(Fault("sync/stream", 503, retry_after="17"))

    assert signals(lab.device("a"), patience, 3) == [Signal.DOWN, Signal.OPEN, Poke("e", 7)]
    assert waits == [17]


def test_an_old_access_token_is_renewed_and_the_stream_opened(lab: Lab, patience: Patience) -> None:
    lab.world.streams = [POKE]
    device = lab.device("a")
    stream = Stream(device._session, lambda: f"{lab.url}/api/v1/sync/stream", patience)
    lab.world.expire_access_tokens()

    assert list(islice(stream.signals(), 2)) == [Signal.OPEN, Poke("e", 7)]
    assert len(lab.world.requests_to("auth/refresh")) == 1


def test_the_end_of_the_log_in_is_tried_once_and_then_said(lab: Lab, patience: Patience) -> None:
    lab.world.streams = [POKE + END % b"token_not_valid", b""]
    device = lab.device("a")
    heard = device.stream(patience).signals()
    assert list(islice(heard, 3)) == [Signal.OPEN, Poke("e", 7), Signal.DOWN]
    assert len(lab.world.requests_to("auth/refresh")) == 1
    lab.world.access.clear()
    lab.world.refresh.clear()

    with pytest.raises(LoginRequired):
        list(heard)


def test_a_server_that_wants_no_more_streams_is_not_asked_again(lab: Lab, patience: Patience) -> None:
    lab.world.streams = [END % b"too_many_streams"]

    assert list(lab.device("a").stream(patience).signals()) == [Signal.OPEN, Signal.REFUSED]
    assert len(lab.world.requests_to("sync/stream")) == 1


def test_a_server_without_a_stream_is_fine(lab: Lab, patience: Patience) -> None:
    assert list(lab.device("a").stream(patience).signals()) == [Signal.REFUSED]


def test_a_moved_stream_is_asked_for_again_and_other_refusals_are_said(lab: Lab, patience: Patience) -> None:
    lab.world.streams = [POKE]
    lab.world.faults.append(Fault("sync/stream", 404, code="stream_elsewhere"))
    device = lab.device("a")
    assert signals(device, patience, 3) == [Signal.DOWN, Signal.OPEN, Poke("e", 7)]
    lab.world.faults.append(Fault("sync/stream", 403, code="email_not_verified"))

    with pytest.raises(EmailNotVerified):
        signals(device, patience, 1)


def test_a_watching_device_hears_of_what_another_one_writes(lab: Lab, patience: Patience) -> None:
    lab.world.streams = []
    a, b = lab.device("a"), lab.device("b")
    beats = a.watch(patience)
    assert [beat.reason for beat in islice(beats, 2)] == ["start", "open"]
    b.create("workout", {"title": "of b"})
    b.sync()
    beat = next(beats)

    assert (beat.reason, beat.report and beat.report.pulled) == ("poke", 1)
    assert [record["title"] for record in a.list("workout")] == ["of b"]
    assert a.position().version == lab.account.version


def beats_of(device: Device, heard: Iterator[Poke | Signal], times: list[float]) -> list[Beat]:
    class Script(Stream):
        def signals(self) -> Iterator[Poke | Signal]:
            return heard

    stream = Script(device._session, lambda: None)
    ticking = iter(times)
    watcher = Watcher(device.store, stream, device.sync, monotonic=lambda: next(ticking), sleep=lambda _wait: None)
    return list(islice(watcher.beats(), 4))


def test_what_is_known_already_is_no_reason_to_sync(lab: Lab) -> None:
    device = lab.device("a")
    device.sync()
    epoch, version = lab.account.epoch, lab.account.version
    heard = iter([Poke(epoch, version), Poke(epoch, version - 1), Poke(epoch, version + 1), Poke("another", 1)])
    beats = beats_of(device, heard, [0.0] * 9)

    assert [beat.reason for beat in beats] == ["start", "poke", "poke", "refused"]


def test_without_a_stream_it_syncs_every_minute(lab: Lab) -> None:
    down = iter([Signal.DOWN, Signal.DOWN, Signal.ALIVE])
    beats = beats_of(lab.device("a"), down, [0.0, 59.0, 61.0, 61.0, 900.0, 900.0])

    assert [beat.reason for beat in beats] == ["start", "down", "down", "interval"]


def test_a_change_that_another_process_queued_is_pushed(lab: Lab) -> None:
    device, other = lab.device("a"), lab.device("a", login=False)

    def heard() -> Iterator[Poke | Signal]:
        other.create("workout", {"title": "of the widget"})
        yield Signal.ALIVE

    beats = beats_of(device, heard(), [0.0] * 9)
    assert [beat.reason for beat in beats[:2]] == ["start", "pending"]
    assert device.pending() == 0


def test_a_sync_that_fails_does_not_end_the_loop(lab: Lab) -> None:
    lab.world.faults += [Fault("sync/pull", 503) for _ in range(6)]
    beats = beats_of(lab.device("a"), iter([]), [0.0] * 9)

    assert (beats[0].report, "HTTP 503" in beats[0].problem) == (None, True)
    assert [beat.reason for beat in beats] == ["start", "refused", "interval", "interval"]
    assert beats[2].report is not None
