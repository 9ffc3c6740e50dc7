"""Whether two values of a field are the same, however they are written."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from dropset_client.fields import Field
from dropset_client.shapes import shape
from dropset_client.wire import JsonObject, parse_rfc3339

_EMPTY: tuple[object, ...] = (None, "", [], {})
_NUMBERS = frozenset(("decimal", "integer", "number"))


def same(entity: str, name: str, one: object, other: object) -> bool:
    """ "135" and "135.000" are, and so are nothing and an empty text."""
    if one == other:
        return True
    if one in _EMPTY or other in _EMPTY:
        return one in _EMPTY and other in _EMPTY
    field = shape(entity).fields.get(name)
    kind = field.type if field else ""
    if kind in _NUMBERS:
        return Decimal(str(one)) == Decimal(str(other))
    return kind == "time" and parse_rfc3339(str(one)) == parse_rfc3339(str(other))


def all_same(entity: str, names: Iterable[str], one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    return all(same(entity, name, one.get(name), other.get(name)) for name in names)


def written(entity: str, data: JsonObject) -> JsonObject:
    """Without what the server makes by itself."""
    fields = shape(entity).fields
    return {name: value for name, value in data.items() if not _is_made(fields.get(name))}


def blank(entity: str, name: str) -> Any:
    """What stands in a field of which nothing was said."""
    field = shape(entity).fields.get(name)
    return None if field is None else field.default


def _is_made(field: Field | None) -> bool:
    return field is None or field.read_only
