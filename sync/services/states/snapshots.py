"""Saved states: made on demand, every day, and before everything is replaced; kept by policy; read, downloaded, deleted."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from lib.errors import IdTaken, NotFound
from lib.upcasting import schema_version
from sync.domain import keeping
from sync.enums import SnapshotKind
from sync.exceptions import DigestMismatch, SnapshotSealed, TooManySnapshots
from sync.models import Head, Import, Snapshot, SnapshotPiece
from sync.models.transfer import BUSY
from sync.services.heads import consistent_view, locked_head
from sync.services.pull.cursors import cursor_at
from sync.services.states import pieces
from sync.services.states.reading import Spool, State, spooled

Packer = Callable[[Iterable[bytes]], Iterable[bytes]]
MAX_SEALED_BYTES = 50 * 1024 * 1024
BY_ITSELF = (SnapshotKind.DAILY, SnapshotKind.BEFORE_RESTORE)  # nobody waits for an answer
LIMITS = {SnapshotKind.NAMED: keeping.NAMED, SnapshotKind.CLIENT: keeping.SEALED}


def tag_of(user: User) -> str | None:
    """The ETag of the whole state; None before anything was ever written."""
    head = Head.objects.filter(user=user).values_list("epoch", "version").first()
    return None if head is None else f'"{head[0]}:{head[1]}:{schema_version()}"'


def whole_state(*, user: User, packed: Packer = iter) -> tuple[str, Spool]:
    """(ETag, lines of JSON). Read at once and then sent at the client's pace: a slow one holds no transaction open.

    packed: compresses the lines as they come, while PostgreSQL makes the next ones.
    """
    with consistent_view():
        state = State(user)
        lines = spooled(packed(state.lines(cursor=cursor_at(state.head).text(user))))
    return f'"{state.head.epoch}:{state.head.version}:{schema_version()}"', lines


# --- making ---


def save(
    *, user: User, kind: SnapshotKind, at: dt.datetime, name: str = "", snapshot_id: UUID | None = None
) -> Snapshot:
    """Saves the present state. A named one with an id that exists is a repetition. Raises TooManySnapshots, IdTaken."""
    wanted = Snapshot(id=snapshot_id or uuid4(), user=user, kind=kind, name=name, created_at=at)
    with consistent_view():
        found = _repeated(wanted)
        if found is not None:
            return found
        _check_count(user, kind)
        state = State(user)
        lines = spooled(state.lines())
    wanted.epoch, wanted.version, wanted.counts = state.head.epoch, state.head.version, state.counts
    wanted.schema_version = schema_version()
    with lines:
        made = _kept(wanted, lines, compressed=True)
    prune(user=user)
    return made


def save_sealed(
    *, user: User, name: str, sha256: str, content: Iterable[bytes], at: dt.datetime, snapshot_id: UUID | None = None
) -> Snapshot:
    """Keeps what a device encrypted. Raises DigestMismatch, TooManySnapshots, IdTaken; nothing is kept then."""
    wanted = Snapshot(
        id=snapshot_id or uuid4(),
        user=user,
        kind=SnapshotKind.CLIENT,
        name=name,
        created_at=at,
        sha256=sha256.lower(),
    )
    return _kept(wanted, content, compressed=False)


def _kept(wanted: Snapshot, content: Iterable[bytes], *, compressed: bool) -> Snapshot:
    """One after the other, or two at once would pass the count, and one id sent twice at once would look taken."""
    announced = wanted.sha256
    with transaction.atomic():
        locked_head(wanted.user, source="job" if wanted.kind in BY_ITSELF else "api")
        found = _repeated(wanted)
        if found is not None:
            return found
        _check_count(wanted.user, SnapshotKind(wanted.kind))
        wanted.save(force_insert=True)
        wanted.size_bytes, wanted.stored_bytes, wanted.sha256 = pieces.store(
            piece=SnapshotPiece, owner=wanted, blocks=content, compressed=compressed
        )
        if announced and wanted.sha256 != announced:
            raise DigestMismatch
        wanted.save(update_fields=["size_bytes", "stored_bytes", "sha256"])
    return wanted


def _repeated(wanted: Snapshot) -> Snapshot | None:
    found = Snapshot.objects.filter(pk=wanted.pk).first()
    if found is not None and _identity(found) != _identity(wanted):
        raise IdTaken
    return found


def _identity(one: Snapshot) -> tuple[object, ...]:
    """A sealed one has the bytes that were sent; any other has the state from when it was made."""
    sealed = one.kind == SnapshotKind.CLIENT
    return one.user_id, one.kind, one.name, one.sha256 if sealed else None


def _check_count(user: User, kind: SnapshotKind) -> None:
    limit = LIMITS.get(kind)
    if limit is not None and Snapshot.objects.filter(user=user, kind=kind).count() >= limit:
        raise TooManySnapshots(f"At most {limit} snapshots of this kind are kept. Delete one first.")


# --- every day, and how long ---


def moved_users() -> Iterator[Any]:
    """Ids of the users whose data changed since their newest snapshot."""
    newest = Snapshot.objects.filter(user=OuterRef("user_id"), epoch=OuterRef("epoch")).order_by("-version")
    moved = Head.objects.filter(version__gt=0, user__is_active=True).annotate(
        saved=Coalesce(Subquery(newest.values("version")[:1]), -1)
    )
    heads = moved.exclude(saved=F("version"))
    yield from heads.values_list("user_id", flat=True).iterator()


def save_daily(*, user: User, at: dt.datetime) -> Snapshot | None:
    """None where nothing changed since the newest one: a job that runs twice saves once."""
    head = Head.objects.filter(user=user).first()
    if head is None or Snapshot.objects.filter(user=user, epoch=head.epoch, version=head.version).exists():
        return None
    return save(user=user, kind=SnapshotKind.DAILY, at=at)


def prune(*, user: User) -> int:
    """Deletes what the policy does not keep. Gives how many."""
    daily = list(Snapshot.objects.filter(user=user, kind=SnapshotKind.DAILY).values_list("pk", "created_at"))
    undo = Snapshot.objects.filter(user=user, kind=SnapshotKind.BEFORE_RESTORE).order_by("-created_at")
    gone = {pk for pk, _ in daily} - keeping.kept_daily(daily)
    gone |= set(undo.values_list("pk", flat=True)[keeping.BEFORE_RESTORE :])
    gone -= set(Import.objects.filter(user=user, state__in=BUSY).values_list("snapshot_id", flat=True))  # under way
    return Snapshot.objects.filter(pk__in=gone).delete()[1].get("sync.Snapshot", 0) if gone else 0


# --- reading ---


def snapshot_of(*, user: User, snapshot_id: UUID) -> Snapshot:
    """Raises NotFound."""
    found = Snapshot.objects.filter(user=user, pk=snapshot_id).first()
    if found is None:
        raise NotFound
    return found


def content_of(snapshot: Snapshot) -> Spool:
    """What was saved, as it was saved."""
    compressed = snapshot.kind != SnapshotKind.CLIENT
    with transaction.atomic():
        return spooled(pieces.blocks(piece=SnapshotPiece, owner_id=snapshot.pk, compressed=compressed))


def check_readable(snapshot: Snapshot) -> None:
    if snapshot.kind == SnapshotKind.CLIENT:
        raise SnapshotSealed
