"""Runs the SQL files of the apps."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connection
from psycopg import sql

from lib.sqlfiles import load_sql


def fetch(app: str, name: str, /, **params: Any) -> list[tuple[Any, ...]]:
    """The rows of `<app>/sql/<name>.sql`."""
    return rows_of(load_sql(app, name), params)


def rows_of(query: str | sql.Composed, params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The same of a statement that was put together."""
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def execute(app: str, name: str, /, **params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(load_sql(app, name), params)


@contextmanager
def pipelined() -> Iterator[None]:
    """Within a transaction: its statements are sent without waiting for their answers, so that PostgreSQL works on one while
    Python makes the next. What the database refuses is raised at the end of the block, and none of it is done.
    """
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield
