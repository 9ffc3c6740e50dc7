"""Everything a device knows, in one SQLite file: base, queue, dead letter, identity, session, position.

A sync is a row of small steps, and every step is one transaction of this class. Between any two of them the process
may be killed; the next `sync()` finds a state it can go on from:

| step             | written together                            | killed before it                                 |
|------------------|---------------------------------------------|--------------------------------------------------|
| `enqueue`        | the mutation, the next sequence number      | the edit was not made, nobody was told it was    |
| `set_registered` | that the server knows this device           | it registers again: same id, same answer         |
| `refresh_key`    | the Idempotency-Key of a refresh to be sent | nothing was sent                                 |
| `set_tokens`     | both tokens, and the key is taken away      | the old token with the same key is a retry       |
| `store_push`     | all verdicts of an answer and their effects | the chunk is sent again and answered as replayed |
| `refuse`         | our own verdict on what is too large        | it is sent again and refused again               |
| `store_page`     | the changes of a page and the next cursor   | the page is fetched again with the old cursor    |
| `begin_resync`   | base, cursor and epoch go, the queue stays  | the server asks for the same resync again        |
| `new_identity`   | a new device id and instance token          | the server says "forked" again                   |

A kill inside a step is a rollback by SQLite, which is the same as a kill before it.
"""

import secrets
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dropset_client.database import Database
from dropset_client.errors import AccountMismatch, MutationTooLarge
from dropset_client.mutations import Draft, MutationQueue, Outcome, Rejected, next_chunk
from dropset_client.records import BaseRecords
from dropset_client.view import overlay
from dropset_client.wire import (
    Limits,
    Mutation,
    Op,
    PullPage,
    PushAnswer,
    Record,
    Result,
    Status,
    compact_json,
    parse_json,
)

Step = Callable[[str], None]


def no_step(_name: str) -> None:
    """Steps are announced so that the kill test can end the process at each of them; an app does not listen."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who this installation is. The token proves that a copied store is a copy: keep it out of device backups."""

    device_id: str
    instance_token: str
    registered: bool


@dataclass(frozen=True, slots=True)
class SessionTokens:
    user_id: str | None
    access: str | None
    refresh: str | None


@dataclass(frozen=True, slots=True)
class Position:
    """How far this device has read. `synced`: the base is one whole state of the server, that of `version`."""

    epoch: str | None
    cursor: str | None
    version: int
    synced: bool
    open_conflicts: int


class Store:
    def __init__(self, path: Path | str, *, step: Step = no_step) -> None:
        self.step = step
        self._db = Database(path)
        self._records = BaseRecords(self._db)
        self._queue = MutationQueue(self._db)
        with self._db.transaction():
            if self._db.meta("device_id") is None:
                self._invent_identity()

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Several writes of the app as one: all are queued, or none."""
        with self._db.transaction():
            yield

    # What the app sees

    def base(self, entity: str, record_id: str) -> Record | None:
        return self._records.get(entity, record_id)

    def base_live(self) -> Iterator[Record]:
        return self._records.live()

    def view(self, entity: str, record_id: str) -> Record | None:
        return overlay(self._records.get(entity, record_id), self._queue.of_record(entity, record_id))

    def view_all(self, entity: str) -> Iterator[Record]:
        """By id, which for ids made by this client is the order of making."""
        queued = self._queue.of_entity(entity)
        base = {record.id: record for record in self._records.of(entity)}
        for record_id in sorted(base.keys() | queued.keys()):
            record = overlay(base.get(record_id), queued.get(record_id, ()))
            if record is not None:
                yield record

    # The queue

    def enqueue(self, draft: Draft) -> Mutation:
        """Queue a change, numbered, on the version of the record that the user was looking at."""
        with self._db.transaction():
            seq = int(self._db.meta("next_seq") or 1)
            mutation = draft.numbered(seq, base_version=self._seen_version(draft))
            if mutation.size_bytes() > (self.limits() or Limits()).mutation_bytes:
                raise MutationTooLarge(f"this {draft.entity} is too large to be synced")
            self._queue.add(mutation)
            self._db.set_meta(next_seq=str(seq + 1))
            self.step("enqueue.inside")
        return mutation

    def _seen_version(self, draft: Draft) -> int:
        """The version that the user acts on. A deletion also covers what hangs below: there it is the whole base's."""
        known = self._records.get(draft.entity, draft.record_id)
        if known is None:
            return 0
        position = self.position()
        return max(known.version, position.version) if draft.op is Op.DELETE and position.synced else known.version

    def queued(self) -> list[Mutation]:
        return list(self._queue.all())

    def queued_for(self, entity: str, record_id: str) -> list[Mutation]:
        return self._queue.of_record(entity, record_id)

    def queue_length(self) -> int:
        return self._queue.count()

    def deferred_count(self) -> int:
        return self._queue.count_deferred()

    def next_chunk(self, sent: set[str], limits: Limits) -> list[Mutation]:
        return next_chunk(self._queue.all(), sent=sent, limits=limits)

    def rejected(self) -> list[Rejected]:
        return self._queue.rejected()

    def take_rejected(self, mutation_id: str) -> Rejected | None:
        with self._db.transaction():
            return self._queue.take_rejected(mutation_id)

    def outcomes(self) -> list[Outcome]:
        return self._queue.outcomes()

    def store_push(self, chunk: Sequence[Mutation], answer: PushAnswer) -> None:
        """The verdicts of one push and what they do to base, queue and dead letter.

        A mutation without a verdict in the answer stays in the queue as it was. Where the base was dropped meanwhile,
        by another process on this file, its versions are not comparable with the answer's: the snapshot brings all.
        """
        with self._db.transaction():
            base_is_of_answer = self._db.meta("epoch") == answer.epoch
            for mutation in chunk:
                result = answer.results.get(mutation.id)
                if result is None:
                    continue
                if result.status is Status.DEFERRED:
                    self._queue.defer(mutation)
                    continue
                if base_is_of_answer:
                    self._move_base(mutation, result)
                self._queue.settle(mutation, result)
                self.step("push.inside")

    def _move_base(self, mutation: Mutation, result: Result) -> None:
        if result.record is not None:
            self._records.put(result.record)
        elif result.status is Status.APPLIED and result.version is not None:
            self._records.put_applied(mutation, result.version)
        elif result.status is Status.CONFLICT:
            # A conflict with nothing that stands: the server has no such record any more.
            self._records.drop(mutation.entity, mutation.record_id)

    def refuse(self, chunk: Sequence[Mutation], result_of: Callable[[Mutation], Result]) -> None:
        """A verdict of this side, on mutations the server will not even read because of their size."""
        with self._db.transaction():
            for mutation in chunk:
                self._queue.settle(mutation, result_of(mutation))

    # The base

    def store_page(self, page: PullPage, *, after: str | None) -> bool:
        """The page that was fetched with the cursor `after`; None is the first page of a snapshot.

        A first page empties the base: a snapshot replaces, it never merges. False, and nothing stored, where another
        process on this file has moved the cursor meanwhile: a page in the wrong place would leave a hole before it.
        """
        with self._db.transaction():
            if self._db.meta("cursor") != after:
                return False
            if after is None:
                self._records.clear()
            for record in page.changes:
                self._records.put(record)
            self.step("page.inside")
            self._db.set_meta(
                epoch=page.epoch,
                cursor=page.cursor,
                synced=None if page.has_more else "yes",
                schema_version=str(page.schema_version),
                open_conflicts=str(page.open_conflicts),
            )
            if not page.has_more:
                self._db.set_meta(version=str(page.version))
                self._queue.forget_old_outcomes()
        return True

    def begin_resync(self) -> None:
        """Forget what the server said, keep what the user did."""
        with self._db.transaction():
            self._records.clear()
            self._db.set_meta(epoch=None, cursor=None, version=None, synced=None)

    def position(self) -> Position:
        return Position(
            epoch=self._db.meta("epoch"),
            cursor=self._db.meta("cursor"),
            version=int(self._db.meta("version") or 0),
            synced=self._db.meta("synced") is not None,
            open_conflicts=int(self._db.meta("open_conflicts") or 0),
        )

    def limits(self) -> Limits | None:
        stored = self._db.meta("limits")
        return None if stored is None else Limits.from_wire(parse_json(stored))

    def set_limits(self, limits: Limits) -> None:
        with self._db.transaction():
            self._db.set_meta(limits=compact_json(limits.to_wire()))

    # Identity and session

    def identity(self) -> Identity:
        return Identity(
            device_id=self._db.meta("device_id") or "",
            instance_token=self._db.meta("instance_token") or "",
            registered=self._db.meta("registered") is not None,
        )

    def set_registered(self, *, registered: bool) -> None:
        with self._db.transaction():
            self._db.set_meta(registered="yes" if registered else None)

    def new_identity(self) -> None:
        """Become another device, because a copy of this store lives elsewhere under the same identity.

        The queue stays as it is: a mutation id that the other copy has sent already is answered as replayed and
        applied once, and the sequence goes on rising, which is all that a new device needs.
        """
        with self._db.transaction():
            self._invent_identity()

    def _invent_identity(self) -> None:
        self._db.set_meta(device_id=str(uuid.uuid4()), instance_token=secrets.token_urlsafe(32), registered=None)

    def tokens(self) -> SessionTokens:
        return SessionTokens(self._db.meta("user_id"), self._db.meta("access"), self._db.meta("refresh"))

    def sign_in(self, *, user_id: str, access: str, refresh: str) -> None:
        with self._db.transaction():
            owner = self._db.meta("user_id")
            if owner not in (None, user_id):
                raise AccountMismatch("this store belongs to another account; open a new one")
            self._db.set_meta(user_id=user_id, access=access, refresh=refresh, refresh_key=None)

    def refresh_key(self) -> str:
        """The Idempotency-Key of the refresh under way, or a new one. It is on disk before the request is sent."""
        with self._db.transaction():
            key = self._db.meta("refresh_key") or str(uuid.uuid4())
            self._db.set_meta(refresh_key=key)
        return key

    def set_tokens(self, *, access: str, refresh: str) -> None:
        with self._db.transaction():
            self._db.set_meta(access=access, refresh=refresh, refresh_key=None)

    def clear_tokens(self) -> None:
        """The session is over; base, queue and owner stay for the next login."""
        with self._db.transaction():
            self._db.set_meta(access=None, refresh=None, refresh_key=None)
