"""Capture triggers: every committed change of an owned row reaches the sync tables, whoever made it.

They are ordinary pgtrigger triggers: part of the model's Meta, installed by its migrations. The SQL names the columns
of the wire document, so a new field changes the trigger and `makemigrations` writes the migration that reinstalls it.
The functions and tables that the triggers call belong to the sync app; PostgreSQL finds them when a trigger fires.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import pgtrigger
from django.apps import apps

from lib.fields import parents_of
from lib.sqlfiles import load_sql

NEW_ROWS = pgtrigger.Referencing(new="new_rows")  # type: ignore[no-untyped-call]  # pgtrigger leaves it untyped
OLD_ROWS = pgtrigger.Referencing(old="old_rows")  # type: ignore[no-untyped-call]
BOTH_ROWS = pgtrigger.Referencing(old="old_rows", new="new_rows")  # type: ignore[no-untyped-call]


class Capture(pgtrigger.Trigger):
    """A statement trigger whose body is `lib/sql/<name>.sql`, filled in for the model."""

    # The SQL of a model for the places in these files: lib/rendering.py's, which stands on the models as they do on this
    # module. lib/apps.py brings the two together.
    expressions_of: ClassVar[Callable[[Any], Mapping[str, str]]]

    level = pgtrigger.Statement
    when = pgtrigger.After
    declare = [
        ("moved", "bigint"),  # rows that are somebody else's now, or have another id
        ("others", "bigint = 1"),  # rows whose line of the log is not written yet
        ("changed", "uuid[]"),
        ("owners", "uuid[]"),
    ]

    def get_func(self, model: Any) -> str:
        assert self.name is not None
        model = apps.get_model(model._meta.label)  # makemigrations hands over a snapshot, which knows no `wire`
        text = load_sql("lib", self.name)
        expressions = {**type(self).expressions_of(model), "/*children*/": _children(model)}
        for place, value in expressions.items():
            text = text.replace(place, value)
        return text


def _children(model: Any) -> str:
    """What a change means to each kind of row that hangs on this one by an OwnedForeignKey: an UPDATE each."""
    owner = getattr(model, "owner_column", "")  # a vocabulary has no owner, and no children
    statements = ["tombstone_children", *(["show_children"] if owner == "owner" else [])]
    relations = sorted(
        (relation.field.model._meta.db_table, relation.field.column)
        for relation in model._meta.related_objects
        if relation.field in parents_of(relation.field.model)
    )
    return "".join(
        load_sql("lib", name)
        .replace("/*child*/", table)
        .replace("/*parent_column*/", column)
        .replace("/*owner_column*/", owner)
        for table, column in relations
        for name in statements
    )


def capture_triggers() -> list[pgtrigger.Trigger]:
    """One trigger an operation: PostgreSQL gives a trigger transition tables only when it has a single event."""
    return [
        Capture(name="capture_insert", operation=pgtrigger.Insert, referencing=NEW_ROWS),
        Capture(name="capture_update", operation=pgtrigger.Update, referencing=BOTH_ROWS),
        Capture(name="capture_delete", operation=pgtrigger.Delete, referencing=OLD_ROWS),
    ]
