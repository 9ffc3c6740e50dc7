"""Copies of trees of shared rows: a private one to make it one's own, or to begin from it; a canonical one to revise it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Model

from lib import wire
from lib.fields import parents_of
from lib.identity import id_within
from lib.shared import SharedModel
from lib.writes import Catalogue, writing

ROWS_AT_ONCE = 2000


def private_copy(
    *,
    model: type[SharedModel],
    root_id: UUID,
    user: Any,
    source: str,
    new_id: UUID | None = None,
    values: Mapping[str, Any] | None = None,
) -> UUID:
    """Copies the live rows of the tree, all as the user's own. Returns the id of the new root.

    A query and a statement for each kind of row, however many there are of it. References within the tree are those of the
    copy; others stay. source: as in `writing`. new_id: of the new root; the ids below it follow from it, so that a device makes
    the same copy offline. values: what the new root has instead, by attribute. Raises model.DoesNotExist where the user may not
    use the root.
    """
    with writing(user=user, source=source):
        root = _locked(model._default_manager.usable_by(user), root_id)
        return _copy_tree(root, new_id or uuid4(), user, values or {})


def canonical_copy(*, model: type[SharedModel], root_id: UUID, source: str, values: Mapping[str, Any]) -> UUID:
    """Copies the live rows of a canonical tree, all as canonical ones. The rest is as in `private_copy`."""
    with writing(user=Catalogue(), source=source):
        return _copy_tree(_locked(model._default_manager.canonical(), root_id), uuid4(), None, values)


def _locked(roots: Any, root_id: UUID) -> SharedModel:
    """If somebody deleted or withdrew it meanwhile, half a copy would be left."""
    root: SharedModel = roots.select_for_update(of=("self",), no_key=True).get(pk=root_id)
    return root


def _copy_tree(root: SharedModel, new_root: UUID, user: Any, values: Mapping[str, Any]) -> UUID:
    model, ids = type(root), {root.pk: new_root}
    _copy(model, [root], user, ids, values)
    copied: dict[type[Model], list[UUID]] = {model: [root.pk]}
    for entity in wire.entities():  # parents come first
        for parent in parents_of(entity.model):
            if parent.related_model in copied and issubclass(entity.model, SharedModel):
                hanging = {f"{parent.name}__in": copied[parent.related_model]}
                rows = list(entity.model._default_manager.live().filter(**hanging))
                ids |= {row.pk: id_within(new_root, row.pk) for row in rows}
                _copy(entity.model, rows, user, ids, {})
                copied[entity.model] = [row.pk for row in rows]
    return new_root


def _copy(
    model: type[SharedModel], rows: list[Any], user: Any, ids: Mapping[UUID, UUID], instead: Mapping[str, Any]
) -> None:
    """ids: the new ones by the old, also of these rows."""
    entity = wire.entity_of(model)
    references = {field.column for field in entity.references}
    copies = []
    for row in rows:
        values = {field.column: getattr(row, field.column) for field in entity.writable}
        values |= {column: ids.get(values[column], values[column]) for column in references}
        copies.append(model(id=ids[row.pk], user=user, **{**values, **instead}))
    model._default_manager.bulk_create(copies, batch_size=ROWS_AT_ONCE)
