"""The bookkeeping of sync. Triggers write heads, records and the log; the push writes mutations and devices' states."""

import uuid

from django.conf import settings
from django.db import models

from accounts.models import Device
from lib.fields import EnumField
from sync.enums import MutationStatus
from sync.models.packed import PackedTextField


class Head(models.Model):
    """Where a user's data stands. One version a transaction, numbered under the lock on this row: no gaps, no ties.

    last_ms rises strictly with the version, so that a client that only knows times misses nothing either.
    """

    # No constraint: the catalogue has a head too, under an owner who is nobody (lib.wire.CATALOGUE).
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+", db_constraint=False
    )
    epoch = models.UUIDField(default=uuid.uuid4, db_default=models.Func(function="gen_random_uuid"))
    version = models.BigIntegerField(default=0, db_default=0)
    last_ms = models.BigIntegerField("last change (Unix ms)", default=0, db_default=0)
    min_version = models.BigIntegerField("purged up to", default=0, db_default=0)
    log_version = models.BigIntegerField("log kept after", default=0, db_default=0)

    class Meta:
        db_table = "sync_head"

    def __str__(self) -> str:
        return f"version {self.version}"


class Record(models.Model):
    """The newest state of every synced row, as the document that pull sends. A tombstone keeps its last one, for revival."""

    pk = models.CompositePrimaryKey("entity", "id")
    entity = models.SmallIntegerField()
    id = models.UUIDField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    version = models.BigIntegerField()
    modified_ms = models.BigIntegerField()
    deleted = models.BooleanField()
    data = models.TextField()

    class Meta:
        db_table = "sync_record"
        indexes = [
            models.Index(fields=["user", "version", "entity", "id"], name="sync_record_pull"),  # every pull
            # what the purge looks through
            models.Index(
                fields=["user", "entity", "version"], condition=models.Q(deleted=True), name="sync_record_tombstones"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entity}/{self.id} at {self.version}"


class Digest(models.Model):
    """How many live records of an entity an owner has, and the sum of their marks: kept by triggers on the records."""

    pk = models.CompositePrimaryKey("user", "entity")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    entity = models.SmallIntegerField()
    records = models.BigIntegerField()
    total = models.DecimalField("sum of the marks, modulo 2^64", max_digits=40, decimal_places=0)

    class Meta:
        db_table = "sync_digest"

    def __str__(self) -> str:
        return f"{self.records} of {self.entity}"


class LogEntry(models.Model):
    """One write of one record. `before` is the document it found; `patch`, where a push wrote it, what it set."""

    pk = models.CompositePrimaryKey("entity", "record_id", "version", "n")
    entity = models.SmallIntegerField()
    record_id = models.UUIDField()
    version = models.BigIntegerField()
    n = models.IntegerField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    op = models.CharField(max_length=1, help_text="I, U, D, or T: touched with the value that stood.")
    before = models.TextField(null=True)  # noqa: DJ001 - no document is not an empty one
    patch = models.TextField(null=True)  # noqa: DJ001
    eff_ms = models.BigIntegerField("effective time (Unix ms)")
    logged_ms = models.BigIntegerField("server time (Unix ms)")
    device_id = models.UUIDField(null=True)
    seq = models.BigIntegerField(default=0, db_default=0)
    mutation_id = models.UUIDField(null=True)
    source = models.CharField(max_length=12)

    class Meta:
        db_table = "sync_log"
        indexes = [
            # what touched a record: few, and asked for at every edit
            models.Index(fields=["entity", "record_id"], condition=models.Q(op="T"), name="sync_log_touch"),
            models.Index(fields=["user", "version"], name="sync_log_user"),  # the oldest lines of a user, for the purge
        ]

    def __str__(self) -> str:
        return f"{self.op} {self.entity}/{self.record_id} at {self.version}"


class Mutation(models.Model):
    """What a device sent, and what became of it. A mutation that comes again is answered from here."""

    pk = models.CompositePrimaryKey("user", "mutation_id")
    # No constraint, as for records and the log: it would be checked row by row, for each line of every push.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    mutation_id = models.UUIDField()
    record_id = models.UUIDField(null=True, blank=True)  # where it names one
    device_id = models.UUIDField()
    seq = models.BigIntegerField()
    payload_sha256 = models.BinaryField(max_length=32)
    payload = PackedTextField()
    status = EnumField(choices=MutationStatus)
    result = models.TextField(blank=True, help_text="Empty where the status says all.")
    received_at = models.DateTimeField()
    source = models.CharField(max_length=12, default="push", db_default="push")
    settled_at = models.DateTimeField(null=True, blank=True, help_text="When the user repaired or discarded it.")
    repaired_by = models.UUIDField(null=True, blank=True)

    class Meta:
        db_table = "sync_mutation"
        indexes = [
            # what was refused or still waits, for the user to repair
            models.Index(
                fields=["user", "received_at"],
                condition=models.Q(status__in=["rejected", "deferred"], settled_at=None),
                name="sync_mutation_open",
            ),
            # what waits to create a record that an edit names
            models.Index(
                fields=["user", "record_id"],
                condition=models.Q(status="deferred", settled_at=None),
                name="sync_mutation_waiting",
            ),
            # whose payload is kept still, for the purge
            models.Index(fields=["received_at"], condition=~models.Q(payload=""), name="sync_mutation_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.mutation_id} ({self.status})"


class DeviceState(models.Model):
    """How far a device has come."""

    device = models.OneToOneField(Device, models.CASCADE, primary_key=True, related_name="+")
    last_seq = models.BigIntegerField(default=0)
    last_eff_ms = models.BigIntegerField(default=0)
    acked_version = models.BigIntegerField(default=0)
    schema_version = models.IntegerField(default=0)
    skew_ms = models.BigIntegerField(default=0)
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "sync_device"

    def __str__(self) -> str:
        return f"seq {self.last_seq}"


class Purged(models.Model):
    """An id whose tombstone has gone. It is never used again: whoever still writes to it is told so.

    An id that follows may come back. For it any other one stands here, so that the version is known all the same.
    """

    pk = models.CompositePrimaryKey("entity", "id")
    entity = models.SmallIntegerField()
    id = models.UUIDField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_constraint=False)
    version = models.BigIntegerField()

    class Meta:
        db_table = "sync_purged"

    def __str__(self) -> str:
        return f"{self.entity}/{self.id}"


class PastEpoch(models.Model):
    """An epoch that has ended. Up to `version` the history that it names is the one that goes on; 0 where nobody knows."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_constraint=False)
    epoch = models.UUIDField()
    version = models.BigIntegerField()
    ended_at = models.DateTimeField()

    class Meta:
        db_table = "sync_past_epoch"

    def __str__(self) -> str:
        return f"{self.epoch} until {self.version}"


class Cluster(models.Model):
    """The database server that this data was last seen on. Another one, or another timeline, is a restored one."""

    system_identifier = models.CharField(max_length=32)
    timeline = models.IntegerField()
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "sync_cluster"

    def __str__(self) -> str:
        return f"{self.system_identifier}/{self.timeline}"
