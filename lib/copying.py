"""A private copy of a tree of shared rows: of a canonical one to make it one's own, or of one's own to begin from it."""

from typing import Any
from uuid import UUID, uuid4

from django.db.models import Model

from lib import wire
from lib.fields import parents_of
from lib.shared import SharedModel
from lib.writes import writing

ROWS_AT_ONCE = 2000


def private_copy(*, model: type[SharedModel], root_id: UUID, user: Any, source: str) -> UUID:
    """Copies the live rows of the tree, all as the user's own, under new ids. Returns the id of the new root.

    A query and a statement for each kind of row, however many there are of it. References within the tree are those of the
    copy; others stay. source: as in `writing`. Raises model.DoesNotExist where the user may not use the root.
    """
    with writing(user=user, source=source):
        roots = model._default_manager.usable_by(user)
        # Locked: if somebody deleted or withdrew it meanwhile, half a copy would be left.
        root = roots.select_for_update(of=("self",), no_key=True).get(pk=root_id)
        ids: dict[UUID, UUID] = {}
        _copy(model, [root], user, ids)
        copied: dict[type[Model], list[UUID]] = {model: [root_id]}
        for entity in wire.entities():  # parents come first
            for parent in parents_of(entity.model):
                if parent.related_model in copied and issubclass(entity.model, SharedModel):
                    hanging = {f"{parent.name}__in": copied[parent.related_model]}
                    rows = list(entity.model._default_manager.live().filter(**hanging))
                    _copy(entity.model, rows, user, ids)
                    copied[entity.model] = [row.pk for row in rows]
        return ids[root_id]


def _copy(model: type[SharedModel], rows: list[Any], user: Any, ids: dict[UUID, UUID]) -> None:
    """ids: the new ones by the old, also of these rows afterwards."""
    entity = wire.entity_of(model)
    ids.update({row.pk: uuid4() for row in rows})
    references = {field.column for field in entity.references()}
    copies = []
    for row in rows:
        values = {field.column: getattr(row, field.column) for field in entity.writable}
        values |= {column: ids.get(values[column], values[column]) for column in references}
        copies.append(model(id=ids[row.pk], user=user, **values))
    model._default_manager.bulk_create(copies, batch_size=ROWS_AT_ONCE)
