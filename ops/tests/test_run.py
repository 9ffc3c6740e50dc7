import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from ops.checkout import ROOT, PlainError, only_one
from ops.healthy import host_header, is_healthy
from ops.run import Address, address_from_environment, check_free, settings_for, stream_address, welcome


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def free_port() -> int:
    return a_free_port()


def a_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def test_address_defaults_to_port_8000_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOST", raising=False)
    monkeypatch.delenv("PORT", raising=False)
    assert address_from_environment() == Address("127.0.0.1", 8000)


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1", "८०००", "80 00"])
def test_address_refuses_what_is_no_port(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", port)
    with pytest.raises(PlainError, match="is not a port"):
        address_from_environment()


def test_address_refuses_a_name_of_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOST", "x" * 64)  # refused without asking a name server
    with pytest.raises(PlainError, match=r"HOST=x+ is not an address\.$"):
        address_from_environment()


def test_address_of_a_name_is_in_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOST", "localhost")
    assert address_from_environment().host in {"127.0.0.1", "::1"}


def test_stream_is_at_the_next_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STREAM_PORT", raising=False)
    assert stream_address(Address("127.0.0.1", 8000)) == Address("127.0.0.1", 8001)
    assert stream_address(Address("127.0.0.1", 65535)) == Address("127.0.0.1", 1)


def test_stream_is_at_the_port_that_was_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREAM_PORT", "9000")
    assert stream_address(Address("127.0.0.1", 8000)) == Address("127.0.0.1", 9000)


@pytest.mark.parametrize(("port", "said"), [("abc", "is not a port"), ("8000", "is the API's port")])
def test_stream_port_is_refused_in_a_sentence(port: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREAM_PORT", port)
    with pytest.raises(PlainError, match=rf"STREAM_PORT={port} {said}"):
        stream_address(Address("127.0.0.1", 8000))


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000/x"),
        ("0.0.0.0", "http://127.0.0.1:8000/x"),  # noqa: S104 -- the address is what this is about
        ("::", "http://[::1]:8000/x"),
        ("dropset.example", "http://dropset.example:8000/x"),
    ],
)
def test_address_prints_where_it_can_be_reached(host: str, url: str) -> None:
    assert Address(host, 8000).url("/x") == url


def test_check_free_accepts_a_free_port(free_port: int) -> None:
    check_free(Address("127.0.0.1", free_port))


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of its own, with nothing but what starts things: a running `make run` of this one is not disturbed."""
    shutil.copytree(ROOT / "ops", tmp_path / "ops", ignore=shutil.ignore_patterns("tests", "__pycache__"))
    return tmp_path


def run_in(checkout: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "STREAM_PORT": str(a_free_port()), **environment}
    return subprocess.run(
        [sys.executable, "-m", "ops.run"], cwd=checkout, env=env, capture_output=True, text=True, check=False
    )


def test_run_tells_of_a_taken_port_in_one_line(checkout: Path, taken_port: int) -> None:
    result = run_in(checkout, PORT=str(taken_port))

    other = taken_port % 65535 + 1
    said = f"dropset: port {taken_port} is taken. Free it, or choose another: PORT={other} make run\n"
    assert (result.returncode, result.stdout, result.stderr) == (1, "", said)


def test_run_tells_of_a_taken_stream_port_in_one_line(checkout: Path, free_port: int, taken_port: int) -> None:
    result = run_in(checkout, PORT=str(free_port), STREAM_PORT=str(taken_port))

    other = taken_port % 65535 + 1
    said = f"dropset: port {taken_port} is taken. Free it, or choose another: STREAM_PORT={other} make run\n"
    assert (result.returncode, result.stdout, result.stderr) == (1, "", said)


def test_run_tells_of_a_broken_database_url_in_one_line(checkout: Path, free_port: int) -> None:
    result = run_in(checkout, PORT=str(free_port), DATABASE_URL="postgresql://user:secret@127.0.0.1:1/name")

    assert (result.returncode, result.stdout) == (1, "")
    assert re.fullmatch(r"dropset: cannot use the server in DATABASE_URL: .*refused.*\n", result.stderr)
    assert not (checkout / ".dropset" / "postgres").exists()


def test_run_tells_of_a_second_run_in_one_line(checkout: Path, free_port: int) -> None:
    with only_one("run", checkout / ".dropset"):
        result = run_in(checkout, PORT=str(free_port))

    said = f"dropset: another make uses 'run' in this checkout: stop process {os.getpid()} first.\n"
    assert (result.returncode, result.stdout, result.stderr) == (1, "", said)


def test_run_stops_the_database_when_a_step_fails(checkout: Path, free_port: int) -> None:
    """The checkout has no Django project, so preparing the database must fail."""
    result = run_in(checkout, PORT=str(free_port), DATABASE_URL="", DJANGO_SETTINGS_MODULE="config.settings")

    assert result.returncode == 1
    assert result.stderr.endswith("dropset: preparing the database failed (exit code 1): see above.\n")
    assert "database system is shut down" in (checkout / ".dropset" / "postgres.log").read_text()
    assert not (checkout / ".dropset" / "postgres" / "postmaster.pid").exists()


def test_check_free_refuses_an_address_of_another_machine() -> None:
    with pytest.raises(PlainError, match=r"HOST=192\.0\.2\.1 is not an address of this machine"):
        check_free(Address("192.0.2.1", 8000))


def test_settings_leave_what_the_developer_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBUG", "false")
    monkeypatch.setenv("SECRET_KEY", "given")
    monkeypatch.delenv("BASE_URL", raising=False)

    monkeypatch.delenv("STREAM_URL", raising=False)

    env = settings_for(Address("127.0.0.1", 8001), Address("127.0.0.1", 8002), "postgresql://db")

    assert (env["DEBUG"], env["SECRET_KEY"]) == ("false", "given")
    assert (env["BASE_URL"], env["DATABASE_URL"]) == ("http://127.0.0.1:8001", "postgresql://db")
    assert env["STREAM_URL"] == "http://127.0.0.1:8002/api/v1/sync/stream"


def test_welcome_names_the_logins_only_where_they_exist() -> None:
    address, stream = Address("127.0.0.1", 8000), Address("127.0.0.1", 8001)
    assert "demo@dropset.local" in welcome(address, stream, since=0, names="", demo=True)
    assert "demo@dropset.local" not in welcome(address, stream, since=0, names="", demo=False)


def test_welcome_names_the_stream() -> None:
    said = welcome(Address("127.0.0.1", 8000), Address("127.0.0.1", 9000), since=0, names="", demo=False)
    assert "  Stream     http://127.0.0.1:9000/api/v1/sync/stream\n" in said


def test_welcome_names_the_hosts_only_to_who_listens_on_all_addresses() -> None:
    stream = Address("::", 8001)
    assert "api.example.org" in welcome(Address("::", 8000), stream, since=0, names="api.example.org", demo=False)
    assert "ALLOWED_HOSTS" not in welcome(Address("127.0.0.1", 8000), stream, since=0, names="localhost", demo=False)


@pytest.mark.parametrize(
    ("allowed_hosts", "header"),
    [("", "x:1"), ("*", "x:1"), ("api.example.org,b", "api.example.org"), (".example.org", "example.org")],
)
def test_host_header_is_a_name_the_server_answers_to(allowed_hosts: str, header: str) -> None:
    assert host_header(allowed_hosts, "x:1") == header


class Health(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if (self.path, self.headers["Host"]) == ("/health/ready", "api.example.org") else 503)
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Quiet."""


@pytest.fixture
def health_port() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), Health) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_is_healthy_asks_by_an_allowed_name(health_port: int) -> None:
    assert is_healthy("127.0.0.1", health_port, allowed_hosts="api.example.org,other")


def test_is_healthy_says_no_to_any_other_answer(health_port: int) -> None:
    assert not is_healthy("127.0.0.1", health_port)


def test_is_healthy_says_no_to_silence(free_port: int) -> None:
    assert not is_healthy("127.0.0.1", free_port)
