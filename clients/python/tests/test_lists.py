"""Lists are read in pages: nothing holds a table in memory, and writing meanwhile harms nobody."""

import gc
import os
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dropset_client import Device, Op
from dropset_client.cli.main import main
from dropset_client.listing import Listing
from dropset_client.wire import Record
from tests.conftest import Lab

MANY = 1_500  # of them in the base, and as many again in the queue
MOST_BYTES = 1_000_000  # a fraction of what all of them take


def letters() -> Listing[str]:
    return Listing(lambda: iter("abcd"))


@pytest.mark.parametrize("index", range(-4, 4))
def test_a_listing_is_indexed_like_a_list(index: int) -> None:
    assert letters()[index] == list("abcd")[index]


@given(*[st.none() | st.integers(-6, 6)] * 2, st.none() | st.sampled_from([-2, -1, 1, 2]))
def test_a_listing_is_sliced_like_a_list(start: int | None, stop: int | None, step: int | None) -> None:
    assert letters()[start:stop:step] == list("abcd")[start:stop:step]


def test_a_listing_compares_and_counts_like_a_list() -> None:
    empty: Listing[str] = Listing(lambda: iter(()))

    assert (len(letters()), bool(letters()), "c" in letters(), letters() == list("abcd")) == (4, True, True, True)
    assert (len(empty), bool(empty), empty == [], empty == letters()) == (0, False, True, False)
    for index in (4, -5):
        with pytest.raises(IndexError):
            letters()[index]


def test_a_list_says_what_is_true_when_it_is_read(lab: Lab) -> None:
    device = lab.device("a")
    workouts = device.list("workout")
    made = device.create("workout", {"title": "Push"})

    assert [record.id for record in workouts] == [made]


def test_writing_while_a_list_is_read_loses_and_doubles_nothing(lab: Lab) -> None:
    device = lab.device("a")
    with device.batch():
        ids = sorted(device.create("workout", {"title": str(number)}) for number in range(120))
    seen = []
    for record in device.list("workout"):
        seen.append(record.id)
        device.update("workout", record.id, {"notes": "seen"})
        device.create("workout", {"title": "in front"}, id=f"00000000{record.id[8:]}")
        device.delete("workout", ids[-1]) if record.id == ids[0] else None

    assert seen == ids[:-1]


def test_the_base_and_what_waits_are_one_list_in_order(lab: Lab) -> None:
    device = lab.device("a")
    with device.batch():
        ids = sorted(device.create("workout", {"title": str(number)}) for number in range(240))
    device.sync()
    with device.batch():
        for number in range(0, 240, 3):
            device.delete("workout", ids[number])
            device.update("workout", ids[number + 1], {"title": "edited"})
        ids += [device.create("workout", {"title": "waits"}) for _ in range(120)]

    shown = list(device.list("workout"))
    left = [one for place, one in enumerate(ids) if place >= 240 or place % 3]
    assert [record.id for record in shown] == sorted(left)
    assert sum(record["title"] == "edited" and record.pending for record in shown) == 80


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Device]:
    """Many sets that are synced, and many that wait."""
    with Device.open(tmp_path / "full.db", "http://127.0.0.1:9") as device:
        with device.batch():
            for number in range(MANY):
                notes = f"{number} " * 100
                device.store._records.put(Record("set", device._new_id(), 1, deleted=False, data={"notes": notes}))
                device.enqueue("set", device._new_id(), Op.CREATE, {"notes": notes})
        yield device


@contextmanager
def bounded() -> Iterator[None]:
    gc.collect()
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < MOST_BYTES
    finally:
        tracemalloc.stop()


READ: dict[str, Callable[[Device], int]] = {
    "list": lambda device: sum(1 for _ in device.list("set")),
    "list of equals": lambda device: len(device.list("set", notes="0 " * 100)) + 2 * MANY - 2,
    "queue": lambda device: len(device.store.queued()) * 2,
    "digest": lambda device: device.digest()["set"].count * 2,
    "content": lambda device: len(device.content_hash()) * 0 + 2 * MANY,
}


@pytest.mark.parametrize("read", READ.values(), ids=READ)
def test_a_list_holds_no_table_in_memory(full: Device, read: Callable[[Device], int]) -> None:
    with bounded():
        assert read(full) == 2 * MANY


@pytest.mark.parametrize(
    "words", [["list", "set"], ["--json", "list", "set"], ["list", "set", "--last", "2000"], ["queue"], ["digest"]]
)
def test_the_command_line_holds_no_table_in_memory(
    full: Device, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    full.close()
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, bounded():
        monkeypatch.setattr(sys, "stdout", nowhere)
        assert main(["--db", str(tmp_path / "full.db"), *words]) == 0
