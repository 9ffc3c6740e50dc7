"""Other people's servers, each in a virtual environment of its own: what they need is never among our requirements."""

import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from psycopg import pq

from ops.checkout import STATE, PlainError, pause, say
from ops.healthy import is_healthy
from ops.processes import POLL_S, Child, finish, running

PEERS = STATE / "peers"
READY_LIMIT_S = 60.0
PYTHON = sys.version_info[:2]


@dataclass(frozen=True)
class Peer:
    name: str
    version: str
    requirements: tuple[str, ...]
    newest_python: tuple[int, int] | None = None  # the newest that it runs on

    @property
    def folder(self) -> Path:
        return PEERS / self.name

    @property
    def log(self) -> Path:
        return PEERS / f"{self.name}.log"

    def program(self, name: str) -> str:
        return str(self.folder / "bin" / name)


FASTAPI = Peer(
    "fastapi",
    "0.165.0",
    ("fastapi==0.165.0", "asyncpg==0.32.0", "pyjwt==2.15.1", "uvicorn[standard]==0.54.0"),
)
KINTO = Peer("kinto", "26.5.0", ("kinto[postgresql]==26.5.0",))
WGER = Peer(
    "wger",
    "2.1",  # of 2022, the last on the package index: what came later is a container or a checkout
    (
        "wger==2.1",
        "psycopg2-binary",  # for PostgreSQL: by itself it brings SQLite only
        "waitress",  # as Kinto has it; by itself it brings the server of Django, which is for development
    ),
    newest_python=(3, 12),  # the Pillow that it asks for cannot be built for later ones
)


def install(peer: Peer) -> None:
    """Once: the folder remembers what it holds."""
    if peer.newest_python and peer.newest_python < PYTHON:
        raise PlainError(f"{peer.name} {peer.version} runs on Python {'.'.join(map(str, peer.newest_python))} at most.")
    stamp, wanted = peer.folder / ".installed", f"{PYTHON} {' '.join(peer.requirements)}"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    PEERS.mkdir(parents=True, exist_ok=True)
    say(f"installing {peer.name} {peer.version} for comparison")
    finish(f"making {peer.folder}", [sys.executable, "-m", "venv", "--clear", str(peer.folder)])
    pip = [peer.program("python"), "-m", "pip", "install", "--disable-pip-version-check", *peer.requirements]
    finish(f"installing {peer.name}", pip, env=os.environ, log=peer.log)
    stamp.write_text(wanted)


def connection_variables(url: str) -> dict[str, str]:
    """A database's address as the environment variables of libpq, which each of them understands."""
    options = pq.Conninfo.parse(url.encode())
    return {o.envvar.decode(): o.val.decode() for o in options if o.envvar and o.val} | {"PGTZ": "UTC"}


def run(peer: Peer, command: Sequence[str], env: Mapping[str, str]) -> None:
    finish(f"{peer.name}: {command[1]}", command, env=_alone(env), log=peer.log)


@contextmanager
def serving(peer: Peer, command: Sequence[str], port: int, path: str, env: Mapping[str, str]) -> Iterator[Child]:
    """The server on 127.0.0.1, once `path` answers 200."""
    with running(peer.name, command, env=_alone(env), log=peer.log) as child:
        deadline = time.monotonic() + READY_LIMIT_S
        while not is_healthy("127.0.0.1", port, path=path):
            child.check_alive()
            if time.monotonic() > deadline:
                raise PlainError(f"{peer.name} did not answer within {READY_LIMIT_S:.0f} s: see {peer.log}.")
            pause(POLL_S)
        yield child


def _alone(env: Mapping[str, str]) -> dict[str, str]:
    """Without our settings, which stand in the environment by now: a name may mean something to them too."""
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **env}
