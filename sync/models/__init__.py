from sync.models.bookkeeping import Cluster, DeviceState, Digest, Head, LogEntry, Mutation, PastEpoch, Purged, Record
from sync.models.conflict import Conflict
from sync.models.looked_at import LogRow, MutationRow, RecordRow
from sync.models.snapshot import Snapshot, SnapshotPiece
from sync.models.transfer import Import, ImportPiece

__all__ = [
    "Cluster",
    "Conflict",
    "DeviceState",
    "Digest",
    "Head",
    "Import",
    "ImportPiece",
    "LogEntry",
    "LogRow",
    "Mutation",
    "MutationRow",
    "PastEpoch",
    "Purged",
    "Record",
    "RecordRow",
    "Snapshot",
    "SnapshotPiece",
]
