"""What a release would do to a library: add, bring up to date, or leave alone what was changed here."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any

from catalog.models import SeededRow
from catalog.rules import WORDS
from catalog.services.seeding.data import Json
from catalog.services.seeding.trees import Build, Digests, Library, Tree, differing, digests_of

MADE_WITHIN = timedelta(seconds=1)  # a row has both of its times from the clock, one after the other
Progress = Callable[[Sequence[Any]], Iterable[Any]]


class Act(StrEnum):
    ADD = "add"
    UPDATE = "update"
    LEAVE = "leave"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Planned:
    """What is done with one row, and in which fields the release has something else than what stands."""

    library: str
    slug: str
    act: Act
    row: Json
    tree: Tree
    digests: Digests
    standing: Tree | None = None
    fields: tuple[str, ...] = ()
    why: str = ""
    makes_version: bool = False


def plan(library: Library, progress: Progress) -> list[Planned]:
    """Reads what stands only where the release brings something that no release before it brought."""
    rows = library.read()
    planning = _Planning(library, library.builder(), library.versions(), _seeded(library))
    brought = [planning.brought(row) for row in progress(rows)]
    standing = library.standing([one.slug for one in brought if one.act is Act.UPDATE])
    return [planning.decided(one, standing[one.slug]) if one.slug in standing else one for one in brought]


def _seeded(library: Library) -> dict[str, Digests]:
    return dict(SeededRow.objects.filter(library=library.name).values_list("slug", "digests"))


@dataclass(frozen=True)
class _Planning:
    library: Library
    build: Build
    versions: Mapping[str, int]
    seeded: Mapping[str, Digests]

    def brought(self, row: Json) -> Planned:
        """By what the release says alone: an update may turn out to be none."""
        slug, version = row["slug"], self.versions.get(row["slug"])
        tree = self.build(deepcopy(row), version or 1)
        digests, before = digests_of(tree), self.seeded.get(slug)
        if version is None:
            act = Act.ADD
        elif before is not None and not differing(tree, before, digests):
            act = Act.NOTHING
        else:
            act = Act.UPDATE
        return Planned(library=self.library.name, slug=slug, act=act, row=row, tree=tree, digests=digests)

    def decided(self, one: Planned, standing: Tree) -> Planned:
        """By what stands as well."""
        if getattr(standing.root, "deleted_at", None) is not None:
            return replace(one, act=Act.LEAVE, why="it was deleted here")
        stands = digests_of(standing)
        fields = tuple(differing(one.tree, stands, one.digests))
        if not fields:
            return replace(one, act=Act.NOTHING)
        why = _why_left(standing, stands, self.seeded.get(one.slug), one.tree)
        if why:
            return replace(one, act=Act.LEAVE, standing=standing, fields=fields, why=why)
        if self.library.has_versions and not set(fields) <= set(WORDS):
            tree = self.build(deepcopy(one.row), standing.root.version + 1)
            one = replace(one, tree=tree, digests=digests_of(tree), makes_version=True)
        return replace(one, standing=standing, fields=fields)


def _why_left(standing: Tree, stands: Digests, seeded: Digests | None, tree: Tree) -> str:
    """Empty where nobody has changed the row since a release brought it."""
    if seeded is not None:
        changed = differing(standing, stands, seeded)
        return f"changed here: {', '.join(changed)}" if changed else ""
    if standing.root.pk != tree.root.pk or not hasattr(standing.root, "updated_at"):
        return "it was made here, or by a release that kept no notes"
    return "" if _is_untouched(standing) else "changed here, after a release that kept no notes"


def _is_untouched(standing: Tree) -> bool:
    """Rows that an older release made, and nobody has saved since."""
    return all(row.updated_at - row.created_at < MADE_WITHIN for row in (standing.root, *standing.parts))
