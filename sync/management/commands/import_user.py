from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from accounts.models import User
from sync.enums import ImportMode, ImportState
from sync.models import Import
from sync.services.states import importing, transfers
from sync.services.states.reading import Spool, blocks_of_file


class Command(BaseCommand):
    help = "Imports an export into a user's account, as POST /api/v1/import does."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="of the account")
        parser.add_argument("file", type=Path, help="a ZIP, or the lines of JSON of a snapshot")
        parser.add_argument(
            "--mode",
            choices=ImportMode.values,
            required=True,
            help="merge: adds and updates; replace: also deletes what the file lacks, after keeping a snapshot;"
            " dry_run: shows what would happen",
        )
        parser.add_argument("--dry-run-of", choices=["merge", "replace"], default="merge", help="what a dry run tries")

    def handle(self, *args: Any, email: str, file: Path, mode: str, dry_run_of: str, **options: Any) -> None:
        user = User.objects.filter(email=email).first()
        if user is None:
            raise CommandError(f"There is no account {email}.")
        job = self._upload(user, file, ImportMode(mode), ImportMode(dry_run_of))
        with tqdm(leave=False, disable=None, unit=" rows") as bar:

            def show(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            try:
                importing.run(import_id=job.pk, clock=timezone.now, progress=show)
            except BaseException:  # also Ctrl-C: else nobody would ever take it up, and no other import could begin
                transfers.hand_over(import_id=job.pk)
                raise
        job.refresh_from_db()
        if job.state == ImportState.FAILED:
            assert job.error is not None
            where = "".join(f"{name} {job.error[name]}: " for name in ("file", "line") if job.error[name] is not None)
            raise CommandError(f"{where}{job.error['detail'].rstrip('.')}. {job.error['next']}")
        self._tell(job)

    def _upload(self, user: User, file: Path, mode: ImportMode, dry_run_of: ImportMode) -> Import:
        try:
            found = file.open("rb")
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        with Spool(hashed=True) as spool, found as source:
            for block in blocks_of_file(source):
                spool.write(block)
            return transfers.upload(
                user=user,
                import_id=uuid4(),
                mode=mode,
                dry_run_of=dry_run_of,
                file=spool,
                file_name=file.name,
                at=timezone.now(),
                queued=False,
            )

    def _tell(self, job: Import) -> None:
        counts = ("created", "updated", "deleted", "noop", "conflicts")
        told = ", ".join(f"{job.report[name]} {name}" for name in counts)
        tried = " Nothing was written: this was only a trial." if job.mode == ImportMode.DRY_RUN else ""
        self.stdout.write(f"{told}, {job.report['rejected_total']} rejected.{tried}")
        for row in job.report["rejected"]:
            self.stdout.write(f"rejected: {row['entity']} {row['id']}: {row['code']}: {row['detail']}")
