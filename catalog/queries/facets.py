"""How many rows of a library have what: for filters that say what they would find."""

from collections.abc import Mapping
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import EmptyResultSet
from django.db import models
from psycopg import sql

from catalog.queries.composed import as_sql, rows_as_sql
from lib.sqlfiles import load_sql
from lib.statements import rows_of

COUNTED = 50_000  # rows; beyond that, counts are of these

Facets = dict[str, list[dict[str, Any]]]


def counts(rows: models.QuerySet[Any, Any], facets: Mapping[str, str]) -> tuple[int, Facets]:
    """(how many rows there are, how many have each value of each facet: the most frequent first). One query.

    facets: columns by the names of their filters.
    """
    columns = sorted(set(facets.values()))
    try:
        found, values = rows_as_sql(rows.order_by().values(*columns)[:COUNTED], "row_")
    except EmptyResultSet:
        return 0, {name: [] for name in facets}
    meta = rows.model._meta
    each = [_values(name, meta.get_field(column)) for name, column in facets.items()]
    whole = sql.SQL("SELECT '', ''")
    query = as_sql(load_sql("catalog", "facets")).format(rows=found, facets=sql.SQL(" UNION ALL ").join([whole, *each]))
    total, counted = 0, Facets({name: [] for name in facets})
    for name, value, count in rows_of(query.as_string(), values):
        if name:
            counted[name].append({"value": value, "count": count})
        else:
            total = count
    return total, counted


def _values(name: str, field: Any) -> sql.Composed:
    column = sql.Identifier("c", field.column)
    if isinstance(field, ArrayField):
        return sql.SQL("SELECT {}, unnest({})::text").format(sql.Literal(name), column)
    return sql.SQL("SELECT {}, {}::text").format(sql.Literal(name), column)
