"""The tables whose key has several columns, as the admin can show them: it insists on a key of one.

The same tables, read-only: Django makes nothing for these models. What the admin uses as a key must not be taken for one,
so the pages of sync/admin name a row by all columns of its real key.
"""

from typing import Any

from django.conf import settings
from django.db import models

from sync.models.bookkeeping import LogEntry, Mutation, Record


def _looked_at(model: type[models.Model], *, name: str, key: str, plural: str) -> Any:
    """A model of the same columns. Deleting a user passes it by, and rows without one are found too: the library's."""
    columns: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey):
            columns[field.name] = _whose()
            continue
        columns[field.name] = field.clone()
        columns[field.name].primary_key = field.name == key
    meta = {
        "managed": False,
        "db_table": model._meta.db_table,
        "default_permissions": ("view",),
        "verbose_name": plural.removesuffix("s"),
        "verbose_name_plural": plural,
    }
    content = {"__module__": __name__, "__str__": model.__str__, "Meta": type("Meta", (), meta), **columns}
    return type(name, (models.Model,), content)


def _whose() -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )


RecordRow = _looked_at(Record, name="RecordRow", key="id", plural="records")
LogRow = _looked_at(LogEntry, name="LogRow", key="record_id", plural="log lines")
MutationRow = _looked_at(Mutation, name="MutationRow", key="mutation_id", plural="mutations")
