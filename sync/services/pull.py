"""The pull: pages of changes after a cursor, or a snapshot from the beginning. Read in one consistent transaction."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import orjson
from django.core import signing
from django.db import connection, transaction

from accounts.models import User
from lib.errors import CursorInvalid
from sync.domain.shapes import SCHEMA_VERSION, PullRequest, limits
from sync.exceptions import EpochChanged, ResyncRequired
from sync.models import DeviceState
from sync.queries import HeadView, Position, digests, head_of, open_conflicts, page_after
from sync.services.heads import locked_head

SIGNER = signing.Signer(salt="sync.cursor")


def pull(*, user: User, request: PullRequest, at: dt.datetime) -> dict[str, Any]:
    """A page of changes. Raises CursorInvalid or ResyncRequired.

    There is no upper bound: records that move up meanwhile are met again, so only has_more=false is a consistent state.
    """
    with _snapshot():
        head = _head(user)
        cursor = _Cursor.read(request.cursor, user) if request.cursor else _Cursor(head.epoch, head.version, Position())
        cursor.check(head)
        page = page_after(user, cursor.position, limit=request.limit)
        last_seq = _device_state(user, request.device_id).get("last_seq", 0)
        conflicts = open_conflicts(user)
    position = page.position if page.has_more else Position(max(head.version, page.position.version), 32767, LAST_ID)
    following = _Cursor(head.epoch, cursor.snapshot_head if page.has_more else 0, position)
    return {
        "epoch": head.epoch,
        "mode": "snapshot" if cursor.snapshot_head or not request.cursor else "delta",
        "version": head.version,
        "server_time": at,
        "timestamp": dt.datetime.fromtimestamp(head.last_ms / 1000, dt.UTC),
        "schema_version": SCHEMA_VERSION,
        "changes": orjson.Fragment(page.changes),
        "cursor": following.text(user),
        "has_more": page.has_more,
        "last_seq": last_seq,
        "open_conflicts": conflicts,
    }


LAST_ID = "ffffffff-ffff-ffff-ffff-ffffffffffff"


def status(*, user: User, device_id: UUID | None) -> dict[str, Any]:
    with _snapshot():
        head = _head(user)
        return {
            "epoch": head.epoch,
            "version": head.version,
            "min_version": head.min_version,
            "schema_version": SCHEMA_VERSION,
            "limits": limits(),
            "digest": digests(user),
            "device": _device_state(user, device_id) or None,
            "open_conflicts": open_conflicts(user),
        }


class _Cursor:
    """Where a device stands. Signed, and bound to the user: it is the server's word, which clients only keep and return.

    snapshot_head: the head's version when a running snapshot began, else 0. A snapshot that takes long is not reset by a
    purge of what it has not reached yet, because it started after the purged deletions.
    """

    def __init__(self, epoch: str, snapshot_head: int, position: Position) -> None:
        self.epoch, self.snapshot_head, self.position = epoch, snapshot_head, position

    @classmethod
    def read(cls, text: str, user: User) -> "_Cursor":
        try:
            owner, epoch, snapshot_head, version, entity, record_id = SIGNER.unsign_object(text.removeprefix("v1."))
        except (signing.BadSignature, ValueError) as error:
            raise CursorInvalid from error
        if owner != str(user.pk):
            raise CursorInvalid
        return cls(epoch, snapshot_head, Position(version, entity, record_id))

    def text(self, user: User) -> str:
        position = self.position
        content = [str(user.pk), self.epoch, self.snapshot_head, position.version, position.entity, position.id]
        return "v1." + SIGNER.sign_object(content)

    def check(self, head: HeadView) -> None:
        if self.epoch != head.epoch:
            raise EpochChanged
        if max(self.snapshot_head, self.position.version) < head.min_version:
            raise ResyncRequired


@contextmanager
def _snapshot() -> Iterator[None]:
    """One consistent view for the head and the rows; a read that nothing can block."""
    with transaction.atomic():
        if not connection.savepoint_ids:  # the outermost transaction: only there can its isolation be chosen
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _head(user: User) -> HeadView:
    head = head_of(user)
    if head is None:
        locked_head(user, source="api")
        head = head_of(user)
    assert head is not None
    return head


def _device_state(user: User, device_id: UUID | None) -> dict[str, int]:
    if device_id is None:
        return {}
    found = (
        DeviceState.objects.filter(device_id=device_id, device__user=user).values("last_seq", "acked_version").first()
    )
    return {} if found is None else {"last_seq": found["last_seq"], "acked_version": found["acked_version"]}
