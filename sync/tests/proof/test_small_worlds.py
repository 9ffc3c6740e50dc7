"""Histories of a few entities alone, where all meet: at most one, references that are no parents (P17, P18), and diaries, in
which ids follow from what they are about and the server copies values.
"""

from typing import Any

import pytest

from sync.tests.proof.machine import STEPS, machine_of
from sync.tests.proof.running import CHUNK, PARTS, again, application, found_before, run, seeds  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db(transaction=True)
HERE = "sync/tests/proof/test_small_worlds.py"
DIARY = ("meal", "meal_log", "meal_log_item", "supplement_plan", "supplement_log", "nutrition_target", "water_log")
ROOMS = ("room", "rack", "day_note")
OF_OTHERS = {"create", "plan", "cross", "edit_set", "children_first", "curate", "copy_plan"}


def test_rooms_racks_and_notes_agree(application: Any) -> None:  # noqa: F811 - a fixture
    weights = {name: step.weight for name, step in STEPS.items() if name not in OF_OTHERS}
    for seed in seeds(0, parts=2 * PARTS):  # half of what a part of the whole world gets
        machine = machine_of(application, entities=ROOMS, weights={**weights, "furnish": 6, "point": 4})
        again(seed, HERE)
        run(machine, seed=seed, found=found_before())
        assert machine.totals["examples"] >= CHUNK


def test_diaries_agree(application: Any) -> None:  # noqa: F811 - a fixture
    weights = {name: step.weight for name, step in STEPS.items() if name not in {*OF_OTHERS, "furnish", "point"}}
    for seed in seeds(0, parts=2 * PARTS):
        machine = machine_of(application, entities=DIARY, weights={**weights, "write_day": 12})
        again(seed, HERE)
        run(machine, seed=seed, found=found_before())
        assert machine.totals["examples"] >= CHUNK
