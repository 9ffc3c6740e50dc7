"""What the client does grows with the work, not with what waits or is stored. Counted, not timed: the steps of SQLite's
machine and the calls of our own functions.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Self
from uuid import uuid4

import pytest

import dropset_client
from dropset_client import Device
from tests.account import BENCH, REFUSED
from tests.conftest import Lab

OURS = str(Path(dropset_client.__file__).parent)
FEW, FOUR_TIMES = 120, 480
SLACK = 1.15  # a page more, a chunk more

Act = Callable[[], object]


class Work:
    """Counts while it is open, on the thread that opened it; the server of the tests has threads of its own."""

    def __init__(self, device: Device) -> None:
        self.count = 0
        self._connection = device.store._db._connection

    def __enter__(self) -> Self:
        self._connection.set_progress_handler(self._step, 10)
        sys.setprofile(self._call)
        return self

    def __exit__(self, *_exc: object) -> None:
        sys.setprofile(None)
        self._connection.set_progress_handler(None, 0)

    def _step(self) -> None:
        self.count += 10

    def _call(self, frame: FrameType, event: str, _argument: object) -> None:
        self.count += event == "call" and frame.f_code.co_filename.startswith(OURS)


def work_of(device: Device, act: Act) -> int:
    with Work(device) as work:
        act()
    return work.count


def log(device: Device, sets: int) -> str:
    """So many sets, of one workout. Returns the exercise."""
    with device.batch():
        workout = device.create("workout", {"title": "Push"})
        exercise = device.create("exercise", {"workout": workout, "exercise_type": BENCH})
        for number in range(sets):
            device.create("set", {"exercise": exercise, "position": number, "reps": 5})
    return exercise


# --- what is done once costs the same, however much there is ---


def create_one(device: Device) -> Act:
    return lambda: device.create("workout", {"title": "one more"})


def edit_one(device: Device) -> Act:
    newest = device.create("workout", {"title": "one more"})
    return lambda: device.update("workout", newest, {"title": "edited"})


def decide_what_to_send(device: Device) -> Act:
    return lambda: device.push(10)


def look_at_what_waits(device: Device) -> Act:
    return lambda: (device.store.has_waiting(), device.pending(), device.store.deferred_count())


def look_at_one(device: Device) -> Act:
    newest = device.create("workout", {"title": "one more"})
    return lambda: (
        device.get("workout", newest),
        device.store.queued_for("workout", newest),
        device.list("workout")[0],
    )


def look_at_the_first(device: Device) -> Act:
    return lambda: (device.list("set")[0], device.store.queued()[0])


@pytest.mark.parametrize(
    "prepare", [create_one, edit_one, decide_what_to_send, look_at_what_waits, look_at_one, look_at_the_first]
)
def test_one_thing_costs_the_same_however_long_the_queue_is(lab: Lab, prepare: Callable[[Device], Act]) -> None:
    lab.world.limits["mutations"] = 10
    found = []
    for sets in (FEW, FOUR_TIMES):
        device = lab.device(f"{sets} in the queue")
        log(device, 0)
        device.sync()
        log(device, sets)
        act = prepare(device)
        found.append(work_of(device, act))

    assert found[1] <= found[0] * SLACK


# --- what is done for each of many grows with their number ---


def send_everything(lab: Lab, sets: int) -> tuple[Device, Act]:
    device = lab.device(f"sends {sets}")
    log(device, sets)
    return device, device.sync


def send_what_is_refused(lab: Lab, sets: int) -> tuple[Device, Act]:
    device = lab.device(f"is refused {sets}")
    with device.batch():
        for _ in range(sets):
            device.create("workout", {"notes": REFUSED})
    return device, device.sync


def repair_what_was_refused(lab: Lab, sets: int) -> tuple[Device, Act]:
    device, sync = send_what_is_refused(lab, sets // 4)  # each travels by itself
    sync()

    def repair() -> None:
        for item in device.rejected():
            device.repair_rejected(item.mutation.id, {"notes": ""})
        device.sync()
        assert (device.pending(), len(device.rejected())) == (0, 0)

    return device, repair


def wait_for_a_parent(lab: Lab, sets: int) -> tuple[Device, Act]:
    device = lab.device(f"waits {sets}")
    nobody = str(uuid4())
    with device.batch():
        for _ in range(sets):
            device.create("set", {"exercise": nobody})
    device.sync()
    return device, device.sync


def read_page_by_page(lab: Lab, sets: int) -> tuple[Device, Act]:
    send_everything(lab, sets)[1]()
    device = lab.device(f"reads {sets}")
    return device, device.sync


def read_at_once(lab: Lab, sets: int) -> tuple[Device, Act]:
    lab.world.whole = True
    return read_page_by_page(lab, sets)


def read_anew(lab: Lab, sets: int) -> tuple[Device, Act]:
    device, sync = read_page_by_page(lab, sets)
    sync()
    return device, device.resync


def give_back_what_was_lost(lab: Lab, sets: int) -> tuple[Device, Act]:
    device = lab.device(f"gives back {sets}")
    device.sync()
    saved = lab.account.backup()
    log(device, sets)
    device.sync()
    log(device, sets)
    lab.account.restore_backup(saved)
    return device, device.sync


def look_through_the_lists(lab: Lab, sets: int) -> tuple[Device, Act]:
    device = lab.device(f"looks at {sets}")
    exercise = log(device, sets)
    device.sync()
    log(device, sets)
    lists = (device.list("set"), device.list("set", exercise=exercise), device.store.queued(), device.store.outcomes())
    return device, lambda: [len(one) for one in lists]


def compare_digests(lab: Lab, sets: int) -> tuple[Device, Act]:
    device, sync = send_everything(lab, sets)
    sync()
    return device, lambda: (device.verify(), device.content_hash())


@pytest.mark.parametrize(
    "prepare",
    [
        send_everything,
        send_what_is_refused,
        repair_what_was_refused,
        wait_for_a_parent,
        read_page_by_page,
        read_at_once,
        read_anew,
        give_back_what_was_lost,
        look_through_the_lists,
        compare_digests,
    ],
)
def test_four_times_as_many_cost_four_times_as_much(
    lab: Lab, prepare: Callable[[Lab, int], tuple[Device, Act]]
) -> None:
    lab.world.limits |= {"mutations": 20, "pull_page": 40}
    found = []
    for sets in (FEW, FOUR_TIMES):
        lab.account = lab.world.add_account(f"{sets}@example.org")
        found.append(work_of(*prepare(lab, sets)))

    few, many = found
    assert many <= few * 4 * SLACK


# --- and no statement goes through a whole queue ---

QUEUES = {"mutation", "effect", "rescue", "rejected", "outcome"}
ONCE_A_SYNC = ("SELECT count(*)",)


def plans(device: Device, statements: set[str]) -> dict[str, list[str]]:
    explained = {one: device.store._db.execute(f"EXPLAIN QUERY PLAN {one}").fetchall() for one in statements}
    return {one: [row["detail"] for row in rows] for one, rows in explained.items()}


def is_whole(step: str) -> bool:
    """Reads a table from one end to the other."""
    words = step.split()
    return words[0] == "SCAN" and words[1] in QUEUES


def test_no_statement_goes_through_a_whole_queue(lab: Lab) -> None:
    device, sync = give_back_what_was_lost(lab, 3)
    seen: set[str] = set()
    device.store._db._connection.set_trace_callback(seen.add)
    sync()
    device.create("workout", {"notes": REFUSED})
    sync()
    device.repair_rejected(device.rejected()[0].mutation.id, {"notes": ""})
    shown = (device.list("workout"), device.store.queued(), device.store.outcomes(), device.rejected())
    assert all(list(one) == one for one in shown)
    sync()
    device.store._db._connection.set_trace_callback(None)

    asked = {one for one in seen if one.lstrip().startswith(("SELECT", "UPDATE", "DELETE"))}
    whole = {one: plan for one, plan in plans(device, asked).items() if any(map(is_whole, plan))}
    assert {one for one in whole if not one.startswith(ONCE_A_SYNC)} == set()
