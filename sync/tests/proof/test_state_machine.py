"""The proof: random histories on the real views and the real database. See docs/development.md, "The proof"."""

from typing import Any

import pytest

from sync.tests.proof.machine import Machine, machine_of
from sync.tests.proof.running import (
    CHUNK,
    PARTS,
    again,
    application,  # noqa: F401 - a fixture
    first_seed,
    found_before,
    more_seeds,
    run,
    seeds,
)

pytestmark = pytest.mark.django_db(transaction=True)
HERE = "sync/tests/proof/test_state_machine.py"


@pytest.mark.parametrize("part", range(PARTS))
def test_devices_and_server_agree(application: Any, part: int, record_property: Any) -> None:  # noqa: F811 - a fixture
    tried = 0
    for seed in seeds(part):
        machine = machine_of(application)
        again(seed, HERE)
        run(machine, seed=seed, found=found_before())
        print(dict(machine.totals))  # noqa: T201 - the same
        assert machine.totals["examples"] >= CHUNK
        tried += CHUNK
    record_property("proof", (first_seed(), tried))


def test_histories_are_rich(application: Any, record_property: Any) -> None:  # noqa: F811 - a fixture
    """Poor histories would prove little, however many. Those that it takes to see all happen are of the search, too."""
    machine = machine_of(application)
    for seed in more_seeds():
        again(seed, HERE)
        run(machine, seed=seed, found=found_before())
        if not poor(machine):
            break
    assert poor(machine) == set(), machine.totals
    record_property("proof", (first_seed(), machine.totals["examples"]))


def test_copies_of_one_phone_are_told_apart(application: Any) -> None:  # noqa: F811 - a fixture
    """One of them is ahead of a restored server, and the other is not: that must not be asked of both."""
    machine = machine_of(application, entities=("measurement",), knowing_times=(0,))()
    machine.begin(count=1, fresh=0, hot=0, whats=[0, 0, 0], kinds=0)
    machine.clone(who=0)
    machine.clone(who=0)
    machine.back_up()
    machine.push(who=2, count=1, lost=False)
    machine.restore_server(silently=True)
    machine.pull(who=1, size=2, lost=1)
    machine.teardown()


def poor(machine: type[Machine]) -> set[str]:
    """What the histories lack."""
    totals, examples = machine.totals, machine.totals["examples"]
    found = {name for name, least in (("mutations", 5), ("conflicts", 1)) if totals[name] < least * examples}
    found |= {name for name in ("purged", "whole records", "too old", "noticed") if not totals[name]}
    return found | {name for name, weight in machine.weights.items() if weight and not totals[name]}
