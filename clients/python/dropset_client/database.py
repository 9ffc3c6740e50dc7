"""The SQLite file under a store: opening it, transactions, single values.

WAL lets the app read while a sync writes. `synchronous=FULL` makes a commit survive a power cut, not only a killed
process: a logged set is worth the milliseconds of one flush.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_SCHEMA = Path(__file__).with_name("schema.sql")
_FILE_VERSION = 1


class Database:
    """One connection. Use it from the thread that opened it; a second thread opens a store of its own."""

    def __init__(self, path: Path | str) -> None:
        self._depth = 0
        new = str(path) != ":memory:" and not Path(path).exists()
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=10)
        self._connection.row_factory = sqlite3.Row
        if new:
            Path(path).chmod(0o600)  # it holds the session's tokens
        self._prepare()

    def _prepare(self) -> None:
        found = int(self.execute("PRAGMA user_version").fetchone()[0])
        if found > _FILE_VERSION:
            self.close()
            raise ValueError(f"this store was written by a newer client (file version {found})")
        self.execute("PRAGMA journal_mode = WAL")
        self.execute("PRAGMA synchronous = FULL")
        self._connection.executescript(_SCHEMA.read_text(encoding="utf-8"))
        self.execute(f"PRAGMA user_version = {_FILE_VERSION}")

    def close(self) -> None:
        self._connection.close()

    def execute(self, sql: str, parameters: Mapping[str, object] | tuple[object, ...] = ()) -> sqlite3.Cursor:
        return self._connection.execute(sql, parameters)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. A transaction inside another one is a savepoint of it."""
        outermost = self._depth == 0
        mark = f"depth_{self._depth}"
        self.execute("BEGIN IMMEDIATE" if outermost else f"SAVEPOINT {mark}")
        self._depth += 1
        try:
            yield
        except BaseException:
            self.execute("ROLLBACK" if outermost else f"ROLLBACK TO {mark}")
            raise
        else:
            self.execute("COMMIT" if outermost else f"RELEASE {mark}")
        finally:
            self._depth -= 1

    def meta(self, key: str) -> str | None:
        row = self.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row["value"])

    def set_meta(self, **values: str | None) -> None:
        """Write single values; None takes one away."""
        for key, value in values.items():
            if value is None:
                self.execute("DELETE FROM meta WHERE key = ?", (key,))
            else:
                self.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value))
