"""The calendar: what was planned, done, skipped and missed."""

import datetime as dt
from typing import Any

from lib.sqlfiles import load_sql
from lib.statements import rows_of


def calendar(*, user_id: Any, first: dt.date, last: dt.date, today: dt.date) -> bytes:
    """JSON: a list of {"date", "entries"}, for the days that have some. One query, however long the range is."""
    ((days,),) = rows_of(
        load_sql("training", "calendar"), {"user_id": user_id, "first": first, "last": last, "today": today}
    )
    return str(days).encode()
