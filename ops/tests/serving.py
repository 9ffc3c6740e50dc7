"""The API's server as `make run` starts it, for tests that attack it."""

import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ops.checkout import environment
from ops.healthy import is_healthy
from ops.processes import running
from ops.run import Address, server_command

READY_LIMIT_S = 60


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def is_live(address: Address) -> bool:
    return is_healthy(address.host, address.port, path="/health/live")


@contextmanager
def serving(log: Path, *flags: str, **settings: str) -> Iterator[Address]:
    """flags: for granian, beside those of `make run`. settings: environment variables."""
    address = Address("127.0.0.1", free_port())
    env = environment({"DEBUG": "true", "SECRET_KEY": secrets.token_urlsafe(64)}, **settings)
    *command, application = server_command(address)
    with running("the server", [*command, *flags, application], env=env, log=log) as child:
        deadline = time.monotonic() + READY_LIMIT_S
        while not is_live(address):
            child.check_alive()
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield address
