"""The base: records as the server gave them."""

import json
import sqlite3
from collections.abc import Iterator

from dropset_client.database import Database
from dropset_client.wire import Mutation, Op, Record, compact_json


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

    def __init__(self, database: Database) -> None:
        self._db = database

    def get(self, entity: str, record_id: str) -> Record | None:
        row = self._db.execute("SELECT * FROM record WHERE entity = ? AND id = ?", (entity, record_id)).fetchone()
        return None if row is None else _record(row)

    def of(self, entity: str) -> Iterator[Record]:
        for row in self._db.execute("SELECT * FROM record WHERE entity = ? ORDER BY id", (entity,)):
            yield _record(row)

    def live(self) -> Iterator[Record]:
        for row in self._db.execute("SELECT * FROM record WHERE deleted = 0 ORDER BY entity, id"):
            yield _record(row)

    def put(self, record: Record) -> None:
        self._db.execute(
            "INSERT INTO record (entity, id, version, deleted, data, last_modified_at)"
            " VALUES (:entity, :id, :version, :deleted, :data, :last_modified_at)"
            " ON CONFLICT (entity, id) DO UPDATE SET version = excluded.version, deleted = excluded.deleted,"
            " data = excluded.data, last_modified_at = excluded.last_modified_at"
            " WHERE excluded.version >= record.version",
            {
                "entity": record.entity,
                "id": record.id,
                "version": record.version,
                "deleted": record.deleted,
                "data": None if record.data is None else compact_json(record.data),
                "last_modified_at": record.last_modified_at,
            },
        )

    def put_applied(self, mutation: Mutation, version: int) -> None:
        """The server took the mutation as it was: the base moves on by its patch.

        Fields that the server fills in (defaults, local dates) come with the pull that follows every push.
        """
        known = self.get(mutation.entity, mutation.record_id)
        gone = mutation.op is Op.DELETE
        data = None if gone else {**((known.data if known else None) or {}), **mutation.patch}
        self.put(Record(mutation.entity, mutation.record_id, version, gone, data))

    def drop(self, entity: str, record_id: str) -> None:
        self._db.execute("DELETE FROM record WHERE entity = ? AND id = ?", (entity, record_id))

    def clear(self) -> None:
        self._db.execute("DELETE FROM record")
