"""What each bar works with: a client, an athlete with data, and the same athlete in the raw database."""

import itertools
from dataclasses import dataclass
from typing import Any

import httpx
import msgspec
import psycopg

from benchmarks import raw
from benchmarks.athletes import Athlete, Push
from benchmarks.stand import Server

PUSH, PULL, STATUS, SNAPSHOT, LIVE, SETS = (
    "/api/v1/sync/push",
    "/api/v1/sync/pull",
    "/api/v1/sync/status",
    "/api/v1/sync/snapshot",
    "/health/live",
    "/api/v1/sets/",
)
LARGEST_PAGE = 2000


class PageEnd(msgspec.Struct):
    cursor: str
    has_more: bool


@dataclass
class Bench:
    """One athlete on the server, over one connection that stays open, and their twin behind raw SQL."""

    server: Server
    http: httpx.Client
    raw: raw.Connection
    athlete: Athlete
    twin: Athlete

    def post(self, push: Push) -> Any:
        """The answer, parsed. Raises where it is not 200."""
        return self.send(push).raise_for_status().json()

    def send(self, push: Push) -> httpx.Response:
        return self.http.post(PUSH, content=push.body)

    def pull(self, cursor: str | None, limit: int = LARGEST_PAGE) -> httpx.Response:
        query: dict[str, str | int] = {"limit": limit, "device_id": str(self.athlete.device_id)}
        return self.http.get(PULL, params=query | ({} if cursor is None else {"cursor": cursor}))

    def pull_all(self, cursor: str | None) -> tuple[str, int]:
        """(the last cursor, number of pages). Of each page only its end is parsed: what a client does with it is its own."""
        for number in itertools.count(1):
            page = msgspec.json.decode(self.pull(cursor).raise_for_status().content, type=PageEnd)
            cursor = page.cursor
            if not page.has_more:
                return cursor, number
        raise AssertionError("unreachable")

    def status(self) -> httpx.Response:
        return self.http.get(STATUS)

    def close(self) -> None:
        self.http.close()
        self.raw.close()


def open_bench(server: Server, athlete: Athlete, raw_url: str) -> Bench:
    headers = {"Authorization": f"Bearer {athlete.token}", "Content-Type": "application/json"}
    http = httpx.Client(base_url=server.address.url(), headers=headers, timeout=120)
    return Bench(server, http, psycopg.connect(raw_url, autocommit=True), athlete, athlete.twin())
