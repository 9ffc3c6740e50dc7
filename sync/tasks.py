"""What sync does at fixed times, and what takes too long for a request."""

from uuid import UUID

from django.utils import timezone

from accounts.models import User
from lib.jobs import LONG, enqueue, periodic, task
from sync.services.states import importing, snapshots
from sync.services.upkeep import retention


@periodic("sync.purge", cron="40 3 * * *", queue=LONG)
def purge(timestamp: int) -> None:
    retention.purge(at=timezone.now())


@task("sync.run_import", queue=LONG)
def run_import(import_id: str) -> None:
    importing.run(import_id=UUID(import_id), clock=timezone.now)


@periodic("sync.daily_snapshots", cron="20 2 * * *", queue=LONG)
def daily_snapshots(timestamp: int) -> None:
    """One job for each user whose data changed, so that one that fails holds up nobody else."""
    for user_id in snapshots.moved_users():
        enqueue(save_daily_snapshot, {"user_id": str(user_id)}, key=f"sync.save_daily_snapshot:{user_id}")


@task("sync.save_daily_snapshot", queue=LONG)
def save_daily_snapshot(user_id: str) -> None:
    user = User.objects.filter(pk=user_id).first()
    if user is not None:  # the account may be gone by now
        snapshots.save_daily(user=user, at=timezone.now())
