"""Bar 19: the reference client, with little and with much in its queue. Processor time of its process alone: the server has
another one, and waiting for the disk is not counted.
"""

import csv
import datetime as dt
import io
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice, product
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from benchmarks.athletes import WHOLE
from benchmarks.bench import Bench
from benchmarks.measuring import Act, Prepare, measure
from benchmarks.report import Result
from dropset_client import Device
from dropset_client.strong import import_strong

SIZES = (1_000, 10_000, 62_000)  # changes in the queue; the last is 2,000 workouts with 50,000 sets
EXERCISES, SETS = 5, 5  # of each workout, and of each exercise
CHANGES = 1 + EXERCISES * (1 + SETS)  # that a workout makes
FIRST = dt.datetime(2015, 1, 1, 18)  # noqa: DTZ001  an export names no zone
ZONE = ZoneInfo("Europe/Berlin")
HEAD = ["Workout #", "Date", "Workout Name", "Duration (sec)", "Exercise Name", "Set Order", "Weight (kg)", "Reps"]


@dataclass(frozen=True)
class Phone:
    """A device that has imported a history, and sent nothing of it."""

    device: Device
    changes: int
    import_s: float
    exercise: str

    def import_ms_each_1000(self) -> float:
        return self.import_s * 1_000_000 / self.changes

    def push(self) -> Act:
        """As much as it will send is put into the queue before."""
        with self.device.batch():
            for position in range(WHOLE):
                values = {"exercise": self.exercise, "position": position, "reps": 8, "load_kg": "82.50"}
                self.device.create("set", values)
        return self._push

    def _push(self) -> None:
        applied = self.device.push(WHOLE).statuses["applied"]
        if applied != WHOLE:
            raise RuntimeError(f"{applied} of {WHOLE} changes were applied")

    def edit(self) -> Act:
        record = self.device.list("set")[0]
        return lambda: self.device.update("set", record.id, {"reps": (record["reps"] + 1) % 100})

    def first_page(self) -> Act:
        return lambda: list(islice(self.device.list("set"), 100))


def lines(benches: dict[str, Bench], *, rounds: int) -> tuple[list[Result], list[list[str]]]:
    """The two bars; and a table, as in bar 15: each work at each size."""
    with TemporaryDirectory() as folder, ExitStack() as stack:
        all_of_them = [new_phone(benches[name_of(size)], Path(folder) / f"{size}.db", size) for size in SIZES]
        for phone in all_of_them:
            stack.callback(phone.device.close)
        works = {
            "import of a history, each 1,000 changes": [phone.import_ms_each_1000() for phone in all_of_them],
            "an edit": cpu_ms([phone.edit for phone in all_of_them], rounds),
            "first 100 of a list": cpu_ms([phone.first_page for phone in all_of_them], rounds),
            f"push of {WHOLE}": cpu_ms([phone.push for phone in all_of_them], rounds),
        }
    imported, pushed = all_of_them[-1].import_s, works[f"push of {WHOLE}"][-1] / 1000
    results = [
        Result("19", f"client: import of {SIZES[-1]:,} changes, s of CPU", imported, 30, 10),
        Result("19", f"client: push of {WHOLE} with {SIZES[-1]:,} waiting, s of CPU", pushed, 0.25, 0.1),
    ]
    table = [["client, CPU", *(f"{size:,} waiting" for size in SIZES), "largest / smallest"]]
    table += [[name, *(f"{ms:.2f} ms" for ms in found), f"{found[-1] / found[0]:.2f}"] for name, found in works.items()]
    return results, table


def name_of(size: int) -> str:
    return f"phone {size}"


def new_phone(bench: Bench, path: Path, size: int) -> Phone:
    device = Device.open(path, bench.server.address.url(), name="benchmark")
    device.store.sign_in(user_id=str(bench.athlete.user_id), access=bench.athlete.token, refresh=bench.athlete.token)
    device.sync()
    history = history_of(size // CHANGES)
    since = time.process_time()
    import_strong(device, history, zone=ZONE, exercise_types={})
    took = time.process_time() - since
    return Phone(device, device.pending(), took, device.list("exercise")[0].id)


def cpu_ms(acts: Sequence[Prepare], rounds: int) -> list[float]:
    variants = {str(number): act for number, act in enumerate(acts)}
    timings = measure(variants, rounds=rounds, clock=time.process_time)
    return [timings[name].median_ms for name in variants]


def history_of(workouts: int) -> str:
    """An export of the Strong app."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(HEAD)
    for number in range(workouts):
        started = f"{FIRST + dt.timedelta(days=number):%Y-%m-%d %H:%M:%S}"
        for exercise, one in product(range(EXERCISES), range(SETS)):
            name = f"Lift {(number * EXERCISES + exercise) % 40}"
            writer.writerow([number + 1, started, f"Day {number % 4}", 3600, name, one + 1, 60 + one, 8])
    return out.getvalue()
