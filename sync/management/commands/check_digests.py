from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from sync.services.upkeep import digests


class Command(BaseCommand):
    help = "Compares the digests that devices check themselves by with the records. Fails where one is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--repair", action="store_true", help="compute anew what is wrong")

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = digests.wrong_digests()
        for one in wrong:
            self.stdout.write(f"Wrong: {one.name}")
        if not wrong:
            self.stdout.write("All digests say what the records say.")
        elif options["repair"]:
            for one in tqdm(wrong, leave=False, disable=None, unit="digest"):
                digests.repair(one)
            self.stdout.write(f"Repaired: {len(wrong)}.")
        else:
            raise CommandError(
                "Run it with --repair, and report it: nothing but the database itself should change them."
            )
