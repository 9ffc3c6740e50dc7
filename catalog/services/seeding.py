"""Loads the library that comes with the repository. What a curator has changed since stays as it is."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import orjson
from django.db import models

from catalog.domain.metadata import metadata_schema
from catalog.enums import Status
from catalog.models import (
    Equipment,
    ExerciseType,
    Muscle,
    Program,
    ProgramDay,
    ProgramSet,
    ProgramSlot,
    ProgramWeek,
)
from lib.writes import Catalogue, writing

DATA = Path(__file__).resolve().parent.parent / "data"
NAMESPACE = UUID(
    "2c0b8d1e-5f0a-5d0c-9d1b-6f3a2f7c9e10"
)  # of the ids of canonical rows, so that every server has the same

Progress = Callable[[Sequence[Any]], Any]


def seed(*, progress: Progress = iter) -> dict[str, int]:
    """Adds what is missing, by slug. Returns how many rows of each kind are new; a second run adds none."""
    with writing(user=Catalogue(), source="job"):
        return {
            "muscles": _add(Muscle, [Muscle(**row) for row in progress(_read("muscles"))]),
            "equipment": _add(Equipment, [Equipment(**row) for row in progress(_read("equipment"))]),
            "exercise_types": _add(ExerciseType, [_exercise_type(row) for row in progress(_read("exercise_types"))]),
            "programs": _add_programs(progress(_read("programs"))),
        }


def _exercise_type(row: dict[str, Any]) -> ExerciseType:
    metrics = row.pop("metrics")
    return ExerciseType(id=uuid5(NAMESPACE, row["slug"]), metadata_schema=metadata_schema(metrics), **row)


def _add_programs(programs: Sequence[dict[str, Any]]) -> int:
    """Those of which there is no version. They are drafts until all is in them: what is published is not added to."""
    known = set(Program.objects.filter(user=None).values_list("slug", flat=True))
    types = dict(ExerciseType.objects.filter(user=None).values_list("slug", "pk"))
    new = [_Tree(row, types) for row in programs if row["slug"] not in known]
    models: tuple[Any, ...] = (Program, ProgramWeek, ProgramDay, ProgramSlot, ProgramSet)
    for model in models:
        model.objects.bulk_create([row for tree in new for row in tree.rows if type(row) is model])
    Program.objects.filter(pk__in=[tree.root_id for tree in new]).update(status=Status.PUBLISHED)
    return len(new)


class _Tree:
    """The rows of a program in the data. types: ids of exercise types by slug."""

    def __init__(self, program: dict[str, Any], types: Mapping[str, UUID]) -> None:
        self.root_id, self.types = uuid5(NAMESPACE, f"program {program['slug']} 1"), types
        days, weeks = program.pop("days"), program.pop("described_weeks")
        self.rows: list[Any] = [Program(id=self.root_id, status=Status.DRAFT, **program)]
        for week in weeks:
            self._add(ProgramWeek, f"week {week['number']}", program_id=self.root_id, **week)
        for number, day in enumerate(days, start=1):
            self._add_day(number, day)

    def _add_day(self, number: int, day: dict[str, Any]) -> None:
        slots = day.pop("slots")
        day_id = self._add(ProgramDay, f"day {number}", program_id=self.root_id, position=number, **day)
        for position, slot in enumerate(slots, start=1):
            name, sets = f"slot {number}.{position}", slot.pop("sets")
            slot["exercise_type_id"] = self.types[slot.pop("exercise_type")]
            slot_id = self._add(ProgramSlot, name, day_id=day_id, position=position, **slot)
            single = [one for several in sets for one in [several] * several.pop("count")]
            for place, prescribed in enumerate(single, start=1):
                self._add(ProgramSet, f"{name} set {place}", slot_id=slot_id, position=place, **prescribed)

    def _add(self, model: Any, name: str, **values: Any) -> UUID:
        key = uuid5(self.root_id, name)
        self.rows.append(model(id=key, **values))
        return key


def _add(model: type[models.Model], rows: Sequence[Any]) -> int:
    manager = model._default_manager
    before = manager.count()
    manager.bulk_create(rows, ignore_conflicts=True)
    return manager.count() - before


def _read(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = orjson.loads((DATA / f"{name}.json").read_bytes())
    return rows
