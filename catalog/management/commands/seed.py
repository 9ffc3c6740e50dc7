from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from catalog.services.seeding import LIBRARIES, Act, Seeding, seed


class Command(BaseCommand):
    help = (
        "Adds what is missing of the library that comes with the release, and brings up to date what nobody has changed here."
        " Keeps what curators changed, and says so."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Say what would be done, and do nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        done = seed(dry_run=options["dry_run"], progress=lambda rows: tqdm(rows, leave=False, disable=None))
        if options["dry_run"]:
            self._tell(done, Act.ADD, "would add")
            self._tell(done, Act.UPDATE, "would update")
        self._tell(done, Act.LEAVE, "left alone")
        self.stdout.write(("Nothing was written. " if options["dry_run"] else "") + summary(done))

    def _tell(self, done: Seeding, act: Act, words: str) -> None:
        for one in done.of(act):
            fields = f" ({', '.join(one.fields)})" if act is Act.UPDATE else ""
            why = f": {one.why}" if one.why else ""
            self.stdout.write(f"{words}: {one.library.replace('_', ' ')} {one.slug}{fields}{why}")


def summary(done: Seeding) -> str:
    new, updated, left = (done.count(act) for act in (Act.ADD, Act.UPDATE, Act.LEAVE))
    counted = ", ".join(f"{new[library.name]} new {library.name.replace('_', ' ')}" for library in LIBRARIES)
    return f"Library: {counted}. {updated.total()} brought up to date, {left.total()} left as they were changed here."
