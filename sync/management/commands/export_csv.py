from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from accounts.models import User
from sync.management.saving import save
from sync.services.states.tables import export_tables


class Command(BaseCommand):
    help = "Writes what one user has, or what all have, into a ZIP with a CSV table for each entity. See docs/csv.md."

    def add_arguments(self, parser: CommandParser) -> None:
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("--user", metavar="EMAIL", help="of this account")
        whose.add_argument("--all", action="store_true", help="of all accounts, with a column that says whose a row is")
        parser.add_argument("file", type=Path, help="the ZIP to make; an existing file is not overwritten")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        user = None if options["all"] else User.objects.filter(email=options["user"].lower()).first()
        if user is None and not options["all"]:
            raise CommandError(f"There is no account {options['user']}.")
        if file.exists():
            raise CommandError(f"{file} cannot be made: File exists.")
        made = export_tables(
            user=user,
            at=timezone.now(),
            progress=lambda entities: tqdm(entities, leave=False, disable=None, unit="table"),
        )
        with made:
            save(made, file)
        self.stdout.write(f"{file}: {made.size} bytes.")
