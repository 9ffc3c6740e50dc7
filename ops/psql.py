"""`make psql`: a psql on the database that `make run` uses. Arguments go to psql."""

import os
import shutil
import sys
from urllib.parse import quote

from ops.checkout import STATE, PlainError, program
from ops.postgres import NAME, PORT, embedded

SOCKETS = STATE / "postgres.sockets"


def is_running() -> bool:
    return bool(_given()) or SOCKETS.exists()


def url() -> str:
    if not is_running():
        raise PlainError("no database runs here: start `make run` in another terminal, or set DATABASE_URL.")
    return _given() or f"postgresql://{NAME}@{quote(str(SOCKETS.readlink()), safe='')}:{PORT}/{NAME}"


def _given() -> str:
    return os.environ.get("DATABASE_URL", "").strip()


def main() -> int:
    psql = shutil.which("psql") or embedded().program("psql")  # the wheel's cannot edit lines
    os.execv(psql, [psql, url(), *sys.argv[1:]])  # noqa: S606 -- psql takes our place, and so the terminal


if __name__ == "__main__":
    program(main)
