"""`make test`: the whole pytest suite on a PostgreSQL of its own. Arguments go to pytest."""

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence

from ops.checkout import ROOT, environment, program
from ops.database import database
from ops.postgres import THROW_AWAY
from ops.processes import run_in_foreground

MOST_WORKERS = 8  # more only wait for the one PostgreSQL
SEEDS = 10**9


def worker_count() -> int:
    return min(os.cpu_count() or 1, MOST_WORKERS)


def proof_seed() -> int:
    """In CI that of the commit: each commit tries other histories, and a run of the same commit tries the same."""
    return (commit_seed() if os.environ.get("CI") else None) or secrets.randbelow(SEEDS)


def commit_seed() -> int | None:
    """None where the sources lie outside of a repository."""
    git = shutil.which("git")
    if git is None:
        return None
    asked = subprocess.run([git, "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, check=False)
    return int(asked.stdout[:7], 16) if asked.returncode == 0 else None


def run_pytest(
    arguments: Sequence[str], url: str, defaults: Mapping[str, str] | None = None, /, **settings: str
) -> int:
    """pytest's own exit code. DEBUG and SECRET_KEY of the developer's shell do not matter here; `defaults` yield to it."""
    # A worker that has nothing left takes from the others: the parts of the proof stand side by side, and last minutes each.
    spread = ["-n", str(worker_count()), "--dist", "worksteal"]
    command = [sys.executable, "-m", "pytest", *spread, *arguments]
    seed = {"PROOF_SEED": str(proof_seed())}  # one for all workers
    settings |= {"DATABASE_URL": url, "DEBUG": "true", "SECRET_KEY": secrets.token_urlsafe(64)}
    return run_in_foreground(command, environment({**seed, **(defaults or {})}, **settings))


def main() -> int:
    with database("postgres-test", THROW_AWAY) as base:
        return run_pytest(sys.argv[1:], base.url)


if __name__ == "__main__":
    program(main)
