"""Capture triggers: every committed change of an owned row reaches the sync tables, whoever made it.

They are ordinary pgtrigger triggers: part of the model's Meta, installed by its migrations. The SQL names the columns
of the wire document, so a new field changes the trigger and `makemigrations` writes the migration that reinstalls it.
The functions and tables that the triggers call belong to the sync app; PostgreSQL finds them when a trigger fires.
"""

from typing import Any

import pgtrigger
from django.apps import apps
from django.db import models

from lib.sqlfiles import load_sql

NEW_ROWS = pgtrigger.Referencing(new="new_rows")  # type: ignore[no-untyped-call]  # pgtrigger leaves it untyped
OLD_ROWS = pgtrigger.Referencing(old="old_rows")  # type: ignore[no-untyped-call]
BOTH_ROWS = pgtrigger.Referencing(old="old_rows", new="new_rows")  # type: ignore[no-untyped-call]


class Capture(pgtrigger.Trigger):
    """A statement trigger whose body is `lib/sql/<name>.sql`, filled in for the model."""

    level = pgtrigger.Statement
    when = pgtrigger.After
    declare = [
        ("moved", "bigint"),  # rows that are somebody else's now, or have another id
        ("others", "bigint = 1"),  # rows whose line of the log is not written yet
        ("changed", "uuid[]"),
        ("owners", "uuid[]"),
    ]

    def get_func(self, model: Any) -> str:
        from lib.rendering import rendering_of  # noqa: PLC0415 - it imports the base model, which imports this module

        assert self.name is not None
        model = apps.get_model(model._meta.label)  # makemigrations hands over a snapshot, which knows no `wire`
        text = load_sql("lib", self.name)
        expressions = rendering_of(model).expressions() | {"/*children*/": _tombstone_children(model)}
        for place, value in expressions.items():
            text = text.replace(place, value)
        return text


def _tombstone_children(model: type[models.Model]) -> str:
    """One UPDATE for each kind of row that hangs on this one by an OwnedForeignKey."""
    from lib.fields import OwnedForeignKey  # noqa: PLC0415 - fields are loaded with the models

    relations = [
        (field.model._meta.db_table, field.column)
        for relation in model._meta.related_objects
        if isinstance(field := relation.field, OwnedForeignKey) and field.remote_field.on_delete is models.CASCADE
    ]
    template = load_sql("lib", "tombstone_children")
    return "".join(
        template.replace("/*child*/", table).replace("/*parent_column*/", column) for table, column in sorted(relations)
    )


def capture_triggers() -> list[pgtrigger.Trigger]:
    """One trigger an operation: PostgreSQL gives a trigger transition tables only when it has a single event."""
    return [
        Capture(name="capture_insert", operation=pgtrigger.Insert, referencing=NEW_ROWS),
        Capture(name="capture_update", operation=pgtrigger.Update, referencing=BOTH_ROWS),
        Capture(name="capture_delete", operation=pgtrigger.Delete, referencing=OLD_ROWS),
    ]
