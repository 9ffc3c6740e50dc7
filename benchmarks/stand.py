"""What the benchmarks run on: two fresh databases, and the server as `make run` starts it, with an operator's settings."""

import secrets
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psutil
import psycopg
from psycopg import sql

from ops.checkout import STATE, environment, only_one, say
from ops.database import database
from ops.processes import Child, finish, running
from ops.run import WORKERS, Address, server_command, wait_until_ready

CLIENT_HEADER = "X-Client"  # from which network a request says that it comes
NAME, RAW_NAME = "dropset_benchmark", "dropset_benchmark_raw"


@dataclass(frozen=True)
class Databases:
    url: str  # the server's
    raw_url: str  # the copy for raw SQL
    maintenance_url: str

    def copy_to_raw(self) -> None:
        """The same rows, tables and constraints. Nobody may be connected to the first one meanwhile."""
        with psycopg.connect(self.maintenance_url, autocommit=True) as connection:
            connection.execute(_statement("DROP DATABASE IF EXISTS {} WITH (FORCE)", RAW_NAME))
            connection.execute(_statement("CREATE DATABASE {} TEMPLATE {}", RAW_NAME, NAME))
        for url in (self.url, self.raw_url):
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(
                    "VACUUM ANALYZE"
                )  # as autovacuum would in time; but not in the middle of a measurement

    @contextmanager
    def another(self, name: str) -> Iterator[str]:
        """The address of an empty database for the server of somebody else."""
        whole = f"{NAME}_{name}"
        _drop(self.maintenance_url, whole)
        _create(self.maintenance_url, whole)
        try:
            yield _named(self.maintenance_url, whole)
        finally:
            _drop(self.maintenance_url, whole)


@dataclass(frozen=True)
class Server:
    address: Address
    child: Child

    def resident_mb(self) -> float:
        """Memory of the largest process of the server: its worker."""
        return max(process.memory_info().rss for process in self._processes()) / 1e6

    def cpu_s(self) -> float:
        """Processor time of all of them until now."""
        return sum(sum(process.cpu_times()[:2]) for process in self._processes())

    def _processes(self) -> list[psutil.Process]:
        parent = psutil.Process(self.child.process.pid)
        return [parent, *parent.children(recursive=True)]


@contextmanager
def fresh_databases() -> Iterator[Databases]:
    """Beside the database in DATABASE_URL, on its server; or on an embedded server of their own."""
    with only_one("benchmarks"), database("postgres-benchmarks") as base:
        found = Databases(_named(base.url, NAME), _named(base.url, RAW_NAME), base.url)
        _drop(found.maintenance_url, RAW_NAME, NAME)
        _create(found.maintenance_url, NAME)
        try:
            yield found
        finally:
            _drop(found.maintenance_url, RAW_NAME, NAME)


def settings_for(url: str) -> dict[str, str]:
    """As in operation, but without TLS, and with access tokens that outlive the run."""
    operation = {"DEBUG": "false", "SECURE_TLS": "false", "ALLOWED_HOSTS": "127.0.0.1", "LOG_LEVEL": "WARNING"}
    operation["CLIENT_IP_HEADER"] = f"HTTP_{CLIENT_HEADER.upper().replace('-', '_')}"
    fixed = operation | {"ACCESS_TOKEN_MINUTES": "600", "SECRET_KEY": secrets.token_urlsafe(64)}
    return environment(DATABASE_URL=url, **fixed)


def prepare(env: dict[str, str]) -> None:
    say("preparing the database")
    finish("preparing the database", [sys.executable, "-m", "ops.prepare"], env=env)


@contextmanager
def serving(env: dict[str, str], *, workers: int = WORKERS) -> Iterator[Server]:
    """As in operation: without a log of requests, as in the container, and as other people's servers run here."""
    address = Address("127.0.0.1", free_port())
    log = STATE / f"benchmarks-{workers}.log"
    with running("the server", server_command(address, workers, access_log=False), env=env, log=log) as child:
        wait_until_ready(address, [child], env["ALLOWED_HOSTS"])
        yield Server(address, child)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _named(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _create(url: str, name: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_statement("CREATE DATABASE {}", name))


def _drop(url: str, *names: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for name in names:
            connection.execute(_statement("DROP DATABASE IF EXISTS {} WITH (FORCE)", name))


def _statement(text: Any, *names: str) -> sql.Composed:
    return sql.SQL(text).format(*(sql.Identifier(name) for name in names))
