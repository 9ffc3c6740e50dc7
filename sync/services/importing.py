"""Carries out an import: the file's form is checked, then its rows go in by the thousand, each thousand one transaction,
one version, and one step of the progress. A worker that is killed goes on behind the last step.
"""

import dataclasses
import datetime as dt
import itertools
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID, uuid5

import orjson
from django.db import transaction

from accounts.models import User
from lib import patches, wire
from lib.jobs import RETRY
from lib.upcasting import UpcastError, steps_from, upcast_losses
from sync.domain.records import APPLIED, CONFLICT, DEFERRED, MERGED, NOOP, REJECTED, Key, Refusal
from sync.enums import ImportMode, ImportState, MutationStatus, SnapshotKind
from sync.models import Conflict, Import, ImportPiece, Mutation, Record, SnapshotPiece
from sync.models.transfer import BUSY
from sync.services import answers, import_files, pieces, snapshots
from sync.services.answers import Result
from sync.services.applying import Application
from sync.services.envelope import Item
from sync.services.heads import Head, in_transaction, locked_head
from sync.services.import_files import Contents, FileProblem, Row
from sync.services.import_rows import Names, Rows, Said
from sync.services.losses import read_losses
from sync.services.writing import Author

CHUNK = 1000
CHUNK_BYTES = 4 * 1024 * 1024
MAX_LISTED = 100  # rejected rows in a report; all of them are in sync/rejected
MAX_ATTEMPTS = RETRY.max_attempts or 1
CONFLICT_ENTITY = "conflict"
NOT_THERE = Refusal("does_not_exist", "It refers to a record that neither the file nor the account has.")
NOTHING_WRITTEN = "Nothing was written. Repair the file and import it under a new id."
GO_ON = "Send the same file with the same import_id: it goes on where it stopped."
REPORT_IT = "Tell whoever runs the server: this is a mistake in it, and trying again does not help."
LASTING = (ArithmeticError, LookupError, TypeError, ValueError)  # the same file fails in the same way again

Clock = Callable[[], dt.datetime]
Progress = Callable[[int, int], None]
Part = TypeVar("Part")


class AnotherWorkerError(RuntimeError):
    """Another worker has taken over this import."""


@dataclasses.dataclass
class Report:
    created: int = 0
    updated: int = 0
    deleted: int = 0
    noop: int = 0
    conflicts: int = 0
    rejected_total: int = 0
    rejected: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    ignored_fields: dict[str, int] = dataclasses.field(default_factory=dict)

    def count(self, name: str, number: int = 1) -> None:
        setattr(self, name, getattr(self, name) + number)

    def reject(self, entity: str, record_id: str, error: Any) -> None:
        self.rejected_total += 1
        if len(self.rejected) < MAX_LISTED:
            self.rejected.append({"entity": entity, "id": record_id, **error})


def run(*, import_id: UUID, clock: Clock, progress: Progress = lambda done, total: None) -> None:
    """Works an import off. What is wrong with the file is kept with the import; everything else is raised, to be tried
    again unless it would fail in the same way.
    """
    job = _begun(import_id, clock)
    if job is None:
        return
    try:
        with _contents(job) as contents:
            _Run(job, contents, clock, progress).run()
    except FileProblem as problem:
        where = {"file": problem.file, "line": problem.line}
        _end(job, clock(), ImportState.FAILED, error=_error(problem.code, problem.detail, NOTHING_WRITTEN, **where))
    except AnotherWorkerError:
        return
    except LASTING:
        job.refresh_from_db(fields=["done", "total"])
        said = f"The server cannot import this file. {job.done} of {job.total} rows were imported."
        _end(job, clock(), ImportState.FAILED, error=_error("import_failed", said, REPORT_IT))
        raise
    except Exception:
        if job.attempts >= MAX_ATTEMPTS:
            _give_up(job, clock())
        raise


def _begun(import_id: UUID, clock: Clock) -> Import | None:
    with transaction.atomic():
        job = Import.objects.select_for_update(of=("self",)).filter(pk=import_id, state__in=BUSY).first()
        if job is None:
            return None
        job.attempts += 1
        job.state, job.started_at = ImportState.RUNNING, job.started_at or clock()
        job.save(update_fields=["attempts", "state", "started_at"])
    if job.attempts > MAX_ATTEMPTS:
        _give_up(job, clock())
        return None
    return job


def _give_up(job: Import, at: dt.datetime) -> None:
    job.refresh_from_db(fields=["done", "total"])
    said = f"The server failed {MAX_ATTEMPTS} times. {job.done} of {job.total} rows were imported."
    _end(job, at, ImportState.FAILED, error=_error("interrupted", said, GO_ON))


def _error(code: str, detail: str, following: str, **where: Any) -> dict[str, Any]:
    return {"code": code, "detail": detail, "file": None, "line": None, "next": following, **where}


def _end(job: Import, at: dt.datetime, state: ImportState, **values: Any) -> None:
    with transaction.atomic():
        Import.objects.filter(pk=job.pk).update(state=state, finished_at=at, **values)
        ImportPiece.objects.filter(owner=job).delete()


def _contents(job: Import) -> Contents:
    if job.sha256:
        return import_files.read(pieces.opened(piece=ImportPiece, owner_id=job.pk, compressed=False))
    if job.snapshot_id is None:
        raise FileProblem("snapshot_gone", "The snapshot was deleted before it could be restored.")
    return import_files.read(pieces.opened(piece=SnapshotPiece, owner_id=job.snapshot_id, compressed=True))


class _Run:
    def __init__(self, job: Import, contents: Contents, clock: Clock, progress: Progress) -> None:
        self.job, self.contents, self.clock, self.progress = job, contents, clock, progress
        self.user: User = job.user
        self.plan = ImportMode(job.plan)
        self.report = Report(**job.report)

    def run(self) -> None:
        if self.plan == ImportMode.REPLACE and not self.contents.ids.get("settings"):
            lacking = "It holds no settings, which every whole state has: it would replace all by nothing. Import it as merge."
            raise FileProblem("incomplete", lacking)
        self.names = Names(self.user, self.contents)
        self.rows = Rows(
            user=self.user, import_id=self.job.pk, plan=self.plan, contents=self.contents, names=self.names
        )
        Import.objects.filter(pk=self.job.pk).update(total=self.contents.total)
        if self.job.mode == ImportMode.DRY_RUN:
            self._try()
        else:
            self._save_state()
            self._write()
        _end(self.job, self.clock(), ImportState.DONE, done=self.contents.total, report=self._said())

    def _try(self) -> None:
        """All of it, in one transaction that is taken back."""
        with transaction.atomic():
            self._write()
            transaction.set_rollback(True)

    def _save_state(self) -> None:
        """What a replacement takes away can be restored."""
        if self.plan == ImportMode.REPLACE and self.job.undo_id is None:
            self.job.undo = snapshots.save(
                user=self.user,
                kind=SnapshotKind.BEFORE_RESTORE,
                name="before import",
                at=self.clock(),
                snapshot_id=uuid5(self.job.pk, "before"),
            )
            self.job.save(update_fields=["undo"])

    def _write(self) -> None:
        for rows in _row_chunks(self.contents.rows(skip=self.job.done)):
            in_transaction(lambda rows=rows: self._chunk(rows))  # type: ignore[misc]  # bound now, not at the call
            self.job.done = rows[-1].number
            self.progress(self.job.done, self.contents.total)
        if self.plan == ImportMode.REPLACE:
            self._delete_the_rest()

    # --- one transaction ---

    def _chunk(self, rows: Sequence[Row]) -> None:
        head = self._locked(done=rows[0].number - 1)
        report = dataclasses.replace(self.report, rejected=[*self.report.rejected])
        at = self.clock()
        kept = [row for row in rows if row.entity == CONFLICT_ENTITY]
        others = [row for row in rows if row.entity != CONFLICT_ENTITY]
        said = self.rows.said(others, epoch=head.epoch, at=at)
        report.noop += len(others) - len({id(one.row) for one in said})
        results = self._apply([one.item for one in said], head, at)
        for one, result in zip(said, results, strict=True):
            _count(report, one, result)
        self._restore_conflicts(kept, report)
        self._step(rows[-1].number, report)

    def _locked(self, *, done: int) -> Head:
        """The head's lock, then the import's: a second worker on the same import stops here."""
        head = locked_head(self.user, source="import")
        standing = Import.objects.select_for_update().filter(pk=self.job.pk, state=ImportState.RUNNING)
        if standing.values_list("done", flat=True).first() != done:
            raise AnotherWorkerError
        return head

    def _step(self, done: int, report: Report) -> None:
        self.report = report
        Import.objects.filter(pk=self.job.pk).update(done=done, report=self._said())

    def _said(self) -> dict[str, Any]:
        ignored = dict(sorted((self.rows.ignored + Counter(self.report.ignored_fields)).items()))
        return dataclasses.asdict(self.report) | {"ignored_fields": ignored}

    def _apply(self, items: list[Item], head: Head, at: dt.datetime) -> list[Result]:
        author = Author(
            device_id=self.job.pk,
            source="import",
            seen_version=head.version if self.plan == ImportMode.REPLACE else 0,
            in_order=False,
        )
        application = Application(user=self.user, head=head, author=author, at=at)
        application.read(items)
        results = application.apply()
        return self._settled(items, results)

    def _settled(self, items: Sequence[Item], results: list[Result]) -> list[Result]:
        """What waits for a record that the file does not bring, waits for ever: it is refused."""
        waiting = [n for n, result in enumerate(results) if result["status"] == DEFERRED]
        if waiting:
            refused = answers.refused(NOT_THERE)
            Mutation.objects.filter(
                user=self.user, mutation_id__in=[UUID(items[n].stored_as) for n in waiting], status=DEFERRED
            ).update(status=MutationStatus.REJECTED, result=orjson.dumps(refused).decode())
            for n in waiting:
                results[n] = {**refused, "replayed": False}
        return results

    def _restore_conflicts(self, rows: Sequence[Row], report: Report) -> None:
        """Where their id is free: what stands of a conflict is newer than any file."""
        entity = wire.entities_by_name()[CONFLICT_ENTITY]
        columns = {field.name: field.column for field in entity.writable}
        found: list[Conflict] = []
        for row in rows:
            known = {name: value for name, value in row.data.items() if name in columns}
            known["record_id"] = self.names.of(str(known.get("entity")), str(known.get("record_id")))
            try:
                values = patches.check_patch(entity, known)
                _check_losses(values.get("fields", []))
                values |= {"fields": self._losses_anew(values)}
            except patches.PatchError as error:
                fields = {name: detail for name, (_, detail) in error.fields.items()}
                report.reject(
                    row.entity, row.id, {"code": "invalid", "detail": "Some fields are wrong.", "fields": fields}
                )
                continue
            mine = UUID(self.names.of(row.entity, row.id))
            found.append(Conflict(id=mine, user=self.user, **{columns[n]: value for n, value in values.items()}))
        taken = set(
            Record.objects.filter(entity=entity.code, id__in=[one.pk for one in found]).values_list("id", flat=True)
        )
        free = [one for one in found if one.pk not in taken]
        Conflict.objects.bulk_create(free)
        report.created += len(free)
        report.noop += len(found) - len(free)

    def _losses_anew(self, values: Mapping[str, Any]) -> Any:
        """In today's words; as they came where a step knows nothing of it."""
        losses = values.get("fields", [])
        try:
            return upcast_losses(losses, *steps_from(values.get("entity", ""), self.contents.schema_version))
        except UpcastError:
            return losses

    # --- what the file lacks ---

    def _delete_the_rest(self) -> None:
        kept = self.names.kept(self.contents)
        entities = {
            entity.code: entity.name
            for entity in wire.entities()
            if entity.wire.creatable and not entity.wire.read_only
        }
        live = Record.objects.filter(user=self.user, deleted=False, entity__in=entities).order_by("entity")
        keys = live.values_list("entity", "id").iterator(chunk_size=CHUNK)
        lacking = [key for code, pk in keys if (key := (entities[code], str(pk))) not in kept]
        everything = frozenset(lacking)
        for number, part in enumerate(_chunks(lacking)):
            in_transaction(lambda part=part, number=number: self._delete(part, everything, number))  # type: ignore[misc]

    def _delete(self, keys: Sequence[Key], lacking: Collection[Key], number: int) -> None:
        """Parents come first, and take along what hangs on them."""
        head = self._locked(done=self.contents.total)
        report = dataclasses.replace(self.report, rejected=[*self.report.rejected])
        at = self.clock()
        seq = self.contents.total + number * CHUNK + 1
        items = self.rows.deletions(keys, lacking=lacking, first_seq=seq, version=head.version, at=at)
        before = self._live()
        for item, result in zip(items, self._apply(items, head, at), strict=True):
            if result["status"] in (REJECTED, CONFLICT):
                assert item.key is not None
                report.reject(*item.key, result["error"] or {"code": "conflict", "detail": "It was changed meanwhile."})
        report.deleted += before - self._live()
        self._step(self.contents.total, report)

    def _live(self) -> int:
        return (
            Record.objects.filter(user=self.user, deleted=False)
            .exclude(entity=wire.entities_by_name()[CONFLICT_ENTITY].code)
            .count()
        )


def _check_losses(fields: Any) -> None:
    """Raises PatchError: what nobody could decide must not stand among the conflicts."""
    try:
        read_losses(fields)
    except ValueError as error:
        raise patches.PatchError({"fields": ("invalid", str(error))}) from error


def _count(report: Report, said: Said, result: Result) -> None:
    status = result["status"]
    if status in (APPLIED, MERGED):
        if said.counted_as is not None:
            report.count(said.counted_as)
    elif status == NOOP:
        report.count("noop")
    elif status == CONFLICT:
        report.count("conflicts")
    else:
        report.reject(said.row.entity, said.row.id, result["error"])


def _row_chunks(found: Iterable[Row]) -> Iterator[list[Row]]:
    """So many rows as go into memory several times over."""
    part: list[Row] = []
    size = 0
    for row in found:
        if part and (len(part) == CHUNK or size + row.size > CHUNK_BYTES):
            yield part
            part, size = [], 0
        part.append(row)
        size += row.size
    if part:
        yield part


def _chunks(found: Iterable[Part]) -> Iterator[list[Part]]:
    iterator = iter(found)
    while part := list(itertools.islice(iterator, CHUNK)):
        yield part
