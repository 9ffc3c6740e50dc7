"""The proof: random histories on the real views and the real database. See docs/development.md, "The proof"."""

from typing import Any

import pytest

from sync.tests.proof.machine import Machine, machine_of
from sync.tests.proof.running import (
    CHUNK,
    PARTS,
    application,  # noqa: F401 - a fixture
    first_seed,
    found_before,
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
        print(f"Again: PROOF_SEED={seed} PROOF_EXAMPLES={CHUNK} make test ARGS={HERE}")  # noqa: T201 - shown at a failure
        run(machine, seed=seed, found=found_before())
        print(dict(machine.totals))  # noqa: T201 - the same
        assert machine.totals["examples"] >= CHUNK
        tried += CHUNK
    record_property("proof", (first_seed(), tried))


def test_histories_are_rich(application: Any) -> None:  # noqa: F811 - a fixture
    """Poor histories would prove little, however many."""
    machine = machine_of(application)
    for seed in range(1, 6):  # which steps a seed takes changes with each step that is added
        run(machine, seed=seed, examples=40, shrink=False)
        if not poor(machine):
            break
    assert poor(machine) == set(), machine.totals


def poor(machine: type[Machine]) -> set[str]:
    """What the histories lack."""
    totals, examples = machine.totals, machine.totals["examples"]
    found = {name for name, least in (("mutations", 5), ("conflicts", 1)) if totals[name] < least * examples}
    found |= {name for name in ("purged", "whole records", "too old", "noticed") if not totals[name]}
    return found | {name for name, weight in machine.weights.items() if weight and not totals[name]}
