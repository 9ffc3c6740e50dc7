"""What the phones of the demo do. Only `sync` and `Phones.open` need the server."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn
from zoneinfo import ZoneInfo

from tqdm import tqdm

from dropset_client.device import Device
from dropset_client.report import Progress, SyncReport
from dropset_client.strong import ImportReport, import_strong, library_names
from dropset_client.transport import RetryPolicy
from dropset_client.wire import utc_now
from dropset_files.shared.generate import generate_workouts
from dropset_files.strong.render import S3, render

ZONE = ZoneInfo("Europe/Berlin")
_RETRY = RetryPolicy(longest_wait_s=20)  # longer is said, and not waited for
_QUIET_AFTER = 6  # rounds; two phones that still talk after that do not converge
_THEMES = ("light", "dark")
_REPS_FIRST, _REPS_SECOND = 101, 102  # more than the generator makes, so that both phones change the number


@dataclass(slots=True)
class Phone:
    """A device, what it is called in the tables, and the reports of its syncs."""

    label: str
    device: Device
    reports: list[SyncReport] = field(default_factory=list)

    def sync(self) -> SyncReport:
        total = self.device.pending() or None
        with _bar(total, f"{self.label}: sync", "change") as bar:

            def show(progress: Progress) -> None:
                bar.n = min(progress.pushed, progress.to_push)
                bar.set_postfix(pulled=progress.pulled)

            report = self.device.sync(show)
        self.reports.append(report)
        return report

    def total(self, status: str) -> int:
        return sum(report.statuses[status] for report in self.reports)

    @property
    def pulled(self) -> int:
        return sum(report.pulled for report in self.reports)

    @property
    def device_id(self) -> str:
        return self.device.store.identity().device_id


def _bar(total: int | None, what: str, unit: str) -> "tqdm[NoReturn]":
    """For people: it is silent if standard error is not a terminal. The results have lines of their own."""
    return tqdm(total=total, desc=what, unit=unit, leave=total is not None, disable=None)


@dataclass(frozen=True, slots=True)
class Account:
    base_url: str
    email: str
    password: str


class Phones:
    """Opens phones on temporary files and signs them in; at the end everything is closed, removed, and off the account."""

    def __init__(self, account: Account, folder: Path, stack: ExitStack) -> None:
        self._account = account
        self._folder = folder
        self._stack = stack

    @classmethod
    @contextmanager
    def of(cls, account: Account) -> Iterator["Phones"]:
        with TemporaryDirectory(prefix="dropset-demo-") as folder, ExitStack() as stack:
            yield cls(account, Path(folder), stack)

    def open(self, label: str) -> Phone:
        path = self._folder / f"{label.replace(' ', '-')}.db"
        device = Device.open(path, self._account.base_url, name=f"demo {label}", retry=_RETRY)
        self._stack.callback(device.close)
        device.login(self._account.email, self._account.password)
        self._stack.push(_goodbye_of(device))
        return Phone(label, device)


def _goodbye_of(device: Device) -> Callable[..., None]:
    """Takes the phone off the account after a good run, and its session with it; after an error the server may be what
    is missing.
    """

    def leave(kind: type[BaseException] | None, *_error: object) -> None:
        if kind is None:
            device.leave()

    return leave


@dataclass(frozen=True, slots=True)
class Contested:
    """The records that both phones touch while neither hears of the other, and what must stand in the end."""

    set_id: str
    expected: dict[str, object]
    merged_set_id: str
    merged_expected: dict[str, object]
    workout_id: str


def import_history(phone: Phone, *, seed: int, workouts: int) -> ImportReport:
    """Import a generated Strong export while the phone has no network."""
    names = library_names(phone.device.fetch_all("library/exercise-types/", page_size=200))
    history = generate_workouts(seed, until=utc_now().astimezone(ZONE), workouts=workouts)
    with _bar(len(history), f"{phone.label}: import", "workout") as bar:
        return import_strong(
            phone.device,
            render(history, S3),
            zone=ZONE,
            exercise_types=names,
            on_workout=lambda _done, _total: bar.update(),
        )


def live_a_little(phone: Phone, *, seed: int) -> None:
    """Other things on the other phone: a body weight, the settings, an exercise of one's own, a plan for tomorrow."""
    chance = random.Random(seed)  # noqa: S311  made-up values, no secrets
    device, now = phone.device, utc_now()
    with device.batch():
        weight = Decimal(chance.randrange(7000, 9000)) / 100
        device.create(
            "measurement", {"kind": "body_weight", "value": weight, "measured_at": now, "time_zone": ZONE.key}
        )
        device.create("exercise_type", {"name": f"Demo carry {seed % 10**6}", "category": "strength"})
        device.create(
            "workout", {"title": "Planned legs", "status": "planned", "planned_on": (now + timedelta(days=1)).date()}
        )
        for settings in device.list("settings"):
            device.update("settings", settings.id, {"theme": _THEMES[settings.get("theme") == _THEMES[0]]})


def contest(first: Phone, second: Phone, workout_ids: list[str]) -> Contested:
    """Both phones edit without a network, the first one earlier and the second one later."""
    a, b = first.device, second.device
    set_id, merged_id = _two_sets(a, workout_ids[-1])
    with a.batch():
        a.update("set", set_id, {"reps": _REPS_FIRST, "rpe": "9.5"})
        a.update("set", merged_id, {"rpe": "6.0"})
        a.delete("workout", workout_ids[0])
    time.sleep(0.05)  # the later edit wins, and the server counts in milliseconds
    with b.batch():
        b.update("set", set_id, {"reps": _REPS_SECOND, "notes": "from the second phone"})
        b.update("set", merged_id, {"notes": "from the second phone"})
        b.update("workout", workout_ids[0], {"title": "Renamed while it was being deleted"})
    return Contested(
        set_id=set_id,
        expected={"reps": _REPS_SECOND, "rpe": "9.5", "notes": "from the second phone"},
        merged_set_id=merged_id,
        merged_expected={"rpe": "6.0", "notes": "from the second phone"},
        workout_id=workout_ids[0],
    )


def _two_sets(device: Device, workout_id: str) -> tuple[str, str]:
    exercise = device.list("exercise", workout=workout_id)[0]
    first, second = device.list("set", exercise=exercise.id)[:2]
    return first.id, second.id


def sync_until_quiet(phones: list[Phone]) -> bool:
    """Sync in turn until a whole round brings nothing new to anybody; False where that does not happen."""
    for _ in range(_QUIET_AFTER):
        reports = [phone.sync() for phone in phones]
        if all(report.is_quiet for report in reports):
            return True
    return False
