from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from catalog.enums import ImportFormat
from catalog.services.importing import FileRefused, Outcome, Report, Wanted, import_catalog

READABLE = [ImportFormat.FREE_EXERCISE_DB, ImportFormat.FDC, ImportFormat.USDA_SR, ImportFormat.WGER]


class Command(BaseCommand):
    help = "Reads a download of another library into ours: what is new becomes drafts. docs/importing-catalogues.md has the rest."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--format", required=True, choices=[str(one) for one in READABLE])
        parser.add_argument("--dry-run", action="store_true", help="Say what would be done, and do nothing.")
        parser.add_argument(
            "--source", default="", help="What the rows say they come from, instead of the format's own name."
        )
        parser.add_argument("--attribution", default="", help="Whom the licence of the file asks to be named.")
        parser.add_argument(
            "--publish", action="store_true", help="Foods alone: publish what is new, where its energy is known."
        )
        parser.add_argument("--by", default="", help="E-mail address of the curator whose name the import bears.")

    def handle(self, *args: Any, **options: Any) -> None:
        format_ = ImportFormat(options["format"])
        if options["publish"] and format_ not in (ImportFormat.FDC, ImportFormat.USDA_SR):
            raise CommandError("--publish is for foods: exercises are looked at by a curator first.")
        if not options["file"].is_file():
            raise CommandError(f"There is no file {options['file']}.")
        wanted = Wanted(
            path=options["file"],
            format=format_,
            source=options["source"],
            attribution=options["attribution"],
            publish=options["publish"],
            dry_run=options["dry_run"],
            by=_person(options["by"]),
        )
        bars: dict[str, Any] = {}

        def progress(what: str, count: int) -> None:
            if what not in bars:
                bars[what] = tqdm(unit=f" {what}", leave=False, disable=None)
            bars[what].update(count)

        try:
            report = import_catalog(wanted, progress=progress)
        except FileRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        finally:
            for bar in bars.values():
                bar.close()
        self._tell(report, dry_run=wanted.dry_run)

    def _tell(self, report: Report, *, dry_run: bool) -> None:
        for title, rows in (("refused", report.problems), ("needs a person", report.unmatched)):
            for row in rows:
                self.stdout.write(f"line {row['line']}: {title}: {row['name']}: {row['why']}")
        counted = ", ".join(f"{report.counts[outcome]} {outcome}" for outcome in Outcome)
        self.stdout.write(
            f"{'Nothing was written. ' if dry_run else ''}{counted}; {report.unmatched_count} need a person."
        )


def _person(email: str) -> Any:
    if not email:
        return None
    found = get_user_model().objects.filter(email__iexact=email, is_staff=True).first()
    if found is None:
        raise CommandError(f"Nobody of the staff has the address {email}.")
    return found
