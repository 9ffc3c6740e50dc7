from django.db import models


class ConflictKind(models.TextChoices):
    FIELD = "field", "two devices wrote the same field"
    DELETE = "delete", "one device deleted what the other wrote"
    MISSING = "missing", "the record is not there any more"
    PARENT = "parent", "what the record hangs on was deleted"
    UNIQUE = "unique", "two devices made the same thing; both are kept"
    RULE = "rule", "the merged record would break a rule"


class ConflictStatus(models.TextChoices):
    OPEN = "open"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"


class Resolution(models.TextChoices):
    """How the user decided a conflict."""

    KEEP = "keep", "what stands stays"
    USE_LOST = "use_lost", "what lost is written"
    CUSTOM = "custom", "something else is written"


class MutationStatus(models.TextChoices):
    """What became of a mutation; the values are those of the wire."""

    APPLIED = "applied", "taken as it is"
    MERGED = "merged", "taken beside the writes of others"
    NOOP = "noop", "stood already"
    CONFLICT = "conflict", "a value lost, and is kept in a conflict"
    DEFERRED = "deferred", "waits for what it refers to"
    REJECTED = "rejected", "refused, and kept with the reason"


class SnapshotKind(models.TextChoices):
    DAILY = "daily", "made every day on which something changed"
    NAMED = "named", "made by the user"
    BEFORE_RESTORE = "before_restore", "made before everything was replaced"
    CLIENT = "client", "made and encrypted by a device"


class ImportMode(models.TextChoices):
    MERGE = "merge", "the newer value stands"
    REPLACE = "replace", "what the file holds stands, nothing else"
    DRY_RUN = "dry_run", "nothing is written"


class ImportState(models.TextChoices):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
