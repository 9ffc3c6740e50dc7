"""SQL files with a place for the rows that a queryset finds."""

import itertools
import re
from typing import Any

from django.db import models
from psycopg import sql


def rows_as_sql(queryset: models.QuerySet[Any, Any], prefix: str) -> tuple[sql.SQL, dict[str, Any]]:
    """(a SELECT with named parameters, their values). prefix: of the names, which nothing else in the statement has.

    Raises EmptyResultSet where the ORM knows without asking that there are none.
    """
    text, values = queryset.query.sql_with_params()
    numbers = itertools.count()
    named = re.sub("%s", lambda _: f"%({prefix}{next(numbers)})s", text)
    return as_sql(named), {f"{prefix}{number}": value for number, value in enumerate(values)}


def as_sql(text: str) -> sql.SQL:
    """A text of the ORM's, of a file, or of our own column names: never of a request."""
    return sql.SQL(text)
