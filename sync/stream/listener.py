"""Hears the announcements of the processes that write: one connection, which is opened again whenever it is lost."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import psycopg
from django.db import connection
from psycopg import AsyncConnection, sql

from lib.announcements import CHANNEL

LISTENER_NAME = "dropset stream"  # in pg_stat_activity
CHECK_S = 10.0
ANSWER_LIMIT_S = 5.0
FIRST_WAIT_S, LONGEST_WAIT_S = 0.2, 10.0
DJANGOS_OWN = {"cursor_factory", "context", "prepare_threshold"}  # for its own connections, which are not asynchronous

logger = logging.getLogger(__name__)


class Listener:
    def __init__(self, *, heard: Callable[[list[str]], None], missed: Callable[[], None]) -> None:
        """heard: gets the ids of users of whom something changed. missed: called when announcements may have been lost."""
        self._heard, self._missed = heard, missed
        self.listens = False

    async def run(self) -> None:
        wait_s = FIRST_WAIT_S
        while True:
            try:
                async with await AsyncConnection.connect(**parameters(), autocommit=True) as own:
                    await own.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
                    self.listens, wait_s = True, FIRST_WAIT_S
                    self._missed()
                    await self._listen(own)
            except (psycopg.Error, OSError) as error:
                logger.warning("Lost the connection for announcements; trying again in %.1f s: %s", wait_s, error)
            self.listens = False
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)

    async def _listen(self, own: AsyncConnection[Any]) -> None:
        while True:
            async for message in own.notifies(timeout=CHECK_S):
                self._heard(message.payload.split())
            async with asyncio.timeout(ANSWER_LIMIT_S):
                await own.execute("SELECT 1")


def parameters() -> dict[str, Any]:
    """Of Django's database, for a connection beside Django's."""
    given = connection.get_connection_params()
    kept = {name: value for name, value in given.items() if name not in DJANGOS_OWN}
    return {**kept, "application_name": LISTENER_NAME}
