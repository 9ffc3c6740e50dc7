"""Cursors: where a device stands. Signed, and bound to the user: the server's own word, which clients only keep and return.

So a cursor proves what its device has seen. A server that was restored from a backup finds out by the first one that
names a version it never gave out, or gave out at another time.
"""

from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.core import signing

from accounts.models import User
from lib import wire
from lib.errors import CursorInvalid
from lib.writes import Catalogue
from sync.exceptions import EpochChanged, ResyncRequired
from sync.queries import LAST_ENTITY, LAST_ID, HeadView, Position, View
from sync.services.upkeep.epochs import VersionsLostError

SIGNER = signing.Signer(salt="sync.cursor")
FORM = "v3."
OLDER_FORM = "v2."  # did not say by which order a version was begun


class OwnerId(NamedTuple):
    """Somebody of whom no more is known."""

    pk: UUID


Owner = User | Catalogue


class Cursor(msgspec.Struct, frozen=True):
    """time_ms: of the position's version. snapshot_head, snapshot_ms: the version at which a running snapshot began and its
    time, else 0. A snapshot that takes long is not reset by a purge of what it has not reached yet, because it started after
    the purged deletions. entities: of which it knows, by their codes in ascending order; none where of all.

    A position within a version counts by the order of the entities. Where that was another one, the version begins again:
    in the new order some of what comes before the position was not sent.
    """

    epoch: str
    position: Position
    time_ms: int = 0
    snapshot_head: int = 0
    snapshot_ms: int = 0
    entities: tuple[int, ...] = ()

    @property
    def is_snapshot(self) -> bool:
        return bool(self.snapshot_head) or self.position == Position()

    @property
    def newest_version(self) -> int:
        """That its device has seen."""
        return max(self.snapshot_head, self.position.version)

    @property
    def versions(self) -> set[int]:
        """Whose time it knows."""
        return {self.snapshot_head, self.position.version} - {0}

    @classmethod
    def read(cls, text: str, owner: Owner | OwnerId) -> "Cursor":
        """Raises CursorInvalid."""
        try:
            found = _signed(text)
            user, epoch, head, head_ms, version, time_ms, entity, record_id, *rest = found
            order, entities = (rest[0], rest[1:]) if text.startswith(FORM) else (None, rest)
        except (signing.BadSignature, ValueError, IndexError) as error:
            raise CursorInvalid from error
        if user != str(owner.pk):
            raise CursorInvalid
        whole = entity == LAST_ENTITY or order == wire.order_digest()
        position = Position(version, entity, record_id) if whole else Position(version)
        return cls(epoch, position, time_ms, head, head_ms, tuple(entities))

    def text(self, owner: Owner) -> str:
        place = [self.position.version, self.time_ms, self.position.entity, self.position.id]
        head = [self.snapshot_head, self.snapshot_ms]
        found = [str(owner.pk), self.epoch, *head, *place, wire.order_digest(), *self.entities]
        return FORM + SIGNER.sign_object(found)

    @property
    def told_version(self) -> int:
        """The version up to which its device no longer needs tombstones: it has seen them, or began after them."""
        return max(self.snapshot_head, self.position.complete_version)

    def is_behind(self, view: View) -> bool:
        """Whether something has changed since."""
        return self.position.complete_version < view.head.version

    def check(self, view: View) -> None:
        """view: as of this cursor. Raises EpochChanged, VersionsLostError or ResyncRequired."""
        self.check_history(view)
        if self.told_version < view.head.min_version:
            raise ResyncRequired

    def check_history(self, view: View) -> None:
        """Whether the versions that its device has seen are those that stand. Raises EpochChanged or VersionsLostError."""
        if self.epoch != view.head.epoch:
            raise EpochChanged
        if self.newest_version > view.head.version:
            raise VersionsLostError(epoch=self.epoch, version=self.newest_version)
        told = {self.position.version: self.time_ms, self.snapshot_head: self.snapshot_ms}
        if any(told.get(version, time_ms) != time_ms for version, time_ms in view.times.items()):
            raise VersionsLostError(epoch=self.epoch, version=self.newest_version, given_again=True)


@lru_cache(maxsize=1024)  # some 400 bytes each
def _signed(text: str) -> Any:
    """A cursor says the same each time, and a device at rest sends the same one again and again."""
    return SIGNER.unsign_object(text.removeprefix(FORM).removeprefix(OLDER_FORM))


def first_cursor(head: HeadView, entities: tuple[int, ...] = ()) -> Cursor:
    """Of a snapshot."""
    return Cursor(head.epoch, Position(), snapshot_head=head.version, snapshot_ms=head.last_ms, entities=entities)


def cursor_at(head: HeadView, entities: tuple[int, ...] = ()) -> Cursor:
    """Of a device that holds everything: where a whole snapshot ends."""
    return Cursor(head.epoch, Position(head.version, LAST_ENTITY, LAST_ID), head.last_ms, entities=entities)
