"""`make psql`: a psql on the database that `make run` uses. Arguments go to psql."""

import os
import sys
from urllib.parse import quote

from ops.checkout import STATE, PlainError, program
from ops.postgres import NAME, PORT, embedded


def url() -> str:
    given = os.environ.get("DATABASE_URL", "").strip()
    sockets = STATE / "postgres.sockets"
    if not given and not sockets.exists():
        raise PlainError("no database runs here: start `make run` in another terminal, or set DATABASE_URL.")
    return given or f"postgresql://{NAME}@{quote(str(sockets.readlink()), safe='')}:{PORT}/{NAME}"


def main() -> int:
    psql = embedded().program("psql")
    os.execv(psql, [psql, url(), *sys.argv[1:]])  # noqa: S606 -- psql takes our place, and so the terminal


if __name__ == "__main__":
    program(main)
