"""`make prove`: the random search of `sync/tests/proof`, as long as one likes. ARGS="200000 --workers 2 --seed 7"."""

import argparse
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed

from ops.checkout import environment, program, say
from ops.database import database
from ops.postgres import THROW_AWAY
from ops.suite import SEEDS, worker_count

EXAMPLES = 200_000
CHUNK = 1000  # examples that one pytest tries: what a restart costs is small beside them
TESTS = "sync/tests/proof/test_state_machine.py::test_devices_and_server_agree"


def chunks(examples: int, seed: int) -> Iterator[tuple[int, int]]:
    """(seed, how many examples) of each, which takes fewer seeds than examples."""
    for start in range(0, examples, CHUNK):
        yield seed + start, min(CHUNK, examples - start)


def try_chunk(url: str, seed: int, examples: int) -> subprocess.CompletedProcess[str]:
    """One pytest, which makes itself a database."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", TESTS]
    settings = {"PROOF_EXAMPLES": str(examples), "PROOF_SEED": str(seed), "DATABASE_URL": url}
    env = environment(DEBUG="true", SECRET_KEY=secrets.token_urlsafe(64), **settings)
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def prove(url: str, examples: int, workers: int, seed: int) -> int:
    """Prints how far it is, and the whole of what failed. 1 as soon as something has."""
    started, done = time.monotonic(), 0
    with ThreadPoolExecutor(workers) as pool:
        futures = {pool.submit(try_chunk, url, *chunk): chunk for chunk in chunks(examples, seed)}
        for future in as_completed(futures):
            (chunk_seed, count), result = futures[future], future.result()
            if result.returncode:
                print(result.stdout + result.stderr)
                say("FAILED. What repeats it stands above, behind 'Again:'.")
                pool.shutdown(wait=False, cancel_futures=True)
                return 1
            done += count
            say(
                f"{done} of {examples} examples, {done / (time.monotonic() - started):.1f} a second (seed {chunk_seed})"
            )
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="make prove", description=__doc__)
    parser.add_argument("examples", nargs="?", type=int, default=EXAMPLES)
    parser.add_argument("--workers", type=int, default=worker_count())
    parser.add_argument("--seed", type=int, default=secrets.randbelow(SEEDS))
    asked = parser.parse_args()
    say(f"seed {asked.seed}, {asked.examples} examples, {asked.workers} at once")
    with database("postgres-prove", THROW_AWAY) as base:
        return prove(base.url, asked.examples, asked.workers, asked.seed)


if __name__ == "__main__":
    program(main)
