"""Does what was planned."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone

from catalog.enums import Status
from catalog.models import SeededRow
from catalog.services.programs import retire_other_versions
from catalog.services.seeding.planning import Act, Planned
from catalog.services.seeding.trees import PARTS, Library, Tree, compared_fields, parts_by_model


def write(library: Library, planned: Sequence[Planned]) -> None:
    """The caller holds the head of the library."""
    _add(library, [one.tree for one in planned if one.act is Act.ADD])
    for one in planned:
        if one.act is Act.UPDATE:
            _bring_up_to_date(library, one)
    _remember(library, planned)


def _add(library: Library, trees: Sequence[Tree]) -> None:
    """Where parts cannot be added to what is published, the root is a draft until all is in it."""
    roots = [tree.root for tree in trees]
    if library.has_versions:
        for root in roots:
            root.status = Status.DRAFT
    library.model._default_manager.bulk_create(roots)
    for model, parts in parts_by_model(trees).items():
        model._default_manager.bulk_create(parts)
    if library.has_versions:
        published = library.model._default_manager.filter(pk__in=[root.pk for root in roots])
        published.update(status=Status.PUBLISHED, updated_at=timezone.now())


def _bring_up_to_date(library: Library, one: Planned) -> None:
    assert one.standing is not None
    root = one.tree.root
    if one.makes_version:
        _add(library, [one.tree])
        root.status = Status.PUBLISHED
        retire_other_versions(program=root, at=timezone.now())
        return
    values = {name: getattr(root, name) for name in one.fields if name != PARTS}
    if not library.is_vocabulary:
        values["updated_at"] = timezone.now()  # also where a part alone is another one
    library.model._default_manager.filter(pk=one.standing.root.pk).update(**values)
    if PARTS in one.fields:
        _exchange_parts(one.tree, one.standing)


def _exchange_parts(tree: Tree, standing: Tree) -> None:
    at = timezone.now()
    before = {part.pk: part for part in standing.parts}
    gone = before.keys() - {part.pk for part in tree.parts}
    for model, parts in parts_by_model([tree]).items():
        known = set(model._default_manager.filter(pk__in=[part.pk for part in parts]).values_list("pk", flat=True))
        model._default_manager.bulk_create([part for part in parts if part.pk not in known])
        again = [part for part in parts if part.pk in known]
        for part in again:
            part.updated_at, part.deleted_at = at, None  # it may have been taken out by an earlier release
        model._default_manager.bulk_update(again, [*compared_fields(model), "updated_at", "deleted_at"])
    for model, parts in parts_by_model([standing]).items():
        surplus: Any = model._default_manager.filter(pk__in=[part.pk for part in parts if part.pk in gone])
        surplus.tombstone()


def _remember(library: Library, planned: Iterable[Planned]) -> None:
    """What stands as the release has it. What was left is as new the next time."""
    known = dict(SeededRow.objects.filter(library=library.name).values_list("slug", "digests"))
    new = [one for one in planned if one.act is not Act.LEAVE and known.get(one.slug) != one.digests]
    SeededRow.objects.bulk_create(
        [SeededRow(library=library.name, slug=one.slug, digests=one.digests) for one in new],
        update_conflicts=True,
        unique_fields=["library", "slug"],
        update_fields=["digests"],
    )
