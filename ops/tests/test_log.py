"""The server's log, written to by clients that want to forge it."""

import re
import socket
import time
from pathlib import Path

from ops.run import Address
from ops.tests.serving import serving

FORMAT = '%(addr)s "%(method)s %(path)s %(protocol)s" %(status)d "%(header{user-agent})s"'
AGENT = r"me\t\x22"
PATHS = {
    b"/x%0d%0aFAKE": r"/x\r\nFAKE",
    b"/x%1b[31m": r"/x\x1b[31m",
    b"/x%00%7f%c2%85": r"/x\x00\x7fÂ\x85",
    b"/x%22%20200": r"/x\x22 200",
    b"/x%5cn": r"/x\x5cn",
}


def send(address: Address, path: bytes) -> None:
    head = b"GET " + path + b' HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: me\t"\r\nConnection: close\r\n\r\n'
    with socket.create_connection((address.host, address.port), timeout=30) as connection:
        connection.sendall(head)
        assert connection.recv(12) == b"HTTP/1.1 404"


def lines_of(log: Path, *, like: str, count: int) -> list[str]:
    deadline = time.monotonic() + 10
    while len(found := re.findall(like, log.read_text(), re.MULTILINE)) < count:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def test_access_log_has_one_line_a_request_whatever_it_says(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with serving(log, "--access-log-fmt", FORMAT, LOG_LEVEL="INFO") as address:
        for path in PATHS:
            send(address, path)
        lines = lines_of(log, like=r'(?<= INFO granian.access: )127.0.0.1 "GET /x.*$', count=len(PATHS))
    assert sorted(lines) == sorted(f'127.0.0.1 "GET {shown} HTTP/1.1" 404 "{AGENT}"' for shown in PATHS.values())
    assert all(line.isprintable() for line in log.read_text().splitlines())


def test_every_line_of_the_log_has_one_form(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with serving(log) as address:
        send(address, b"/x")
        lines_of(log, like=r"granian\.access: .*/x", count=1)
    lines = log.read_text().splitlines()
    assert [line for line in lines if not re.match(r"\d{4}-\d\d-\d\d [\d:]{8},\d{3} [A-Z]+ [\w.]+: ", line)] == []
    assert "Configuration allows" not in log.read_text()
