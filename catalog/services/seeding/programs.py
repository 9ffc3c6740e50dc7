from collections.abc import Iterable
from functools import partial
from uuid import UUID

from catalog.models import ExerciseType, Program, ProgramDay, ProgramSet, ProgramSlot, ProgramWeek
from catalog.services.seeding.data import OWN_WORDS, Json, read_json, row_id
from catalog.services.seeding.references import Ids
from catalog.services.seeding.trees import Build, Library, Tree


def _builder() -> Build:
    return partial(_built, Ids(ExerciseType, ""))


def _built(types: Ids, row: Json, version: int) -> Tree:
    days, weeks = row.pop("days"), row.pop("described_weeks")
    root_id = row_id("program", f"{row['slug']} {version}")
    tree = Tree(Program(id=root_id, version=version, **{"source": OWN_WORDS, **row}))
    for week in weeks:
        tree.add(ProgramWeek, f"week {week['number']}", program_id=root_id, **week)
    for number, day in enumerate(days, start=1):
        _add_day(tree, types, number, day)
    return tree


def _add_day(tree: Tree, types: Ids, number: int, day: Json) -> None:
    slots = day.pop("slots")
    day_id = tree.add(ProgramDay, f"day {number}", program_id=tree.root.pk, position=number, **day)
    for position, slot in enumerate(slots, start=1):
        name, sets = f"slot {number}.{position}", slot.pop("sets")
        type_id = types[slot.pop("exercise_type")]
        slot_id = tree.add(ProgramSlot, name, day_id=day_id, position=position, exercise_type_id=type_id, **slot)
        _add_sets(tree, slot_id, name, sets)


def _add_sets(tree: Tree, slot_id: UUID, name: str, sets: Iterable[Json]) -> None:
    single = [one for several in sets for one in [several] * several.pop("count")]
    for place, prescribed in enumerate(single, start=1):
        tree.add(ProgramSet, f"{name} set {place}", slot_id=slot_id, position=place, **prescribed)


LIBRARY = Library("programs", Program, partial(read_json, "programs"), _builder, has_versions=True)
