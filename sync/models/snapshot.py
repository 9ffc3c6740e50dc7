"""Saved states of a user's data: what an app shows as versions to go back to."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from lib.fields import EnumField
from sync.enums import SnapshotKind


class Snapshot(models.Model):
    """A whole state, compressed and cut into pieces. One of kind client is sealed: the server cannot read it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    kind = EnumField(choices=SnapshotKind)
    name = models.CharField(max_length=100, blank=True, default="")
    created_at = models.DateTimeField()
    epoch = models.UUIDField(null=True)
    version = models.BigIntegerField(default=0)
    schema_version = models.IntegerField(default=0)
    counts = models.JSONField(default=dict, help_text="How many records of each entity.")
    size_bytes = models.BigIntegerField(default=0, help_text="Of the content as it is downloaded.")
    stored_bytes = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, help_text="Of the content as it is downloaded.")

    class Meta:
        db_table = "sync_snapshot"
        constraints: ClassVar[list[models.BaseConstraint]] = []  # said, so that makemigrations sees what fields imply
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="sync_snapshot_list")
        ]  # the list, retention

    def __str__(self) -> str:
        return f"{self.kind} {self.created_at:%Y-%m-%d %H:%M}"


class SnapshotPiece(models.Model):
    """A part of a snapshot that fits into memory."""

    owner = models.ForeignKey(Snapshot, models.CASCADE, related_name="pieces", db_index=False)
    number = models.IntegerField()
    data = models.BinaryField()

    class Meta:
        db_table = "sync_snapshot_piece"
        constraints = [models.UniqueConstraint(fields=["owner", "number"], name="sync_snapshot_piece_place")]

    def __str__(self) -> str:
        return f"{self.owner_id}/{self.number}"
