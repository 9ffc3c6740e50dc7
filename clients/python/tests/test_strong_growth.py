"""An import grows with its file: four times the history is four times the work, also to look it through again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from dropset_client import Device
from dropset_client.undoing import undo_import
from tests.histories import BENCH, SQUAT, export, row, take
from tests.test_growth import SLACK, work_of
from tests.test_strong_laws import USER

Act = Callable[[Device, int], int]
FEW, FOUR_TIMES = 15, 60


def written(workouts: int, reps: int = 5) -> str:
    begins = datetime(2026, 3, 1, 18)
    starts = [f"{begins + timedelta(days=day)}" for day in range(workouts)]
    return export(
        *(
            row(exercise, order, 60 + day, reps, start=start)
            for day, start in enumerate(starts)
            for exercise in (BENCH, SQUAT)
            for order in (1, 2, 3)
        )
    )


def first(device: Device, workouts: int) -> int:
    return work_of(device, lambda: take(device, written(workouts)))


def again(device: Device, workouts: int) -> int:
    take(device, written(workouts))
    return work_of(device, lambda: take(device, written(workouts)))


def edited(device: Device, workouts: int) -> int:
    take(device, written(workouts))
    return work_of(device, lambda: take(device, written(workouts, reps=6)))


def another_history(device: Device, workouts: int) -> int:
    """Nothing of it is known, so each of its workouts is looked for by what it holds."""
    take(device, written(workouts))
    text = written(workouts, reps=6).replace("18:00:00,Push", "19:30:00,Legs")
    return work_of(device, lambda: take(device, text))


def undone(device: Device, workouts: int) -> int:
    take(device, written(workouts))
    return work_of(device, lambda: undo_import(device, device.store.imports.all()[-1]))


@pytest.mark.parametrize("act", [first, again, edited, another_history, undone])
def test_four_times_the_history_is_four_times_the_work(act: Act, tmp_path: Path) -> None:
    work = []
    for workouts in (FEW, FOUR_TIMES):
        with Device.open(tmp_path / f"{workouts}.db", "http://127.0.0.1:9") as device:
            device.store.sign_in(user_id=USER, access="", refresh="")
            work.append(act(device, workouts))

    assert work[1] < work[0] * 4 * SLACK
