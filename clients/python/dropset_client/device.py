"""What an app holds: one device of one account, usable without a network from the first login on."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Self
from urllib.parse import parse_qs, urlsplit

import httpx

from dropset_client.digest import Digest, Verification, content_hash
from dropset_client.errors import ConflictClosed, MutationTooLarge, NotRepairable, NotSignedIn, RecordMissing
from dropset_client.listing import Listing
from dropset_client.mutations import Draft, Rejected
from dropset_client.report import OnProgress, SyncReport, no_progress
from dropset_client.resolving import Resolution, effect_of, payload
from dropset_client.session import Session
from dropset_client.shapes import checked, checked_id, checked_values, shape
from dropset_client.store import Position, Step, Store, no_step
from dropset_client.stream import Patience, Stream
from dropset_client.sync import About, SyncEngine
from dropset_client.transport import RetryPolicy, Transport
from dropset_client.watching import Beat, Watcher
from dropset_client.wire import (
    Clock,
    JsonObject,
    Limits,
    Mutation,
    NewId,
    Op,
    Record,
    ServerStatus,
    canonical_id,
    patch_to_wire,
    random_id,
    rfc3339,
    utc_now,
    uuid7,
)


class Device:
    """Reads and writes are local and at once; `sync()` is the only thing that needs the server.

    Not for sharing between threads: each opens its own on the same file.
    """

    def __init__(
        self,
        store: Store,
        transport: Transport,
        *,
        about: About,
        clock: Clock = utc_now,
        new_id: NewId | None = None,
    ) -> None:
        self.store = store
        self._transport = transport
        self._session = Session(store, transport)
        self._clock = clock
        self._new_id = new_id or (lambda: uuid7(clock()))
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
        http: httpx.BaseTransport | None = None,
        new_id: NewId | None = None,
    ) -> Self:
        """Open the store at `path`, made at the first time, for the server at `base_url`.

        `http` carries the requests in place of a socket; `new_id` makes all ids, in place of the clock and chance.
        """
        store = Store(path, step=step, new_id=new_id or random_id)
        transport = Transport(base_url, retry=retry, http=http)
        return cls(store, transport, about=About(name, platform), clock=clock, new_id=new_id)

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
        return self.store.view(entity, canonical_id(record_id))

    def list(self, entity: str, **equals: object) -> Sequence[Record]:
        """Live records whose fields equal the given values, by id; read page by page whenever it is gone through.

        A scan of one entity: an app with long lists would index the fields its screens ask for.
        """
        wanted = checked_values(entity, patch_to_wire(equals))
        return Listing(lambda: (one for one in self.store.view_all(entity) if _holds(one, wanted)))

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
        """Make a record and return its id. `at` is when the user did it, by default now. What there is once, such as the
        completion of a habit on a day, gets the id that every device gives it.

        Raises InvalidInput, here and below, for what the server would refuse: it names the fields.
        """
        values, known = checked(entity, Op.CREATE, patch_to_wire(data)), shape(entity)
        derived = known.id_of(values, owner=lambda: self.user_id)
        record_id = checked_id(entity, id or derived or self._new_id())
        if derived:
            known.check_id(record_id, derived)
            if self._was_deleted(entity, record_id):
                values = known.defaults() | values  # or what it held before would come back with it
        self.enqueue(entity, record_id, Op.CREATE, values, at=at)
        return record_id

    def _was_deleted(self, entity: str, record_id: str) -> bool:
        known = self.store.base(entity, record_id) or self.store.queued_for(entity, record_id)
        return bool(known) and self.store.view(entity, record_id) is None

    def update(
        self, entity: str, record_id: str, patch: Mapping[str, object], *, at: datetime | None = None
    ) -> Mutation | None:
        """Change fields. What has the value already is not a change, and where nothing is left nothing is queued."""
        record = self._shown(entity, record_id)
        values = checked(entity, Op.UPDATE, patch_to_wire(patch))
        changes = {name: value for name, value in values.items() if _differs(record, name, value)}
        whole = shape(entity).completed(changes, record.data or {})
        return self.enqueue(entity, record.id, Op.UPDATE, whole, at=at) if changes else None

    def delete(self, entity: str, record_id: str, *, at: datetime | None = None) -> Mutation:
        """Delete a record; the server deletes what hangs below it, and says so with the next pull."""
        record = self._shown(entity, record_id)
        return self.enqueue(entity, record.id, Op.DELETE, checked(entity, Op.DELETE, {}), at=at)

    def restore(self, entity: str, record_id: str, *, at: datetime | None = None) -> Mutation:
        """Take a deletion back. The content of a record deleted long ago comes with the next pull."""
        return self.enqueue(entity, canonical_id(record_id), Op.RESTORE, checked(entity, Op.RESTORE, {}), at=at)

    def enqueue(
        self, entity: str, record_id: str, op: Op, patch: JsonObject, *, at: datetime | None = None
    ) -> Mutation:
        """Queue a mutation as it is, without the checks of the methods above: of what this client does not know, too."""
        self._group_size += 1
        return self.store.enqueue(self._draft(entity, record_id, op, patch, at, group=self._group))

    def _draft(
        self,
        entity: str,
        record_id: str,
        op: Op,
        patch: JsonObject,
        at: datetime | None = None,
        *,
        group: str | None = None,
    ) -> Draft:
        moment = rfc3339(at or self._clock())
        return Draft(id=self._new_id(), entity=entity, record_id=record_id, op=op, at=moment, patch=patch, group=group)

    def _shown(self, entity: str, record_id: str) -> Record:
        record = self.get(entity, record_id)
        if record is None:
            raise RecordMissing(f"this device shows no {entity} {record_id}")
        return record

    def _check_group(self) -> None:
        allowed = (self.store.limits() or Limits()).mutations
        if self._group_size > allowed:
            raise MutationTooLarge(f"a group of {self._group_size} changes; the server takes {allowed} at once")

    # Conflicts and refused changes

    def conflicts(self) -> Sequence[Record]:
        """Open conflicts: what was kept, and what was lost and can be had back."""
        return self.list("conflict", status="open")

    def resolve(
        self,
        conflict_id: str,
        resolution: Resolution | str,
        patch: Mapping[str, object] | None = None,
        *,
        at: datetime | None = None,
    ) -> Mutation:
        """Close a conflict, offline: `keep` what stands, `use_lost`, or write a `custom` patch.

        Raises RecordMissing for a conflict that is not here, and ConflictClosed for one that is decided.
        """
        chosen, values = Resolution(resolution), patch_to_wire(patch or {})
        if (chosen is Resolution.CUSTOM) != bool(values):
            raise ValueError("a custom resolution has a patch, and the others have none")
        conflict = self._shown("conflict", conflict_id)
        if conflict.get("status") != "open":
            raise ConflictClosed(f"conflict {conflict_id} is {conflict.get('status')} already")
        if values:
            values = checked(str(conflict["entity"]), Op.UPDATE, values)
        return self.store.enqueue(
            self._draft("conflict", conflict.id, Op.RESOLVE, payload(chosen, values), at),
            about=(str(conflict["entity"]), str(conflict["record_id"])),
            effect=effect_of(conflict, chosen, values),
        )

    def rejected(self) -> Sequence[Rejected]:
        """Changes the server refused for good, each with its content and the reason. They wait for the user."""
        return self.store.rejected()

    def repair_rejected(self, mutation_id: str, patch: Mapping[str, object] | None = None) -> Mutation:
        """Make a refused change again as a new one, repaired by `patch`. The server is told which one it makes good."""
        with self.store.transaction():
            old = self._taken(self.store.take_rejected(mutation_id), mutation_id).mutation
            if old.op is Op.RESOLVE:
                raise NotRepairable("discard it, and resolve the conflict again")
            repaired = checked(old.entity, Op.UPDATE, patch_to_wire(patch or {}))
            draft = self._draft(old.entity, old.record_id, old.op, {**old.patch, **repaired})
            return self.store.enqueue(draft, repairs=old.id)

    def discard_rejected(self, mutation_id: str) -> Rejected:
        """Forget a refused change, because the user said so; the server forgets it with the next sync."""
        with self.store.transaction():
            return self._taken(self.store.discard(mutation_id), mutation_id)

    def _taken(self, found: Rejected | None, mutation_id: str) -> Rejected:
        if found is None:
            raise RecordMissing(f"no refused change {mutation_id}")
        return found

    # The server

    def register(self) -> None:
        """Tell the server of this device; `sync` does it by itself. Doing it again is fine, and tells a new name."""
        self.store.set_registered(registered=False)
        self._engine.register()

    def leave(self) -> None:
        """Take this device off the account, which ends its session. What is on it stays readable."""
        device_id = self.store.identity().device_id
        self._session.request("DELETE", f"sync/devices/{device_id}")
        self.store.clear_tokens()

    def rename(self, name: str) -> None:
        """The name by which the user knows this device; the server hears of it with the next registration."""
        self._engine.rename(name)

    def sync(self, on_progress: OnProgress = no_progress, *, verify: bool = False) -> SyncReport:
        """Push what waits, pull what is new. Raises ServerUnreachable or LoginRequired with the queue intact.

        With `verify` the digests are compared afterwards, and where they differ everything is read anew.
        """
        return self._engine.run(on_progress, verify=verify)

    def push(self, most: int = 1) -> SyncReport:
        """One step of a sync, for tests: a push of the first `most` queued changes."""
        return self._engine.push_some(most)

    def pull(self, pages: int = 1) -> SyncReport:
        """One step of a sync, for tests: so many pages."""
        return self._engine.pull_some(pages)

    def stream(self, patience: Patience | None = None) -> Stream:
        """The server's pokes, over as many connections as it takes; `watch` is what most apps want."""
        return Stream(self._session, lambda: self.status().stream_url, patience)

    def watch(self, patience: Patience | None = None) -> Iterator[Beat]:
        """Sync now, at each poke that tells something new, and every now and then; for ever, one beat after the other."""
        return Watcher(self.store, self.stream(patience), self.sync).beats()

    def fetch(self, path: str, **query: str | int) -> JsonObject:
        """Read something that is not synced, such as the public library."""
        return self._session.request("GET", path, query=query)

    def send(self, method: str, path: str, body: JsonObject | None = None) -> JsonObject:
        """Ask for something beside the sync, such as keeping a snapshot."""
        return self._session.request(method, path, body=body)

    def download(self, path: str, target: IO[bytes]) -> int:
        """Write what the server gives into an open file; returns its length."""
        return self._session.download(path, target)

    def upload(self, path: str, name: str, content: bytes, fields: JsonObject) -> JsonObject:
        """Send a file."""
        return self._session.request("POST", path, body=fields, file=(name, content))

    def fetch_all(self, path: str, **query: str | int) -> Iterator[JsonObject]:
        """Every item of a paginated list."""
        cursor = ""
        while True:
            page = self.fetch(path, **query, **({"cursor": cursor} if cursor else {}))
            yield from page["results"]
            cursor = _cursor_of(page.get("next"))
            if not cursor:
                return

    def digest(self) -> Digest:
        return self.store.base_digest()

    def content_hash(self) -> str:
        return content_hash(self.store.base_live())

    def status(self) -> ServerStatus:
        """The server's side: versions, limits, digest."""
        return self._engine.status()

    def verify(self) -> Verification:
        """Compare with the server. Meaningful after a sync, while nobody else writes (compare the versions)."""
        return self._engine.verification()

    def repair(self, on_progress: OnProgress = no_progress) -> SyncReport:
        """Sync, compare, and read everything anew where something differs. Unsent changes stay in any case."""
        return self.sync(on_progress, verify=True)

    def resync(self, on_progress: OnProgress = no_progress) -> SyncReport:
        """Read everything anew, whatever the digests say. The user sees the old state until the new one is whole."""
        self.store.begin_resync()
        return self.sync(on_progress)


def _holds(record: Record, wanted: JsonObject) -> bool:
    return all(record.get(name) == value for name, value in wanted.items())


def _differs(record: Record, name: str, value: object) -> bool:
    data = record.data or {}
    return name not in data or data[name] != value


def _cursor_of(next_page: str | None) -> str:
    """The cursor inside the address of the next page, "" where there is none."""
    found = parse_qs(urlsplit(next_page or "").query).get("cursor")
    return found[0] if found else ""
