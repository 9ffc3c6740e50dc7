"""What every command has: the store's file, the device on it, and where to print."""

import os
import socket
from argparse import Namespace
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Self

from dropset_client.cli.output import Output
from dropset_client.cli.problems import NotSo
from dropset_client.device import Device
from dropset_client.store import Store
from dropset_client.transport import RetryPolicy
from dropset_client.wire import Mutation, Record

DEFAULT_SERVER = "http://127.0.0.1:8000"
_RETRY = RetryPolicy(waits_s=(0.5, 1, 2), longest_wait_s=10)  # a person is waiting
_SHORTEST_PART = 4  # of an id


def default_db() -> Path:
    return Path(os.environ.get("DROPSET_DB") or Path.home() / ".dropset.sqlite3")


class Context(AbstractContextManager["Context"]):
    def __init__(self, arguments: Namespace) -> None:
        self.path: Path = arguments.db
        self.out = Output(as_json=arguments.json)
        self.server = self._server(arguments.server)
        self.device = self._opened()

    def _server(self, named: str | None) -> str:
        """As named now, else as at the last log-in, else what a developer has."""
        known = self._note("server") if self.path.exists() else None
        return named or known or os.environ.get("DROPSET_SERVER") or DEFAULT_SERVER

    def _note(self, name: str) -> str | None:
        store = Store(self.path)
        try:
            return store.note(name)
        finally:
            store.close()

    def _opened(self) -> Device:
        name = (self._note("name") if self.path.exists() else None) or f"dropset on {socket.gethostname()}"
        return Device.open(self.path, self.server, name=name[:100], platform="command line", retry=_RETRY)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.device.close()

    def place(self, part: str, entity: str | None = None) -> tuple[str, str]:
        """The record whose id this is, or begins or ends like this."""
        if len(part) < _SHORTEST_PART:
            raise NotSo(f"{part!r} is too short for a part of an id: {_SHORTEST_PART} characters at least")
        found = [place for place in self.device.store.places(part) if entity in (None, place[0])]
        if not found:
            raise NotSo(f"there is no {entity or 'record'} {part} on this device. `dropset sync` brings what is new")
        if len(found) > 1:
            several = ", ".join(f"{kind} {record_id}" for kind, record_id in found[:5])
            raise NotSo(f"{part} is not the only one: {several}. Type more of it")
        return found[0]

    def record(self, part: str, entity: str | None = None) -> Record:
        kind, record_id = self.place(part, entity)
        record = self.device.get(kind, record_id)
        if record is None:
            raise NotSo(f"{kind} {record_id} is deleted. `dropset restore {kind} {record_id}` brings it back")
        return record

    def refused(self, part: str) -> Mutation:
        """The refused change with this id, from a part of it."""
        waiting = (item.mutation for item in self.device.rejected())
        found = [one for one in waiting if one.id.startswith(part) or one.id.endswith(part)]
        if not found:
            raise NotSo(f"{part} names no change that is refused still. `dropset rejected` lists those")
        if len(found) > 1 or len(part) < _SHORTEST_PART:
            raise NotSo(f"{part} names {len(found)} refused changes. `dropset rejected` lists them")
        return found[0]
