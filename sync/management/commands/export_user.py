from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import User
from sync.management.saving import save
from sync.services.states.exporting import export


class Command(BaseCommand):
    help = "Writes everything of a user into a ZIP, like GET /api/v1/export."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="of the account")
        parser.add_argument("file", type=Path, help="the ZIP to make; an existing file is not overwritten")
        parser.add_argument("--log", action="store_true", help="with the log of all changes")

    def handle(self, *args: Any, email: str, file: Path, log: bool, **options: Any) -> None:
        user = User.objects.filter(email=email).first()
        if user is None:
            raise CommandError(f"There is no account {email}.")
        with export(user=user, at=timezone.now(), with_log=log) as archive:
            save(archive, file)
        self.stdout.write(f"{file}: {archive.size} bytes.")
