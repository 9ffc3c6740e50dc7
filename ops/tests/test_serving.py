"""The API's server as it is started, against clients that do not finish what they begin."""

import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from ops.run import Address
from ops.tests.serving import is_live, serving

ANSWER_LIMIT_S = 10
SILENT = 1100  # granian's own limit is 1024, shared among the processes


@pytest.fixture
def many_files() -> Iterator[None]:
    """For the sockets of this test, and for the server, which inherits the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = 4 * SILENT if hard == resource.RLIM_INFINITY else min(hard, 4 * SILENT)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def server(many_files: None, tmp_path: Path) -> Iterator[Address]:
    with serving(tmp_path / "log") as address:
        yield address


@pytest.mark.parametrize("said", [b"", b"GET /health/live HTTP/1.1\r\nHost: "])
def test_connections_that_say_nothing_or_half_of_it_keep_nobody_out(server: Address, said: bytes) -> None:
    with ExitStack() as opened:
        for _ in range(SILENT):
            opened.enter_context(socket.create_connection((server.host, server.port))).sendall(said)
        assert all(is_live(server) for _ in range(5))


def test_body_that_stops_half_way_is_not_waited_for_where_nobody_is_logged_in(server: Address) -> None:
    head = b"POST /api/v1/sync/push HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"
    with socket.create_connection((server.host, server.port), timeout=ANSWER_LIMIT_S) as sender:
        sender.sendall(head)
        assert sender.recv(12) == b"HTTP/1.1 401"
