"""Not a test: looks for the seed with which each planted bug is found soonest. After a change of the steps:

make test ARGS="sync/tests/proof/seeking.py -rP"      # what it prints goes into FAMILIES
"""

import os
from typing import Any

import pytest

from dropset_client import DropsetError
from sync.tests.proof.planted import BUGS
from sync.tests.proof.running import application, run  # noqa: F401 - a fixture
from sync.tests.proof.test_planted_bugs import FAMILIES, MOST, machine_for, property_of

pytestmark = pytest.mark.django_db(transaction=True)
SEEDS = range(1, 1 + int(os.environ.get("PROOF_SEEDS") or 12))
SOONEST = 2  # the first is the same for all seeds


def histories_until_found(name: str, application: Any, *, seed: int, most: int) -> int | None:  # noqa: F811 - the fixture's value
    family = FAMILIES[name]
    machine = machine_for(family, application)
    try:
        with BUGS[name]():
            run(machine, seed=seed, examples=most, shrink=False)
    except (AssertionError, DropsetError) as error:
        again = 1  # the last one, to report it
        return machine.totals["started"] - again if property_of(error) in family.properties else None
    return None


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_seed(name: str, application: Any) -> None:  # noqa: F811 - a fixture
    best: str | None = None
    most = MOST
    for seed in SEEDS:
        found = histories_until_found(name, application, seed=seed, most=most)
        if found is not None:
            best, most = f"seed={seed}  # history {found}", found - 1
        if most < SOONEST:
            break
    assert best is not None, "No seed finds it."
    print(f"{name}: {best}")  # noqa: T201 - the answer
