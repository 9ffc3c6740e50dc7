"""A number of clients that each send a request as soon as the last one is answered. One process, one thread, no parsing."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from ops.run import Address

HEARING_S = 0.01  # for what the server has ended between two bursts, while nobody listened
END_OF_HEAD = b"\r\n\r\n"
LENGTH = b"content-length:"
TIME_LIMIT_S = 120.0

Requests = Iterator[bytes]


def request(method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
    if body:
        lines += [f"Content-Length: {len(body)}", "Content-Type: application/json"]
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass
class Burst:
    """So many requests, whichever client sends them."""

    left: int
    done: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: int = 0
    refused: bytes | None = None

    def may_send(self) -> bool:
        if self.left == 0:
            return False
        self.left -= 1
        self.waiting += 1
        return True

    def answered(self, head: bytes) -> None:
        self.waiting -= 1
        if not head.startswith(b"HTTP/1.1 2"):
            self.refused = head
        if self.waiting == 0 and self.left == 0:
            self.done.set()


class Client(asyncio.Protocol):
    burst: Burst
    requests: Requests
    transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.got, self.whole = transport, b"", 0

    def start(self, burst: Burst, requests: Requests) -> None:
        self.burst, self.requests = burst, requests
        self.send()

    def send(self) -> None:
        if self.burst.may_send():
            self.transport.write(next(self.requests))

    def data_received(self, data: bytes) -> None:
        self.got += data
        if not self.whole:
            end = self.got.find(END_OF_HEAD)
            if end < 0:
                return
            self.whole = end + len(END_OF_HEAD) + length_in(self.got[:end])
        if len(self.got) >= self.whole:
            answer, self.got, self.whole = self.got, b"", 0
            self.burst.answered(answer)
            self.send()

    def connection_lost(self, exc: Exception | None) -> None:
        if getattr(self, "burst", None) and not self.burst.done.is_set():
            self.burst.refused = b"the connection was lost"
            self.burst.done.set()


def length_in(head: bytes) -> int:
    found = head.lower().partition(LENGTH)[2]
    return int(found.partition(b"\r\n")[0] or 0)


class Clients:
    """Their connections stay open. One that the server has ended, while others had their turn, is opened again."""

    def __init__(self, address: Address, count: int) -> None:
        self._runner, self._address, self._count = asyncio.Runner(), address, count
        self._clients: list[Client] = []

    def __enter__(self) -> Self:
        self._runner.run(self._connect())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for client in self._clients:
            client.transport.close()
        self._runner.close()

    def send(self, requests: Sequence[Requests], count: int) -> None:
        """requests: of each client. Raises AssertionError where not all were answered with success."""
        self._runner.run(self._send(requests, Burst(count)))

    async def _connect(self) -> None:
        self._clients = [client for client in self._clients if not client.transport.is_closing()]
        loop = asyncio.get_running_loop()
        while len(self._clients) < self._count:
            _, client = await loop.create_connection(Client, self._address.host, self._address.port)
            self._clients.append(client)

    async def _send(self, requests: Sequence[Requests], burst: Burst) -> None:
        await asyncio.sleep(HEARING_S)
        await self._connect()
        for client, own in zip(self._clients, requests, strict=True):
            client.start(burst, own)
        await asyncio.wait_for(burst.done.wait(), TIME_LIMIT_S)
        assert burst.refused is None, burst.refused
