"""Brings the foods that athletes keep up to date with the library."""

from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from psycopg import sql

from catalog.models import StaleFood
from catalog.rules import COPIED
from lib.sqlfiles import load_sql
from lib.statements import pipelined, rows_of
from lib.writes import lock_head

ATHLETES = 300  # whose copies are written in one transaction


def refresh_kept_foods(*, at_once: int = ATHLETES) -> int:
    """Writes the copies of foods that were corrected, and gives their number. Each transaction ends before long, so that no
    athlete's push waits for all of them; what one run does not reach, the next one does.
    """
    written = 0
    for mark in list(StaleFood.objects.order_by("catalog_version")):
        while refreshed := _refresh(food_id=mark.food_id, most=at_once):
            written += refreshed
        # Unless it has changed again: then another version stands there.
        StaleFood.objects.filter(pk=mark.pk, catalog_version=mark.catalog_version).delete()
    return written


def _refresh(*, food_id: UUID, most: int) -> int:
    with transaction.atomic():
        users = [user_id for (user_id,) in rows_of(_filled("stale_kept_foods"), {"food_id": food_id, "most": most})]
        if users:
            with pipelined():
                for user_id in users:  # their heads before any row, as everybody does
                    lock_head(user_id=user_id, source="job")
            with connection.cursor() as cursor:
                cursor.execute(_filled("refresh_kept_foods"), {"food_id": food_id, "users": users})
    return len(users)


@cache
def _filled(name: str) -> str:
    def columns_of(*row: str) -> Any:
        return sql.SQL(", ").join(sql.Identifier(*row, column) for column in COPIED)

    query = sql.SQL(load_sql("catalog", name))
    return query.format(kept=columns_of("k"), food=columns_of("f"), columns=columns_of()).as_string()
