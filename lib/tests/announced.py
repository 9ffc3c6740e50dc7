"""An ear for announcements, beside the stream process."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection
from psycopg import sql

from lib.announcements import CHANNEL

SOON_S = 5.0
Listening = psycopg.Connection[Any]


@contextmanager
def listening() -> Iterator[Listening]:
    params = connection.get_connection_params()
    kept = {name: value for name, value in params.items() if name in {"dbname", "user", "password", "host", "port"}}
    with psycopg.connect(**kept, autocommit=True) as own:
        own.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
        yield own


def heard(ear: Listening, limit_s: float = SOON_S) -> list[str]:
    """The users of the next announcement; none where there was none for that long."""
    return [user for message in ear.notifies(timeout=limit_s, stop_after=1) for user in message.payload.split()]
