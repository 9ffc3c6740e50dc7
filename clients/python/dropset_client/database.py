"""The SQLite file under a store: opening it, transactions, single values.

WAL lets the app read while a sync writes. `synchronous=FULL` makes a commit survive a power cut, not only a killed
process: a logged set is worth the milliseconds of one flush.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

_SCHEMA = Path(__file__).with_name("schema.sql")
_UPGRADES = {1: Path(__file__).with_name("upgrade_1.sql"), 2: Path(__file__).with_name("upgrade_2.sql")}
_FILE_VERSION = 4


class Database:
    """One connection. Use it from the thread that opened it; a second thread opens a store of its own."""

    def __init__(self, path: Path | str) -> None:
        self._depth = 0
        self._file = None if str(path) == ":memory:" else Path(path)
        new = self._file is not None and not self._file.exists()
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=10)
        self._connection.row_factory = sqlite3.Row
        if new:
            Path(path).chmod(0o600)  # it holds the session's tokens
        self._prepare()

    def _prepare(self) -> None:
        if self._file_version() > _FILE_VERSION:
            found = self._file_version()
            self.close()
            raise ValueError(f"this store was written by a newer client (file version {found})")
        self.execute("PRAGMA journal_mode = WAL")
        self.execute("PRAGMA synchronous = FULL")
        self.execute("PRAGMA cache_size = -16384")  # KiB. Ids that are made from content lie far apart
        if self._file_version() != _FILE_VERSION:
            with self.transaction():
                self._upgrade(self._file_version())  # asked again: another process may have done it meanwhile

    def _file_version(self) -> int:
        return int(self.execute("PRAGMA user_version").fetchone()[0])

    def _upgrade(self, found: int) -> None:
        if found == 1:
            self.execute("DROP INDEX mutation_by_record")
            self.execute("ALTER TABLE mutation RENAME TO mutation_1")
        self._run(_SCHEMA)
        for version in range(found or _FILE_VERSION, _FILE_VERSION):  # a new file has version 0, and nothing to upgrade
            if version in _UPGRADES:  # elsewhere the new tables were all
                self._run(_UPGRADES[version])
        self.execute(f"PRAGMA user_version = {_FILE_VERSION}")

    def _run(self, script: Path) -> None:
        """Statement by statement: `executescript` would commit the transaction around it."""
        statement = ""
        for line in script.read_text(encoding="utf-8").splitlines(keepends=True):
            statement += line
            if sqlite3.complete_statement(statement):
                self.execute(statement)
                statement = ""

    def close(self) -> None:
        self._connection.close()

    def copy_to(self, path: Path | str) -> None:
        """What a backup of the device would hold."""
        with closing(sqlite3.connect(path)) as target:
            self._connection.backup(target)

    def execute(self, sql: str, parameters: Mapping[str, object] | tuple[object, ...] = ()) -> sqlite3.Cursor:
        return self._connection.execute(sql, parameters)

    @contextmanager
    def lock(self, name: str, *, wait_s: float) -> Iterator[None]:
        """One at a time, over all processes and threads with this file open; the file itself is not locked.

        An empty database beside it carries the lock: SQLite's own are there on every system, and end with their process.
        Raises TimeoutError.
        """
        if self._file is None:
            yield  # a store in memory, which nobody else has
            return
        beside = self._file.with_name(f"{self._file.name}-{name}")
        beside.touch(mode=0o600)
        with closing(sqlite3.connect(beside, isolation_level=None, timeout=wait_s)) as other:
            try:
                other.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError as error:
                raise TimeoutError(f"somebody holds {name} for more than {wait_s:g} s") from error
            yield

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
