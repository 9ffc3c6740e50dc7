"""Runs the SQL files of the apps."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.db import connection, transaction
from psycopg import sql

from lib.sqlfiles import load_sql

Rows = list[tuple[Any, ...]]


class Question(NamedTuple):
    """A statement of one row at most that is asked together with another one."""

    app: str
    name: str
    params: Mapping[str, Any]


def fetch(app: str, name: str, /, **params: Any) -> Rows:
    """The rows of `<app>/sql/<name>.sql`."""
    return rows_of(load_sql(app, name), params)


def ask(app: str, name: str, /, **params: Any) -> Callable[[], Rows]:
    """The same, to be called for when a pipeline has ended: until then they are on their way."""
    cursor = connection.cursor()
    cursor.execute(load_sql(app, name), params)
    rows: Callable[[], Rows] = cursor.fetchall
    return rows


def rows_of(query: str | sql.Composed, params: Mapping[str, Any] | tuple[Any, ...]) -> Rows:
    """The same of a statement that was put together."""
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        rows: Rows = cursor.fetchall()
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


@contextmanager
def attempted() -> Iterator[None]:
    """The same in a savepoint of its own, which makes no round trip: after an error the transaction goes on from here."""
    savepoint = None
    try:
        with pipelined():
            savepoint = transaction.savepoint()
            yield
            transaction.savepoint_commit(savepoint)
    except BaseException:
        if savepoint is not None and connection.connection is not None and not connection.connection.broken:
            transaction.set_rollback(False)  # an atomic block within this one may have given up the whole transaction
            transaction.savepoint_rollback(savepoint)
            transaction.savepoint_commit(savepoint)  # it is not needed again
        raise
