"""What REST shows of rows, rendered by PostgreSQL: the bytes that the serializer would give, with no object for any row."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import orjson
from django.db import models
from rest_framework import serializers

from lib import wire

Serializer = type[serializers.ModelSerializer[Any]]
ROW = "/*row*/"
# PostgreSQL writes them otherwise than we do: 1e-07 for 1e-7, {"a": 1} for {"a":1}.
WRITTEN_OTHERWISE = {"double precision", "jsonb"}


class Document(models.Expression):
    """The row that the query is about, as JSON text. sql: over the row ROW."""

    output_field = models.TextField()

    def __init__(self, sql: str) -> None:
        super().__init__()
        self.sql = sql

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        return self.sql.replace(ROW, connection.ops.quote_name(compiler.query.get_initial_alias())), ()


@dataclass(frozen=True, eq=False)  # there is one of each
class Representation:
    document: Document
    is_handed_through: bool  # whether the text of the database is what we send

    def one(self, text: str) -> bytes:
        return text.encode() if self.is_handed_through else orjson.dumps(orjson.loads(text))

    def array(self, texts: Iterable[str]) -> bytes:
        return self.one(f"[{','.join(texts)}]")


def representation_of(serializer: Serializer, asked: Iterable[str] | None = None) -> Representation:
    """asked: names of fields, if not all are wanted. They come in the order of the serializer, whose fields are all columns."""
    names = names_of(serializer)
    wanted = names if asked is None else tuple(name for name in names if name in set(asked))
    return _representation(serializer, wanted)


@cache
def names_of(serializer: Serializer) -> tuple[str, ...]:
    return tuple(serializer().get_fields())


@lru_cache(maxsize=256)  # clients choose fields as they like
def _representation(serializer: Serializer, names: tuple[str, ...]) -> Representation:
    fields = {field.name: field for field in wire.fields_of(serializer.Meta.model, names)}
    if others := [name for name in names if name not in fields]:
        raise TypeError(
            f"{serializer.__name__}: {', '.join(others)} is no column, and PostgreSQL renders reads. Add a generated field, "
            "or give the view a list and a detail of its own."
        )
    pairs = ", ".join(f"{_column(fields[name])} AS {name}" for name in names)
    text = f"(SELECT row_to_json(d)::text FROM (SELECT {pairs}) AS d)"  # noqa: S608 - our own column names
    handed_through = not any(field.sql_type in WRITTEN_OTHERWISE for field in fields.values())
    return Representation(Document(text.replace("%", "%%")), handed_through)


def _column(field: wire.WireField) -> str:
    column = wire.column_sql(field, ROW)
    if field.sql_type != "double precision":
        return column
    # 1.0 where PostgreSQL would write 1.
    return f"(CASE WHEN {column} = trunc({column}) AND abs({column}) < 1e15 THEN {column} || '.0' ELSE {column}::text END)::json"
