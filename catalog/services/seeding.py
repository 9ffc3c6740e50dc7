"""Loads the library that comes with the repository. What a curator has changed since stays as it is."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import orjson
from django.db import models

from catalog.domain.metadata import metadata_schema
from catalog.models import Equipment, ExerciseType, Muscle
from lib.writes import Catalogue, writing

DATA = Path(__file__).resolve().parent.parent / "data"
NAMESPACE = UUID(
    "2c0b8d1e-5f0a-5d0c-9d1b-6f3a2f7c9e10"
)  # of the ids of canonical types, so that every server has the same

Progress = Callable[[Sequence[Any]], Any]


def seed(*, progress: Progress = iter) -> dict[str, int]:
    """Adds what is missing, by slug. Returns how many rows of each kind are new; a second run adds none."""
    with writing(user=Catalogue(), source="job"):
        return {
            "muscles": _add(Muscle, [Muscle(**row) for row in progress(_read("muscles"))]),
            "equipment": _add(Equipment, [Equipment(**row) for row in progress(_read("equipment"))]),
            "exercise_types": _add(ExerciseType, [_exercise_type(row) for row in progress(_read("exercise_types"))]),
        }


def _exercise_type(row: dict[str, Any]) -> ExerciseType:
    metrics = row.pop("metrics")
    return ExerciseType(id=uuid5(NAMESPACE, row["slug"]), metadata_schema=metadata_schema(metrics), **row)


def _add(model: type[models.Model], rows: Sequence[Any]) -> int:
    manager = model._default_manager
    before = manager.count()
    manager.bulk_create(rows, ignore_conflicts=True)
    return manager.count() - before


def _read(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = orjson.loads((DATA / f"{name}.json").read_bytes())
    return rows
