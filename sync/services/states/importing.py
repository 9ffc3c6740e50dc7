"""Carries out an import: the file's form is checked, then its rows are written by the thousand, each thousand one transaction,
one version, and one step of the progress. After a worker was killed, the next one goes on after the last step.
"""

import dataclasses
import datetime as dt
import itertools
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any, TypeVar
from uuid import UUID, uuid5

import orjson
from django.db import InterfaceError, OperationalError, transaction

from accounts.models import User
from lib import wire
from lib.jobs import RETRY
from lib.texts import storable
from sync.domain.records import APPLIED, CONFLICT, DEFERRED, MERGED, NOOP, REJECTED, Key, Refusal
from sync.enums import ImportMode, ImportState, MutationStatus, SnapshotKind
from sync.models import Import, ImportPiece, Mutation, Record, SnapshotPiece
from sync.models.transfer import BUSY
from sync.services.heads import Head, in_transaction, locked_head
from sync.services.push import answers
from sync.services.push.answers import Result
from sync.services.push.applying import Application
from sync.services.push.envelope import Item
from sync.services.push.writing import Author
from sync.services.states import import_conflicts, import_files, pieces, snapshots
from sync.services.states.archives import FileProblem
from sync.services.states.import_files import Contents, Row
from sync.services.states.import_rows import Names, Rows, Said

CHUNK = 1000
CHUNK_BYTES = 4 * 1024 * 1024
MAX_LISTED = 100  # rejected rows in a report; all of them are in sync/rejected
MAX_ATTEMPTS = RETRY.max_attempts or 1
NOT_THERE = Refusal("does_not_exist", "It refers to a record that neither the file nor the account has.")
NOTHING_WRITTEN = "Nothing was written. Repair the file and import it under a new id."
GO_ON = "Send the same file with the same import_id: it goes on where it stopped."
REPORT_IT = "Tell whoever runs the server: this is a fault of the server, and trying again does not help."
# What the machine did, and may not do again. All else comes again with the same file.
PASSING = (OperationalError, InterfaceError, OSError, MemoryError)
LIMIT_OF_POSTGRESQL = "54"  # the class of the errors that say so: operational by name, and lasting

Clock = Callable[[], dt.datetime]
Progress = Callable[[int, int], None]
Part = TypeVar("Part")


class AnotherWorkerError(RuntimeError):
    """Another worker has taken over this import."""


class RowError(RuntimeError):
    """The server fails at this row, and would again."""

    def __init__(self, row: Row) -> None:
        super().__init__(f"{row.entity} {row.id}")
        self.row = row


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
            self.rejected.append(storable({"entity": entity, "id": record_id, **error}))


def run(*, import_id: UUID, clock: Clock, progress: Progress = lambda done, total: None) -> None:
    """Does an import. What is wrong with the file is kept with the import; everything else is raised, to be tried
    again only where another time may be a better one.
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
    except Exception as error:
        if not may_pass(error):
            _fail(job, clock(), error)
        elif job.attempts >= MAX_ATTEMPTS:
            _give_up(job, clock())
        raise


def may_pass(error: Exception) -> bool:
    """Whether the same may succeed at another time: the database or the disk was away, or full."""
    state = str(getattr(error.__cause__, "sqlstate", None) or "")
    return isinstance(error, PASSING) and not state.startswith(LIMIT_OF_POSTGRESQL)


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


def _fail(job: Import, at: dt.datetime, error: Exception) -> None:
    """For good."""
    job.refresh_from_db(fields=["done", "total"])
    what = f"{error.row.entity} {error.row.id}" if isinstance(error, RowError) else "this file"
    said = f"The server cannot import {what}. {job.done} of {job.total} rows were imported."
    _end(job, at, ImportState.FAILED, error=_error("import_failed", said, REPORT_IT))


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
            lacking = (
                "It has no settings, as every whole state does: everything would be replaced by nothing. Use merge."
            )
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
            self._import(rows)
            self.job.done = rows[-1].number
            self.progress(self.job.done, self.contents.total)
        if self.plan == ImportMode.REPLACE:
            self._delete_the_rest()

    def _import(self, rows: Sequence[Row]) -> None:
        """If one of them fails for good, those before it are imported. Raises RowError that names it."""
        try:
            in_transaction(lambda: self._chunk(rows))
        except AnotherWorkerError:
            raise
        except Exception as error:
            if may_pass(error):
                raise
            if len(rows) == 1:
                raise RowError(rows[0]) from error
            half = len(rows) // 2
            for part in (rows[:half], rows[half:]):
                self._import(part)

    # --- one transaction ---

    def _chunk(self, rows: Sequence[Row]) -> None:
        head = self._locked(done=rows[0].number - 1)
        report = dataclasses.replace(self.report, rejected=[*self.report.rejected])
        at = self.clock()
        kept = [row for row in rows if row.entity == import_conflicts.ENTITY]
        others = [row for row in rows if row.entity != import_conflicts.ENTITY]
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
        """What waits for a record that the file does not have would wait for ever, so it is refused."""
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
        version = self.contents.schema_version
        found, wrong = import_conflicts.read(rows, user=self.user, names=self.names, schema_version=version)
        for record_id, fields in wrong.items():
            error = {"code": "invalid", "detail": "Some fields are wrong.", "fields": fields}
            report.reject(import_conflicts.ENTITY, record_id, error)
        restored = import_conflicts.restore(found)
        report.created += restored
        report.noop += len(found) - restored

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
        """Parents come first, and what hangs on them is deleted with them."""
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
            .exclude(entity=wire.entities_by_name()[import_conflicts.ENTITY].code)
            .count()
        )


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
