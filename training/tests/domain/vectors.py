"""The vectors of docs/vectors, with their ids and days as Python has them."""

import datetime as dt
import re
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings

IS_ID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")
IS_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def vectors(name: str) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = orjson.loads((settings.BASE_DIR / f"docs/vectors/{name}.json").read_bytes())["cases"]
    return cases


def parsed(value: Any) -> Any:
    match value:
        case dict():
            return {parsed(key): parsed(item) for key, item in value.items()}
        case list():
            return [parsed(item) for item in value]
        case str() if IS_ID.fullmatch(value):
            return UUID(value)
        case str() if IS_DAY.fullmatch(value):
            return dt.date.fromisoformat(value)
    return value


def plain(value: Any) -> Any:
    """As JSON has it."""
    return orjson.loads(orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS))
