"""What migrations do: to the documents of rows that exist, and to the database itself."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.postgres.operations import CreateExtension
from django.core.management.base import CommandError
from django.db import DatabaseError, transaction
from django.db.migrations.exceptions import IrreversibleError
from django.db.migrations.operations.base import Operation

from lib import wire
from lib.history import tell_anew
from lib.rendering import Rendering, rendering_at
from lib.sqlfiles import load_sql
from lib.upcasting import UPCASTERS

OWNERS_PER_BATCH = 200


class RenderAgain(Operation):
    """Renders the documents of a model's rows anew, so that every device pulls those that look different now.

    Each owner of such a document gets one version. Nobody wrote anything, only the shape differs: the log names no field, so
    that no device's edit is in conflict with it. Backwards it does the same, with the columns that are there then.
    The migration must depend on sync's tables. With `atomic = False` each batch of owners is committed on its own.

    visible: SQL over `{row}` that says which rows clients may know of, for a shared model that has no such column yet.
    from_schema: the schema version whose step in UPCASTERS turns what was said of the old shape into the new one. The log
    and the conflicts take that step too, or a rival under an old name would not be seen. There is no way back then.
    """

    reduces_to_sql = False

    def __init__(self, model_name: str, *, from_schema: int | None = None, visible: str | None = None) -> None:
        self.model_name, self.from_schema, self.visible = model_name, from_schema, visible

    def deconstruct(self) -> Any:
        options = {"from_schema": self.from_schema, "visible": self.visible}
        return type(self).__name__, [self.model_name], {name: v for name, v in options.items() if v is not None}

    def describe(self) -> str:
        step = "" if self.from_schema is None else f", and take its history from schema version {self.from_schema}"
        return f"Render the documents of {self.model_name} again{step}"

    def state_forwards(self, app_label: str, state: Any) -> None:
        pass

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        live: Any = apps.get_model(app_label, self.model_name)
        entity = wire.entity_of(live)
        model = to_state.apps.get_model(app_label, self.model_name)
        rendering = rendering_at(model, like=entity, visible=self.visible)
        after: UUID | None = None
        while owners := self._batch(schema_editor.connection, rendering, after):
            after = owners[-1]

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if self.from_schema is not None:
            raise IrreversibleError(f"The history of {self.model_name} knows no way back. Restore an earlier backup.")
        self.database_forwards(app_label, schema_editor, from_state, to_state)

    def _batch(self, connection: Any, rendering: Rendering, after: UUID | None) -> list[UUID]:
        """The owners that it concerned. Each step is a statement of its own, so that it sees what the one before did."""
        code = rendering.entity.code
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute(_sql("render_owners", rendering), {"after": after, "limit": OWNERS_PER_BATCH})
            owners = [row[0] for row in cursor.fetchall()]
            if owners:
                cursor.execute(_sql("render_stale", rendering), {"owners": owners, "code": code})
                cursor.execute(load_sql("lib", "render_allocate"))
                cursor.execute(load_sql("lib", "render_again"), {"code": code})
                cursor.execute(load_sql("lib", "render_done"))
            if owners and self.from_schema is not None:
                entity = rendering.entity
                tell_anew(connection, entity, owners, step=UPCASTERS[entity.name, self.from_schema])
        return owners


class InOneGo(Operation):
    """Operations after which Django renders the models once. It renders them anew after each, all that are related: of a hundred
    operations that takes a minute.

    Only for what adds fields, indexes, constraints and triggers, or removes triggers: such an operation does not mind that those
    that follow are known already.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = list(operations)

    def deconstruct(self) -> Any:
        return type(self).__name__, [self.operations], {}

    def describe(self) -> str:
        return f"{len(self.operations)} operations in one go"

    def state_forwards(self, app_label: str, state: Any) -> None:
        state.__dict__.pop("apps", None)  # a cached property: nothing is rendered until somebody asks again
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for operation in reversed(self.operations):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)


def _sql(name: str, rendering: Rendering) -> str:
    text = load_sql("lib", name)
    for place, value in rendering.expressions().items():
        text = text.replace(place, value.replace("%", "%%"))
    return text


class Extension(CreateExtension):
    """Makes an extension of PostgreSQL, or says what the operator must do. Backwards it stays: others may use it."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        try:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        except DatabaseError as error:
            raise CommandError(
                f"The database has no extension {self.name}, and cannot make it: {str(error).strip()}\n"
                f"Install PostgreSQL's contrib modules where they are a package of their own (postgresql-contrib), and run "
                f"this in the database, as its owner or a superuser: CREATE EXTENSION {self.name};"
            ) from error

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        pass
