"""Keyset pages: where a list goes on is said by the sort values of a row, not by a count of rows. So rows that come or go
move no other.

NULL counts as the greatest value, as in PostgreSQL's own order.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import models
from django.db.models.functions import Cast
from django.db.models.lookups import GreaterThan, GreaterThanOrEqual, LessThan, LessThanOrEqual

NOTHING = models.Q(pk__in=[])
Rows = list[tuple[Any, tuple[Any, ...]]]  # each with its sort values
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
    values: tuple[Any, ...]  # its sort values, some of them perhaps as text

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


def keys_of(model: type[models.Model], ordering: Sequence[str]) -> list[Key]:
    """ordering: as for order_by(), over columns and references; the last one is unique."""
    return [_key(model, name, alias=f"sort_key_{number}") for number, name in enumerate(ordering)]


def _key(model: type[models.Model], name: str, *, alias: str) -> Key:
    path = name.removeprefix("-")
    fields: list[Any] = []
    for part in path.split("__"):
        fields.append((fields[-1].related_model if fields else model)._meta.get_field(part))
    nullable = any(field.null for field in fields)
    return Key(path, alias, path != name, nullable, getattr(fields[-1], "output_field", fields[-1]))


def page_of(
    queryset: models.QuerySet[Any],
    keys: Sequence[Key],
    *,
    size: int,
    place: Place | None,
    document: models.Expression | None = None,
) -> Page:
    """At most `size` rows from the place on, or from the start, in the order of the keys; by one query.

    document: SQL for a text of each row, which then comes in its place.
    """
    forward = place is None or place.forward
    found = queryset.order_by(*(key.path if key.rises(forward=forward) else f"-{key.path}" for key in keys))
    if place is not None:
        found = found.filter(_beyond(keys, place))
    rows = _objects(found, keys, size + 1) if document is None else _documents(found, keys, size + 1, document)
    more = len(rows) > size
    rows = rows[:size] if forward else rows[:size][::-1]
    before = Place(forward=False, inclusive=False, values=rows[0][1]) if rows else place and place.turned()
    after = Place(forward=True, inclusive=False, values=rows[-1][1]) if rows else place and place.turned()
    shown = [row for row, _ in rows]
    if forward:
        return Page(shown, previous=before if place else None, next=after if more else None)
    return Page(shown, previous=before if more else None, next=after)


def _objects(found: models.QuerySet[Any], keys: Sequence[Key], most: int) -> Rows:
    rows = found.annotate(**{key.alias: models.F(key.path) for key in keys})[:most]
    return [(row, tuple(getattr(row, key.alias) for key in keys)) for row in rows]


def _documents(found: models.QuerySet[Any], keys: Sequence[Key], most: int, document: models.Expression) -> Rows:
    """The sort values as text too: two rows of a page are asked for theirs, and a time for each is slow to make."""
    values = (Cast(key.path, models.TextField()) for key in keys)
    return [(text, tuple(values)) for text, *values in found.values_list(document, *values)[:most]]


def _beyond(keys: Sequence[Key], place: Place) -> Any:
    """The condition for what lies beyond the place, on its way."""
    ways = {key.rises(forward=place.forward) for key in keys}
    if len(ways) > 1 or any(key.nullable for key in keys):
        return _beyond_by_keys(list(zip(keys, place.values, strict=True)), place)
    comparison = COMPARISONS[ways.pop(), place.inclusive]
    there = _Row(*(models.Value(value, key.field) for key, value in zip(keys, place.values, strict=True)))
    return comparison(_Row(*(models.F(key.path) for key in keys)), there)


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
