from sync.models.bookkeeping import Cluster, DeviceState, Head, LogEntry, Mutation, Purged, Record
from sync.models.conflict import Conflict

__all__ = ["Cluster", "Conflict", "DeviceState", "Head", "LogEntry", "Mutation", "Purged", "Record"]
