"""What an app holds: one device of one account, usable without a network from the first login on."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Self
from urllib.parse import parse_qs, urlsplit

from dropset_client.digest import Digest, Verification, compare, content_hash, digest_of
from dropset_client.errors import MutationTooLarge, NotSignedIn, RecordMissing
from dropset_client.mutations import Draft, Rejected
from dropset_client.session import Session
from dropset_client.store import Position, Step, Store, no_step
from dropset_client.sync import About, OnProgress, SyncEngine, SyncReport, no_progress
from dropset_client.transport import RetryPolicy, Transport
from dropset_client.wire import (
    Clock,
    JsonObject,
    Limits,
    Mutation,
    Op,
    Record,
    ServerStatus,
    patch_to_wire,
    rfc3339,
    utc_now,
    uuid7,
)


class Device:
    """Reads and writes are local and at once; `sync()` is the only thing that needs the server.

    Not for sharing between threads: each opens its own on the same file.
    """

    def __init__(self, store: Store, transport: Transport, *, about: About, clock: Clock = utc_now) -> None:
        self.store = store
        self._transport = transport
        self._session = Session(store, transport)
        self._clock = clock
        self._engine = SyncEngine(store, self._session, clock=clock, about=about)
        self._group: str | None = None
        self._group_size = 0

    @classmethod
    def open(
        cls,
        path: Path | str,
        base_url: str,
        *,
        name: str = "Python client",
        platform: str = "python",
        clock: Clock = utc_now,
        retry: RetryPolicy | None = None,
        step: Step = no_step,
    ) -> Self:
        """Open the store at `path`, made at the first time, for the server at `base_url`."""
        store = Store(path, step=step)
        return cls(store, Transport(base_url, retry=retry), about=About(name, platform), clock=clock)

    def close(self) -> None:
        self._transport.close()
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    # Session

    def login(self, email: str, password: str) -> None:
        self._session.login(email, password)

    def logout(self) -> None:
        """The records and the queue stay, and only the same account can sign in to them again."""
        self._session.logout()

    @property
    def user_id(self) -> str:
        owner = self.store.tokens().user_id
        if owner is None:
            raise NotSignedIn("sign in once before this")
        return owner

    # Reading

    def get(self, entity: str, record_id: str) -> Record | None:
        """A live record with this device's unsent changes in it, or None."""
        return self.store.view(entity, record_id)

    def list(self, entity: str, **equals: object) -> list[Record]:
        """Live records whose fields equal the given values, by id.

        A scan of one entity: an app with long lists would index the fields its screens ask for.
        """
        wanted = patch_to_wire(equals)
        return [
            record
            for record in self.store.view_all(entity)
            if all(record.get(name) == value for name, value in wanted.items())
        ]

    def pending(self) -> int:
        """How many changes the server has not answered."""
        return self.store.queue_length()

    def position(self) -> Position:
        return self.store.position()

    # Writing, offline

    @contextmanager
    def batch(self, *, group: bool = False) -> Iterator[None]:
        """Writes in one local transaction. With `group` the server too takes all of them or none."""
        with self.store.transaction():
            if not group or self._group is not None:
                yield
                return
            self._group, self._group_size = self._new_id(), 0
            try:
                yield
                self._check_group()
            finally:
                self._group = None

    def create(
        self,
        entity: str,
        data: Mapping[str, object],
        *,
        id: str | None = None,  # noqa: A002  it is what every record calls it
        at: datetime | None = None,
    ) -> str:
        """Make a record and return its id. `at` is when the user did it, by default now."""
        record_id = id or self._new_id()
        self.enqueue(entity, record_id, Op.CREATE, patch_to_wire(data), at=at)
        return record_id

    def update(
        self, entity: str, record_id: str, patch: Mapping[str, object], *, at: datetime | None = None
    ) -> Mutation | None:
        """Change fields. What has the value already is not a change, and where nothing is left nothing is queued."""
        record = self._shown(entity, record_id)
        changes = {name: value for name, value in patch_to_wire(patch).items() if _differs(record, name, value)}
        return self.enqueue(entity, record_id, Op.UPDATE, changes, at=at) if changes else None

    def delete(self, entity: str, record_id: str, *, at: datetime | None = None) -> Mutation:
        """Delete a record; the server deletes what hangs below it, and says so with the next pull."""
        self._shown(entity, record_id)
        return self.enqueue(entity, record_id, Op.DELETE, {}, at=at)

    def restore(self, entity: str, record_id: str, *, at: datetime | None = None) -> Mutation:
        """Take a deletion back. The content of a record deleted long ago comes with the next pull."""
        return self.enqueue(entity, record_id, Op.RESTORE, {}, at=at)

    def enqueue(
        self, entity: str, record_id: str, op: Op, patch: JsonObject, *, at: datetime | None = None
    ) -> Mutation:
        """Queue a mutation as it is, without the checks of the methods above."""
        self._group_size += 1
        return self.store.enqueue(
            Draft(
                id=self._new_id(),
                entity=entity,
                record_id=record_id,
                op=op,
                at=rfc3339(at or self._clock()),
                patch=patch,
                group=self._group,
            )
        )

    def _new_id(self) -> str:
        return uuid7(self._clock())

    def _shown(self, entity: str, record_id: str) -> Record:
        record = self.get(entity, record_id)
        if record is None:
            raise RecordMissing(f"this device shows no {entity} {record_id}")
        return record

    def _check_group(self) -> None:
        allowed = (self.store.limits() or Limits()).mutations
        if self._group_size > allowed:
            raise MutationTooLarge(f"a group of {self._group_size} changes; the server takes {allowed} at once")

    # Refused changes

    def rejected(self) -> Sequence[Rejected]:
        """Changes the server refused for good, each with its content and the reason. They wait for the user."""
        return self.store.rejected()

    def retry_rejected(self, mutation_id: str, patch: Mapping[str, object] | None = None) -> Mutation:
        """Send a refused change again as a new one, repaired by `patch`."""
        with self.store.transaction():
            old = self._taken(mutation_id).mutation
            repaired = {**old.patch, **patch_to_wire(patch or {})}
            return self.enqueue(old.entity, old.record_id, old.op, repaired)

    def discard_rejected(self, mutation_id: str) -> Rejected:
        """Forget a refused change, because the user said so."""
        return self._taken(mutation_id)

    def _taken(self, mutation_id: str) -> Rejected:
        found = self.store.take_rejected(mutation_id)
        if found is None:
            raise RecordMissing(f"no refused change {mutation_id}")
        return found

    # The server

    def sync(self, on_progress: OnProgress = no_progress) -> SyncReport:
        """Push what waits, pull what is new. Raises ServerUnreachable or LoginRequired with the queue intact."""
        return self._engine.run(on_progress)

    def fetch(self, path: str, **query: str | int) -> JsonObject:
        """Read something that is not synced, such as the public library."""
        return self._session.request("GET", path, query=query)

    def fetch_all(self, path: str, **query: str | int) -> Iterator[JsonObject]:
        """Every item of a paginated list."""
        cursor = ""
        while True:
            page = self.fetch(path, **query, **({"cursor": cursor} if cursor else {}))
            yield from page["results"]
            cursor = _cursor_of(page.get("next"))
            if not cursor:
                return

    def conflicts(self) -> Sequence[Record]:
        """Open conflicts: what was kept, and what was lost and can be had back."""
        return self.list("conflict", status="open")

    def digest(self) -> Digest:
        return digest_of(self.store.base_live())

    def content_hash(self) -> str:
        return content_hash(self.store.base_live())

    def status(self) -> ServerStatus:
        """The server's side: versions, limits, digest."""
        return self._engine.status()

    def verify(self) -> Verification:
        """Compare with the server. Meaningful after a sync, while nobody else writes (compare the versions)."""
        status = self.status()
        return Verification(
            differing=compare(self.digest(), status.digest),
            local_version=self.store.position().version,
            server_version=status.version,
        )

    def repair(self, on_progress: OnProgress = no_progress) -> SyncReport:
        """Read everything anew; for the case that `verify()` found a difference. Unsent changes stay."""
        self.store.begin_resync()
        return self.sync(on_progress)


def _differs(record: Record, name: str, value: object) -> bool:
    data = record.data or {}
    return name not in data or data[name] != value


def _cursor_of(next_page: str | None) -> str:
    """The cursor inside the address of the next page, "" where there is none."""
    found = parse_qs(urlsplit(next_page or "").query).get("cursor")
    return found[0] if found else ""
