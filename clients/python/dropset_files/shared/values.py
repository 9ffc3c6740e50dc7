"""How values stand in the documents that an import writes, and whether two of them are the same."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

JsonObject = dict[str, Any]

_EMPTY: tuple[object, ...] = (None, "", [], {})
_NUMBERS = frozenset(
    (
        "distance_m", "duration_s", "load_kg", "position", "reps", "rest_s", "rir", "rpe", "superset_group",
        "target_load_kg", "target_reps", "target_rpe", "target_typed_load", "typed_load",
    )
)  # fmt: skip
_TIMES = frozenset(("completed_at", "ended_at", "started_at"))


def rfc3339(moment: datetime) -> str:
    """An aware time as the wire writes it: "2026-11-20T07:12:44.031000Z"."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone has no meaning on the wire")
    return moment.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def parse_rfc3339(text: str) -> datetime:
    return datetime.fromisoformat(text)


def to_wire(value: object) -> object:
    """Python values an app is likely to hold, as JSON values.

    A float stays a number: pass loads and other decimals as `Decimal` or as text, the server refuses a number there.
    """
    if type(value) not in _PLAIN:
        for kind, convert in _CONVERSIONS:
            if isinstance(value, kind):
                return convert(value)
    return value


_PLAIN = {str, int, bool, float, type(None)}  # most values: they are JSON already
_CONVERSIONS: tuple[tuple[type | tuple[type, ...], Callable[[Any], object]], ...] = (
    (datetime, rfc3339),  # before date: a datetime is one
    (date, date.isoformat),
    (Decimal, lambda number: format(number, "f")),
    (uuid.UUID, str),
    (Mapping, lambda mapping: {str(key): to_wire(item) for key, item in mapping.items()}),
    ((set, frozenset), lambda items: sorted(str(item) for item in items)),
    ((list, tuple), lambda items: [to_wire(item) for item in items]),
)


def patch_to_wire(patch: Mapping[str, object]) -> JsonObject:
    return {name: to_wire(value) for name, value in patch.items()}


def same(name: str, one: object, other: object) -> bool:
    """ "135" and "135.000" are, and so are nothing and an empty text."""
    if one == other:
        return True
    if one in _EMPTY or other in _EMPTY:
        return one in _EMPTY and other in _EMPTY
    if name in _NUMBERS:
        return Decimal(str(one)) == Decimal(str(other))
    return name in _TIMES and parse_rfc3339(str(one)) == parse_rfc3339(str(other))


def all_same(names: Iterable[str], one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    return all(same(name, one.get(name), other.get(name)) for name in names)
