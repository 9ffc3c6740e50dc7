from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from accounts.models import User
from sync.services.upkeep import retention


class Command(BaseCommand):
    help = "Deletes what sync no longer needs: tombstones that all devices have seen, old log lines, payloads of old mutations."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", metavar="EMAIL", help="of this user only")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be deleted")

    def handle(self, *args: Any, **options: Any) -> None:
        user = None if options["user"] is None else User.objects.filter(email=options["user"].lower()).first()
        if options["user"] is not None and user is None:
            raise CommandError(f"There is no user {options['user']}.")
        gone = retention.purge(
            user=user,
            at=timezone.now(),
            dry_run=options["dry_run"],
            progress=lambda due: tqdm(due, leave=False, disable=None, unit="user"),
        )
        begin = "Would go" if options["dry_run"] else "Gone"
        self.stdout.write(
            f"{begin}: {gone.tombstones} tombstones, {gone.log} lines of the log, {gone.mutations} payloads of mutations."
        )
