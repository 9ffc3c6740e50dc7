"""After the server came back from a backup: what it lost and this device still holds, on its way back.

The old base stays until everything in it that the new one lacks was sent and answered (docs/sync.md, "After a server
was restored"). What is given back may be the work of other devices, so that it travels under a device of its own: under
this one's id the server would take it for earlier words of this device, and the queue would overwrite it silently.

A device that had pulled some pages only may hold a child whose parent another device gives back later. Until then the
child is in the dead letter, where the user sees it; it is sent again when the parent has come.
"""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from dropset_client.credentials import Identity
from dropset_client.database import Database
from dropset_client.mutations import MutationQueue, Rejected, mutation_of, row_of
from dropset_client.records import BaseRecords
from dropset_client.shapes import shapes
from dropset_client.wire import JsonObject, Mutation, NewId, Op, Record, Refusal, Result, Status

_READ_ONLY = {"local_date"}  # fields that the server makes
_ADD = """
    INSERT INTO rescue
    (seq, id, entity, record_id, op, base_version, at, patch, group_id, schema_version, old_version) VALUES
    (:seq, :id, :entity, :record_id, :op, :base_version, :at, :patch, :group_id, :schema_version, :old_version)"""
_PAGE = 100  # rows that are read at once
_LONG_AGO = "1970-01-01T00:00:00.000000Z"


@dataclass(frozen=True, slots=True)
class Rescued:
    """One record that was given back: its version in the old base, and the one that the server gave it now."""

    old_version: int
    version: int


class Restoration:
    def __init__(self, database: Database, records: BaseRecords, queue: MutationQueue, new_id: NewId) -> None:
        self._db = database
        self._records = records
        self._queue = queue
        self._new_id = new_id
        self._old = BaseRecords(database, "old_record")

    def shared_version(self) -> int | None:
        """Up to here the old base and the new history are the same; None while no restoration is running."""
        stored = self._db.meta("shared_version")
        return None if stored is None else int(stored)

    def begin(self, shared_version: int) -> None:
        """The server has another epoch. Where it was restored while a restoration ran, the first old base counts."""
        running = self.shared_version()
        lowest = shared_version if running is None else min(running, shared_version)
        for mutation in self.waiting() if running is None else ():
            self._strand(mutation, _references(mutation))
        self._queue.lower_stranded(lowest)
        self._db.set_meta(shared_version=str(lowest), rescue_device=None, rescue_token=None, rescue_registered=None)
        self._db.execute("DELETE FROM rescue")

    def prepare(self, incoming: BaseRecords) -> None:
        """The new snapshot is whole and about to become the base: keep the old one, and note what is to be sent."""
        if self._old.is_empty():
            self._old.become(self._records)
        shared = self.shared_version() or 0
        lost = ((old, change) for old in self._old.after(shared) if (change := _change(old, _same(incoming, old))))
        for seq, (old, (op, patch)) in enumerate(lost, start=1):
            mutation = Mutation(
                id=self._new_id(),
                seq=seq,
                entity=old.entity,
                record_id=old.id,
                op=op,
                base_version=shared,
                at=old.last_modified_at or _LONG_AGO,
                patch=patch,
            )
            self._db.execute(_ADD, {**row_of(mutation), "old_version": old.version})
        self._appoint()

    def _appoint(self) -> None:
        self._db.set_meta(rescue_device=self._new_id(), rescue_token=secrets.token_urlsafe(32))

    def resume(self) -> None:
        """What hung on nothing is sent after all, where that has come meanwhile. Under new ids: the server forgets the old."""
        with self._db.transaction():
            found = [item.mutation for item in self._queue.stranded() if self._has_come(item)]
            if not found or self.identity() is not None:
                return
            for seq, mutation in enumerate(found, start=1):
                self._queue.discard(mutation.id)
                self._queue.take_rejected(mutation.id)
                again = replace(mutation, id=self._new_id(), seq=seq)
                self._db.execute(_ADD, {**row_of(again), "old_version": mutation.base_version})
            self._appoint()

    def _has_come(self, item: Rejected) -> bool:
        named = _references(item.mutation)
        return any(self._records.get(*named[name]) is not None for name in item.reason.fields if name in named)

    def identity(self) -> Identity | None:
        """The device that gives back; it is there from the end of the snapshot until it is off the account again."""
        device, token = self._db.meta("rescue_device"), self._db.meta("rescue_token")
        registered = self._db.meta("rescue_registered") is not None
        return None if device is None or token is None else Identity(device, token, registered=registered)

    def set_registered(self) -> None:
        self._db.set_meta(rescue_registered="yes")

    def waiting(self, after: int = 0) -> Iterator[Mutation]:
        """What has no answer, from a place on."""
        found = "SELECT * FROM rescue WHERE status IS NULL AND seq > ? ORDER BY seq LIMIT ?"
        while rows := self._db.execute(found, (after, _PAGE)).fetchall():
            yield from map(mutation_of, rows)
            after = rows[-1]["seq"]

    def count_waiting(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM rescue WHERE status IS NULL").fetchone()[0])

    def of_record(self, entity: str, record_id: str) -> list[Mutation]:
        """What the view lays over the new base, so that the user sees no hole meanwhile."""
        return list(self.of_records(entity, record_id, record_id))

    def of_records(self, entity: str, first: str, last: str) -> Iterator[Mutation]:
        """The same of the records from one id to another."""
        found = "SELECT * FROM rescue WHERE status IS NULL AND entity = ? AND record_id BETWEEN ? AND ?"
        for row in self._db.execute(found, (entity, first, last)):
            yield mutation_of(row)

    def settle(self, mutation: Mutation, result: Result) -> None:
        if result.status is Status.REJECTED:
            self._queue.bury(mutation, result.error or Refusal("rejected", "the server gave no reason"))
        self._db.execute(
            "UPDATE rescue SET status = ?, version = ? WHERE id = ?", (str(result.status), result.version, mutation.id)
        )

    def give_up(self) -> None:
        """What hangs on records that are nowhere goes to the user, like everything that is refused."""
        for mutation in self.waiting():
            named = _references(mutation)
            self._strand(mutation, [name for name in named if self._records.get(*named[name]) is None])

    def _strand(self, mutation: Mutation, missing: Iterable[str]) -> None:
        fields: JsonObject = dict.fromkeys(missing, "there was no such record")
        reason = Refusal("deferred", "what it hangs on is neither on the server nor on this device", fields)
        self.settle(mutation, Result(id=mutation.id, status=Status.REJECTED, error=reason))

    def finish(self) -> None:
        """The queue moves to the new history, and the old base goes. The rescue device stays until it is deleted."""
        shared = self.shared_version()
        if shared is not None:
            self._rebase_queue(shared)
            self._old.clear()
        self._db.execute("DELETE FROM rescue")
        self._db.set_meta(shared_version=None)

    def _rebase_queue(self, shared: int) -> None:
        for mutation in self._queue.read():
            if mutation.base_version > shared:
                self._queue.rebase(mutation, self._new_base_of(mutation, shared))

    def forget_device(self) -> None:
        self._db.set_meta(rescue_device=None, rescue_token=None, rescue_registered=None)

    def _new_base_of(self, mutation: Mutation, shared: int) -> int:
        effect = self._queue.effect_of(mutation)
        if (effect or mutation).op is Op.DELETE:
            return shared  # of what hangs below, others may have given back more than this device ever saw
        key = (effect.entity, effect.record_id) if effect else (mutation.entity, mutation.record_id)
        found = "SELECT * FROM rescue WHERE entity = ? AND record_id = ? AND status IN ('applied', 'noop')"
        row = self._db.execute(found, key).fetchone()
        if row is None:
            return self._version_of_same(key, mutation.base_version) or shared
        if row["version"] is None or mutation.base_version < row["old_version"]:
            return shared
        return int(row["version"])  # the user was looking at just this

    def _version_of_same(self, key: tuple[str, str], seen_version: int) -> int | None:
        """Of a record that another device has given back already, so that it is what the user was looking at."""
        old, new = self._old.get(*key), self._records.get(*key)
        if old is None or new is None or seen_version < old.version:
            return None
        return new.version if old.deleted == new.deleted and _change(old, new) is None else None


def _references(mutation: Mutation) -> dict[str, tuple[str, str]]:
    """The records that it names, by field. Of an entity that only a newer app knows, none."""
    shape = shapes().get(mutation.entity)
    fields = {} if shape is None else shape.fields
    return {name: (of, mutation.patch[name]) for name in fields if (of := fields[name].of) and mutation.patch.get(name)}


def _same(incoming: BaseRecords, old: Record) -> Record | None:
    return incoming.get(old.entity, old.id)


def _change(old: Record, new: Record | None) -> tuple[Op, JsonObject] | None:
    """What makes the server hold what this device held; None where it does already, or it is the server's own."""
    known = shapes().get(old.entity)
    if known is not None and known.read_only:
        return None
    if old.deleted:
        return (Op.DELETE, {}) if new is not None and not new.deleted else None
    document = _writable(old)
    if new is None:
        return (Op.UPDATE if old.entity == "settings" else Op.CREATE), document
    return None if not new.deleted and document == _writable(new) else (Op.UPDATE, document)


def _writable(record: Record) -> JsonObject:
    return {name: value for name, value in (record.data or {}).items() if name not in _READ_ONLY}
