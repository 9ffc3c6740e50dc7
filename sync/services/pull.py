"""The pull: pages of changes after a cursor, or a snapshot from the beginning. Read in one consistent transaction."""

import datetime as dt
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from msgspec.structs import replace

from accounts.models import User
from lib.upcasting import schema_version
from lib.writes import Catalogue
from sync.domain.shapes import PullRequest, Scope, limits, moment
from sync.queries import (
    LAST_ENTITY,
    LAST_ID,
    Page,
    Position,
    View,
    digests,
    page_after,
    start_of,
    versions_after,
)
from sync.services.cursors import Cursor, Owner, cursor_at, first_cursor
from sync.services.envelope import to_ms
from sync.services.epochs import VersionsLostError, settle, shared_version
from sync.services.heads import consistent_view, standing_view

WIDENED = dt.timedelta(minutes=10)


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
    cursor = Cursor.read(request.cursor, owner) if request.cursor else None
    if cursor is not None:
        view = _view(owner, request, cursor)
        if not cursor.is_behind(view):  # most pulls: nothing is new
            return _answer(owner, view, cursor, Page("[]", cursor.position, has_more=False, complete_ms=None), at)
    with consistent_view():
        view = _view(owner, request, cursor)
        cursor, page = _changes(owner, view, cursor, request, at)
    return _answer(owner, view, cursor, page, at)


def _view(owner: Owner, request: PullRequest, cursor: Cursor | None) -> View:
    return standing_view(owner, request.device_id, () if cursor is None else cursor.versions)


def _answer(owner: Owner, view: View, cursor: Cursor, page: Page, at: dt.datetime) -> dict[str, Any]:
    head = view.head
    following = cursor_at(head)
    if page.has_more:
        following = replace(cursor, position=page.position, time_ms=page.time_ms)
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
    owner: Owner, view: View, cursor: Cursor | None, request: PullRequest, at: dt.datetime
) -> tuple[Cursor, Page]:
    """Where the page begins, and what is on it."""
    head = view.head
    snapshot = first_cursor(head)
    if request.since is not None:
        since_ms = seen_until_ms(to_ms(moment(request.since)), head_ms=head.last_ms, at=at)
        start = start_of(owner, since_ms=since_ms, head=head)
        if start.complete:
            begin = Cursor(head.epoch, Position(start.before, LAST_ENTITY, LAST_ID))
            return begin, versions_after(owner, start.before, counted=start.upto, limit=request.limit)
        # up to the purged ones on one page: a client that goes on by the time of this page is behind them then
        return snapshot, versions_after(owner, 0, counted=head.min_version, limit=request.limit)
    begin = cursor or snapshot
    begin.check(view)
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
