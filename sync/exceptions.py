from collections.abc import Sequence
from typing import Any

from lib.errors import Conflict, DomainError, Gone, NotFound


class UnknownEntity(DomainError):
    """There is no such entity in this scope."""

    code = "unknown_entity"
    attr = "entities"


class EpochChanged(Conflict):
    """The server was restored from a backup. Keep the base and the queue, pull a snapshot, and give back what it lacks."""

    code = "epoch_changed"


class VersionUnknown(Conflict):
    """This server never gave out the version in ack_version. Pull with your cursor, then push again unchanged."""

    code = "version_unknown"


class ResyncRequired(Gone):
    """This cursor is no longer good. Drop the local base and the cursor, keep the queue, and pull a snapshot."""

    code = "resync_required"


class StreamElsewhere(NotFound):
    """The stream is served by a process of its own. Its address is stream_url of GET /api/v1/sync/status."""

    code = "stream_elsewhere"


class DigestMismatch(DomainError):
    """The content does not have the SHA-256 digest that was announced: it was damaged on its way. Send it again."""

    code = "digest_mismatch"
    attr = "sha256"


class TooManySnapshots(Conflict):
    """There are as many snapshots of this kind as are kept. Delete one first."""

    code = "too_many_snapshots"


class SnapshotSealed(Conflict):
    """A device encrypted this snapshot: the server cannot read it. Download it and restore it on a device."""

    code = "snapshot_sealed"


class ImportRunning(Conflict):
    """Another import of this account is not finished yet. Wait for it, then send this one again."""

    code = "import_running"


class ConflictStale(Conflict):
    """The record has changed since, or the conflict is closed. `conflicts` shows how they stand; decide on that."""

    code = "conflict_stale"

    def __init__(self, conflicts: Sequence[dict[str, Any]] = ()) -> None:
        super().__init__()
        self.extra = {"conflicts": list(conflicts)} if conflicts else {}


class AlreadySettled(Conflict):
    """This mutation was repaired or discarded before."""

    code = "already_settled"
