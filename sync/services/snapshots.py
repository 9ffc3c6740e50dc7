"""Saved states: made on demand, every day, and before everything is replaced; kept by policy; read, downloaded, deleted."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from lib.errors import IdTaken, NotFound, TooLarge
from sync.domain import keeping
from sync.domain.upcasting import schema_version
from sync.enums import SnapshotKind
from sync.exceptions import DigestMismatch, SnapshotSealed, TooManySnapshots
from sync.models import Head, Snapshot, SnapshotPiece
from sync.services import pieces
from sync.services.heads import consistent_view, locked_head
from sync.services.pull import cursor_at
from sync.services.reading import Spool, State, spooled

MAX_SEALED_BYTES = 50 * 1024 * 1024
LIMITS = {SnapshotKind.NAMED: keeping.NAMED, SnapshotKind.CLIENT: keeping.SEALED}


def tag_of(user: User) -> str | None:
    """The ETag of the whole state; None before anything was ever written."""
    head = Head.objects.filter(user=user).values_list("epoch", "version").first()
    return None if head is None else f'"{head[0]}:{head[1]}:{schema_version()}"'


def whole_state(*, user: User) -> tuple[str, Spool]:
    """(ETag, lines of JSON). Read at once and then sent at the client's pace: a slow one holds no transaction open."""
    with consistent_view():
        state = State(user)
        lines = spooled(state.lines(cursor=cursor_at(user=user, head=state.head)))
    return f'"{state.head.epoch}:{state.head.version}:{schema_version()}"', lines


# --- making ---


def save(
    *, user: User, kind: SnapshotKind, at: dt.datetime, name: str = "", snapshot_id: UUID | None = None
) -> Snapshot:
    """Saves what stands now. A named one with an id that exists is a repetition. Raises TooManySnapshots, IdTaken."""
    found = _repeated(user, kind, snapshot_id, name)
    if found is not None:
        return found
    with consistent_view():
        _check_count(user, kind)
        state = State(user)
        made = Snapshot.objects.create(
            id=snapshot_id or uuid4(),
            user=user,
            kind=kind,
            name=name,
            created_at=at,
            epoch=state.head.epoch,
            version=state.head.version,
            schema_version=schema_version(),
            counts=state.counts,
        )
        with spooled(state.lines()) as lines:  # to their end: the connection does one thing at a time
            _fill(made, lines, compressed=True)
    prune(user=user)
    return made


def save_sealed(
    *, user: User, name: str, sha256: str, content: Iterable[bytes], at: dt.datetime, snapshot_id: UUID | None = None
) -> Snapshot:
    """Keeps what a device encrypted. Raises DigestMismatch, TooManySnapshots, IdTaken; nothing is kept then."""
    found = _repeated(user, SnapshotKind.CLIENT, snapshot_id, name)
    if found is not None:
        return found
    with transaction.atomic():
        locked_head(user, source="api")  # one after the other, or two at once would pass the count
        _check_count(user, SnapshotKind.CLIENT)
        made = Snapshot.objects.create(
            id=snapshot_id or uuid4(), user=user, kind=SnapshotKind.CLIENT, name=name, created_at=at
        )
        _fill(made, content, compressed=False)
        if made.sha256 != sha256.lower():
            raise DigestMismatch
    return made


def _fill(made: Snapshot, content: Iterable[bytes], *, compressed: bool) -> None:
    made.size_bytes, made.stored_bytes, made.sha256 = pieces.store(
        piece=SnapshotPiece, owner=made, blocks=content, compressed=compressed
    )
    made.save(update_fields=["size_bytes", "stored_bytes", "sha256"])


def _repeated(user: User, kind: SnapshotKind, snapshot_id: UUID | None, name: str) -> Snapshot | None:
    found = Snapshot.objects.filter(pk=snapshot_id).first() if snapshot_id is not None else None
    if found is not None and (found.user_id, found.kind, found.name) != (user.pk, kind, name):
        raise IdTaken
    return found


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


def within_limit(blocks: Iterable[bytes], *, limit: int) -> Iterator[bytes]:
    """Raises TooLarge as soon as there is more."""
    size = 0
    for block in blocks:
        size += len(block)
        if size > limit:
            raise TooLarge(f"At most {limit} bytes.")
        yield block
