"""The days of an athlete, in one query."""

import datetime as dt
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from psycopg import sql

from accounts.models import Settings
from lib import wire
from lib.models import OwnedModel
from lib.sqlfiles import load_sql
from lib.statements import rows_of
from nutrition.models import MealLog, SupplementLog
from planner.domain.blocks import REACH
from planner.domain.facts import Facts
from planner.models import Completion, LogEntry, Mechanism, TopThreeItem

SHOWN: dict[str, type[OwnedModel]] = {  # by their aliases
    "c": Completion,
    "l": LogEntry,
    "m": MealLog,
    "s": SupplementLog,
    "t": TopThreeItem,
    "x": Mechanism,
}


class Home(msgspec.Struct, frozen=True):
    zone: ZoneInfo
    first_weekday: int


def home_of(user: Any) -> Home:
    """Where the athlete lives, by the settings. One query."""
    zone, first_weekday = Settings.objects.values_list("time_zone", "first_weekday").get(user=user)
    return Home(ZoneInfo(zone), first_weekday)


def facts(*, user_id: Any, first: dt.date, last: dt.date, today: dt.date) -> Facts:
    """What stands about the days from the first to the last. One query, however much it is."""
    params = {"user_id": user_id, "first": first, "last": last, "today": today}
    ((found,),) = rows_of(statement(), {**params, "low": first - REACH, "high": last + REACH})
    return msgspec.json.decode(str(found), type=Facts)


@cache
def statement() -> str:
    documents = {wire.entity_of(model).name: _document(model, alias) for alias, model in SHOWN.items()}
    query = sql.SQL(load_sql("planner", "days"))
    return query.format(calendar=sql.SQL(load_sql("training", "calendar")), **documents).as_string()


def _document(model: type[OwnedModel], row: str) -> sql.SQL:
    """The row as REST shows it."""
    names = ("id", *wire.entity_of(model).field_names, "created_at", "updated_at")
    pairs = ", ".join(f"{wire.column_sql(field, row)} AS {field.name}" for field in wire.fields_of(model, names))
    return sql.SQL(f"(SELECT row_to_json(d) FROM (SELECT {pairs}) AS d)")  # noqa: S608 - our own column names
