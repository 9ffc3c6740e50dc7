"""Lists in two parts: the user's favourites, and all others. Each in its order, by its own index."""

from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import models
from django.db.models.functions import Cast

from lib.compiled import Compiled, Parameter
from lib.keyset import Key, Place, from_place, in_order

PART = Key("favourite", "part", descending=False, nullable=False, field=models.IntegerField())
FAVOURITES, OTHERS = 0, 1
Rows = models.QuerySet[Any, Any]


class Parted(NamedTuple):
    """The rows of a list, and the ids of those that come first."""

    rows: Rows
    favourites: Rows

    def part(self, number: int) -> Rows:
        ids = self.favourites
        return self.rows.filter(pk__in=ids) if number == FAVOURITES else self.rows.exclude(pk__in=ids)


def parts(parted: Parted, document: models.Expression, keys: tuple[Key, ...], place: Place | None, most: int) -> Rows:
    """A document for each row from the place on, the number of its part and its sort values, as texts. keys: PART and others.

    In no order between the parts, and up to `most` of each: see `joined`.
    """
    _, *others = keys
    found = []
    for part in (FAVOURITES, OTHERS):
        if place is None or _is_reached(part, place):
            number = models.Value(str(part), models.TextField())
            values = (Cast(key.path, models.TextField()) for key in others)
            rows = _from(parted.part(part), tuple(others), place, part)
            found.append(rows.values_list(document, number, *values)[:most])
    first, *more = found
    return first.union(*more, all=True) if more else first


def joined(found: list[tuple[Any, ...]], *, forward: bool, most: int) -> list[tuple[Any, ...]]:
    """What `parts` found, in the order of the whole list. Each part is in its own."""
    return sorted(found, key=lambda row: int(row[1]), reverse=not forward)[:most]


def compiled_parts(
    view: Any, document: models.Expression, keys: tuple[Key, ...], place: Place | None, most: int
) -> Any:
    """The same for a list without filters, put together once for all users and all places of that form. It is to be given
    the user and the sort values.
    """
    shape = None if place is None else (place.forward, place.inclusive, int(place.values[0]))
    return _compiled(view, document, keys, shape, most)


@lru_cache(maxsize=256)
def _compiled(view: Any, document: models.Expression, keys: tuple[Key, ...], shape: Any, most: int) -> Compiled:
    place = None
    if shape is not None:
        forward, inclusive, part = shape
        place = Place(forward, inclusive, (part, *(Parameter(key.alias, key.field) for key in keys[1:])))
    return Compiled.of(parts(view.parted(), document, keys, place, most))


def _is_reached(part: int, place: Place) -> bool:
    at = int(place.values[0])
    return part >= at if place.forward else part <= at


def _from(rows: Rows, keys: tuple[Key, ...], place: Place | None, part: int) -> Rows:
    if place is not None and int(place.values[0]) == part:
        return from_place(rows, keys, replace(place, values=place.values[1:]))
    return in_order(rows, keys, forward=place is None or place.forward)
