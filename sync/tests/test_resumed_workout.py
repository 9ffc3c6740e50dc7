"""A workout in progress goes on on another device, and no set is lost on the way, whichever device speaks first."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from catalog.tests.factories import make_canonical
from dropset_client import Device, RetryPolicy
from lib.tests.factories import make_user

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "correct horse battery staple"


@pytest.fixture
def ann(db: None) -> User:
    return make_user("ann@example.org", password=PASSWORD)


@pytest.fixture
def devices(ann: User, live_server: Any, tmp_path: Path) -> Iterator[tuple[Device, Device]]:
    """Ann's phone and watch."""
    with ExitStack() as stack:
        phone, watch = (
            stack.enter_context(Device.open(tmp_path / name, live_server.url, retry=RetryPolicy(waits_s=())))
            for name in ("phone.db", "watch.db")
        )
        for device in (phone, watch):
            device.login(ann.email, PASSWORD)
        yield phone, watch


def documents(device: Device, entity: str) -> list[Any]:
    return [record.data for record in device.list(entity)]


def reps(device: Device) -> list[int | None]:
    return [row["reps"] for row in sorted(documents(device, "set"), key=lambda row: row["position"])]


def test_workout_goes_on_on_another_device(devices: tuple[Device, Device]) -> None:
    phone, watch = devices
    bench = str(make_canonical("bench-press").pk)
    phone.sync()
    started = {"status": "in_progress", "started_at": "2026-03-01T10:00:00.000000Z", "time_zone": "Europe/Berlin"}
    workout = phone.create("workout", started)
    exercise = phone.create("exercise", {"workout": workout, "exercise_type": bench})
    planned = [phone.create("set", {"exercise": exercise, "position": float(n), "target_reps": 5}) for n in range(4)]

    def done(device: Device, number: int, count: int) -> None:
        at = f"2026-03-01T10:0{number}:00.000000Z"
        device.update("set", planned[number], {"reps": count, "load_kg": "100.00", "completed_at": at})

    done(phone, 0, 5)
    phone.sync()
    done(phone, 1, 4)  # then its battery is empty: nobody has heard of this set

    watch.sync()
    assert reps(watch) == [5, None, None, None]
    done(watch, 2, 3)
    extra = watch.create("set", {"exercise": exercise, "position": 2.5, "kind": "drop", "reps": 8})
    watch.update("workout", workout, {"status": "completed", "ended_at": "2026-03-01T10:30:00.000000Z"})
    watch.sync()

    phone.sync()  # charged again
    watch.sync()
    for device in (phone, watch):
        assert reps(device) == [5, 4, 3, 8, None]
        assert [found["status"] for found in documents(device, "workout")] == ["completed"]
        assert device.pending() == 0
        assert device.verify().is_equal
        assert list(device.list("conflict")) == []
    phone.delete("set", extra)
    phone.sync()
    watch.sync()
    assert reps(watch) == [5, 4, 3, None]
