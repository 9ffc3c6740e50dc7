"""Operators' downloads of other libraries, read into ours: large files in bounded memory, a second run changes nothing."""

import datetime as dt
import hashlib
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import DataError, IntegrityError
from django.utils import timezone

from catalog.domain.exercise_records import ExerciseRecord
from catalog.domain.food_records import FoodRecord, OurNutrient, Problem
from catalog.enums import ImportFormat, ImportState
from catalog.models import ImportRun, Nutrient
from catalog.services.importing import fdc_json, free_exercise_db, usda_sr, wger
from catalog.services.importing.edited import IMPORT_OF
from catalog.services.importing.exercises import ExerciseImporter
from catalog.services.importing.fdc_tables import FdcTables
from catalog.services.importing.foods import SR, FoodImporter, Terms
from catalog.services.importing.refusals import FileRefused
from catalog.services.importing.report import Outcome, Report
from catalog.services.importing.streams import JsonList, ZippedTables
from catalog.services.signing import authored
from lib.statements import execute

__all__ = ["FileRefused", "Outcome", "Report", "Wanted", "import_catalog"]

ROWS_AT_ONCE = 5000  # in one transaction: others wait for the head of the library that long, some seconds at most
BLOCK_BYTES = 1 << 20
SHAPES = {
    ImportFormat.FREE_EXERCISE_DB: "its dist/exercises.json: a list of objects with primaryMuscles",
    ImportFormat.WGER: "the JSON of /api/v2/exerciseinfo/: objects with translations and muscles",
    ImportFormat.FDC: "a download of FoodData Central: the ZIP of CSV files, or the JSON file out of its ZIP",
    ImportFormat.USDA_SR: "the abbreviated file of USDA SR28, saved as CSV: NDB_No, Shrt_Desc, ...",
}
SOURCES = {
    ImportFormat.FREE_EXERCISE_DB: ("free-exercise-db", "free-exercise-db (Unlicense)"),
    ImportFormat.WGER: ("wger", "wger (CC BY-SA)"),
    ImportFormat.FDC: ("fdc", "U.S. Department of Agriculture, FoodData Central (public domain, CC0)"),
    ImportFormat.USDA_SR: (SR, "U.S. Department of Agriculture, SR28 (public domain)"),
}

Record = FoodRecord | ExerciseRecord
Progress = Callable[[str, int], Any]


@dataclass(frozen=True)
class Wanted:
    """What the operator asked for. attribution: whom the licence of the file asks to be named."""

    path: Path
    format: ImportFormat
    source: str = ""
    attribution: str = ""
    publish: bool = False
    dry_run: bool = False
    by: Any = None


def import_catalog(wanted: Wanted, *, progress: Progress = lambda _what, _count: None) -> Report:
    """Reads the file and writes some thousand rows a transaction: what was written stays if the rest fails, and a second run goes
    on from there. Raises FileRefused for a file of another shape.
    """
    at = timezone.now()
    source, attribution = SOURCES[wanted.format]
    terms = Terms(wanted.source or source, wanted.attribution or attribution, wanted.publish, at)
    report = Report()
    records = _records(wanted, progress)
    is_of_foods = wanted.format in (ImportFormat.FDC, ImportFormat.USDA_SR)
    importer: Any = FoodImporter(terms, report) if is_of_foods else ExerciseImporter(terms, report)
    run = None if wanted.dry_run else _begun(wanted, terms, at, "foods" if is_of_foods else "exercise_types")
    try:
        _take_all(importer, records, report, wanted, progress)
    except (DataError, IntegrityError) as error:
        _end(run, report, ImportState.FAILED)
        raise FileRefused(f"The database does not take what this file says: {error}") from error
    except BaseException:
        _end(run, report, ImportState.FAILED)
        raise
    if is_of_foods and report.counts[Outcome.NEW] > ROWS_AT_ONCE and run:
        execute("catalog", "analyze_foods")
    _end(run, report, ImportState.DONE)
    return report


def _take_all(
    importer: Any, records: Iterator[Record | Problem], report: Report, wanted: Wanted, progress: Progress
) -> None:
    why = f"{IMPORT_OF}{wanted.path.name}"
    while batch := list(islice(records, ROWS_AT_ONCE)):
        for problem in (one for one in batch if isinstance(one, Problem)):
            report.refuse(problem)
        rows = [one for one in batch if not isinstance(one, Problem)]
        with nullcontext() if wanted.dry_run else authored(by=wanted.by, source="job", why=why):
            importer.take(rows, dry_run=wanted.dry_run)
        progress("rows", len(batch))
    if not report.counts:
        raise FileRefused(f"There is no row in this file. Expected: {SHAPES[wanted.format]}.")


def _records(wanted: Wanted, progress: Progress) -> Iterator[Record | Problem]:
    path = wanted.path
    if wanted.format == ImportFormat.FDC:
        return _fdc(path, progress)
    if wanted.format == ImportFormat.USDA_SR:
        _refuse_unless(_is_text(path), wanted.format)
        return usda_sr.records(path)
    file = JsonList(path)
    beginning = file.beginning() if _is_text(path) else ""
    if wanted.format == ImportFormat.WGER:
        _refuse_unless('"translations"' in beginning and '"muscles"' in beginning, wanted.format)
        return wger.records(file)
    _refuse_unless('"primaryMuscles"' in beginning, wanted.format)
    return free_exercise_db.records(file)


def _fdc(path: Path, progress: Progress) -> Iterator[Record | Problem]:
    nutrients: Iterable[Nutrient] = Nutrient.objects.exclude(fdc_id=None)
    ours = {one.fdc_id: OurNutrient(one.slug, one.unit) for one in nutrients if one.fdc_id is not None}
    if not ours:
        raise FileRefused("There are no nutrients here that foods could be measured in. Run `manage.py seed` first.")
    if zipfile.is_zipfile(path):
        tables = FdcTables(ZippedTables(path), ours)
        tables.stage(lambda count: progress("lines", count))
        return tables.records()
    file = JsonList(path)
    beginning = file.beginning() if _is_text(path) else ""
    _refuse_unless(any(f'"{name}"' in beginning for name in fdc_json.LISTS), ImportFormat.FDC)
    return fdc_json.records(file, ours)


def _refuse_unless(fits: bool, wanted: ImportFormat) -> None:  # noqa: FBT001 - it reads as a sentence
    if not fits:
        raise FileRefused(f"This file is not {SHAPES[wanted]}. Is --format right?")


def _is_text(path: Path) -> bool:
    with path.open("rb") as file:
        beginning = file.read(4096)
    try:
        beginning[:-4].decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return b"\x00" not in beginning


def _begun(wanted: Wanted, terms: Terms, at: dt.datetime, library: str) -> ImportRun:
    return ImportRun.objects.create(
        format=wanted.format,
        library=library,
        file_name=wanted.path.name[:255],
        file_digest=_digest(wanted.path),
        source=terms.source,
        published=terms.publish,
        by=wanted.by,
        started_at=at,
    )


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def _end(run: ImportRun | None, report: Report, state: ImportState) -> None:
    if run is None:
        return
    run.state, run.ended_at, run.counts = state, timezone.now(), dict(report.counts)
    run.unmatched, run.unmatched_count, run.problems = report.unmatched, report.unmatched_count, report.problems
    run.save(update_fields=["state", "ended_at", "counts", "unmatched", "unmatched_count", "problems"])
