from functools import partial

from catalog.models import RecommendationRule
from catalog.services.seeding.data import OWN_WORDS, Json, read_json, row_id
from catalog.services.seeding.trees import Library, Tree


def _built(row: Json, _version: int) -> Tree:
    values = {"source": OWN_WORDS, **row}
    return Tree(RecommendationRule(id=row_id("recommendation rule", row["slug"]), **values))


LIBRARY = Library(
    "recommendation_rules", RecommendationRule, partial(read_json, "recommendation_rules"), lambda: _built
)
