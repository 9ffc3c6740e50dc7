"""What canonical rows were before: each change of one keeps the row as it was, whoever makes it, with who it was and why."""

from typing import Any, TypeVar

import pghistory
import pgtrigger
from django.apps import apps
from django.db import models

from lib.shared import SharedModel

Row = TypeVar("Row", bound=SharedModel)

# Where these change alone, there is no new version.
UNTOLD = frozenset({"created_at", "updated_at", "catalog_version", "published_at", "parent_visible"})
OF_EVERY_ROW = frozenset({"id", "user"})
CANONICAL = "OLD.user_id IS NULL"


def told_fields(model: type[models.Model]) -> list[str]:
    """What a version holds."""
    skipped = UNTOLD | OF_EVERY_ROW
    return [field.name for field in model._meta.local_fields if field.name not in skipped and not field.generated]


def keeps_versions(model: type[Row]) -> type[Row]:
    """Makes the model `<name>Version`, with a row for each state of a canonical row that is over (`pgh_obj` is the row,
    `pgh_context` holds who ended it and why). What stands is in the row itself. Inserting costs nothing.
    """
    fields = told_fields(model)
    columns = [model._meta.get_field(name).column for name in fields]  # type: ignore[union-attr]  # local fields
    before, after = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
    changed = pgtrigger.Condition(f"{CANONICAL} AND ({before}) IS DISTINCT FROM ({after})")
    pghistory.track(
        pghistory.UpdateEvent(row=pghistory.Old, condition=changed),
        pghistory.DeleteEvent(condition=pgtrigger.Condition(CANONICAL)),
        fields=fields,
        obj_field=pghistory.ObjForeignKey(related_name="former", related_query_name="former"),
        context_field=pghistory.ContextJSONField(),
        context_id_field=None,  # type: ignore[arg-type]  # its documentation says None
        append_only=True,
        model_name=f"{model.__name__}Version",
    )(model)
    return model


def version_model(model: type[models.Model]) -> Any:
    """The model of its former states."""
    return apps.get_model(model._meta.app_label, f"{model.__name__}Version")
