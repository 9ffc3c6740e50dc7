"""Capture triggers: every committed change of an owned row reaches the sync tables, whoever made it.

They are ordinary pgtrigger triggers: part of the model's Meta, installed by its migrations. The SQL names the columns
of the wire document, so a new field changes the trigger and `makemigrations` writes the migration that reinstalls it.
All else is done by functions that serve every table. They belong to the sync app (sync/sql/capture.sql); PostgreSQL finds
them when a trigger fires.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import pgtrigger
from django.apps import apps

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

    def get_func(self, model: Any) -> str:
        assert self.name is not None
        model = apps.get_model(model._meta.label)  # makemigrations hands over a snapshot, which knows no `wire`
        text = load_sql("lib", self.name)
        for place, value in type(self).expressions_of(model).items():
            text = text.replace(place, value)
        return text


def capture_triggers() -> list[pgtrigger.Trigger]:
    """One trigger an operation: PostgreSQL gives a trigger transition tables only when it has a single event."""
    return [
        Capture(name="capture_insert", operation=pgtrigger.Insert, referencing=NEW_ROWS),
        Capture(name="capture_update", operation=pgtrigger.Update, referencing=BOTH_ROWS),
        Capture(name="capture_delete", operation=pgtrigger.Delete, referencing=OLD_ROWS),
    ]
