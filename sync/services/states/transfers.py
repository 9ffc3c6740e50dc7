"""Imports from their beginning: what is uploaded, or restored from a snapshot, waits for a worker."""

import datetime as dt
from collections.abc import Callable
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import User
from lib.errors import IdTaken, NotFound
from lib.jobs import enqueue
from sync.enums import ImportMode, ImportState
from sync.exceptions import ImportRunning
from sync.models import Import, ImportPiece, Snapshot
from sync.models.transfer import BUSY
from sync.services.states import pieces, snapshots
from sync.services.states.reading import Spool
from sync.tasks import run_import

MAX_UPLOAD_BYTES = 100 * 1024 * 1024


def upload(
    *,
    user: User,
    import_id: UUID,
    mode: ImportMode,
    dry_run_of: ImportMode,
    file: Spool,
    file_name: str,
    at: dt.datetime,
    queued: bool = True,
) -> Import:
    """Keeps the file, and lets a worker import it. The same import again is answered with how it stands; one that failed
    goes on. Raises IdTaken for other content under its id, ImportRunning where another one is under way.
    """
    wanted = _wanted(user, import_id, mode, dry_run_of, at)
    wanted.file_name, wanted.sha256, wanted.size_bytes = file_name[:200], file.sha256, file.size

    def fill(job: Import) -> None:
        pieces.store(piece=ImportPiece, owner=job, blocks=file, compressed=False)

    return _start(wanted, fill, queued=queued)


def restore(
    *,
    user: User,
    import_id: UUID,
    mode: ImportMode,
    dry_run_of: ImportMode,
    snapshot: Snapshot,
    at: dt.datetime,
) -> Import:
    """Imports what a snapshot holds. Raises as `upload` does, and SnapshotSealed."""
    snapshots.check_readable(snapshot)
    wanted = _wanted(user, import_id, mode, dry_run_of, at)
    wanted.snapshot, wanted.size_bytes = snapshot, snapshot.size_bytes
    return _start(wanted, lambda job: None, queued=True)


def import_of(*, user: User, import_id: UUID) -> Import:
    """Raises NotFound."""
    found = Import.objects.filter(user=user, pk=import_id).first()
    if found is None:
        raise NotFound
    return found


def _wanted(user: User, import_id: UUID, mode: ImportMode, dry_run_of: ImportMode, at: dt.datetime) -> Import:
    plan = dry_run_of if mode == ImportMode.DRY_RUN else mode
    return Import(id=import_id, user=user, mode=mode, plan=plan, created_at=at)


def _start(wanted: Import, fill: Callable[[Import], None], *, queued: bool) -> Import:
    with transaction.atomic():
        found = Import.objects.select_for_update().filter(pk=wanted.pk).first()
        if found is not None and _content(found) != _content(wanted):
            raise IdTaken(attr="import_id")
        if found is not None and found.state != ImportState.FAILED:
            return found
        busy = Import.objects.filter(user=wanted.user, state__in=BUSY).values_list("pk", flat=True).first()
        if busy is not None:
            raise ImportRunning(f"The import {busy} of this account is not finished yet. Wait for it.")
        job = _again(found) if found is not None else _inserted(wanted)
        fill(job)
        if queued:
            enqueue(run_import, {"import_id": str(job.pk)})
    return job


def _content(job: Import) -> tuple[object, ...]:
    return job.user_id, job.mode, job.plan, job.sha256, job.snapshot_id


def _again(job: Import) -> Import:
    """It goes on behind what it has done."""
    job.state, job.attempts, job.error, job.finished_at = ImportState.WAITING, 0, None, None
    job.save(update_fields=["state", "attempts", "error", "finished_at"])
    return job


def _inserted(job: Import) -> Import:
    try:
        with transaction.atomic():
            job.save(force_insert=True)
    except IntegrityError as error:  # at the same moment another one of the account, or the same one
        raise ImportRunning from error
    return job


def hand_over(*, import_id: UUID) -> None:
    """Lets a worker go on with an import whose own process ends before it, or say why it cannot."""
    if Import.objects.filter(pk=import_id, state__in=BUSY).exists():
        enqueue(run_import, {"import_id": str(import_id)})
