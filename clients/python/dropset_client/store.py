"""Everything a device knows, in one SQLite file: base, queue, dead letter, identity, session, position.

A sync is a row of small steps, and every step is one transaction of this class. Between any two of them the process
may be killed; the next `sync()` finds a state it can go on from:

| step             | written together                            | killed before it                                 |
|------------------|---------------------------------------------|--------------------------------------------------|
| `enqueue`        | the mutation, the next sequence number      | the edit was not made, nobody was told it was    |
| `set_registered` | that the server knows this device           | it registers again: same id, same answer         |
| `begin_refresh`  | the Idempotency-Key of a refresh to be sent | nothing was sent                                 |
| `end_refresh`    | both tokens, and the key is taken away      | the old token with the same key is a retry       |
| `store_push`     | all verdicts of an answer and their effects | the chunk is sent again and answered as replayed |
| `refuse`         | our own verdict on what is too large        | it is sent again and refused again               |
| `store_page`     | the changes of a page and the next cursor   | the page is fetched again with the old cursor    |
| ... the last one | of a snapshot: it becomes the base          | the user still sees the old base                 |
| `begin_resync`   | cursor and epoch go; base and queue stay    | the server asks for the same resync again        |
| `store_rescue`   | answers to what a restored server had lost  | it is sent again and answered as replayed        |
| `end_rescue`     | the queue's new bases, the old base goes    | all is answered already, and it ends again       |
| `resume`         | what is sent after all, and who sends it    | it is still in the dead letter                   |
| `new_identity`   | a new device id and instance token          | the server says "forked" again                   |

A kill inside a step is a rollback by SQLite, which is the same as a kill before it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dropset_client.credentials import Credentials
from dropset_client.database import Database
from dropset_client.digest import Digest, digest_of
from dropset_client.errors import MutationTooLarge
from dropset_client.imports import ImportLog
from dropset_client.listing import Listing
from dropset_client.mutations import Draft, Effect, MutationQueue, Outcome, Rejected, next_chunk
from dropset_client.records import BaseRecords
from dropset_client.restoration import Restoration
from dropset_client.shown import ShownRecords
from dropset_client.wire import (
    Limits,
    Mutation,
    NewId,
    Op,
    PullPage,
    PushAnswer,
    Record,
    Result,
    Status,
    compact_json,
    parse_json,
    random_id,
)

Step = Callable[[str], None]


def no_step(_name: str) -> None:
    """Steps are announced so that the kill test can end the process at each of them; an app does not listen."""


@dataclass(frozen=True, slots=True)
class Position:
    """How far this device has read. `synced`: the base is one whole state of the server, that of `version`.

    `resyncing`: a snapshot is on its way. Until its last page is here the base is the old one, if there is one.
    """

    epoch: str | None
    cursor: str | None
    version: int
    synced: bool
    open_conflicts: int
    resyncing: bool
    base_epoch: str | None


class Store(Credentials):
    def __init__(self, path: Path | str, *, step: Step = no_step, new_id: NewId = random_id) -> None:
        super().__init__(Database(path), new_id)
        self.step = step
        self._records = BaseRecords(self._db)
        self._incoming = BaseRecords(self._db, "incoming")
        self._queue = MutationQueue(self._db)
        self._restoration = Restoration(self._db, self._records, self._queue, new_id)
        self._shown = ShownRecords(self._db, self._records, self._queue, self._restoration)
        self.imports = ImportLog(self._db, new_id)

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Several writes of the app as one: all are queued, or none."""
        with self._db.transaction():
            yield

    def copy_to(self, path: Path | str) -> None:
        """What a backup of the device would hold."""
        self._db.copy_to(path)

    # What the app sees

    def base(self, entity: str, record_id: str) -> Record | None:
        return self._records.get(entity, record_id)

    def base_live(self) -> Iterator[Record]:
        return self._records.live()

    def base_digest(self) -> Digest:
        return digest_of(self._records.live_versions())

    def view(self, entity: str, record_id: str) -> Record | None:
        return self._shown.get(entity, record_id)

    def view_all(self, entity: str) -> Iterator[Record]:
        return self._shown.all(entity)

    def places(self, part_of_id: str) -> list[tuple[str, str]]:
        return self._shown.places(part_of_id)

    def ids(self) -> set[str]:
        """The ids of everything that is or was here, tombstones and unsent records too."""
        return {row[0] for row in self._db.execute("SELECT id FROM record UNION SELECT record_id FROM mutation")}

    def note(self, name: str) -> str | None:
        """A setting of the app, kept beside its data."""
        return self._db.meta(f"app:{name}")

    def set_note(self, name: str, value: str) -> None:
        with self._db.transaction():
            self._db.set_meta(**{f"app:{name}": value})

    # The queue

    def enqueue(
        self,
        draft: Draft,
        *,
        about: tuple[str, str] | None = None,
        effect: Effect | None = None,
        repairs: str | None = None,
    ) -> Mutation:
        """Queue a change, numbered, on the version of the record that the user was looking at.

        A resolution is `about` another record than the conflict that it names, and has an `effect` on it.
        """
        with self._db.transaction():
            seq = int(self._db.meta("next_seq") or 1)
            mutation = draft.numbered(seq, base_version=self._seen_version(effect or draft, about))
            if mutation.size_bytes() > (self.limits() or Limits()).mutation_bytes:
                raise MutationTooLarge(f"this {draft.entity} is too large to be synced")
            self._queue.add(mutation, effect=effect, repairs=repairs)
            self._db.set_meta(next_seq=str(seq + 1))
            self.step("enqueue.inside")
        return mutation

    def _seen_version(self, change: Draft | Effect, about: tuple[str, str] | None) -> int:
        """The version that the user acts on. A deletion is also one of what hangs below: of that only the last whole pull
        says what the user had seen, however new the record itself may be.
        """
        known = self._records.get(*(about or (change.entity, change.record_id)))
        if known is None:
            return 0
        return self.position().version if change.op is Op.DELETE else known.version

    def queued(self) -> Sequence[Mutation]:
        return Listing(self._queue.read)

    def queued_for(self, entity: str, record_id: str) -> list[Mutation]:
        return self._queue.of_record(entity, record_id)

    def queue_length(self) -> int:
        return self._queue.count()

    def deferred_count(self) -> int:
        return self._queue.count_deferred()

    def has_waiting(self) -> bool:
        """Whether there is anything to send that the server has not deferred."""
        return self._queue.has_waiting()

    def next_chunk(self, after: int, limits: Limits) -> list[Mutation]:
        """What goes into the next push, from a place in the queue on. A repair travels by itself."""
        repair = self._queue.next_repair(after)
        chunk = next_chunk(self._queue.read(after, before=repair), limits=limits)
        return chunk if chunk or repair is None else [self._queue.at(repair)]

    def rejected(self) -> Sequence[Rejected]:
        return Listing(self._queue.rejected)

    def count_rejected(self) -> int:
        return self._queue.count_rejected()

    def last_rejected(self) -> int:
        """A mark for `rejected_since`."""
        return self._queue.last_rejected()

    def rejected_since(self, mark: int) -> list[Rejected]:
        return self._queue.rejected_since(mark)

    def take_rejected(self, mutation_id: str) -> Rejected | None:
        with self._db.transaction():
            return self._queue.take_rejected(mutation_id)

    def discard(self, mutation_id: str) -> Rejected | None:
        """Forget a refused change here, and note that the server is to forget it too."""
        with self._db.transaction():
            self._queue.discard(mutation_id)
            return self._queue.take_rejected(mutation_id)

    def discarded(self) -> list[str]:
        return self._queue.discarded()

    def forget_discarded(self, mutation_id: str) -> None:
        with self._db.transaction():
            self._queue.forget_discarded(mutation_id)

    def repaired_by(self, mutation: Mutation) -> str | None:
        """The refused change that this queued one makes good."""
        return self._queue.repairs(mutation.id)

    def forget_repair(self, mutation: Mutation) -> None:
        """The server knows nothing of the refused change: the new one is an ordinary change then."""
        with self._db.transaction():
            self._queue.forget_repair(mutation.id)

    def outcomes(self) -> Sequence[Outcome]:
        return Listing(self._queue.outcomes)

    def store_push(self, chunk: Sequence[Mutation], answer: PushAnswer) -> None:
        """The verdicts of one push and what they do to base, queue and dead letter.

        A mutation without a verdict in the answer stays in the queue as it was. Where the base was dropped meanwhile,
        by another process on this file, its versions are not comparable with the answer's: the snapshot brings all.
        """
        with self._db.transaction():
            base_is_of_answer = self._db.meta("base_epoch") == answer.epoch
            for mutation in chunk:
                result = answer.result_of(mutation)
                if result is None:
                    continue
                if result.status is Status.DEFERRED:
                    self._queue.defer(mutation)
                    continue
                if base_is_of_answer:
                    self._move_base(mutation, result, answer.server_time)
                self._settle(mutation, result)
                self.step("push.inside")

    def _settle(self, mutation: Mutation, result: Result) -> None:
        """A repair that is refused itself takes the place of what it was to repair, also in the server's list."""
        repaired = self._queue.repairs(mutation.id) if result.status is Status.REJECTED else None
        if repaired is not None:
            self._queue.discard(repaired)
        self._queue.settle(mutation, result)

    def _move_base(self, mutation: Mutation, result: Result, at: str | None) -> None:
        if result.target is not None:
            self._records.put(result.target)
        if result.record is not None:
            self._records.put(result.record)
        elif mutation.op is Op.RESOLVE:
            return  # neither of the two records is there
        elif result.status is Status.APPLIED and result.version is not None:
            self._records.put_applied(mutation, result.version, at=at)
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

        A snapshot gathers aside and becomes the base with its last page: it replaces, it never merges, and until then
        the user sees what was there. False, and nothing stored, where another process on this file has moved the cursor
        meanwhile: a page in the wrong place would leave a hole before it.
        """
        with self._db.transaction():
            if self._db.meta("cursor") != after:
                return False
            if after is None:
                self._incoming.clear()
                self._db.set_meta(snapshot=None)
            snapshot = after is None or self._db.meta("staging") is not None
            for record in page.changes:
                (self._incoming if snapshot else self._records).put(record)
            self.step("page.inside")
            if snapshot and not page.has_more:
                self._take_over(page.epoch)
            self._move_on(page, staging=snapshot and page.has_more)
        return True

    def begin_snapshot(self) -> str:
        """A whole state is coming in one answer; the ticket is good until somebody begins another one."""
        ticket = self._new_id()
        with self._db.transaction():
            self._incoming.clear()
            self._db.set_meta(snapshot=ticket)
        return ticket

    def gather(self, ticket: str, records: Sequence[Record]) -> None:
        with self._db.transaction():
            if self._db.meta("snapshot") == ticket:
                for record in records:
                    self._incoming.put(record)

    def end_snapshot(self, ticket: str, page: PullPage, digest: Digest) -> bool:
        """It becomes the base. False, and nothing changed, where it is not what the server counted or came too late."""
        with self._db.transaction():
            mine = self._db.meta("snapshot") == ticket and self._db.meta("cursor") is None
            if not mine or digest_of(self._incoming.live_versions()) != digest:
                return False
            self._take_over(page.epoch)
            self._move_on(page, staging=False)
        return True

    def _take_over(self, epoch: str) -> None:
        if self._restoration.shared_version() is not None:
            self._restoration.prepare(self._incoming)
        self._records.become(self._incoming)
        self._db.set_meta(base_epoch=epoch)
        self.step("page.replaced")

    def _move_on(self, page: PullPage, *, staging: bool) -> None:
        self._db.set_meta(
            epoch=page.epoch,
            cursor=page.cursor,
            synced=None if page.has_more else "yes",
            staging="yes" if staging else None,
            schema_version=str(page.schema_version),
            open_conflicts=str(page.open_conflicts),
            server_time=page.server_time,
        )
        if not page.has_more:
            self._db.set_meta(version=str(page.version))
            self._queue.forget_old_outcomes()

    def begin_resync(self, *, shared_version: int | None = None) -> None:
        """Read everything anew. The base stays until that is done; the queue stays in any case.

        `shared_version` is given where the server was restored: the old base and its new history are the same up to it.
        """
        with self._db.transaction():
            self._incoming.clear()
            self._db.set_meta(epoch=None, cursor=None, synced=None, staging=None)
            if shared_version is not None:
                self._restoration.begin(shared_version)

    @property
    def restoration(self) -> Restoration:
        """What a restored server lost and this device gives back. Two of its steps are the two methods below."""
        return self._restoration

    def store_rescue(self, chunk: Sequence[Mutation], answer: PushAnswer) -> None:
        with self._db.transaction():
            for mutation in chunk:
                result = answer.result_of(mutation)
                if result is None or result.status is Status.DEFERRED:
                    continue
                self._move_base(mutation, result, mutation.at)
                self._restoration.settle(mutation, result)
            self._db.set_meta(server_time=answer.server_time)

    def end_rescue(self) -> None:
        """Everything was answered; what is still deferred hangs on nothing."""
        with self._db.transaction():
            self._restoration.give_up()
            self._restoration.finish()

    def position(self) -> Position:
        return Position(
            epoch=self._db.meta("epoch"),
            cursor=self._db.meta("cursor"),
            version=int(self._db.meta("version") or 0),
            synced=self._db.meta("synced") is not None,
            open_conflicts=int(self._db.meta("open_conflicts") or 0),
            resyncing=self._db.meta("cursor") is None or self._db.meta("staging") is not None,
            base_epoch=self._db.meta("base_epoch"),
        )

    def server_time(self) -> str | None:
        """The server's clock in its last answer of a sync."""
        return self._db.meta("server_time")

    def limits(self) -> Limits | None:
        stored = self._db.meta("limits")
        return None if stored is None else Limits.from_wire(parse_json(stored))

    def set_limits(self, limits: Limits) -> None:
        with self._db.transaction():
            self._db.set_meta(limits=compact_json(limits.to_wire()))
