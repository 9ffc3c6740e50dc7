"""One clock and one source of randomness for everything that takes part: what a seed found once, it finds again."""

import contextlib
import datetime as dt
import os
import random
from collections.abc import Iterator
from unittest import mock

from django.db import connection
from django.utils import timezone

ID_BYTES = 16
PREFIX_BYTES = 6  # of each id: it keeps examples apart
START = dt.datetime(2026, 3, 1, 8, 0, tzinfo=dt.UTC)
SETTING = "proof.now"
# PostgreSQL finds this function before its own: the search path says so.
INSTALL = """
    CREATE SCHEMA IF NOT EXISTS proof;
    CREATE OR REPLACE FUNCTION proof.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
      SELECT coalesce(nullif(current_setting('proof.now', TRUE), '')::timestamptz, pg_catalog.clock_timestamp())
    $$;
    SET search_path = proof, public, pg_catalog;
    SET synchronous_commit = off;
"""
REMOVE = """
    RESET search_path;
    RESET synchronous_commit;
    DROP SCHEMA IF EXISTS proof CASCADE;
"""


class Clock:
    """The server's time: of Python and of PostgreSQL alike. It only goes where it is sent."""

    def __init__(self) -> None:
        self.set(START)

    def now(self) -> dt.datetime:
        return self._now

    def set(self, moment: dt.datetime) -> None:
        self._now = moment
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, %s, FALSE)", [SETTING, moment.isoformat()])

    def wait(self, seconds: float) -> None:
        self.set(self._now + dt.timedelta(seconds=seconds))

    @contextlib.contextmanager
    def injected(self) -> Iterator[None]:
        """Where the server reads its clock and takes its ids from while this lasts."""
        chance, prefix = random.Random(0), os.urandom(PREFIX_BYTES)

        def bytes_of(count: int) -> bytes:
            """Ids differ from example to example, but their order within one is always the same."""
            return prefix + chance.randbytes(count - PREFIX_BYTES) if count == ID_BYTES else chance.randbytes(count)

        with (
            mock.patch.object(timezone, "now", self.now),
            mock.patch.object(os, "urandom", bytes_of),
            mock.patch.object(random, "_urandom", bytes_of),
        ):
            yield


@contextlib.contextmanager
def proof_schema() -> Iterator[None]:
    """The connection of this test reads our clock, and does not wait for the disk."""
    with connection.cursor() as cursor:
        cursor.execute(INSTALL)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(REMOVE)
