"""A server and a PostgreSQL of its own, both real processes, to be killed hard."""

import os
import random
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg

from dropset_client import Device
from dropset_client.transport import RetryPolicy
from ops import postgres
from ops.processes import Child, finish, running

LOGIN = ("demo@dropset.local", "dropset-demo")
READY_LIMIT_S = 60.0
ATTEMPTS = 300
WAIT_S = 0.1


@dataclass
class World:
    folder: Path
    cluster: postgres.Cluster
    sockets: Path
    port: int
    stack: ExitStack
    database: postgres.Server = field(init=False)
    server: Child = field(init=False)
    interruptions: int = 0  # requests of devices that had to be sent again

    @property
    def order_to_die(self) -> Path:
        return self.folder / "die-after-the-next-push"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        own = {
            "DATABASE_URL": self.database.url(),
            "DEBUG": "true",
            "SECRET_KEY": "only-for-this-test-" + "x" * 40,
            "DIE_AFTER_THE_NEXT_PUSH": str(self.order_to_die),
            "TIMESCALEDB": "off",
        }
        return {**os.environ, **own}

    # --- PostgreSQL ---

    def start_database(self) -> None:
        log = self.cluster.beside("log")
        command = postgres.server_command(self.cluster, self.sockets)
        wrap = postgres.wrap_for(self.cluster.installation, self.cluster.data)
        child = self.stack.enter_context(running("PostgreSQL", command, wrap=wrap, stop_signal=signal.SIGINT, log=log))
        self.database = postgres.Server(child, self.sockets)
        postgres.wait_until_ready(self.database, log)
        postgres.ensure_database(self.database)

    def kill_database(self) -> None:
        """The postmaster and every backend at once: nobody gets to write anything out."""
        child = self.database.child  # the next one may be there before we have looked
        for process in psutil.process_iter():
            if postgres.serves(process, self.cluster.data.resolve()):
                with suppress(psutil.Error):
                    process.kill()
        child.process.wait()

    def query(self, statement: str, *params: Any) -> list[Any]:
        with psycopg.connect(self.database.url(), autocommit=True) as connection:
            return connection.execute(statement, params or None).fetchall()

    # --- the server ---

    def start_server(self) -> None:
        how = ["--interface", "wsgi", "--no-ws", "--blocking-threads", "4"]
        place = ["--host", "127.0.0.1", "--port", str(self.port), "--workers-kill-timeout", "3"]
        command = [sys.executable, "-m", "granian", *how, *place, "sync.tests.crash.wsgi:application"]
        log = self.folder / "server.log"
        self.server = self.stack.enter_context(running("the server", command, env=self.environment, log=log))

    def keep_serving(self, stop: threading.Event) -> None:
        """What systemd or Docker does: what has ended is started again. (A server whose worker has died ends.)

        One thread for all of it: children are tied to the thread that started them.
        """
        while not stop.wait(0.05):
            if self.database.child.process.poll() is not None:
                self.start_database()
            if self.server.process.poll() is not None:
                self.start_server()

    def kill_workers(self) -> None:
        with suppress(psutil.Error):
            for worker in psutil.Process(self.server.process.pid).children(recursive=True):
                with suppress(psutil.Error):
                    worker.kill()

    # --- devices ---

    def device(self, name: str) -> Device:
        """Signed in, waiting for the server where it is not up yet."""
        retry = RetryPolicy(waits_s=(WAIT_S,) * ATTEMPTS, sleep=self._wait)
        device = Device.open(self.folder / f"{name}.db", self.url, name=name, retry=retry)
        self.stack.callback(device.close)
        device.login(*LOGIN)
        return device

    def _wait(self, _wanted_s: float) -> None:
        self.interruptions += 1
        time.sleep(WAIT_S)


@contextmanager
def world() -> Iterator[World]:
    """Its data outlive a killed PostgreSQL, as an operator's would: nothing is turned off for speed."""
    with tempfile.TemporaryDirectory(prefix="dropset-crash-", dir="/tmp", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)  # PostgreSQL does not run as root: it must be able to reach its data
        cluster = postgres.Cluster(postgres.embedded(), folder / "postgres")
        postgres.create(cluster)
        with postgres.socket_folder(cluster) as sockets, ExitStack() as stack:
            made = World(folder, cluster, sockets, free_port(), stack)
            made.start_database()
            finish("preparing", [sys.executable, "-m", "ops.prepare"], env=made.environment, log=folder / "prepare.log")
            made.start_server()
            stop = threading.Event()
            keeper = threading.Thread(target=made.keep_serving, args=[stop])
            keeper.start()
            try:
                yield made
            finally:
                stop.set()
                keeper.join()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def meanwhile(disturb: Callable[[], None], work: Callable[[], Any], *, within_s: float, dice: random.Random) -> None:
    """Does the work, and at some moment of it what disturbs it."""

    def later() -> None:
        time.sleep(dice.uniform(0, within_s))
        disturb()

    with ThreadPoolExecutor(1) as pool:
        disturbed = pool.submit(later)
        work()
        disturbed.result()
