"""The queue of unsent changes, the dead letter of refused ones, and the log of verdicts."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from dropset_client.database import Database
from dropset_client.wire import JsonObject, Limits, Mutation, Op, Refusal, Result, Status, compact_json

_ENVELOPE_BYTES = 2048  # room for the fields around the mutations of a push
_OUTCOMES_KEPT = 10_000
_NO_END = 2**63 - 1
_SETTLED_ELSEWHERE = ("discarded", "repaired")  # by the user, on another device, while it waited here


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


@dataclass(frozen=True, slots=True)
class Effect:
    """What a queued resolution of a conflict will do to the record it is about, as far as this device can tell."""

    entity: str
    record_id: str
    op: Op
    patch: JsonObject

    def of(self, mutation: Mutation) -> Mutation:
        """The resolution as if it were an ordinary change of that record."""
        return replace(mutation, entity=self.entity, record_id=self.record_id, op=self.op, patch=self.patch)


_PAGE = 100  # rows that are read at once
# The queue as the view wants it: a resolution also counts as a change of the record it is about.
_SHOWN = """
    SELECT seq, id, entity, record_id, op, base_version, at, patch, group_id, schema_version FROM mutation
    WHERE entity = :entity AND {records}
    UNION ALL
    SELECT seq, id, effect.entity, effect.record_id, effect.op, base_version, at, effect.patch, group_id, schema_version
    FROM effect JOIN mutation USING (seq)
    WHERE effect.entity = :entity AND effect.{records}
    ORDER BY {order}"""
_SHOWN_OF_RECORD = _SHOWN.format(records="record_id = :record_id", order="seq")
_SHOWN_BETWEEN = _SHOWN.format(records="record_id BETWEEN :first AND :last", order="seq")


def mutation_of(row: sqlite3.Row) -> Mutation:
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


def row_of(mutation: Mutation) -> dict[str, object]:
    return {
        **mutation.to_wire(),
        "patch": compact_json(mutation.patch),
        "group_id": mutation.group,
    }


class MutationQueue:
    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, mutation: Mutation, *, effect: Effect | None = None, repairs: str | None = None) -> None:
        """`effect` is what the view shows of a resolution; `repairs` is the refused change that this one makes good."""
        self._db.execute(
            "INSERT INTO mutation"
            " (seq, id, entity, record_id, op, base_version, at, patch, group_id, schema_version, repairs) VALUES"
            " (:seq, :id, :entity, :record_id, :op, :base_version, :at, :patch, :group_id, :schema_version, :repairs)",
            {**row_of(mutation), "repairs": repairs},
        )
        if effect is not None:
            self._db.execute(
                "INSERT INTO effect (seq, entity, record_id, op, patch) VALUES (?, ?, ?, ?, ?)",
                (mutation.seq, effect.entity, effect.record_id, str(effect.op), compact_json(effect.patch)),
            )

    def effect_of(self, mutation: Mutation) -> Effect | None:
        row = self._db.execute("SELECT * FROM effect WHERE seq = ?", (mutation.seq,)).fetchone()
        return None if row is None else Effect(row["entity"], row["record_id"], Op(row["op"]), json.loads(row["patch"]))

    def repairs(self, mutation_id: str) -> str | None:
        """The refused change that a queued one makes good."""
        row = self._db.execute("SELECT repairs FROM mutation WHERE id = ?", (mutation_id,)).fetchone()
        return None if row is None else row["repairs"]

    def next_repair(self, after: int) -> int | None:
        """The place in the queue of the next one that makes good a refused change."""
        found = "SELECT min(seq) FROM mutation WHERE repairs IS NOT NULL AND seq > ?"
        seq: int | None = self._db.execute(found, (after,)).fetchone()[0]
        return seq

    def forget_repair(self, mutation_id: str) -> None:
        self._db.execute("UPDATE mutation SET repairs = NULL WHERE id = ?", (mutation_id,))

    def rebase(self, mutation: Mutation, base_version: int) -> None:
        self._db.execute("UPDATE mutation SET base_version = ? WHERE id = ?", (base_version, mutation.id))

    def read(self, after: int = 0, before: int | None = None) -> Iterator[Mutation]:
        """Those between two places, in the order the user did them; this is also the order they are sent in."""
        found = "SELECT * FROM mutation WHERE seq > ? AND seq < ? ORDER BY seq LIMIT ?"
        while rows := self._db.execute(found, (after, before or _NO_END, _PAGE)).fetchall():
            yield from map(mutation_of, rows)
            after = rows[-1]["seq"]

    def at(self, seq: int) -> Mutation:
        return mutation_of(self._db.execute("SELECT * FROM mutation WHERE seq = ?", (seq,)).fetchone())

    def of_record(self, entity: str, record_id: str) -> list[Mutation]:
        """What changes a record: its own mutations, and resolutions of conflicts about it."""
        rows = self._db.execute(_SHOWN_OF_RECORD, {"entity": entity, "record_id": record_id})
        return [mutation_of(row) for row in rows]

    def of_records(self, entity: str, first: str, last: str) -> Iterator[Mutation]:
        """The same of the records from one id to another."""
        for row in self._db.execute(_SHOWN_BETWEEN, {"entity": entity, "first": first, "last": last}):
            yield mutation_of(row)

    def has_waiting(self) -> bool:
        """Whether there is anything that did not come back as deferred."""
        return self._db.execute("SELECT 1 FROM mutation WHERE state = 'waiting' LIMIT 1").fetchone() is not None

    def count(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM mutation").fetchone()[0])

    def count_deferred(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM mutation WHERE state = 'deferred'").fetchone()[0])

    def settle(self, mutation: Mutation, result: Result) -> None:
        """Take a mutation out of the queue: its verdict is stored first, a refused one moves to the dead letter."""
        reason = result.error or Refusal("rejected", "the server gave no reason")
        if result.status is Status.REJECTED and reason.code not in _SETTLED_ELSEWHERE:
            self.bury(mutation, reason)
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
        self._db.execute("DELETE FROM effect WHERE seq = ?", (mutation.seq,))
        self._db.execute("DELETE FROM mutation WHERE id = ?", (mutation.id,))

    def defer(self, mutation: Mutation) -> None:
        self._db.execute("UPDATE mutation SET state = 'deferred' WHERE id = ?", (mutation.id,))

    def bury(self, mutation: Mutation, reason: Refusal) -> None:
        """Into the dead letter."""
        self._db.execute(
            "INSERT OR REPLACE INTO rejected (id, seq, entity, record_id, op, base_version, at, patch, group_id,"
            " schema_version, code, detail, fields)"
            " VALUES (:id, :seq, :entity, :record_id, :op, :base_version, :at, :patch, :group_id,"
            " :schema_version, :code, :detail, :fields)",
            {
                **row_of(mutation),
                "code": reason.code,
                "detail": reason.detail,
                "fields": compact_json(reason.fields),
            },
        )

    def rejected(self) -> Iterator[Rejected]:
        """In the order in which they were made."""
        found = "SELECT * FROM rejected WHERE (seq, id) > (?, ?) ORDER BY seq, id LIMIT ?"
        after = (0, "")
        while rows := self._db.execute(found, (*after, _PAGE)).fetchall():
            yield from map(_rejected, rows)
            after = (rows[-1]["seq"], rows[-1]["id"])

    def stranded(self) -> list[Rejected]:
        """What a restored server lost and could not take back, because what it hangs on was missing."""
        rows = self._db.execute("SELECT * FROM rejected WHERE code = 'deferred' ORDER BY seq, id")
        return [_rejected(row) for row in rows]

    def lower_stranded(self, version: int) -> None:
        """The server was restored again: above this version its history is another one."""
        lower = "UPDATE rejected SET base_version = ? WHERE code = 'deferred' AND base_version > ?"
        self._db.execute(lower, (version, version))

    def count_rejected(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM rejected").fetchone()[0])

    def last_rejected(self) -> int:
        """A mark: what is refused from now on comes after it."""
        return int(self._db.execute("SELECT coalesce(max(rowid), 0) FROM rejected").fetchone()[0])

    def rejected_since(self, mark: int) -> list[Rejected]:
        rows = self._db.execute("SELECT * FROM rejected WHERE rowid > ? ORDER BY rowid", (mark,))
        return [_rejected(row) for row in rows]

    def take_rejected(self, mutation_id: str) -> Rejected | None:
        """Remove one from the dead letter and hand it out."""
        row = self._db.execute("SELECT * FROM rejected WHERE id = ?", (mutation_id,)).fetchone()
        self._db.execute("DELETE FROM rejected WHERE id = ?", (mutation_id,))
        return None if row is None else _rejected(row)

    def discard(self, mutation_id: str) -> None:
        self._db.execute("INSERT OR IGNORE INTO discarded (id) VALUES (?)", (mutation_id,))

    def discarded(self) -> list[str]:
        """Refused changes that the server is still to be told to forget."""
        return [row["id"] for row in self._db.execute("SELECT id FROM discarded ORDER BY id")]

    def forget_discarded(self, mutation_id: str) -> None:
        self._db.execute("DELETE FROM discarded WHERE id = ?", (mutation_id,))

    def outcomes(self) -> Iterator[Outcome]:
        """In the order in which they came."""
        found, after = "SELECT * FROM outcome WHERE n > ? ORDER BY n LIMIT ?", 0
        while rows := self._db.execute(found, (after, _PAGE)).fetchall():
            yield from map(_outcome, rows)
            after = rows[-1]["n"]

    def forget_old_outcomes(self) -> None:
        """The log is for people who ask what happened lately, not for ever."""
        self._db.execute("DELETE FROM outcome WHERE n <= (SELECT max(n) FROM outcome) - ?", (_OUTCOMES_KEPT,))


def _rejected(row: sqlite3.Row) -> Rejected:
    reason = Refusal(code=row["code"], detail=row["detail"], fields=json.loads(row["fields"]))
    return Rejected(mutation_of(row), reason)


def _outcome(row: sqlite3.Row) -> Outcome:
    return Outcome(
        id=row["id"],
        seq=row["seq"],
        status=Status(row["status"]),
        version=row["version"],
        replayed=bool(row["replayed"]),
        conflict_ids=tuple(json.loads(row["conflict_ids"])),
    )


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


def next_chunk(queued: Iterable[Mutation], *, limits: Limits) -> list[Mutation]:
    """The longest run from the front of the queue that fits into one push.

    The first unit is always taken, even where it is too large alone: the server's 413 is its verdict.
    """
    chunk: list[Mutation] = []
    room = limits.body_bytes - _ENVELOPE_BYTES
    for unit in _units(queued):
        size = sum(mutation.size_bytes() + 1 for mutation in unit)
        if chunk and (len(chunk) + len(unit) > limits.mutations or size > room):
            break
        chunk.extend(unit)
        room -= size
    return chunk
