from functools import partial

from catalog.models import Food
from catalog.services.seeding.data import Json, read_json, row_id
from catalog.services.seeding.trees import Library, Tree


def _built(row: Json, _version: int) -> Tree:
    return Tree(Food(id=row_id("food", row["slug"]), **row))


LIBRARY = Library("foods", Food, partial(read_json, "foods"), lambda: _built)
