"""Writes the data of a release, for the test that migrates it: sync/tests/releases/<name>.sql.gz and .json.

.venv/bin/python -m ops.release_dump <commit> <name>

The code of the commit runs beside ours, on a PostgreSQL of its own; sync/tests/releases/fill.py says what it writes.
"""

import gzip
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ops.checkout import ROOT, PlainError, environment, program
from ops.postgres import THROW_AWAY, Cluster, embedded, serve

TARGET = ROOT / "sync/tests/releases"
SECRET_KEY = "of-the-release-dumps-only-and-of-nothing-else"  # noqa: S105 - cursors in the dump are signed with it
PLAIN = ("--inserts", "--rows-per-insert=500", "--no-owner", "--no-privileges", "--no-comments")


@contextmanager
def checkout(commit: str, folder: Path) -> Iterator[Path]:
    subprocess.run(["git", "worktree", "add", "--detach", str(folder), commit], cwd=ROOT, check=True)
    try:
        yield folder
    finally:
        subprocess.run(["git", "worktree", "remove", "--force", str(folder)], cwd=ROOT, check=True)


def dump(commit: str, name: str) -> None:
    with tempfile.TemporaryDirectory(prefix="dropset-release-", dir=ROOT.parent) as folder:
        place = Path(folder)
        with checkout(commit, place / "code") as code, serve(Cluster(embedded(), place / "data", THROW_AWAY)) as server:
            url = server.url()
            env = environment(DATABASE_URL=url, DEBUG="true", SECRET_KEY=SECRET_KEY, PYTHONPATH=str(code))
            subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], cwd=code, env=env, check=True)
            filled = [sys.executable, str(TARGET / "fill.py")]
            facts = subprocess.run(filled, cwd=code, env=env, check=True, stdout=subprocess.PIPE).stdout
            dumped = [embedded().program("pg_dump"), *PLAIN, url]
            text = subprocess.run(dumped, check=True, stdout=subprocess.PIPE).stdout
    lines = [line for line in text.splitlines(keepends=True) if not line.startswith(b"\\")]  # psql's own commands
    (TARGET / f"{name}.sql.gz").write_bytes(gzip.compress(b"".join(lines), 9, mtime=0))
    (TARGET / f"{name}.json").write_bytes(facts)


def main() -> int:
    if len(sys.argv) != 3:  # noqa: PLR2004 - the two words
        raise PlainError("which commit, and under which name?")
    dump(*sys.argv[1:])
    return 0


if __name__ == "__main__":
    program(main)
