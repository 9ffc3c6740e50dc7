"""What a push finds when it begins: asked for in one go, under the lock on the user's head."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from accounts.models import User
from lib.statements import ask, pipelined
from sync.queries import Decided, View, ask_decided, ask_view
from sync.services.heads import Head, ask_locked_head, locked_head
from sync.services.push.envelope import Item
from sync.services.push.loading import Found, ask_named


class DeviceRow(NamedTuple):
    """A device of the user, and how far it has come."""

    revoked_at: dt.datetime | None
    instance_token_hash: str
    last_seq: int
    last_eff_ms: int
    acked_version: int


@dataclass(frozen=True)
class Opening:
    """device: None where it is not the user's. view: with the times of these versions, where any were asked for. stored,
    found: what is known of the items that were told ahead, and of the records that they name.
    """

    head: Head
    device: DeviceRow | None
    view: View | None
    stored: Mapping[str, Decided] | None
    found: Found | None


def opened(*, user: User, device_id: UUID, versions: Collection[int] | None, items: Sequence[Item] | None) -> Opening:
    """Within a transaction. items: where they are known before the lock is held."""
    edits = [item.edit for item in items or () if item.edit is not None]
    with pipelined():
        head = ask_locked_head(user, source="push")
        device = ask("sync", "device", user_id=user.pk, device_id=device_id)
        view = None if versions is None else ask_view(user, None, versions)
        stored = None if items is None else ask_decided(user, [item.stored_as for item in items])
        found = None if items is None else ask_named(edits)
    rows: list[tuple[Any, ...]] = device()
    standing = head()
    if standing is None:  # the very first write: what was read was read without a lock
        locked_head(user, source="push")
        return opened(user=user, device_id=device_id, versions=versions, items=items)
    return Opening(
        standing,
        DeviceRow(*rows[0]) if rows else None,
        view and view(),
        stored and stored(),
        found and found(),
    )
