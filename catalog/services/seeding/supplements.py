from functools import partial

from catalog.models import Supplement, SupplementInteraction
from catalog.services.seeding.data import OWN_WORDS, Json, read_json, row_id
from catalog.services.seeding.references import Ids
from catalog.services.seeding.trees import Build, Library, Tree


def _builder() -> Build:
    return partial(_built, Ids(Supplement, "supplement"))


def _built(supplements: Ids, row: Json, _version: int) -> Tree:
    interactions = row.pop("interactions")
    root_id = row_id("supplement", row["slug"])
    tree = Tree(Supplement(id=root_id, **{"source": OWN_WORDS, **row}))
    for position, interaction in enumerate(interactions, start=1):
        other = interaction.pop("with_supplement")
        values = {**interaction, "with_supplement_id": supplements[other] if other else None}
        name = f"interaction {position}"
        tree.add(SupplementInteraction, name, supplement_id=root_id, position=position, **values)
    return tree


LIBRARY = Library("supplements", Supplement, partial(read_json, "supplements"), _builder)
