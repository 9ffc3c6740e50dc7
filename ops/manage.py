"""`make manage`: manage.py with the database and the settings of `make run`. ARGS="export_user ann@example.org ann.zip".

Where `make run` is not running, its database runs for as long as the command does.
"""

import sys

from ops.checkout import only_one, program
from ops.database import database
from ops.processes import run_in_foreground
from ops.psql import is_running, url
from ops.run import address_from_environment, settings_for, stream_address


def manage(database_url: str) -> int:
    address = address_from_environment()
    env = settings_for(address, stream_address(address), database_url)
    return run_in_foreground([sys.executable, "manage.py", *sys.argv[1:]], env)


def main() -> int:
    if is_running():
        return manage(url())
    with only_one("run"), database("postgres") as base:
        return manage(base.url)


if __name__ == "__main__":
    program(main)
