"""How many examples, from which seed; and one run of a machine."""

import os
import random
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
from django.conf import settings as django_settings
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from sync.tests.proof.clock import proof_schema
from sync.tests.proof.machine import Machine
from sync.tests.proof.world import fast_server

PARTS = 8  # tests that share the examples, so that several workers have something to do
STEPS = 28
IN_CI, ELSEWHERE = 2000, 60
WITH_TIMESCALEDB = 100  # it only has to be there: what the examples find does not depend on it


def examples_of(part: int) -> int:
    usual = IN_CI if os.environ.get("CI") else ELSEWHERE
    most = WITH_TIMESCALEDB if django_settings.TIMESCALEDB == "required" else usual
    examples = int(os.environ.get("PROOF_EXAMPLES") or min(usual, most))
    return examples // PARTS + (part < examples % PARTS)


def chosen_seed() -> int:
    """CI tries the same examples each time; elsewhere each run tries others."""
    given = os.environ.get("PROOF_SEED")
    if given:
        return int(given)
    return 0 if os.environ.get("CI") else random.SystemRandom().randrange(10**9)


def run(machine: type[Machine], *, seed: int, examples: int, shrink: bool = True, steps: int = STEPS) -> None:
    phases = [Phase.generate, *([Phase.shrink] if shrink else [])]
    run_state_machine_as_test(
        hypothesis.seed(seed)(machine),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            derandomize=False,
            print_blob=False,
            report_multiple_bugs=False,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.fixture
def application() -> Iterator[Any]:
    """The server, with our clock."""
    with proof_schema(), fast_server() as handler:
        yield handler
