"""The program of the kill test: a device that is killed at every step in turn, and started again.

    python -m tests.killing URL FOLDER

Account N belongs to the run that is killed at step N, until a run reaches its end alive. Each run is a process of
its own (a fork), ended by SIGKILL. Prints, as JSON, the names of the steps and how each run ended up.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from dropset_client import Device, Op, Record, RetryPolicy
from tests.account import REFUSED
from tests.server import PASSWORD

NAMESPACE = UUID("6b1f0000-0000-7000-8000-000000000000")
WORKOUT, EXERCISE, SET, ORPHAN, BAD, LATE, GHOST = (str(uuid5(NAMESPACE, name)) for name in "WESOBLG")

# Every kind of verdict: applied, rejected, deferred.
WRITES: tuple[tuple[str, str, Op, dict[str, Any]], ...] = (
    ("workout", WORKOUT, Op.CREATE, {"title": "Push"}),
    ("exercise", EXERCISE, Op.CREATE, {"workout": WORKOUT}),
    ("set", SET, Op.CREATE, {"exercise": EXERCISE, "reps": 5}),
    ("workout", BAD, Op.CREATE, {"notes": REFUSED}),
    ("exercise", ORPHAN, Op.CREATE, {"workout": str(uuid5(NAMESPACE, "nobody"))}),
    ("set", SET, Op.UPDATE, {"reps": 6}),
    ("set", SET, Op.UPDATE, {"reps": 7}),
    ("workout", LATE, Op.CREATE, {"title": "after the resync"}),
)
FIRST_PHASE = 6


def live(path: Path, url: str, email: str, step: Callable[[str], None]) -> dict[str, Any]:
    """What the app does, from wherever the last process was ended."""
    with Device.open(path, url, step=step, retry=RetryPolicy(sleep=lambda _wait: None)) as device:
        if device.store.tokens().refresh is None:
            device.login(email, PASSWORD)
        write_up_to(device, FIRST_PHASE)
        forget_access_token(device)
        device.sync()
        write_up_to(device, len(WRITES))
        fall_out_with_server(device)
        device.sync()
        return {
            "queued": [m.record_id for m in device.store.queued()],
            "rejected": [item.mutation.record_id for item in device.rejected()],
            "verdicts": len(device.store.outcomes()),
            "digest_is_equal": device.verify().is_equal,
            "synced": device.position().synced,
            "content": device.content_hash(),
        }


def write_up_to(device: Device, end: int) -> None:
    done = len(device.store.queued()) + len(device.store.outcomes())
    for entity, record_id, op, patch in WRITES[done:end]:
        device.enqueue(entity, record_id, op, patch)


def forget_access_token(device: Device) -> None:
    if not device.store._db.meta("refresh_key"):
        device.store._db.set_meta(access="expired")


def fall_out_with_server(device: Device) -> None:
    """Another epoch and another instance token than the server's, so that the next sync heals both.

    And a record that the server had acknowledged and does not know any more: it was restored from a backup.
    """
    ghost = Record("workout", GHOST, 2, deleted=False, data={"title": "lost by the server"})
    with device.store.transaction():
        device.store._records.put(ghost)
        device.store._db.set_meta(epoch="of another time", instance_token="of another phone", limits=None)


def forked(run: Callable[[], dict[str, Any]], result: Path) -> bool:
    """Run in a child process; False where it was killed."""
    child = os.fork()
    if child == 0:
        try:
            result.write_text(json.dumps(run()))
        except BaseException as error:  # noqa: BLE001  the child must not return into the parent's loop
            sys.stderr.write(f"{error!r}\n")
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise SystemExit("a run failed by itself")
    return os.WIFEXITED(status)


def killer(at: int, names: list[str]) -> Callable[[str], None]:
    def step(name: str) -> None:
        names.append(name)
        if len(names) == at:
            os.kill(os.getpid(), signal.SIGKILL)

    return step


def main(url: str, folder: Path) -> None:
    live(folder / "0.db", url, "0@example.org", lambda _name: None)  # what is imported late is imported once
    runs: list[dict[str, Any]] = []
    for number in count(1):
        path, result, email = folder / f"{number}.db", folder / f"{number}.json", f"{number}@example.org"

        def first_life(at: int = number, path: Path = path, email: str = email) -> dict[str, Any]:
            names: list[str] = []
            return {**live(path, url, email, killer(at, names)), "steps": names}

        def second_life(path: Path = path, email: str = email) -> dict[str, Any]:
            return live(path, url, email, lambda _name: None)

        survived = forked(first_life, result)
        if not survived and not forked(second_life, result):
            raise SystemExit("killed without an order")
        runs.append(json.loads(result.read_text()))
        if survived:
            break
    sys.stdout.write(json.dumps(runs))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
