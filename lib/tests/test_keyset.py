"""Pages by the sort values of rows, in every kind of order."""

import datetime as dt
import re
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import ExpressionWrapper, F, UUIDField
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from lib.keyset import Key, Place, Read, keys_of, objects, page_of
from lib.reads import compiled_page, shape_of, sort_values
from training.models import Set, Workout

PK = ExpressionWrapper(F("pk"), output_field=UUIDField())
ORDERINGS = [
    ("title", "id"),
    ("-title", "-id"),
    ("-title", "id"),
    ("planned_on", "id"),  # NULL where nothing is planned
    ("-planned_on", "-id"),
    ("-local_date", "title", "id"),
    ("title", "-planned_on", "-created_at", "id"),
    ("user__email", "-planned_on", "id"),
]
DAYS = st.none() | st.integers(1, 2).map(lambda day: dt.date(2026, 3, day))
TITLES = st.sampled_from(["", "a", "B"])
ACTS = st.one_of(
    st.tuples(st.just("add"), TITLES, DAYS),
    st.tuples(st.just("move"), TITLES, DAYS, st.integers(0, 30)),
    st.tuples(st.just("remove"), st.integers(0, 30)),
)
# (the rows at first, the size of a page, what is done after each page)
STORIES = st.tuples(
    st.lists(st.tuples(TITLES, DAYS), max_size=9), st.integers(1, 3), st.lists(st.lists(ACTS, max_size=3), max_size=8)
)


class Rows:
    """Those of a list; `steady` are the ones that stand all the while, and where they stand."""

    def __init__(self, user: User, rows: list[Any]) -> None:
        Workout.objects.all().delete()
        self.user = user
        self.there = [self.make(*row) for row in rows]
        self.steady = set(self.there)

    def make(self, title: str, planned_on: dt.date | None) -> Any:
        return Workout.objects.create(id=uuid4(), user=self.user, title=title, planned_on=planned_on).pk

    def add(self, title: str, planned_on: dt.date | None) -> None:
        self.there.append(self.make(title, planned_on))

    def move(self, title: str, planned_on: dt.date | None, number: int) -> None:
        if self.there:
            moved = self.there[number % len(self.there)]
            self.steady.discard(moved)
            Workout.objects.filter(pk=moved).update(title=title, planned_on=planned_on)

    def remove(self, number: int) -> None:
        if self.there:
            gone = self.there.pop(number % len(self.there))
            self.steady.discard(gone)
            Workout.objects.filter(pk=gone).delete()


def ids(queryset: Any) -> Read:
    """By queries that know only the shape of a place."""

    def read(keys: tuple[Key, ...], place: Place | None, most: int) -> Any:
        page = compiled_page(queryset, PK, keys, shape_of(place), most)
        found = page.rows(**sort_values(keys, place))
        return [(pk, tuple(map(Key.from_text, keys, texts))) for pk, *texts in found]

    return read


def walked(
    read: Read, place: Place | None, *, link: str, ordering: tuple[str, ...], size: int, rows: Rows, acts: Any
) -> Any:
    """(keys in the order of the list, the place of the last page); the acts happen between the pages."""
    seen: list[Any] = []
    while True:
        page = page_of(read, keys_of(Workout, ordering), size=size, place=place)
        found = [getattr(row, "pk", row) for row in page.rows]
        seen = seen + found if link == "next" else found + seen
        following = getattr(page, link)
        if following is None:
            return seen, place
        place = following
        for act, *values in next(acts, []):
            getattr(rows, act)(*values)


@pytest.mark.parametrize("way", [objects, ids])
@pytest.mark.parametrize("ordering", ORDERINGS, ids=str)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=STORIES)
def test_steady_row_is_seen_once_and_in_its_order_whatever_the_others_do(
    ordering: tuple[str, ...], way: Any, alice: User, story: Any
) -> None:
    first, size, acts = story
    rows, meanwhile = Rows(alice, first), iter(acts)
    place: Place | None = None
    for link in ("next", "previous"):
        rows.steady = set(rows.there)
        read = way(Workout.objects.all())
        seen, place = walked(read, place, link=link, ordering=ordering, size=size, rows=rows, acts=meanwhile)
        in_order = Workout.objects.filter(pk__in=rows.steady).order_by(*ordering)
        assert [key for key in seen if key in rows.steady] == list(in_order.values_list("pk", flat=True))


@pytest.mark.parametrize(
    ("index", "filters", "ordering", "condition"),
    [
        ("training_set_list", {}, ("-created_at", "-id"), r"ROW\(created_at, id\) <"),
        ("training_set_in_order", {"exercise": uuid4()}, ("position", "id"), r'ROW\("position", id\) >'),
    ],
)
def test_index_finds_the_place_among_rows_that_are_level(
    alice: User, index: str, filters: dict[str, Any], ordering: tuple[str, ...], condition: str
) -> None:
    """It does not read all rows of one moment to get there: an import makes thousands of them."""
    rows, keys = Set.objects.for_user(alice).filter(**filters), keys_of(Set, ordering)
    place = Place(forward=True, inclusive=False, values=(0.0 if filters else timezone.now(), uuid4()))
    with CaptureQueriesContext(connection) as asked:
        page_of(objects(rows), keys, size=1, place=place)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {asked[0]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert f"Index Scan using {index}" in plan
    assert re.search(f"Index Cond: .*{condition} ROW", plan), plan
