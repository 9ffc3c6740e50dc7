"""The queue of unsent changes, the dead letter of refused ones, and the log of verdicts."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from dropset_client.database import Database
from dropset_client.wire import JsonObject, Limits, Mutation, Op, Refusal, Result, Status, compact_json

_ENVELOPE_BYTES = 2048  # room for the fields around the mutations of a push
_OUTCOMES_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Draft:
    """A change as the app makes it; the store numbers it and notes what it was based on."""

    id: str
    entity: str
    record_id: str
    op: Op
    at: str
    patch: JsonObject
    group: str | None = None

    def numbered(self, seq: int, *, base_version: int) -> Mutation:
        return Mutation(
            id=self.id,
            seq=seq,
            entity=self.entity,
            record_id=self.record_id,
            op=self.op,
            base_version=base_version,
            at=self.at,
            patch=self.patch,
            group=self.group,
        )


@dataclass(frozen=True, slots=True)
class Rejected:
    """A change the server will never take, with its whole content and the reason."""

    mutation: Mutation
    reason: Refusal


@dataclass(frozen=True, slots=True)
class Outcome:
    """The stored verdict on a mutation that left the queue."""

    id: str
    seq: int
    status: Status
    version: int | None
    replayed: bool
    conflict_ids: tuple[str, ...]


def _mutation(row: sqlite3.Row) -> Mutation:
    return Mutation(
        id=row["id"],
        seq=row["seq"],
        entity=row["entity"],
        record_id=row["record_id"],
        op=Op(row["op"]),
        base_version=row["base_version"],
        at=row["at"],
        patch=json.loads(row["patch"]),
        group=row["group_id"],
        schema_version=row["schema_version"],
    )


def _row(mutation: Mutation) -> dict[str, object]:
    return {
        **mutation.to_wire(),
        "patch": compact_json(mutation.patch),
        "group_id": mutation.group,
    }


class MutationQueue:
    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, mutation: Mutation) -> None:
        self._db.execute(
            "INSERT INTO mutation (seq, id, entity, record_id, op, base_version, at, patch, group_id, schema_version)"
            " VALUES (:seq, :id, :entity, :record_id, :op, :base_version, :at, :patch, :group_id, :schema_version)",
            _row(mutation),
        )

    def all(self) -> Iterator[Mutation]:
        """In the order the user did them; this is also the order they are sent in."""
        for row in self._db.execute("SELECT * FROM mutation ORDER BY seq"):
            yield _mutation(row)

    def of_record(self, entity: str, record_id: str) -> list[Mutation]:
        rows = self._db.execute(
            "SELECT * FROM mutation WHERE entity = ? AND record_id = ? ORDER BY seq", (entity, record_id)
        )
        return [_mutation(row) for row in rows]

    def of_entity(self, entity: str) -> dict[str, list[Mutation]]:
        found: dict[str, list[Mutation]] = {}
        for row in self._db.execute("SELECT * FROM mutation WHERE entity = ? ORDER BY seq", (entity,)):
            found.setdefault(row["record_id"], []).append(_mutation(row))
        return found

    def count(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM mutation").fetchone()[0])

    def count_deferred(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM mutation WHERE state = 'deferred'").fetchone()[0])

    def settle(self, mutation: Mutation, result: Result) -> None:
        """Take a mutation out of the queue: its verdict is stored first, a refused one moves to the dead letter."""
        if result.status is Status.REJECTED:
            self._bury(mutation, result.error or Refusal("rejected", "the server gave no reason"))
        self._db.execute(
            "INSERT OR REPLACE INTO outcome (id, seq, status, version, replayed, conflict_ids)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                mutation.id,
                mutation.seq,
                str(result.status),
                result.version,
                result.replayed,
                compact_json(result.conflict_ids),
            ),
        )
        self._db.execute("DELETE FROM mutation WHERE id = ?", (mutation.id,))

    def defer(self, mutation: Mutation) -> None:
        self._db.execute("UPDATE mutation SET state = 'deferred' WHERE id = ?", (mutation.id,))

    def _bury(self, mutation: Mutation, reason: Refusal) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO rejected (id, seq, entity, record_id, op, base_version, at, patch, group_id,"
            " schema_version, code, detail, fields)"
            " VALUES (:id, :seq, :entity, :record_id, :op, :base_version, :at, :patch, :group_id,"
            " :schema_version, :code, :detail, :fields)",
            {
                **_row(mutation),
                "code": reason.code,
                "detail": reason.detail,
                "fields": compact_json(reason.fields),
            },
        )

    def rejected(self) -> list[Rejected]:
        rows = self._db.execute("SELECT * FROM rejected ORDER BY seq")
        return [Rejected(_mutation(row), _refusal(row)) for row in rows]

    def take_rejected(self, mutation_id: str) -> Rejected | None:
        """Remove one from the dead letter and hand it out."""
        row = self._db.execute("SELECT * FROM rejected WHERE id = ?", (mutation_id,)).fetchone()
        self._db.execute("DELETE FROM rejected WHERE id = ?", (mutation_id,))
        return None if row is None else Rejected(_mutation(row), _refusal(row))

    def outcomes(self) -> list[Outcome]:
        rows = self._db.execute("SELECT * FROM outcome ORDER BY n")
        return [
            Outcome(
                id=row["id"],
                seq=row["seq"],
                status=Status(row["status"]),
                version=row["version"],
                replayed=bool(row["replayed"]),
                conflict_ids=tuple(json.loads(row["conflict_ids"])),
            )
            for row in rows
        ]

    def forget_old_outcomes(self) -> None:
        """The log is for people who ask what happened lately, not for ever."""
        self._db.execute("DELETE FROM outcome WHERE n <= (SELECT max(n) FROM outcome) - ?", (_OUTCOMES_KEPT,))


def _refusal(row: sqlite3.Row) -> Refusal:
    return Refusal(code=row["code"], detail=row["detail"], fields=json.loads(row["fields"]))


def _units(queued: Iterable[Mutation]) -> Iterator[list[Mutation]]:
    """Single mutations, and whole groups: a group that was cut in two could no longer apply all or none."""
    unit: list[Mutation] = []
    for mutation in queued:
        if unit and (mutation.group is None or mutation.group != unit[-1].group):
            yield unit
            unit = []
        unit.append(mutation)
    if unit:
        yield unit


def next_chunk(queued: Iterable[Mutation], *, sent: Collection[str], limits: Limits) -> list[Mutation]:
    """The longest run from the front of the queue that fits into one push; what was `sent` already is passed over.

    The first unit is always taken, even where it is too large alone: the server's 413 is its verdict.
    """
    chunk: list[Mutation] = []
    room = limits.body_bytes - _ENVELOPE_BYTES
    for unit in _units(mutation for mutation in queued if mutation.id not in sent):
        size = sum(mutation.size_bytes() + 1 for mutation in unit)
        if chunk and (len(chunk) + len(unit) > limits.mutations or size > room):
            break
        chunk.extend(unit)
        room -= size
    return chunk
