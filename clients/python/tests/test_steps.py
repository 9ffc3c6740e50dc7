"""A sync step by step, over a network of the test's own: what proofs of the whole engine drive the device with."""

from collections.abc import Iterator
from itertools import count
from uuid import UUID

import httpx
import pytest

from dropset_client import Device, RetryPolicy, ServerUnreachable
from dropset_client.wire import Limits
from tests.conftest import Lab
from tests.server import PASSWORD


class Network(httpx.BaseTransport):
    """Carries everything, and loses the answers of as many pushes as it is told to."""

    def __init__(self) -> None:
        self.inner = httpx.HTTPTransport()
        self.lost = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self.inner.handle_request(request)
        if self.lost and request.url.path.endswith("sync/push"):
            self.lost -= 1
            response.read()
            raise httpx.ReadError("the answer got lost", request=request)
        return response

    def close(self) -> None:
        self.inner.close()


@pytest.fixture
def network() -> Network:
    return Network()


@pytest.fixture
def device(lab: Lab, network: Network) -> Iterator[Device]:
    numbers = count(1)
    with Device.open(
        ":memory:",
        lab.url,
        http=network,
        retry=RetryPolicy(waits_s=()),
        clock=lambda: lab.world.now,
        new_id=lambda: str(UUID(int=next(numbers))),
    ) as device:
        device.login(lab.account.email, PASSWORD)
        yield device


def test_ids_are_the_ones_that_were_given(device: Device) -> None:
    assert device.store.identity().device_id == str(UUID(int=1))
    assert device.create("workout", {"title": "Push"}) == str(UUID(int=2))


def test_a_push_takes_so_many_of_the_queue(device: Device) -> None:
    device.sync()
    for title in "abcde":
        device.create("workout", {"title": title})

    assert [device.push(2).statuses["applied"] for _ in range(4)] == [2, 2, 1, 0]
    assert device.pending() == 0


def test_a_push_whose_answer_is_lost_is_repeated(device: Device, network: Network) -> None:
    device.sync()
    device.create("workout", {"title": "Push"})
    network.lost = 1
    with pytest.raises(ServerUnreachable):
        device.push()
    assert device.pending() == 1
    report = device.push()

    assert (report.statuses, report.replayed, device.pending()) == ({"applied": 1}, 1, 0)


def test_pages_are_pulled_one_by_one(device: Device, lab: Lab) -> None:
    other = lab.device("b")
    for title in "abcd":
        other.create("workout", {"title": title})
    other.sync()
    device.store.set_limits(Limits(pull_page=2))
    device.create("workout", {"title": "waits for the snapshot"})
    seen = []
    while not device.position().synced:
        assert device.push().statuses == {}
        seen.append(device.pull().pulled)

    assert seen == [2, 2, 1]
    assert device.push().statuses == {"applied": 1}


def test_a_step_heals_and_says_so(device: Device, lab: Lab) -> None:
    device.sync()
    device.create("workout", {"title": "Push"})
    lab.account.restore_backup()

    assert (device.push().healed, device.pending(), device.position().resyncing) == (["epoch_changed"], 1, True)
    assert device.pull().healed == []
    assert device.push().statuses == {"applied": 1}


def test_a_step_that_names_an_unknown_version_pulls_instead(device: Device, lab: Lab) -> None:
    device.sync()
    device.create("workout", {"title": "Push"})
    version = device.position().version
    device.store._db.set_meta(version="1000")

    assert (device.push().healed, device.pending(), device.position().version) == (["version_unknown"], 1, version)
    assert device.push().statuses == {"applied": 1}


def test_a_comparison_waits_for_other_writers(device: Device, lab: Lab) -> None:
    """Somebody writes between the pull and the question: that is not a difference."""
    other = lab.device("b")
    writes = iter("abc")
    device.sync()

    def write(name: str) -> None:
        if name == "pull.stored" and (title := next(writes, None)):
            other.create("workout", {"title": title})
            other.sync()

    device.store.step = write
    report = device.sync(verify=True)

    assert report.verification is not None
    assert (report.verification.is_equal, report.healed, report.repaired) == (True, [], False)
    assert len(device.list("workout")) == 3
