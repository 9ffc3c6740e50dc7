"""A cache backend of atomic counters on PostgreSQL: limits that all processes share and that survive restarts."""

import time
from collections.abc import Mapping
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection

from lib.sqlfiles import load_sql


class CounterCache(BaseCache):
    """Integers only. The table is unlogged: writes cost no WAL, and only a crash of the database forgets them."""

    def __init__(self, table: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def add(self, key: Any, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self._run("counter_add", key, version, value=int(value), expires=self._expires(timeout)) is not None

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        row = self._run("counter_get", key, version)
        return default if row is None else row[0]

    def set(self, key: Any, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._run("counter_set", key, version, value=int(value), expires=self._expires(timeout))

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        row = self._run("counter_incr", key, version, delta=delta)
        if row is None:
            raise ValueError(f"Key {key!r} not found")
        return int(row[0])

    def touch(self, key: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self._run("counter_touch", key, version, expires=self._expires(timeout)) is not None

    def delete(self, key: Any, version: int | None = None) -> bool:
        return self._run("counter_delete", key, version) is not None

    def clear(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM lib_counter")

    def _expires(self, timeout: float | None) -> float:
        at = self.get_backend_timeout(timeout)
        return float("inf") if at is None else at

    def _run(self, name: str, key: Any, version: int | None, **params: Any) -> tuple[Any, ...] | None:
        full_key = self.make_and_validate_key(key, version)
        with connection.cursor() as cursor:
            cursor.execute(load_sql("lib", name), {"key": full_key, "now": time.time(), **params})
            row: tuple[Any, ...] | None = cursor.fetchone() if cursor.description else None
            return row


def delete_expired_counters() -> int:
    """Returns the number of deleted rows. Called by a periodic job."""
    with connection.cursor() as cursor:
        cursor.execute(load_sql("lib", "counter_delete_expired"), {"now": time.time()})
        return int(cursor.rowcount)


def counter_settings() -> Mapping[str, Any]:
    return {"BACKEND": "lib.counters.CounterCache", "LOCATION": "lib_counter"}
