"""The pull: pages of changes after a cursor, or a snapshot from the beginning. Read in one consistent transaction."""

import datetime as dt
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.core import signing

from accounts.models import User
from lib.errors import CursorInvalid
from lib.writes import Catalogue
from sync.domain.shapes import PullRequest, Scope, limits, moment
from sync.domain.upcasting import schema_version
from sync.exceptions import EpochChanged, ResyncRequired
from sync.queries import (
    LAST_ENTITY,
    LAST_ID,
    HeadView,
    Page,
    Position,
    View,
    digests,
    page_after,
    start_of,
    versions_after,
)
from sync.services.envelope import to_ms
from sync.services.epochs import VersionsLostError, settle, shared_version
from sync.services.heads import consistent_view, standing_view

SIGNER = signing.Signer(salt="sync.cursor")
WIDENED = dt.timedelta(minutes=10)
Owner = User | Catalogue


def pull(*, user: User, request: PullRequest, at: dt.datetime) -> dict[str, Any]:
    """A page of changes. Raises CursorInvalid, EpochChanged or ResyncRequired.

    There is no upper bound: records that move up meanwhile are met again, so only has_more=false is a consistent state.
    """
    owner = _owner(user, request.scope)
    try:
        return _page(owner, request, at)
    except VersionsLostError as lost:
        raise settle(user=owner, lost=lost, at=at) from lost


def _page(owner: Owner, request: PullRequest, at: dt.datetime) -> dict[str, Any]:
    cursor = _Cursor.read(request.cursor, owner) if request.cursor else None
    view = standing_view(owner, request.device_id)
    if cursor is not None and not cursor.is_behind(view.head):  # most pulls: nothing is new
        return _answer(owner, view, cursor, Page("[]", cursor.position, has_more=False, complete_ms=None), at)
    with consistent_view():
        view = standing_view(owner, request.device_id)
        cursor, page = _changes(owner, view.head, cursor, request, at)
    return _answer(owner, view, cursor, page, at)


def _answer(owner: Owner, view: View, cursor: "_Cursor", page: Page, at: dt.datetime) -> dict[str, Any]:
    head = view.head
    position = (
        page.position if page.has_more else Position(max(head.version, page.position.version), LAST_ENTITY, LAST_ID)
    )
    following = _Cursor(head.epoch, cursor.snapshot_head if page.has_more else 0, position)
    complete_ms = page.complete_ms if page.has_more else head.last_ms
    return {
        "epoch": head.epoch,
        "mode": "snapshot" if cursor.is_snapshot else "delta",
        "version": head.version,
        "server_time": at,
        "timestamp": dt.datetime.fromtimestamp((complete_ms or 0) / 1000, dt.UTC),
        "schema_version": schema_version(),
        "changes": orjson.Fragment(page.changes),
        "cursor": following.text(owner),
        "has_more": page.has_more,
        "last_seq": 0 if view.device is None else view.device["last_seq"],
        "open_conflicts": view.open_conflicts,
    }


def _changes(
    owner: Owner, head: HeadView, cursor: "_Cursor | None", request: PullRequest, at: dt.datetime
) -> tuple["_Cursor", Page]:
    """Where the page begins, and what is on it."""
    snapshot = _Cursor(head.epoch, head.version, Position())
    if request.since is not None:
        since_ms = seen_until_ms(to_ms(moment(request.since)), head_ms=head.last_ms, at=at)
        start = start_of(owner, since_ms=since_ms, head=head)
        if start.complete:
            begin = _Cursor(head.epoch, 0, Position(start.before, LAST_ENTITY, LAST_ID))
            return begin, versions_after(owner, start.before, counted=start.upto, limit=request.limit)
        # up to the purged ones on one page: a client that goes on by the time of this page is behind them then
        return snapshot, versions_after(owner, 0, counted=head.min_version, limit=request.limit)
    begin = cursor or snapshot
    begin.check(head)
    return begin, page_after(owner, begin.position, limit=request.limit)


def seen_until_ms(given_ms: int, *, head_ms: int, at: dt.datetime) -> int:
    """A time that a client got from the server is never later than now, or than its last change. Where it is, some other
    clock made it, and it proves nothing about the last minutes.
    """
    return given_ms if given_ms <= max(head_ms, to_ms(at)) else to_ms(at - WIDENED)


def status(*, user: User, device_id: UUID | None, epoch: UUID | None = None, scope: Scope = "user") -> dict[str, Any]:
    """epoch: one that the device knew, to learn what of it is shared with the present one."""
    owner = _owner(user, scope)
    with consistent_view():
        view = standing_view(owner, device_id)
        head = view.head
        return {
            "epoch": head.epoch,
            "version": head.version,
            "min_version": head.min_version,
            "schema_version": schema_version(),
            "limits": limits(),
            "digest": digests(owner),
            "device": view.device,
            "open_conflicts": view.open_conflicts,
            "stream_url": settings.STREAM_URL,
            "shared_version": None if epoch is None else shared_version(user=owner, epoch=epoch),
        }


def _owner(user: User, scope: Scope) -> Owner:
    return Catalogue() if scope == "catalog" else user


class _Cursor:
    """Where a device stands. Signed, and bound to the user: it is the server's word, which clients only keep and return.

    snapshot_head: the head's version when a running snapshot began, else 0. A snapshot that takes long is not reset by a
    purge of what it has not reached yet, because it started after the purged deletions.
    """

    def __init__(self, epoch: str, snapshot_head: int, position: Position) -> None:
        self.epoch, self.snapshot_head, self.position = epoch, snapshot_head, position

    @property
    def is_snapshot(self) -> bool:
        return bool(self.snapshot_head) or self.position == Position()

    @classmethod
    def read(cls, text: str, user: Owner) -> "_Cursor":
        try:
            owner, epoch, snapshot_head, version, entity, record_id = SIGNER.unsign_object(text.removeprefix("v1."))
        except (signing.BadSignature, ValueError) as error:
            raise CursorInvalid from error
        if owner != str(user.pk):
            raise CursorInvalid
        return cls(epoch, snapshot_head, Position(version, entity, record_id))

    def text(self, user: Owner) -> str:
        position = self.position
        content = [str(user.pk), self.epoch, self.snapshot_head, position.version, position.entity, position.id]
        return "v1." + SIGNER.sign_object(content)

    def is_behind(self, head: HeadView) -> bool:
        """Whether something has changed since. Raises what `check` raises."""
        self.check(head)
        return self.position.complete_version < head.version

    def check(self, head: HeadView) -> None:
        if self.epoch != head.epoch:
            raise EpochChanged
        if max(self.snapshot_head, self.position.version) > head.version:
            raise VersionsLostError(epoch=self.epoch, version=max(self.snapshot_head, self.position.version))
        if max(self.snapshot_head, self.position.complete_version) < head.min_version:
            raise ResyncRequired


def cursor_at(*, user: User, head: HeadView) -> str:
    """The cursor of a device that holds all that stands: where a whole snapshot ends."""
    return _Cursor(head.epoch, 0, Position(head.version, LAST_ENTITY, LAST_ID)).text(user)
