"""What migrations do to the documents of rows that exist."""

from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import transaction
from django.db.migrations.operations.base import Operation

from lib import wire
from lib.rendering import Rendering, rendering_at
from lib.sqlfiles import load_sql

OWNERS_PER_BATCH = 200


class RenderAgain(Operation):
    """Renders the documents of a model's rows anew, so that every device pulls those that look different now.

    Each owner of such a document gets one version. Nobody wrote, only the shape is another: the log names no field, so
    that no device's edit is in conflict with it. Backwards it does the same, with the columns that are there then.
    The migration must depend on sync's tables. With `atomic = False` each batch of owners is committed on its own.
    """

    reduces_to_sql = False

    def __init__(self, model_name: str) -> None:
        self.model_name = model_name

    def deconstruct(self) -> Any:
        return type(self).__name__, [self.model_name], {}

    def describe(self) -> str:
        return f"Render the documents of {self.model_name} again"

    def state_forwards(self, app_label: str, state: Any) -> None:
        pass

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        live: Any = apps.get_model(app_label, self.model_name)
        entity = wire.entity_of(live)
        rendering = rendering_at(to_state.apps.get_model(app_label, self.model_name), like=entity)
        after: UUID | None = None
        while owners := self._batch(schema_editor.connection, rendering, after):
            after = owners[-1]

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self.database_forwards(app_label, schema_editor, from_state, to_state)

    def _batch(self, connection: Any, rendering: Rendering, after: UUID | None) -> list[UUID]:
        """The owners that it came to. Each step is a statement of its own, so that it sees what the one before did."""
        code = rendering.entity.code
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute(_sql("render_owners", rendering), {"after": after, "limit": OWNERS_PER_BATCH})
            owners = [row[0] for row in cursor.fetchall()]
            if owners:
                cursor.execute(_sql("render_stale", rendering), {"owners": owners, "code": code})
                cursor.execute(load_sql("lib", "render_allocate"))
                cursor.execute(load_sql("lib", "render_again"), {"code": code})
                cursor.execute(load_sql("lib", "render_done"))
        return owners


def _sql(name: str, rendering: Rendering) -> str:
    text = load_sql("lib", name)
    for place, value in rendering.expressions().items():
        text = text.replace(place, value.replace("%", "%%"))
    return text
