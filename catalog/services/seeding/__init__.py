"""Loads the library that comes with the repository. What a curator has changed since stays as it is."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from catalog.services.seeding import exercise_types, foods, nutrition_templates, programs, supplements, vocabularies
from catalog.services.seeding import recommendation_rules as rules
from catalog.services.seeding.data import DATA, NAMESPACE
from catalog.services.seeding.planning import Act, Planned, Progress, plan
from catalog.services.seeding.trees import Library
from catalog.services.seeding.writing import write
from catalog.services.signing import authored

__all__ = ["DATA", "LIBRARIES", "NAMESPACE", "Act", "Seeding", "seed"]

# What is named comes before what names it.
LIBRARIES: tuple[Library, ...] = (
    vocabularies.MUSCLES,
    vocabularies.EQUIPMENT,
    vocabularies.NUTRIENTS,
    vocabularies.REFERENCE_INTAKES,
    exercise_types.LIBRARY,
    programs.LIBRARY,
    foods.LIBRARY,
    supplements.LIBRARY,
    nutrition_templates.LIBRARY,
    rules.LIBRARY,
)
WHY = "Seeded by a release"


@dataclass(frozen=True)
class Seeding:
    """What was done, or would be."""

    planned: Sequence[Planned]

    def count(self, act: Act) -> Counter[str]:
        """Rows by the name of their library."""
        return Counter(one.library for one in self.planned if one.act is act)

    def of(self, act: Act) -> list[Planned]:
        return [one for one in self.planned if one.act is act]


def seed(*, dry_run: bool = False, progress: Progress = iter) -> Seeding:
    """Adds rows that are missing, by slug, and brings those up to date that nobody has changed here since a release brought
    them. A second run does nothing. Versions and the log of sync name no user: it was the release.
    """
    if dry_run:
        return Seeding([one for library in LIBRARIES for one in plan(library, progress)])
    planned = []
    with authored(by=None, source="job", why=WHY):
        for library in LIBRARIES:
            found = plan(library, progress)
            write(library, found)
            planned += found
    return Seeding(planned)
