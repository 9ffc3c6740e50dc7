"""What this device imported from other apps: which rows of which file made which records, and what stood before.

It stays on the device. With it a later export of the same history changes what it changed and no more, and an import can
be undone or replaced as a whole.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dropset_client.database import Database
from dropset_client.wire import JsonObject, NewId, compact_json
from dropset_files.planning.memory import Act, Imported, Key


@dataclass(frozen=True, slots=True)
class Import:
    """One import. `options` is how the file was read; `replaces` is the import in whose place it stands."""

    n: int
    id: str
    source: str
    file: str
    at: str
    options: JsonObject
    counts: JsonObject
    replaces: str | None
    undone_at: str | None


class ImportLog:
    def __init__(self, database: Database, new_id: NewId) -> None:
        self._db = database
        self._new_id = new_id

    def begin(self, *, source: str, file: str, at: str, options: JsonObject, replaces: str | None = None) -> Import:
        values = (self._new_id(), source, file, at, compact_json(options), replaces)
        row = self._db.execute(
            "INSERT INTO import (id, source, file, at, options, counts, replaces) VALUES (?, ?, ?, ?, ?, '{}', ?)"
            " RETURNING *",
            values,
        ).fetchone()
        return _import(row)

    def end(self, one: Import, rows: Iterable[Imported], counts: JsonObject) -> None:
        """Keep what came of it."""
        for row in rows:
            self._db.execute(
                "INSERT INTO imported (import_n, entity, record_id, parent_id, act, line, label, said, before)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    one.n,
                    row.entity,
                    row.record_id,
                    row.parent_id,
                    str(row.act),
                    row.line,
                    row.label,
                    compact_json(row.said),
                    compact_json(row.before),
                ),
            )
        self._db.execute("UPDATE import SET counts = ? WHERE n = ?", (compact_json(counts), one.n))

    def forget(self, one: Import) -> None:
        """It did nothing."""
        self._db.execute("DELETE FROM import WHERE n = ?", (one.n,))

    def undone(self, one: Import, at: str) -> None:
        self._db.execute("UPDATE import SET undone_at = ? WHERE n = ?", (at, one.n))

    def all(self) -> list[Import]:
        """The oldest first."""
        return [_import(row) for row in self._db.execute("SELECT * FROM import ORDER BY n")]

    def find(self, part_of_id: str) -> list[Import]:
        """Those whose id begins or ends like this."""
        return [one for one in self.all() if one.id.startswith(part_of_id) or one.id.endswith(part_of_id)]

    def rows(self, one: Import) -> Iterator[Imported]:
        for row in self._db.execute("SELECT * FROM imported WHERE import_n = ?", (one.n,)):
            yield _imported(row)

    def last_said(self, source: str) -> dict[Key, Imported]:
        """Of each record what the last import that counts read of it. What was undone never was, and what an import
        itself took away is not remembered: if a file has it again, it is new.
        """
        rows = self._db.execute(
            "SELECT imported.* FROM imported JOIN import ON import.n = import_n"
            " WHERE source = ? AND undone_at IS NULL ORDER BY import_n",
            (source,),
        )
        found = {(row["entity"], row["record_id"]): _imported(row) for row in rows}
        return {key: row for key, row in found.items() if row.act is not Act.DELETED}

    def known_ids(self) -> set[str]:
        """The ids of all records that an import ever made, also of those that were undone."""
        return {row[0] for row in self._db.execute("SELECT record_id FROM imported WHERE act = 'made'")}

    def built_on(self, one: Import) -> list[Import]:
        """Later imports that changed what this one wrote, or put something below it: they are to be undone first."""
        rows = self._db.execute(
            "SELECT DISTINCT import.* FROM imported AS mine JOIN imported AS later"
            " ON later.record_id = mine.record_id OR later.parent_id = mine.record_id"
            " JOIN import ON import.n = later.import_n"
            " WHERE mine.import_n = ? AND mine.act <> 'seen' AND later.import_n > mine.import_n AND later.act <> 'seen'"
            " AND undone_at IS NULL ORDER BY import.n",
            (one.n,),
        )
        return [_import(row) for row in rows]


def _import(row: sqlite3.Row) -> Import:
    return Import(
        n=row["n"],
        id=row["id"],
        source=row["source"],
        file=row["file"],
        at=row["at"],
        options=json.loads(row["options"]),
        counts=json.loads(row["counts"]),
        replaces=row["replaces"],
        undone_at=row["undone_at"],
    )


def _imported(row: sqlite3.Row) -> Imported:
    return Imported(
        import_n=row["import_n"],
        entity=row["entity"],
        record_id=row["record_id"],
        parent_id=row["parent_id"],
        act=Act(row["act"]),
        line=row["line"],
        label=row["label"],
        said=json.loads(row["said"]),
        before=json.loads(row["before"]),
    )
