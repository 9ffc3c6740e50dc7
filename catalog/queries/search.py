"""Search in a library: the best hits first, whatever is typed wrongly."""

from functools import lru_cache
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import models
from psycopg import sql

from catalog.models.library import folded
from catalog.queries.composed import as_sql, rows_as_sql
from lib.keyset import Key, Place
from lib.representations import ROW, Document
from lib.sqlfiles import load_sql
from lib.statements import rows_of

HITS = 200  # there are no more, however many pages are read
LOOKED_AT = 1000  # hits of which the best are shown, where there are more than that
ENOUGH = 20  # what may have been meant is only asked for where fewer rows have all the words
ID = Document(f"{ROW}.id::text")
KEYS = (
    Key("rank", "rank", descending=False, nullable=False, field=models.IntegerField()),
    Key("label", "label", descending=False, nullable=False, field=models.TextField()),
    Key("id", "id", descending=False, nullable=False, field=models.UUIDField()),
)
COMPARISONS = {(True, False): ">", (True, True): ">=", (False, False): "<", (False, True): "<="}


class Asked(NamedTuple):
    rows: models.QuerySet[Any, Any]  # among which it searches
    text: str
    favourites: models.QuerySet[Any, Any] | None = None  # ids of those that come first


def hits(asked: Asked, document: Document, place: Place | None, most: int) -> list[tuple[Any, ...]]:
    """A document for each hit from the place on, its rank, name and id: by KEYS. At most 200 are found in all."""
    try:
        return rows_of(*statement(asked, document, place, most))
    except EmptyResultSet:
        return []


def statement(asked: Asked, document: Document, place: Place | None, most: int) -> tuple[str, dict[str, Any]]:
    """(SQL, its parameters). Raises EmptyResultSet where the ORM knows without asking that there are no such rows."""
    rows, values = rows_as_sql(_candidates(asked.rows), "row_")
    liked, more = _liked(asked)
    way = None if place is None else (place.forward, place.inclusive)
    query = _composed(rows.as_string(), liked.as_string(), document.sql, asked.rows.model._meta.db_table, way)
    at = {} if place is None else dict(zip(("at_rank", "at_name", "at_id"), place.values, strict=True))
    return query, {"text": asked.text, "most": most, **values, **more, **at}


@lru_cache(maxsize=256)  # to put it together takes a millisecond
def _composed(rows: str, liked: str, document: str, table: str, way: tuple[bool, bool] | None) -> str:
    """way: forward, inclusive, from a place on; None from the start."""
    query = as_sql(load_sql("catalog", "search")).format(
        rows=as_sql(rows),
        favourites=as_sql(liked),
        document=as_sql(document.replace(ROW, "r")),
        table=sql.Identifier(table),
        library=sql.Literal(table),
        limit=sql.Literal(HITS),
        looked_at=sql.Literal(LOOKED_AT),
        enough=sql.Literal(ENOUGH),
        beyond=_beyond(way),
        way=sql.SQL("ASC" if way is None or way[0] else "DESC"),
    )
    return query.as_string()


def hit_ids(asked: Asked) -> list[str]:
    """Ids of all hits, the best first."""
    return [found for found, *_ in hits(asked, ID, None, HITS)]


def _candidates(rows: models.QuerySet[Any, Any]) -> models.QuerySet[Any, Any]:
    name = "title" if rows.model._meta.model_name == "program" else "name"
    found: models.QuerySet[Any, Any] = rows.order_by().annotate(label=models.F(name), folded=folded(name))
    return found.values("id", "search", "label", "folded")


def _liked(asked: Asked) -> tuple[sql.SQL, dict[str, Any]]:
    if asked.favourites is None:
        return sql.SQL("SELECT NULL::uuid WHERE FALSE"), {}
    return rows_as_sql(asked.favourites, "liked_")


def _beyond(way: tuple[bool, bool] | None) -> sql.Composable:
    if way is None:
        return sql.SQL("TRUE")
    return sql.SQL(
        '(h.rank, h.label COLLATE "C", h.id) {} (%(at_rank)s::integer, %(at_name)s::text, %(at_id)s::uuid)'
    ).format(sql.SQL(COMPARISONS[way]))
