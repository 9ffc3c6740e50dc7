from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import User
from sync.services.upkeep import epochs


class Command(BaseCommand):
    help = "Tells all devices that the server was restored from a backup: they pull everything again, and keep their queues."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", metavar="EMAIL", help="the devices of this user only")
        parser.add_argument(
            "--served",
            action="store_true",
            help="the restored server has served already: nothing counts as shared with before",
        )
        parser.add_argument(
            "--if-restored",
            action="store_true",
            help="only if the database server is another one, or on another timeline",
        )
        parser.add_argument(
            "--moved",
            action="store_true",
            help="the data have moved to another database server, and nothing is missing",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        if options["if_restored"] or options["moved"]:
            count = epochs.check_cluster(at=at, moved=options["moved"])
            if count is None:
                self.stdout.write(
                    "The database server does not identify itself: after a restore, run new_epoch yourself."
                )
                return
        else:
            user = None if options["user"] is None else User.objects.filter(email=options["user"].lower()).first()
            if options["user"] is not None and user is None:
                raise CommandError(f"There is no user {options['user']}.")
            count = epochs.new_epoch(user=user, at=at, served=options["served"])
        if options["verbosity"]:
            self.stdout.write(f"New epochs: {count}.")
