"""`make test`: the whole pytest suite on a PostgreSQL of its own. Arguments go to pytest."""

import os
import secrets
import sys
from collections.abc import Mapping, Sequence

from ops.checkout import environment, program
from ops.database import database
from ops.postgres import THROW_AWAY
from ops.processes import run_in_foreground

MOST_WORKERS = 8  # more only wait for the one PostgreSQL
SEEDS = 10**9


def worker_count() -> int:
    return min(os.cpu_count() or 1, MOST_WORKERS)


def run_pytest(
    arguments: Sequence[str], url: str, defaults: Mapping[str, str] | None = None, /, **settings: str
) -> int:
    """pytest's own exit code. DEBUG and SECRET_KEY of the developer's shell do not matter here; `defaults` yield to it."""
    # A worker that has nothing left takes from the others: the parts of the proof stand side by side, and last minutes each.
    spread = ["-n", str(worker_count()), "--dist", "worksteal"]
    command = [sys.executable, "-m", "pytest", *spread, *arguments]
    seed = {"PROOF_SEED": str(secrets.randbelow(SEEDS))}  # one for all workers
    settings |= {"DATABASE_URL": url, "DEBUG": "true", "SECRET_KEY": secrets.token_urlsafe(64)}
    return run_in_foreground(command, environment({**seed, **(defaults or {})}, **settings))


def main() -> int:
    with database("postgres-test", THROW_AWAY) as base:
        return run_pytest(sys.argv[1:], base.url)


if __name__ == "__main__":
    program(main)
