from django.db import models

from lib.fields import EnumField, JsonField
from lib.models import OwnedModel
from lib.wire import Wire
from sync.enums import ConflictKind, ConflictStatus, Resolution


class Conflict(OwnedModel):
    """A value that lost a merge: kept, shown on every device, and restorable. It syncs like any record, read-only."""

    wire = Wire(code=900, read_only=True)

    kind = EnumField(choices=ConflictKind)
    status = EnumField(choices=ConflictStatus, default=ConflictStatus.OPEN)
    entity = models.CharField(max_length=64)
    record_id = models.UUIDField()
    record_version = models.BigIntegerField()
    fields = JsonField(default=list, max_bytes=262_144)
    winner_mutation = models.UUIDField(null=True, blank=True)
    loser_mutation = models.UUIDField(null=True, blank=True)
    code = models.CharField(max_length=64, blank=True, default="")  # why the database refused, for kind rule
    detail = models.CharField(max_length=1000, blank=True, default="")
    resolution = EnumField(choices=Resolution, blank=True, default="")
    resolution_mutation = models.UUIDField(null=True, blank=True)

    class Meta(OwnedModel.Meta):
        db_table = "sync_conflict"
        indexes = [
            *OwnedModel.Meta.indexes,
            models.Index(
                fields=["user", "status"], condition=models.Q(status="open"), name="sync_conflict_open"
            ),  # the count
        ]
