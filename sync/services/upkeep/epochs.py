"""Epochs: each names one history of versions. A server that was restored from a backup is older than its devices, and would
give out versions again that they know with other content; so it begins a new epoch, and they begin anew.

It is noticed in three ways: the database is another server or timeline than the data remember; an operator says
so; or the cursor of a device names a version that the server never gave out, or gave out at another time. Only what is proven
ends an epoch: a cursor is signed, whereas a version that a push names may be the mistake of one device.
"""

import datetime as dt
import logging
from typing import Any
from uuid import UUID

from django.db import DatabaseError, transaction

from accounts.models import User
from lib.errors import Unavailable
from lib.statements import fetch
from sync.exceptions import EpochChanged
from sync.models import Cluster
from sync.services.heads import in_transaction, locked_head

logger = logging.getLogger(__name__)


class VersionsLostError(Exception):
    """A cursor of this epoch, which the server made, names what it does not know: it has been restored from a backup.

    given_again: the server has come as far again since, with other content.
    """

    def __init__(self, *, epoch: str, version: int, given_again: bool = False) -> None:
        super().__init__(epoch, version)
        self.epoch, self.version, self.given_again = epoch, version, given_again


def new_epoch(*, user: User | None = None, at: dt.datetime, served: bool = False) -> int:
    """Ends the history of one user, or of all, where it stands. Gives how many. For a server that was just restored.

    served: it has given out versions since. Then nobody knows which ones are the earlier ones.
    """
    return _end(None if user is None else user.pk, at, known=not served)


def settle(*, user: Any, lost: VersionsLostError, at: dt.datetime) -> EpochChanged:
    """A new epoch for a user whose device has seen more than the server. Gives what to answer; two who ask at once get one.

    Nobody knows since when versions are lost, so no earlier version counts as shared.
    Raises Unavailable where the server has what the device names after all: it was asked too early.
    """

    def end_if_behind() -> bool:
        head = locked_head(user, source="api")  # a request: behind an import it gives up after a while
        if head.epoch != lost.epoch:
            return True
        if head.version >= lost.version and not lost.given_again:
            return False
        _end(user.pk, at, known=False)
        logger.warning("A device of user %s knows version %s of %s: new epoch.", user.pk, lost.version, head.version)
        return True

    if not in_transaction(end_if_behind):
        raise Unavailable
    return EpochChanged()


def shared_version(*, user: Any, epoch: UUID) -> int:
    """Up to which version a device that knows this epoch holds what the server's history holds too; 0: not known."""
    ((version,),) = fetch("sync", "shared_version", user_id=user.pk, epoch=epoch) or [(0,)]
    return int(version or 0)


def check_cluster(*, at: dt.datetime, moved: bool = False) -> int | None:
    """Compares the database server with the one that the data remember. Gives how many histories began anew; None where
    the server does not tell who it is. moved: another one, but nothing is missing.
    """
    identity = _identity()
    if identity is None:
        return None
    system, timeline = identity
    with transaction.atomic():
        known = Cluster.objects.select_for_update().order_by("pk").last()
        if known is None:
            Cluster.objects.create(system_identifier=system, timeline=timeline, seen_at=at)
            return 0
        same = (known.system_identifier, known.timeline) == (system, timeline)
        if not same:
            logger.warning("These data were on server %s, and are on %s/%s now.", known, system, timeline)
        known.system_identifier, known.timeline, known.seen_at = system, timeline, at
        known.save()
        return 0 if same or moved else new_epoch(at=at)


def _identity() -> tuple[str, int] | None:
    """Of the database server; None where it keeps that to itself, as some hosted ones do."""
    try:
        with transaction.atomic():
            ((system, timeline),) = fetch("sync", "cluster")
    except DatabaseError as error:
        logger.warning(
            "The database server does not identify itself: after a restore, run new_epoch yourself. (%s)", error
        )
        return None
    return system, timeline


def _end(user_id: UUID | None, at: dt.datetime, *, known: bool) -> int:
    return int(fetch("sync", "new_epoch", user_id=user_id, at=at, known=known)[0][0])
