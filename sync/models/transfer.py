"""Imports: files and snapshots on their way into a user's data, and what became of them."""

import uuid

from django.conf import settings
from django.db import models

from lib.fields import EnumField
from sync.enums import ImportMode, ImportState
from sync.models.snapshot import Snapshot

BUSY = (ImportState.WAITING, ImportState.RUNNING)


class Import(models.Model):
    """One import. Its id is the device's, and names it in the log as the author of what it wrote."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    mode = EnumField(choices=ImportMode)
    plan = EnumField(choices=ImportMode, help_text="What a dry run tries; else the mode.")
    state = EnumField(choices=ImportState, default=ImportState.WAITING)
    file_name = models.CharField(max_length=200, blank=True, default="")
    sha256 = models.CharField(max_length=64, blank=True, default="")
    size_bytes = models.BigIntegerField(default=0)
    snapshot = models.ForeignKey(
        Snapshot, models.SET_NULL, null=True, related_name="+", help_text="What is restored, where it is no file."
    )
    undo = models.ForeignKey(
        Snapshot, models.SET_NULL, null=True, related_name="+", help_text="The state before: restore it to go back."
    )
    total = models.IntegerField(default=0)
    done = models.IntegerField(default=0)
    attempts = models.IntegerField(default=0)
    report = models.JSONField(default=dict)
    error = models.JSONField(null=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sync_import"
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(state__in=BUSY),
                name="sync_import_one_at_a_time",
                violation_error_code="import_running",
                violation_error_message="Another import of this account is not finished yet.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.mode} {self.id} ({self.state})"


class ImportPiece(models.Model):
    """A part of an uploaded file; gone when the import is finished."""

    owner = models.ForeignKey(Import, models.CASCADE, related_name="pieces", db_index=False)
    number = models.IntegerField()
    data = models.BinaryField()

    class Meta:
        db_table = "sync_import_piece"
        constraints = [models.UniqueConstraint(fields=["owner", "number"], name="sync_import_piece_place")]

    def __str__(self) -> str:
        return f"{self.owner_id}/{self.number}"
