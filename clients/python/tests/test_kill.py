"""Kill the process with SIGKILL at each step of a sync, start it again: nothing is lost, nothing is applied twice."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.account import Account
from tests.killing import BAD, EXERCISE, GHOST, LATE, ORPHAN, SET, WORKOUT, WRITES
from tests.server import World, serving

ROOT = Path(__file__).resolve().parents[1]
MOST_STEPS = 120


def account_with_history(world: World, number: int) -> Account:
    account = world.add_account(f"{number}@example.org")
    for name in "abcde":  # more than one page
        account.commit(
            ("workout", f"{name * 8}-0000-7000-8000-000000000000"), {}, deleted=False, version=account.next_version()
        )
    return account


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Account, dict[str, Any]]]:
    """One killed and resumed device per step, each with the account it wrote to; the last one was never killed."""
    world = World(live=True)
    world.limits |= {"mutations": 4, "pull_page": 6}
    accounts = [account_with_history(world, number) for number in range(MOST_STEPS)]
    with serving(world) as url:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-m", "tests.killing", url, str(tmp_path_factory.mktemp("lives"))],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    runs: list[dict[str, Any]] = json.loads(done.stdout)
    return list(zip(accounts[1:], runs, strict=False))


def test_the_run_that_was_not_killed_passes_every_kind_of_step(lives: list[tuple[Account, dict[str, Any]]]) -> None:
    steps = lives[-1][1]["steps"]

    assert len(steps) == len(lives) - 1
    assert set(steps) == {
        "enqueue.inside",
        "register.answered",
        "register.stored",
        "refresh.key_stored",
        "refresh.answered",
        "refresh.stored",
        "push.chosen",
        "push.answered",
        "push.inside",
        "push.stored",
        "pull.answered",
        "page.inside",
        "page.replaced",
        "rescue.answered",
        "rescue.stored",
        "rescue.ended",
        "rescue.retired",
        "pull.stored",
        "resync.begun",
        "identity.renewed",
    }
    assert Counter(steps)["push.stored"] > 3
    assert Counter(steps)["pull.stored"] > 3


def test_nothing_is_lost_wherever_the_kill_falls(lives: list[tuple[Account, dict[str, Any]]]) -> None:
    for killed_at, (account, run) in enumerate(lives, start=1):
        assert run["queued"] == [ORPHAN], killed_at
        assert run["rejected"] == [BAD], killed_at
        assert run["verdicts"] == len(WRITES) - 1, killed_at
        assert {WORKOUT, EXERCISE, SET, LATE, GHOST} <= {key[1] for key in account.rows}, killed_at
        assert account.rows[("set", SET)].data["reps"] == 7, killed_at


def test_nothing_is_applied_twice_wherever_the_kill_falls(lives: list[tuple[Account, dict[str, Any]]]) -> None:
    for killed_at, (account, _run) in enumerate(lives, start=1):
        written = {key[1]: [entry.changed.get("reps") for entry in log] for key, log in account.log.items()}
        assert written == {WORKOUT: [None], EXERCISE: [None], SET: [5, 6, 7], LATE: [None], GHOST: [None]}, killed_at


def test_the_device_ends_equal_to_the_server_wherever_the_kill_falls(
    lives: list[tuple[Account, dict[str, Any]]],
) -> None:
    assert [(run["digest_is_equal"], run["synced"]) for _account, run in lives] == [(True, True)] * len(lives)


def test_the_session_survives_wherever_the_kill_falls(lives: list[tuple[Account, dict[str, Any]]]) -> None:
    """No refresh token was ever used twice with different keys: that would have ended the session (and the run)."""
    assert [len(account.devices) for account, _run in lives if len(account.devices) > 6] == []
