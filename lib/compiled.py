"""Queries that the ORM compiles once: it takes longer to put one together than PostgreSQL takes to answer it."""

from dataclasses import dataclass
from typing import Any

from django.db import connection, models

from lib.statements import rows_of


class Parameter(models.Value):
    """A value that is given when the query runs. It has no attributes of a user: code that asks for one fails."""

    def __init__(self, name: str, field: Any) -> None:
        super().__init__(None, output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]

    def prepared(self, value: Any) -> Any:
        """As the ORM would send it. Raises what the field's own conversion raises."""
        return self.output_field.get_db_prep_value(value, connection)


@dataclass(frozen=True)
class Compiled:
    sql: str
    parameters: tuple[Any, ...]

    @classmethod
    def of(cls, queryset: models.QuerySet[Any]) -> "Compiled":
        return cls(*queryset.query.sql_with_params())

    def rows(self, **given: Any) -> list[tuple[Any, ...]]:
        """given: the values of the Parameters, by their names."""
        values = (p.prepared(given[p.name]) if isinstance(p, Parameter) else p for p in self.parameters)
        return rows_of(self.sql, tuple(values))
