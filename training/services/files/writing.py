"""Carries out what was planned: one statement for the new rows of an entity, however many, and two for those that change."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from catalog.models import ExerciseType
from dropset_files.planning.writing import Change
from lib import wire
from lib.models import OwnedModel
from lib.writes import insert_documents
from training.models import Exercise, ExerciseAlias, Set, Workout

# Parents first.
MODELS: tuple[type[OwnedModel], ...] = (ExerciseType, ExerciseAlias, Workout, Exercise, Set)


def carry_out(
    *, user: Any, changes: Sequence[Change], at: dt.datetime, models: Sequence[type[OwnedModel]] = MODELS
) -> None:
    """The caller is inside of `writing`. Nothing is planned to be deleted: for that an import must be remembered.

    models: those of the changes, parents first.
    """
    for model in models:
        entity = wire.entity_of(model)
        made = {one.id: one.data for one in changes if (one.entity, one.op) == (entity.name, "create")}
        changed = {one.id: one.data for one in changes if (one.entity, one.op) == (entity.name, "update")}
        insert_documents(entity=entity, user=user, documents=made, at=at)
        if changed:
            _update(entity, user, changed, at)


def _update(entity: wire.Entity, user: Any, patches: dict[str, dict[str, Any]], at: dt.datetime) -> None:
    by_name = entity.by_name
    rows = list(entity.model._default_manager.filter(user=user, pk__in=patches))
    for row in rows:
        for name, value in patches[str(row.pk)].items():
            setattr(row, by_name[name].column, value)
        row.updated_at = at
    written = {by_name[name].field.name for patch in patches.values() for name in patch}
    entity.model._default_manager.bulk_update(rows, [*sorted(written), "updated_at"])
