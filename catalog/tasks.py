"""What the library does by the clock."""

from django.utils import timezone

from catalog.services.editorial import publish_due
from catalog.services.kept_foods import refresh_kept_foods
from catalog.services.merging import follow_merges
from lib.jobs import LONG, periodic


@periodic("catalog.publish_scheduled", cron="* * * * *")
def publish_scheduled(timestamp: int) -> None:
    publish_due(at=timezone.now())


@periodic("catalog.follow_merges", cron="23 * * * *", queue=LONG)
def follow_late_rows(timestamp: int) -> None:
    follow_merges(at=timezone.now())


@periodic("catalog.refresh_kept_foods", cron="*/5 * * * *", queue=LONG)
def refresh(timestamp: int) -> None:
    refresh_kept_foods()
