"""The pull: pages of changes after a cursor, or a snapshot from the beginning. Read in one consistent transaction."""

import datetime as dt
from typing import Any
from uuid import UUID

import orjson
from msgspec.structs import replace

from accounts.models import User
from lib import wire
from lib.errors import CursorInvalid
from lib.statements import Question
from lib.upcasting import schema_version
from lib.writes import Catalogue
from sync.domain.shapes import PullRequest, moment
from sync.domain.times import to_ms
from sync.exceptions import ResyncRequired
from sync.queries import (
    LAST_ENTITY,
    LAST_ID,
    Page,
    Position,
    View,
    page_after,
    purged_after,
    start_of,
    versions_after,
    view_question,
    view_told,
)
from sync.services.heads import consistent_view, standing_view
from sync.services.pull.cursors import Cursor, Owner, OwnerId, cursor_at, first_cursor
from sync.services.pull.scopes import Codes, codes_of, owner_of
from sync.services.upkeep.epochs import VersionsLostError, settle

WIDENED = dt.timedelta(minutes=10)


def asked_first(user_id: UUID, request: PullRequest) -> Question | None:
    """What a pull asks first, where it begins at a cursor; pull() takes the answer as `told`."""
    owner = Catalogue() if request.scope == "catalog" else OwnerId(user_id)
    try:
        cursor = Cursor.read(request.cursor, owner) if request.cursor else None
    except CursorInvalid:
        return None
    return None if cursor is None else view_question(owner, request.device_id, cursor.versions)


def pull(*, user: User, request: PullRequest, at: dt.datetime, told: tuple[Any, ...] = ()) -> dict[str, Any]:
    """A page of changes. Raises CursorInvalid, UnknownEntity, EpochChanged or ResyncRequired.

    There is no upper bound: records that move up meanwhile are met again, so only has_more=false is a consistent state.
    """
    owner = owner_of(user, request.scope)
    entities = codes_of(request.scope, request.entities)
    try:
        return _page(owner, request, entities, at, view_told(told))
    except VersionsLostError as lost:
        raise settle(user=owner, lost=lost, at=at) from lost


def _page(owner: Owner, request: PullRequest, entities: Codes, at: dt.datetime, told: View | None) -> dict[str, Any]:
    cursor = _narrowed(Cursor.read(request.cursor, owner), entities) if request.cursor else None
    if cursor is not None:
        view = told or _view(owner, request, cursor)
        _check(owner, view, cursor)
        if not cursor.is_behind(view):  # most pulls: nothing is new
            return _answer(owner, view, cursor, Page("[]", cursor.position, has_more=False, complete_ms=None), at)
    with consistent_view():
        view = _view(owner, request, cursor)
        cursor, page = _changes(owner, view, cursor or first_cursor(view.head, entities), request, at)
    return _answer(owner, view, cursor, page, at)


def _narrowed(cursor: Cursor, entities: Codes) -> Cursor:
    """The cursor as one of these entities. It says nothing of any that it is not of."""
    if cursor.entities and not (entities and set(entities) <= set(cursor.entities)):
        names = ", ".join(_names(cursor.entities))
        raise CursorInvalid(f"This cursor is of a pull of {names}. Keep one for each set of entities.", attr="cursor")
    return replace(cursor, entities=entities)


def _check(owner: Owner, view: View, cursor: Cursor) -> None:
    """Raises what the cursor's own check raises. What was purged of other entities is nothing that this one has missed."""
    try:
        cursor.check(view)
    except ResyncRequired:
        if not cursor.entities or purged_after(owner, cursor.told_version, entities=cursor.entities):
            raise


def _view(owner: Owner, request: PullRequest, cursor: Cursor | None) -> View:
    return standing_view(owner, request.device_id, () if cursor is None else cursor.versions)


def _answer(owner: Owner, view: View, cursor: Cursor, page: Page, at: dt.datetime) -> dict[str, Any]:
    head = view.head
    following = cursor_at(head, cursor.entities)
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
        **({"entities": _names(cursor.entities)} if cursor.entities else {}),
    }


def _changes(owner: Owner, view: View, cursor: Cursor, request: PullRequest, at: dt.datetime) -> tuple[Cursor, Page]:
    """Where the page begins, and what is on it."""
    head = view.head
    if request.since is not None:
        since_ms = seen_until_ms(to_ms(moment(request.since)), head_ms=head.last_ms, at=at)
        start = start_of(owner, since_ms=since_ms, head=head)
        if start.complete:
            begin = Cursor(head.epoch, Position(start.before, LAST_ENTITY, LAST_ID))
            return begin, versions_after(owner, start.before, counted=start.upto, limit=request.limit)
        # up to the purged ones on one page: a client that goes on by the time of this page is behind them then
        return first_cursor(head), versions_after(owner, 0, counted=head.min_version, limit=request.limit)
    _check(owner, view, cursor)
    return cursor, page_after(owner, cursor.position, limit=request.limit, entities=cursor.entities)


def seen_until_ms(given_ms: int, *, head_ms: int, at: dt.datetime) -> int:
    """A time that a client got from the server is never later than now, or than its last change. Where it is, some other
    clock made it, and it proves nothing about the last minutes.
    """
    return given_ms if given_ms <= max(head_ms, to_ms(at)) else to_ms(at - WIDENED)


def _names(codes: Codes) -> list[str]:
    return [wire.names()[code] for code in codes]
