from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalog.services.quality import COUNTED_MAX, SHOWN_MAX, Finding, findings


class Command(BaseCommand):
    help = "Says what is wrong with the library: missing texts, names twice, foods that do not add up, and more."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--show", type=int, default=SHOWN_MAX, help="Name so many rows of each fault (20).")

    def handle(self, *args: Any, **options: Any) -> None:
        found = findings(shown=options["show"])
        for finding in found:
            self._say(finding)
        if found:
            raise CommandError(f"Kinds of faults: {len(found)}.", returncode=1)
        self.stdout.write("The library has no faults.")

    def _say(self, finding: Finding) -> None:
        fault, more = finding.fault, " or more" if finding.count == COUNTED_MAX else ""
        self.stdout.write(f"{fault.model._meta.verbose_name_plural}: {fault.words}: {finding.count}{more}")
        for row in finding.shown:
            self.stdout.write(f"  {getattr(row, 'slug', row.pk)}")
