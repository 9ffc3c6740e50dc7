"""Exercises of a file, matched with the types that stand, and written as drafts."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.text import slugify

from catalog.domain.exercise_records import NAME_MAX_LENGTH, ExerciseRecord
from catalog.domain.food_records import Problem
from catalog.domain.metadata import metadata_schema
from catalog.enums import Status
from catalog.models import Equipment, ExerciseType, Muscle
from catalog.services.importing.edited import edited_here
from catalog.services.importing.foods import Terms
from catalog.services.importing.report import Outcome, Report
from dropset_files.shared.names import NameIndex, library_names, names_of

CONTENT = (
    "name", "names", "aliases", "category", "primary_muscles", "secondary_muscles", "equipment", "instructions", "force", "level",
    "mechanic", "attribution",
)  # fmt: skip
WORDS_MAX_LENGTH = 50  # of a slug, so that there is room to tell it from another


class ExerciseImporter:
    """Names match by facts (decision 0044): what is called almost the same is another exercise."""

    def __init__(self, terms: Terms, report: Report) -> None:
        self.terms, self.report = terms, report
        types = list(ExerciseType.objects.canonical())
        self._by_id: dict[UUID, ExerciseType] = {one.pk: one for one in types}
        self._by_source = {one.source_id: one.pk for one in types if one.source == terms.source and one.source_id}
        self._slugs = {one.slug for one in types}
        said = ({"id": one.pk, **{name: getattr(one, name) for name in ("name", "names", "aliases")}} for one in types)
        self._names = NameIndex(library_names(said))
        self._words = {
            *Muscle.objects.values_list("slug", flat=True),
            *Equipment.objects.values_list("slug", flat=True),
        }

    def take(self, records: Sequence[ExerciseRecord], *, dry_run: bool) -> None:
        """The caller holds the head of the library, unless it is a dry run."""
        new: list[ExerciseType] = []
        changed: list[tuple[ExerciseType, ExerciseRecord]] = []
        for record in records:
            if len(record.name) > NAME_MAX_LENGTH:
                self.report.refuse(Problem(record.line, record.name[:200], "the name is too long"))
                continue
            found = self._by_source.get(record.source_id) or self._named(record)
            if found is None:
                new.append(self._made(record))
            elif found != self.terms.id_of(record.source_id) or not self._differs(self._by_id[found], record):
                self.report.count(Outcome.MATCHED)
            else:
                changed.append((self._by_id[found], record))
        kept = self._without_edited(changed)
        if not dry_run:
            ExerciseType.objects.bulk_create(new)
            self._update(kept)

    def _named(self, record: ExerciseRecord) -> UUID | None:
        """By its name; by its other names only if all that are known mean one type."""
        main = self._names.find(record.name)
        if main is not None:
            return UUID(main)
        others = {found for name in (*record.names.values(), *record.aliases) if (found := self._names.find(name))}
        if len(others) > 1:
            self.report.needs_a_person(record.line, record.name, "its other names are names of several types")
        return UUID(others.pop()) if len(others) == 1 else None

    def _made(self, record: ExerciseRecord) -> ExerciseType:
        made = ExerciseType(
            id=self.terms.id_of(record.source_id),
            slug=self._slug(record),
            status=Status.DRAFT,
            source=self.terms.source,
            source_id=record.source_id,
            metadata_schema=metadata_schema(list(record.metrics)),
            load_convention=record.load_convention,
            **self._values(record),
        )
        self._by_id[made.pk] = made
        self._by_source[record.source_id] = made.pk
        self._names.add(names_of(self._values(record)), str(made.pk))
        self.report.count(Outcome.NEW)
        if record.unknown:
            why = f"no word here for: {', '.join(record.unknown)}"
            self.report.needs_a_person(record.line, record.name, why)
        return made

    def _values(self, record: ExerciseRecord) -> dict[str, Any]:
        values: dict[str, Any] = {name: getattr(record, name) for name in CONTENT if name != "attribution"}
        for name in ("primary_muscles", "secondary_muscles", "equipment"):
            values[name] = [slug for slug in values[name] if slug in self._words]
        values |= {"aliases": list(record.aliases), "names": dict(record.names)}
        return {**values, "attribution": record.attribution or self.terms.attribution}

    def _differs(self, row: ExerciseType, record: ExerciseRecord) -> bool:
        return any(getattr(row, name) != value for name, value in self._values(record).items())

    def _without_edited(
        self, changed: Sequence[tuple[ExerciseType, ExerciseRecord]]
    ) -> list[tuple[ExerciseType, ExerciseRecord]]:
        edited = edited_here(ExerciseType, [row for row, _ in changed], CONTENT) if changed else ()
        kept = []
        for row, record in changed:
            if row.pk in edited:
                self.report.count(Outcome.LEFT)
                self.report.needs_a_person(
                    record.line, record.name, "it was changed here, and the file has something else"
                )
            else:
                self.report.count(Outcome.CHANGED)
                kept.append((row, record))
        return kept

    def _update(self, changed: Sequence[tuple[ExerciseType, ExerciseRecord]]) -> None:
        for row, record in changed:
            values: Mapping[str, Any] = self._values(record)
            for name, value in values.items():
                setattr(row, name, value)
            row.updated_at = self.terms.at
        ExerciseType.objects.bulk_update([row for row, _ in changed], [*CONTENT, "updated_at"])

    def _slug(self, record: ExerciseRecord) -> str:
        words = (
            slugify(record.name)[:WORDS_MAX_LENGTH].strip("-")
            or slugify(f"{self.terms.source}-{record.source_id}")[:60]
        )
        slug, number = words, 2
        while slug in self._slugs:
            slug, number = f"{words}-{number}", number + 1
        self._slugs.add(slug)
        return slug
