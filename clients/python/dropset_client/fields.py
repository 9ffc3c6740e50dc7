"""One field of an entity: its type and limits, and whether a wire value fits them. The codes are the server's."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from dropset_client.errors import ErrorDetail
from dropset_client.wire import compact_json, parse_rfc3339

_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_HALF = re.compile("[\ud800-\udfff]")
_DEEPEST = 64  # levels of free JSON


@dataclass(frozen=True, slots=True, eq=False)  # one of a kind
class Field:
    """A limit that its type does not have is None or empty; `min` and `max` are wire values, and both are allowed.

    `type` is one of id (`of` an entity), text, note, choice, time_zone, boolean, integer, number, decimal, date, time,
    slugs, object, array. `max_length` counts characters (Unicode code points; of slugs those of each), `max_size`
    entries, `max_bytes` bytes as JSON.
    """

    name: str
    type: str
    required: bool = False
    read_only: bool = False
    null: bool = False
    default: Any = None
    of: str | None = None
    values: tuple[str, ...] = ()
    min: Any = None
    max: Any = None
    places: int | None = None
    min_length: int = 0
    max_length: int | None = None
    max_size: int | None = None
    max_bytes: int | None = None
    pattern: str | None = None

    def problem(self, value: object) -> ErrorDetail | None:
        """Why the server would refuse the value, None where it would not for all that a field can tell."""
        if self.read_only:
            return self._told("read_only", "The server makes this value.")
        if value is None:
            return None if self.null else self._told("null", "This field may not be null.")
        try:
            _CHECKS[self.type](self, value)
        except _Wrong as wrong:
            return self._told(wrong.code, wrong.detail)
        return None

    def _told(self, code: str, detail: str) -> ErrorDetail:
        return ErrorDetail(code, detail, attr=self.name)


class _Wrong(Exception):
    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def _of_type(value: object, *types: type, called: str) -> Any:
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        raise _Wrong("invalid", f"Must be {called}.")
    return value


def _written(value: object, form: re.Pattern[str], read: Callable[[str], Any], called: str) -> Any:
    """What a text means; it must have the form in which the wire writes such values."""
    text = _of_type(value, str, called=called)
    try:
        if form.fullmatch(text):
            return read(text)
    except ValueError:
        pass
    raise _Wrong("invalid", f"Must be {called}.")


@cache
def _limits(field: Field, read: Callable[[Any], Any]) -> tuple[Any, Any]:
    return read(field.min), read(field.max)


def _check_range(field: Field, value: Any, read: Callable[[Any], Any]) -> None:
    if field.min is None:
        return
    low, high = _limits(field, read)
    if not low <= value <= high:
        raise _Wrong("out_of_range", f"Must be between {field.min} and {field.max}.")


def _check_text(field: Field, value: object) -> None:
    text = _of_type(value, str, called="text")
    _check_characters(text)
    if len(text) < field.min_length:
        raise _Wrong("blank", "This field may not be empty.")
    if field.max_length is not None and len(text) > field.max_length:
        raise _Wrong("max_length", f"Must have at most {field.max_length} characters, and has {len(text)}.")
    _check_form(field, text)


def _check_form(field: Field, text: str) -> None:
    if field.pattern is not None and not re.fullmatch(field.pattern, text):
        raise _Wrong("invalid", f"Must fit {field.pattern}.")


def _check_characters(text: str) -> None:
    if "\x00" in text:
        raise _Wrong("null_characters_not_allowed", "Null characters are not allowed.")
    if _HALF.search(text):
        raise _Wrong("invalid", "Must be whole characters: half of a surrogate pair stands in it.")


def _check_choice(field: Field, value: object) -> None:
    if value not in field.values:
        raise _Wrong("invalid_choice", f"Must be one of: {', '.join(field.values)}.")


def _check_time_zone(field: Field, value: object) -> None:
    _check_text(field, value)
    if value and _time_zones() and value not in _time_zones():
        raise _Wrong("invalid_time_zone", f"{value!r} is not an IANA time zone such as Europe/Berlin.")


@cache
def _time_zones() -> frozenset[str]:
    """None where this machine has no list of them: then only the server can tell."""
    return frozenset(available_timezones())


def _check_boolean(_field: Field, value: object) -> None:
    _of_type(value, bool, called="true or false")


def _check_integer(field: Field, value: object) -> None:
    _check_range(field, _of_type(value, int, called="a whole number"), int)


def _check_number(field: Field, value: object) -> None:
    _check_range(field, _of_type(value, int, float, called="a number"), float)


def _check_decimal(field: Field, value: object) -> None:
    number = _written(value, _DECIMAL, Decimal, 'a decimal number as text, such as "82.50"')
    _check_range(field, number, Decimal)
    if field.places is not None and number != round(number, field.places):
        raise _Wrong("max_decimal_places", f"Must have at most {field.places} decimal places.")


def _check_date(_field: Field, value: object) -> None:
    _written(value, _DATE, date.fromisoformat, "a date such as 2026-11-20")


def _check_time(field: Field, value: object) -> None:
    moment = _written(value, _TIME, parse_rfc3339, "a time with its zone, such as 2026-11-20T07:12:44Z")
    _check_range(field, moment, parse_rfc3339)


def _check_id(_field: Field, value: object) -> None:
    _written(value, _UUID, UUID, "an id such as 01a1fb1a-6820-7e77-930c-b66250b2ee58")


def _check_slugs(field: Field, value: object) -> None:
    slugs = _of_type(value, list, called="a list of slugs")
    for slug in slugs:
        text = _of_type(slug, str, called="a list of slugs")
        if not re.fullmatch(field.pattern or "", text) or len(text) > (field.max_length or 0):
            raise _Wrong(
                "invalid", f"{text!r} is not a slug: lower-case letters and digits, with single hyphens between."
            )
    if len(slugs) > (field.max_size or 0):
        raise _Wrong("too_many", f"Must have at most {field.max_size} entries.")


def _check_json(field: Field, value: object) -> None:
    _of_type(value, dict if field.type == "object" else list, called=f"a JSON {field.type}")
    _check_free(value, _DEEPEST)
    if len(compact_json(value).encode()) > (field.max_bytes or 0):
        raise _Wrong("max_length", f"Must have at most {field.max_bytes} bytes as JSON.")


def _check_free(value: object, levels: int) -> None:
    match value:
        case dict() | list() if not levels:
            raise _Wrong("invalid", f"Must not nest deeper than {_DEEPEST} levels.")
        case dict():
            for name, item in value.items():
                _check_characters(name)
                _check_free(item, levels - 1)
        case list():
            for item in value:
                _check_free(item, levels - 1)
        case str():
            _check_characters(value)
        case int() | float() if not -(2**63) <= value < 2**63:
            raise _Wrong("invalid", "Must not hold a number of more than 64 bits.")


_CHECKS: dict[str, Callable[[Field, object], None]] = {
    "array": _check_json,
    "boolean": _check_boolean,
    "choice": _check_choice,
    "date": _check_date,
    "decimal": _check_decimal,
    "id": _check_id,
    "integer": _check_integer,
    "note": _check_text,
    "number": _check_number,
    "object": _check_json,
    "slugs": _check_slugs,
    "text": _check_text,
    "time": _check_time,
    "time_zone": _check_time_zone,
}
