"""A first sync in one answer, and what happens where that answer is not whole."""

import json

import pytest

from dropset_client import Device
from tests.conftest import Lab, contents, converged
from tests.server import Fault

SEVEN = [str(number) for number in range(7)]


@pytest.fixture
def writer(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Device:
    """More records than a page holds, and a server that gives them in one answer."""
    monkeypatch.setattr("dropset_client.snapshot._RECORDS_AT_ONCE", 2)
    device = lab.device("a")
    for title in SEVEN:
        device.create("workout", {"title": title})
    gone = device.create("workout", {"title": "gone"})
    device.sync()
    device.delete("workout", gone)
    device.sync()
    lab.world.limits["pull_page"] = 3
    lab.world.whole = True
    lab.world.seen.clear()
    return device


def test_a_first_sync_reads_the_whole_state_at_once(lab: Lab, writer: Device) -> None:
    b = lab.device("b")
    report = b.sync()
    pulls = lab.world.requests_to("sync/pull")

    assert (report.pulled, contents(b)) == (8, SEVEN)
    assert (b.position().synced, b.position().resyncing) == (True, False)
    assert (len(pulls), all("cursor" in query for query in pulls)) == (2, True)
    assert converged(b, writer)


@pytest.mark.parametrize("kept", [0, 1, 4, -1])
def test_an_answer_without_its_end_is_thrown_away(lab: Lab, writer: Device, kept: int) -> None:
    lines = [json.dumps(line).encode() for line in lab.account.whole()]
    lab.world.snapshots = [b"\n".join(lines[:kept]) + b"\n" if kept else b""]
    b = lab.device("b")
    b.sync()

    assert contents(b) == SEVEN
    assert len(lab.world.requests_to("sync/pull")) > 2
    assert converged(b, writer)


def test_an_answer_that_is_not_what_was_counted_is_thrown_away(lab: Lab, writer: Device) -> None:
    begin, _missing, *rest, end = [json.dumps(line) for line in lab.account.whole()]
    lab.world.snapshots = ["\n".join([begin, *rest, end[:-1] + ', "cursor": "c"}', ""]).encode()]
    b = lab.device("b")
    b.sync()

    assert contents(b) == SEVEN
    assert converged(b, writer)


@pytest.mark.parametrize("fault", [Fault("sync/snapshot", 429, retry_after="9"), Fault("sync/snapshot", 404)])
def test_a_server_that_does_not_give_it_is_asked_for_pages(lab: Lab, writer: Device, fault: Fault) -> None:
    lab.world.faults.append(fault)
    b = lab.device("b")
    b.sync()

    assert contents(b) == contents(writer)
    assert lab.slept == []


def test_a_kill_in_the_middle_of_a_resync_leaves_the_old_state(lab: Lab, writer: Device) -> None:
    writer.create("workout", {"title": "unsent"})

    def stop(name: str) -> None:
        if name == "snapshot.gathered":
            raise InterruptedError

    writer.store.step = stop
    with pytest.raises(InterruptedError):
        writer.resync()
    assert (contents(writer), writer.position().resyncing, writer.pending()) == ([*SEVEN, "unsent"], True, 1)
    again = lab.device("a", login=False)
    again.sync()
    assert (contents(again), again.pending()) == ([*SEVEN, "unsent"], 0)
    assert converged(again)


def test_two_processes_do_not_mix_their_answers(lab: Lab, writer: Device) -> None:
    first, second = lab.device("b"), lab.device("b", login=False)
    meddled = iter([True])

    def meddle(name: str) -> None:
        if name == "snapshot.gathered" and next(meddled, False):
            second.sync()

    first.store.step = meddle
    first.sync()

    assert contents(first) == SEVEN
    assert converged(first, writer)
