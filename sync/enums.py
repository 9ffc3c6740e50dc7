from django.db import models


class ConflictKind(models.TextChoices):
    FIELD = "field", "two devices wrote the same field"
    DELETE = "delete", "one device deleted what the other wrote"
    MISSING = "missing", "the record is not there any more"
    PARENT = "parent", "what the record hangs on was deleted"
    UNIQUE = "unique", "the record is there already"
    RULE = "rule", "the merged record would break a rule"


class ConflictStatus(models.TextChoices):
    OPEN = "open"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"


class MutationStatus(models.TextChoices):
    """What became of a mutation; the values are those of the wire."""

    APPLIED = "applied", "taken as it is"
    MERGED = "merged", "taken beside the writes of others"
    NOOP = "noop", "stood already"
    CONFLICT = "conflict", "a value lost, and is kept in a conflict"
    DEFERRED = "deferred", "waits for what it refers to"
    REJECTED = "rejected", "refused, and kept with the reason"
