from functools import partial

from catalog.domain.metadata import metadata_schema
from catalog.models import ExerciseType
from catalog.services.seeding.data import OWN_WORDS, Json, read_json, row_id
from catalog.services.seeding.trees import Library, Tree


def _built(row: Json, _version: int) -> Tree:
    schema = metadata_schema(row.pop("metrics"))
    values = {"source": OWN_WORDS, **row}
    return Tree(ExerciseType(id=row_id("", row["slug"]), metadata_schema=schema, **values))


LIBRARY = Library("exercise_types", ExerciseType, partial(read_json, "exercise_types"), lambda: _built)
