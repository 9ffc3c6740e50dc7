"""Constraints that Django does not have."""

from collections.abc import Sequence
from typing import Any

from django.db import models


class SameOwner(models.BaseConstraint):
    """FOREIGN KEY (user_id, <field>) REFERENCES <target> (user_id, id)."""

    def __init__(self, *, field: str, name: str) -> None:
        super().__init__(
            name=name, violation_error_code="does_not_exist", violation_error_message="There is no such row of yours."
        )
        self.field = field

    def create_sql(self, model: type[models.Model] | None, schema_editor: Any) -> None:  # type: ignore[override]  # None: deferred
        """At the end of the migration, when the target has the unique (user, id) that this refers to."""
        assert model is not None
        field = model._meta.get_field(self.field)
        target = field.related_model
        assert isinstance(field, models.ForeignKey)
        assert isinstance(target, type)
        quote = schema_editor.quote_name
        schema_editor.deferred_sql.append(
            f"ALTER TABLE {quote(model._meta.db_table)} ADD CONSTRAINT {quote(self.name)} "
            f"FOREIGN KEY (user_id, {quote(field.column)}) REFERENCES {quote(target._meta.db_table)} (user_id, id)"
            f"{' ON DELETE CASCADE' if field.remote_field.on_delete is models.CASCADE else ''}"
        )

    constraint_sql = create_sql  # type: ignore[assignment]  # inside CREATE TABLE it is deferred in the same way

    def remove_sql(self, model: type[models.Model] | None, schema_editor: Any) -> str:
        assert model is not None
        quote = schema_editor.quote_name
        return f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT {quote(self.name)}"

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "default") -> None:
        """Nothing to do ahead of the write: the database refuses it, and the error handler names it."""

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        kwargs.pop("violation_error_code", None)
        kwargs.pop("violation_error_message", None)
        return path, args, kwargs | {"field": self.field}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SameOwner):
            return NotImplemented
        return (self.name, self.field) == (other.name, other.field)

    def __hash__(self) -> int:
        return hash((self.name, self.field))
