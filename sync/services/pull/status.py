"""How far a device and its server are, without any changes: what a client compares, to see whether all is well."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.conf import settings

from accounts.models import User
from lib.upcasting import schema_version
from sync.domain.shapes import Scope, limits
from sync.queries import digests
from sync.services.heads import consistent_view, standing_view
from sync.services.pull.scopes import codes_of, owner_of
from sync.services.upkeep.epochs import shared_version


def status(
    *,
    user: User,
    device_id: UUID | None,
    epoch: UUID | None = None,
    scope: Scope = "user",
    entities: Sequence[str] | None = None,
) -> dict[str, Any]:
    """epoch: one that the device knew, to learn what of it is shared with the present one. entities: of which the digest is
    wanted; None for all. Raises UnknownEntity.
    """
    owner, codes = owner_of(user, scope), codes_of(scope, entities)
    with consistent_view():
        view = standing_view(owner, device_id)
        head = view.head
        return {
            "epoch": head.epoch,
            "version": head.version,
            "min_version": head.min_version,
            "schema_version": schema_version(),
            "limits": limits(),
            "digest": digests(owner, codes),
            "device": view.device,
            "open_conflicts": view.open_conflicts,
            "stream_url": settings.STREAM_URL,
            "shared_version": None if epoch is None else shared_version(user=owner, epoch=epoch),
        }
