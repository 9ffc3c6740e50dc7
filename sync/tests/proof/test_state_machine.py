"""The proof: random histories on the real views and the real database. See docs/development.md, "The proof"."""

from typing import Any

import pytest

from sync.tests.proof.machine import machine_of
from sync.tests.proof.running import PARTS, application, chosen_seed, examples_of, run  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("part", range(PARTS))
def test_devices_and_server_agree(application: Any, part: int) -> None:  # noqa: F811 - a fixture
    examples, seed = examples_of(part), chosen_seed()
    print(f"PROOF_SEED={seed}, part {part} of {PARTS}, {examples} examples")  # noqa: T201 - pytest shows it at a failure
    if examples:
        machine = machine_of(application)
        run(machine, seed=seed * PARTS + part, examples=examples)
        print(dict(machine.totals))  # noqa: T201 - the same
        assert machine.totals["examples"] >= examples


def test_histories_are_rich(application: Any) -> None:  # noqa: F811 - a fixture
    """Poor histories would prove little, however many."""
    machine = machine_of(application)
    run(machine, seed=0, examples=40, shrink=False)
    totals, examples = machine.totals, machine.totals["examples"]
    assert totals["mutations"] >= 5 * examples, totals
    assert totals["conflicts"] >= examples, totals
    for name in ("purged", "whole records", "too old", "noticed"):
        assert totals[name] > 0, totals
    assert not {name for name, weight in machine.weights.items() if weight and not totals[name]}, totals
