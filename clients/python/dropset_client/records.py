"""The base: records as the server gave them."""

import json
import sqlite3
from collections.abc import Iterator
from typing import Literal

from dropset_client.database import Database
from dropset_client.wire import Mutation, Op, Record, canonical_id, compact_json

Table = Literal["record", "incoming", "old_record"]
_PUT = """
    INSERT INTO {table} (entity, id, version, deleted, data, last_modified_at)
    VALUES (:entity, :id, :version, :deleted, :data, :last_modified_at)
    ON CONFLICT (entity, id) DO UPDATE SET version = excluded.version, deleted = excluded.deleted,
        data = excluded.data, last_modified_at = excluded.last_modified_at
    WHERE excluded.version >= {table}.version"""


def _record(row: sqlite3.Row) -> Record:
    return Record(
        entity=row["entity"],
        id=row["id"],
        version=row["version"],
        deleted=bool(row["deleted"]),
        data=None if row["data"] is None else json.loads(row["data"]),
        last_modified_at=row["last_modified_at"],
    )


class BaseRecords:
    """Versions only rise here, so storing an answer twice, or an older answer after a newer one, changes nothing."""

    def __init__(self, database: Database, table: Table = "record") -> None:
        self._db = database
        self._table = table
        self._put = _PUT.format(table=table)

    def get(self, entity: str, record_id: str) -> Record | None:
        found = f"SELECT * FROM {self._table} WHERE entity = ? AND id = ?"  # noqa: S608  one of our own names
        row = self._db.execute(found, (entity, record_id)).fetchone()
        return None if row is None else _record(row)

    def between(self, entity: str, first: str, last: str) -> Iterator[Record]:
        """By id, from one to another."""
        found = f"SELECT * FROM {self._table} WHERE entity = ? AND id BETWEEN ? AND ? ORDER BY id"  # noqa: S608  the same
        for row in self._db.execute(found, (entity, first, last)):
            yield _record(row)

    def after(self, version: int) -> Iterator[Record]:
        """What changed later, in the order in which it was changed."""
        found = f"SELECT * FROM {self._table} WHERE version > ? ORDER BY last_modified_at, version, entity, id"  # noqa: S608  the same
        for row in self._db.execute(found, (version,)):
            yield _record(row)

    def is_empty(self) -> bool:
        return self._db.execute(f"SELECT 1 FROM {self._table} LIMIT 1").fetchone() is None  # noqa: S608  the same

    def live(self) -> Iterator[Record]:
        """By entity and id."""
        found = f"SELECT * FROM {self._table} WHERE deleted = 0 ORDER BY entity, id"  # noqa: S608  the same
        for row in self._db.execute(found):
            yield _record(row)

    def live_versions(self) -> Iterator[Record]:
        """The same without what is in them, which a digest does not need and which takes long to read."""
        columns = "entity, id, version, deleted, NULL AS data, last_modified_at"
        for row in self._db.execute(f"SELECT {columns} FROM {self._table} WHERE deleted = 0"):  # noqa: S608  the same
            yield _record(row)

    def put(self, record: Record) -> None:
        self._db.execute(
            self._put,
            {
                "entity": record.entity,
                "id": record.id,
                "version": record.version,
                "deleted": record.deleted,
                "data": None if record.data is None else compact_json(record.data),
                "last_modified_at": record.last_modified_at,
            },
        )

    def put_applied(self, mutation: Mutation, version: int, *, at: str | None = None) -> None:
        """The server took the mutation as it was: the base moves on by its patch.

        Fields that the server fills in (defaults, local dates) come with the pull that follows every push. A deleted
        record keeps its content until then, for the restore that may follow. Where the content is gone already, as in
        every tombstone that was pulled, only the server knows what a restore brings back.
        """
        record_id = canonical_id(mutation.record_id)
        known = self.get(mutation.entity, record_id)
        if mutation.op is Op.RESTORE and (known is None or known.data is None):
            return
        gone = mutation.op is Op.DELETE
        data = {**((known.data if known else None) or {}), **mutation.patch}
        self.put(Record(mutation.entity, record_id, version, gone, data, last_modified_at=at))

    def drop(self, entity: str, record_id: str) -> None:
        self._db.execute(
            f"DELETE FROM {self._table} WHERE entity = ? AND id = ?",  # noqa: S608  one of our own names
            (entity, record_id),
        )

    def clear(self) -> None:
        self._db.execute(f"DELETE FROM {self._table}")  # noqa: S608  one of our own names

    def become(self, other: "BaseRecords") -> None:
        """Hold what `other` holds, and leave it empty."""
        self.clear()
        columns = "entity, id, version, deleted, data, last_modified_at"
        self._db.execute(f"INSERT INTO {self._table} ({columns}) SELECT {columns} FROM {other._table}")  # noqa: S608, SLF001  the same
        other.clear()
