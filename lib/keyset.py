"""Keyset pages: where a list goes on is said by the sort values of a row, not by a count of rows. So rows that come or go
move no other.

NULL counts as the greatest value, as in PostgreSQL's own order.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from django.db import models
from django.db.models.functions import Cast
from django.db.models.lookups import GreaterThan, GreaterThanOrEqual, LessThan, LessThanOrEqual

Rows = list[tuple[Any, tuple[Any, ...]]]  # each with its sort values
Read = Callable[[tuple["Key", ...], "Place | None", int], Rows]  # at most so many from the place on, on its way
NOTHING = models.Q(pk__in=[])
COMPARISONS: dict[tuple[bool, bool], Any] = {  # by whether it goes upwards, and whether it takes in the place itself
    (True, False): GreaterThan,
    (True, True): GreaterThanOrEqual,
    (False, False): LessThan,
    (False, True): LessThanOrEqual,
}


@dataclass(frozen=True)
class Key:
    """One of the values that a list is sorted by."""

    path: str
    alias: str  # under which each row of a page carries the value
    descending: bool
    nullable: bool
    field: Any

    @property
    def name(self) -> str:
        """As for order_by()."""
        return f"-{self.path}" if self.descending else self.path

    def rises(self, *, forward: bool) -> bool:
        """Whether the values grow on this way through the list."""
        return self.descending != forward

    def as_text(self, value: Any) -> str | None:
        return None if value is None else str(value)

    def from_text(self, text: str | None) -> Any:
        return None if text is None else self.field.to_python(text)


@dataclass(frozen=True)
class Place:
    """A gap in a list, beside the place where a row stands or stood, and the way to read from it."""

    forward: bool
    inclusive: bool  # whether that row itself lies on the way
    values: tuple[Any, ...]  # its sort values; they may be texts or expressions of them

    def turned(self) -> "Place":
        """The same gap, the other way."""
        return replace(self, forward=not self.forward, inclusive=not self.inclusive)


@dataclass(frozen=True)
class Page:
    rows: list[Any]  # of the model, or their documents as text
    previous: Place | None
    next: Place | None


class _Row(models.Func):
    """(a, b, c), compared as PostgreSQL compares rows: an index on the same columns finds the place at once."""

    function = "ROW"
    output_field = models.BooleanField()  # Django asks for one; nobody reads it


@cache
def keys_of(model: Any, ordering: tuple[str, ...]) -> tuple[Key, ...]:
    """ordering: as for order_by(), over columns and references; the last one is unique."""
    return tuple(_key(model, name, alias=f"sort_key_{number}") for number, name in enumerate(ordering))


def _key(model: type[models.Model], name: str, *, alias: str) -> Key:
    path = name.removeprefix("-")
    fields: list[Any] = []
    for part in path.split("__"):
        fields.append((fields[-1].related_model if fields else model)._meta.get_field(part))
    nullable = any(field.null for field in fields)
    return Key(path, alias, path != name, nullable, getattr(fields[-1], "output_field", fields[-1]))


def page_of(read: Read, keys: tuple[Key, ...], *, size: int, place: Place | None) -> Page:
    """At most `size` rows from the place on, or from the start, in the order of the keys."""
    forward = place is None or place.forward
    rows = read(keys, place, size + 1)
    more = len(rows) > size
    rows = rows[:size] if forward else rows[:size][::-1]
    before = Place(forward=False, inclusive=False, values=rows[0][1]) if rows else place and place.turned()
    after = Place(forward=True, inclusive=False, values=rows[-1][1]) if rows else place and place.turned()
    shown = [row for row, _ in rows]
    if forward:
        return Page(shown, previous=before if place else None, next=after if more else None)
    return Page(shown, previous=before if more else None, next=after)


def objects(queryset: models.QuerySet[Any]) -> Read:
    """Reads rows of the model, by one query."""

    def read(keys: tuple[Key, ...], place: Place | None, most: int) -> Rows:
        found = from_place(queryset, keys, place).annotate(**{key.alias: models.F(key.path) for key in keys})
        return [(row, tuple(getattr(row, key.alias) for key in keys)) for row in found[:most]]

    return read


def documents(
    queryset: models.QuerySet[Any], document: models.Expression, keys: tuple[Key, ...], place: Place | None, most: int
) -> models.QuerySet[Any, Any]:
    """A text for each row and its sort values, as text too: of two rows they are wanted, and a time for each is slow to make."""
    values = (Cast(key.path, models.TextField()) for key in keys)
    return from_place(queryset, keys, place).values_list(document, *values)[:most]


def from_place(queryset: models.QuerySet[Any], keys: tuple[Key, ...], place: Place | None) -> models.QuerySet[Any, Any]:
    found = in_order(queryset, keys, forward=place is None or place.forward)
    return found if place is None else found.filter(_beyond(keys, place))


def in_order(queryset: models.QuerySet[Any], keys: tuple[Key, ...], *, forward: bool) -> models.QuerySet[Any, Any]:
    return queryset.order_by(*(key.path if key.rises(forward=forward) else f"-{key.path}" for key in keys))


def _beyond(keys: Sequence[Key], place: Place) -> Any:
    """The condition for what lies beyond the place, on its way."""
    ways = {key.rises(forward=place.forward) for key in keys}
    if len(ways) > 1 or any(key.nullable for key in keys):
        return _beyond_by_keys(list(zip(keys, place.values, strict=True)), place)
    comparison = COMPARISONS[ways.pop(), place.inclusive]
    there = _Row(*(_expression(value, key) for key, value in zip(keys, place.values, strict=True)))
    return comparison(_Row(*(models.F(key.path) for key in keys)), there)


def _expression(value: Any, key: Key) -> Any:
    return value if isinstance(value, models.Expression) else models.Value(value, key.field)


def _beyond_by_keys(pairs: Sequence[tuple[Key, Any]], place: Place) -> models.Q:
    """Beyond by the first key; or level with it, and beyond by the others."""
    (key, value), *others = pairs
    beyond = _beyond_by_one(key, value, upwards=key.rises(forward=place.forward))
    if not others and not place.inclusive:
        return beyond
    level = models.Q((f"{key.path}__isnull", True)) if value is None else models.Q((key.path, value))
    return beyond | (level & _beyond_by_keys(others, place) if others else level)


def _beyond_by_one(key: Key, value: Any, *, upwards: bool) -> models.Q:
    null = models.Q((f"{key.path}__isnull", True))
    if value is None:
        return NOTHING if upwards else ~null
    beyond = models.Q((f"{key.path}__{'gt' if upwards else 'lt'}", value))
    return beyond | null if upwards and key.nullable else beyond
