"""`make run`: database, migrations, API server, stream server and job workers, until Ctrl-C."""

import errno
import os
import socket
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from ops.checkout import PlainError, StopAskedError, environment, only_one, pause, program, say, secret_key
from ops.database import database
from ops.healthy import READY, is_healthy
from ops.processes import POLL_S, Child, finish, keep_alive, running

READY_LIMIT_S = 120.0
WORKERS = min(os.cpu_count() or 1, 4)  # Python works in one thread at a time: a process for each core, 60 MB each
BLOCKING_THREADS = 16  # each may wait: for a slow body, for a lock
KILL_TIMEOUT_S = 5
RESPAWN = "--respawn-failed-workers"  # one that dies is replaced while the others serve
BACKPRESSURE = 10_000  # granian counts connections, also silent ones: 1024 of those would stop it if nothing were said
HEADER_TIMEOUT_MS = 10_000
STREAM_BACKPRESSURE = 100_000  # granian counts every open stream as a request under way; our own limit is STREAM_LIMIT
QUEUES = {"default": 4, "long": 2}  # how many jobs at once: mails wait for another server, long work for the processor
STREAM_PATH = "/api/v1/sync/stream"
LOG = ["--log-config", "ops/granian.json"]  # lines in the form of ours, until a process has loaded the settings
ACCESS = '%(addr)s "%(method)s %(path)s" %(status)d %(dt_ms).0f ms'
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 -- where to reach a server that listens on all addresses


def in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


@dataclass(frozen=True)
class Address:
    host: str  # in digits
    port: int

    def reachable_host(self) -> str:
        return EVERYWHERE.get(self.host, self.host)

    def url(self, path: str = "") -> str:
        return f"http://{in_url(self.reachable_host())}:{self.port}{path}"


def port_from_environment(name: str, default: int) -> int:
    port = os.environ.get(name, "") or str(default)
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 2**16:
        raise PlainError(f"{name}={port} is not a port: a number from 1 to 65535 is.")
    return int(port)


def address_from_environment() -> Address:
    port = port_from_environment("PORT", 8000)
    host = os.environ.get("HOST", "") or "127.0.0.1"
    try:
        place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4]
    except (OSError, UnicodeError):  # the latter for a part of more than 63 letters
        raise PlainError(f"HOST={host} is not an address.") from None
    return Address(str(place[0]), port)


def stream_address(api: Address) -> Address:
    """Beside the API: STREAM_PORT, or else the next port."""
    port = port_from_environment("STREAM_PORT", api.port % 65535 + 1)
    if port == api.port:
        raise PlainError(f"STREAM_PORT={port} is the API's port. Choose another.")
    return Address(api.host, port)


def check_free(address: Address, variable: str = "PORT") -> None:
    """Refuse before anything is started, with what to do about it. variable: the one that chooses this port."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address.host, address.port))
    except PermissionError:
        raise PlainError(f"port {address.port} is for root only. Choose another: {variable}=8000 make run") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            other = address.port % 65535 + 1
            raise PlainError(
                f"port {address.port} is taken. Free it, or choose another: {variable}={other} make run"
            ) from None
        raise PlainError(f"HOST={address.host} is not an address of this machine ({error.strerror}).") from None


def wait_until_ready(address: Address, children: Sequence[Child], allowed_hosts: str) -> None:
    deadline = time.monotonic() + READY_LIMIT_S
    while not is_healthy(address.reachable_host(), address.port, allowed_hosts=allowed_hosts):
        for child in children:
            child.check_alive()
        if time.monotonic() > deadline:
            raise PlainError(f"{address.url(READY)} did not answer 200 within {READY_LIMIT_S:.0f} s.")
        pause(POLL_S)


def server_command(address: Address, workers: int = WORKERS, *, access_log: bool = True) -> list[str]:
    """access_log: a line for each request helps who develops, and takes a third of the throughput."""
    place = ["--host", address.host, "--port", str(address.port)]
    log = ["--access-log", "--access-log-fmt", ACCESS] if access_log else []
    how = ["--interface", "wsgi", "--no-ws", *LOG, *log]
    many = ["--workers", str(workers), "--blocking-threads", str(BLOCKING_THREADS)]
    idle = ["--backpressure", str(BACKPRESSURE), "--http1-header-read-timeout", str(HEADER_TIMEOUT_MS)]
    end = ["--workers-kill-timeout", str(KILL_TIMEOUT_S), RESPAWN]
    return [sys.executable, "-m", "granian", *how, *many, *place, *idle, *end, "config.wsgi:application"]


def stream_command(address: Address) -> list[str]:
    place = ["--host", address.host, "--port", str(address.port)]
    how = ["--interface", "asgi", "--no-ws", *LOG, "--http", "1", "--blocking-threads", "1"]
    end = ["--backpressure", str(STREAM_BACKPRESSURE), "--workers-kill-timeout", str(KILL_TIMEOUT_S), RESPAWN]
    return [sys.executable, "-m", "granian", *how, *place, *end, "config.asgi:application"]


def worker_command(queue: str) -> list[str]:
    """A process for each queue: long work would take the processor from quick work in the same one."""
    what = ["--name", queue, "--queues", queue, "--concurrency", str(QUEUES[queue])]
    return [sys.executable, "manage.py", "procrastinate", "worker", *what]


def settings_for(address: Address, stream: Address, url: str) -> dict[str, str]:
    """The environment's own values win; these are what a developer would have to invent."""
    defaults = {
        "DEBUG": "true",
        "SECRET_KEY": secret_key(),
        "ALLOWED_HOSTS": f"localhost,127.0.0.1,[::1],{in_url(address.host)}",
        "BASE_URL": address.url(),
        "STREAM_URL": stream.url(STREAM_PATH),
    }
    return environment(defaults, DATABASE_URL=url)


@contextmanager
def services(address: Address, stream: Address, env: Mapping[str, str]) -> Iterator[list[Child]]:
    """What runs beside the database."""
    commands = {
        "the server": server_command(address),
        "the stream server": stream_command(stream),
        "the worker": worker_command("default"),
        "the worker for long jobs": worker_command("long"),
    }
    with ExitStack() as stack:
        yield [stack.enter_context(running(name, command, env=env)) for name, command in commands.items()]


def welcome(address: Address, stream: Address, *, since: float, names: str, demo: bool) -> str:
    lines = [
        f"Dropset is up after {time.monotonic() - since:.1f} s. Ctrl-C stops it.",
        f"  API docs   {address.url('/api/docs/')}",
        f"  Admin      {address.url('/admin/')}",
        f"  Stream     {stream.url(STREAM_PATH)}",
        f"  Health     {address.url(READY)}",
    ]
    if address.host in EVERYWHERE:
        lines.append(
            f"  Names      {names}    (all that it answers to: ALLOWED_HOSTS, BASE_URL and STREAM_URL name others)"
        )
    if demo:
        lines += [
            "  Logins     demo@dropset.local    password dropset-demo   (an athlete, for the API)",
            "             curator@dropset.local password dropset-demo   (staff, for the admin)",
        ]
    return "\n".join(["", *lines, ""])


def main() -> int:
    since = time.monotonic()
    address = address_from_environment()
    stream = stream_address(address)
    with only_one("run"):
        check_free(address)
        check_free(stream, "STREAM_PORT")
        with database("postgres") as base:
            env = settings_for(address, stream, base.url)
            say("preparing the database")
            finish("preparing the database", [sys.executable, "-m", "ops.prepare"], env=env)
            with services(address, stream, env) as started:
                children = [*base.children, *started]
                for each in (address, stream):
                    wait_until_ready(each, children, env["ALLOWED_HOSTS"])
                names, demo = env["ALLOWED_HOSTS"], env["DEBUG"] == "true"
                print(welcome(address, stream, since=since, names=names, demo=demo), flush=True)
                try:
                    keep_alive(children)
                except StopAskedError:
                    say("stopping")
    say("stopped.")
    return 0


if __name__ == "__main__":
    program(main)
