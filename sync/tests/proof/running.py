"""Which histories are tried, and for how long; and one run of a machine."""

import contextlib
import os
import random
import time
from collections.abc import Iterator
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from unittest import mock

import hypothesis
import orjson
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase
from hypothesis.stateful import run_state_machine_as_test

from dropset_client import shapes
from lib.shapes import everything
from ops.checkout import STATE
from sync.tests.proof.clock import proof_schema
from sync.tests.proof.machine import Machine
from sync.tests.proof.world import fast_server

PARTS = 4  # tests that share the work, so that several workers have something to do
CHUNK = 8  # histories of one seed: always as many, because which ones they are may depend on how many there are to be
STEPS = 28
SECONDS, SECONDS_IN_CI = 0, 400  # of one worker, for all parts; each tries one chunk at least
SEEDS_OF_PARTS, MOST_CHUNKS = 10**6, 25
FOUND = STATE / "histories"  # what failed, shrunk: it is tried first, until it passes


@cache
def first_seed() -> int:
    """`make test` chooses one for all workers."""
    return int(os.environ.get("PROOF_SEED") or random.SystemRandom().randrange(10**9))


def seeds(part: int, *, parts: int = PARTS) -> Iterator[int]:
    """One for each chunk: as many as PROOF_EXAMPLES asks for, otherwise until the time of one of so many parts is over."""
    first, wanted = first_seed() + part, os.environ.get("PROOF_EXAMPLES")
    if wanted:
        yield from range(first, first_seed() + -(-int(wanted) // CHUNK), parts)
        return
    limit_s = float(os.environ.get("PROOF_SECONDS") or (SECONDS_IN_CI if os.environ.get("CI") else SECONDS))
    until = time.monotonic() + limit_s / parts
    for seed in count(first, parts):
        yield seed
        if time.monotonic() >= until:
            return


def more_seeds() -> range:
    """Of as many chunks as it may take until all has happened. No part has them."""
    first = first_seed() + SEEDS_OF_PARTS
    return range(first, first + MOST_CHUNKS)


def again(seed: int, path: str) -> None:
    """How to repeat a chunk."""
    print(f"Again: PROOF_SEED={seed} PROOF_EXAMPLES={CHUNK} make test ARGS={path}")  # noqa: T201 - shown at a failure


def run(
    machine: type[Machine],
    *,
    seed: int,
    examples: int = CHUNK,
    shrink: bool = True,
    steps: int = STEPS,
    found: ExampleDatabase | None = None,
) -> None:
    run_state_machine_as_test(
        hypothesis.seed(seed)(machine),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=found,
            derandomize=False,
            print_blob=False,
            report_multiple_bugs=False,
            phases=[Phase.reuse, Phase.generate, *([Phase.shrink] if shrink else [])],
            suppress_health_check=list(HealthCheck),
        ),
    )


def found_before() -> ExampleDatabase:
    return DirectoryBasedExampleDatabase(FOUND)


@contextlib.contextmanager
def clients_know_the_specimens(path: Path) -> Iterator[None]:
    """The reference client ships the product's entities: here it gets those of the test suite too."""
    path.write_bytes(orjson.dumps(everything()))
    with mock.patch.object(shapes, "_FILE", path):
        shapes.shapes.cache_clear()
        yield
    shapes.shapes.cache_clear()


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Any]:
    """The server, with our clock."""
    known = clients_know_the_specimens(tmp_path / "entities.json")
    with proof_schema(), known, fast_server() as handler:
        yield handler
