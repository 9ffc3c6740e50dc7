"""What PostgreSQL renders is what the serializer would give, byte for byte: for every list and detail of rows."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, models, transaction
from django.urls import get_resolver, reverse
from django.utils import timezone
from rest_framework import serializers
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services.tokens import start_session
from catalog.api.library import RowsViewSet
from catalog.models import Equipment, ExerciseType, Muscle, Nutrient, Program, ReferenceIntake
from catalog.tests.factories import (
    make_canonical,
    make_equipment,
    make_intake,
    make_muscle,
    make_nutrient,
    make_program,
    make_shared,
)
from config.tests.contract import check_error
from config.tests.test_entities import list_patterns
from conftest import client_of
from lib import wire
from lib.api import OwnedViewSet, etag_of
from lib.fields import BoundedDecimalField, BoundedFloatField, EnumField, SlugSetField, TimeZoneField
from lib.models import OwnedModel
from lib.reads import RenderedReads
from lib.renderers import OrjsonRenderer
from lib.representations import representation_of
from lib.shared import SharedModel
from lib.tests.factories import make
from training.api.serializers import WorkoutSerializer

ODD_TEXT = "Übung \"1\" \\ / <b>&amp;</b> \b\f\n\r\t \x01\x1f\x7f\u2028 💪 %s %% {} ''"
ODD_JSON: dict[str, Any] = {
    "ü": [1, 1.0, 1.5, 1e-7, -0.0, True, None, {}],
    "": ODD_TEXT,
    "long key": {"b": [], "a": "x"},
}


def views() -> dict[str, Any]:
    """By the address of their lists."""
    found = {pattern.name: getattr(pattern.callback, "cls", object) for pattern in list_patterns(get_resolver())}
    return {reverse(name): view for name, view in found.items() if issubclass(view, RenderedReads)}


each = pytest.mark.parametrize(("url", "view"), views().items(), ids=lambda value: value if value in views() else "")


def made(view: Any, user: User) -> Any:
    """A row of the list."""
    model = view.serializer_class.Meta.model
    if issubclass(view, OwnedViewSet) or (issubclass(model, OwnedModel) and not issubclass(model, SharedModel)):
        return model.objects.filter(user=user).first() or make(model, user)
    makers: dict[Any, Any] = {
        Muscle: make_muscle,
        Equipment: make_equipment,
        ExerciseType: make_canonical,
        Nutrient: make_nutrient,
        ReferenceIntake: make_intake,
        Program: published,
    }
    return makers[model]("thing") if model in makers else make_shared(model, "thing")


def published(slug: str) -> Program:
    """Its number of weeks is an odd value: it can be written as it is, and as no other."""
    return make_program(slug=slug, status="published", weeks=1)


@pytest.fixture
def plain(alice: User) -> APIClient:
    """Alice's, who does not hold each answer to the schema: these are many."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {start_session(user=alice, at=timezone.now()).access}")
    return client


def odd_values(field: Any) -> Iterator[Any]:  # noqa: PLR0912 - a table, one line a kind
    if field.null:
        yield None
    match field:
        case EnumField():
            yield from field.values
        case TimeZoneField():
            yield "America/Argentina/Buenos_Aires"
        case models.BooleanField():
            yield from (True, False)
        case BoundedFloatField():
            yield from (0.0, -0.0, 1.0, -7.0, 1 / 3, 1e-4, 1.5e-5, 2e-7, 1e-300, field.min_value, field.max_value)
        case BoundedDecimalField():
            yield from (field.min_value, field.max_value, Decimal(1), Decimal(1).scaleb(-field.decimal_places))
        case models.IntegerField():
            yield from (0, getattr(field, "min_value", -(2**62)), getattr(field, "max_value", 2**62))
        case models.DateTimeField():
            yield from (dt.datetime(1900, 1, 1, tzinfo=dt.UTC), dt.datetime(2199, 12, 31, 23, 59, 59, 999_999, dt.UTC))
            yield dt.datetime(2026, 7, 1, 2, 30, tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=30)))
        case models.DateField():
            yield from (dt.date(1, 1, 1), dt.date(9999, 12, 31))
        case SlugSetField():
            yield from ([], ["b", "a-1"])
        case models.JSONField():
            yield from (ODD_JSON, [ODD_JSON], {}, [], ["ü"])
        case models.SlugField():
            yield "another-slug"
        case models.CharField() | models.TextField():
            yield from (ODD_TEXT[: field.max_length], "é" * (field.max_length or 1), " ", "")


def written(row: Any) -> Iterator[str]:
    """Writes one odd value after the other, where the rules of the row allow it, and takes it back. Gives the field's name."""
    manager = type(row)._default_manager
    for field in row._meta.concrete_fields:
        if field.primary_key or field.is_relation or isinstance(field, models.GeneratedField):
            continue
        for value in odd_values(field):
            try:
                with transaction.atomic():
                    manager.filter(pk=row.pk).update(**{field.name: value})
                    yield field.name
                    transaction.set_rollback(True)
            except DatabaseError:
                continue


@each
def test_rows_are_rendered_as_by_the_serializer(url: str, view: Any, plain: APIClient, alice: User, bob: User) -> None:
    if issubclass(view, OwnedViewSet):
        made(view, bob)
    row = made(view, alice)
    compared = set()
    for name in written(row):
        row.refresh_from_db()
        wanted = view.serializer_class(row).data
        found, detail = plain.get(url), plain.get(f"{url}{row.pk}/")
        if detail.status_code == 404:  # deleted, or not published
            continue
        assert detail.content == OrjsonRenderer().render(wanted), name
        if issubclass(view, OwnedViewSet):
            assert detail["ETag"] == etag_of(wanted), name
        if found.json()["results"]:  # not only readable, for the logs that name it
            page = {"next": None, "previous": None, "results": [wanted]}
            if issubclass(view, RowsViewSet):
                page = {"catalog_version": row.catalog_version, **page}
            assert found.content == OrjsonRenderer().render(page), name
            compared.add(name)
    derived = wire.entity_of(type(row)).derived_id if isinstance(row, OwnedModel) else None
    columns = {f.name for f in row._meta.concrete_fields if not (f.is_relation or isinstance(f, models.GeneratedField))}
    assert {name for name in view.serializer_class().fields if name in columns} - {
        "id",
        "slug",
        "deleted_at",
        "row_id",  # an id, of which none is odd
        *(derived.by if derived else ()),  # what an id follows from stays
    } <= compared


@each
def test_fields_that_were_asked_for_come_in_their_order(url: str, view: Any, plain: APIClient, alice: User) -> None:
    """The library shows whole rows."""
    row = made(view, alice)
    whole = plain.get(f"{url}{row.pk}/").json()
    first, *_, last = whole
    found = plain.get(f"{url}{row.pk}/", {"fields": f"{last},{first}"}).json()
    shown = [first, last] if issubclass(view, OwnedViewSet) else list(whole)
    assert list(found.items()) == [(name, whole[name]) for name in shown]
    assert plain.get(url, {"fields": f"{last},{first}"}).json()["results"] == [found]


@each
def test_row_takes_one_query_beside_the_log_in(
    url: str, view: Any, plain: APIClient, alice: User, django_assert_num_queries: Any
) -> None:
    row = made(view, alice)
    asks_version = issubclass(view, RowsViewSet)
    for address, count in ((url, 2 + asks_version), (f"{url}{row.pk}/", 2)):
        with django_assert_num_queries(count):  # the log-in; in a list of the library, its version; the rows
            assert plain.get(address).status_code == 200


@each
def test_head_says_what_get_says(url: str, view: Any, plain: APIClient, alice: User) -> None:
    for address in (url, f"{url}{made(view, alice).pk}/"):
        head, get = plain.head(address), plain.get(address)
        assert (head.status_code, head.content, head["Content-Length"]) == (200, b"", get["Content-Length"])
        assert plain.get(address, headers={"If-None-Match": get["ETag"]}).status_code == 304


@each
def test_indented_answer_says_the_same(url: str, view: Any, plain: APIClient, alice: User) -> None:
    made(view, alice)
    indented = plain.get(url, headers={"Accept": "application/json; indent=2"})
    assert (indented.status_code, indented.json()) == (200, plain.get(url).json())
    assert indented.content.startswith(b"{\n  ")


@each
def test_users_who_ask_in_turn_each_get_their_own(
    url: str, view: Any, plain: APIClient, alice: User, bob: User
) -> None:
    """The query is put together once for all of them."""
    if not issubclass(view, OwnedViewSet):
        return
    own, bobs = made(view, alice), made(view, bob)
    for _ in range(2):
        for client, shown, hidden in ((plain, own, bobs), (client_of(bob), bobs, own)):
            assert [row["id"] for row in client.get(url).json()["results"]] == [str(shown.pk)]
            assert client.get(f"{url}{shown.pk}/").status_code == 200
            check_error(client.get(f"{url}{hidden.pk}/"), 404, "not_found")


@each
def test_odd_key_is_not_found(url: str, view: Any, plain: APIClient, alice: User) -> None:
    made(view, alice)
    for key in ("x", "0", "None", "x" * 1000):
        check_error(plain.get(f"{url}{key}/"), 404, "not_found")


def test_field_that_is_no_column_is_refused_with_what_to_do() -> None:
    class WithMore(WorkoutSerializer):
        more = serializers.SerializerMethodField()

        def get_field_names(self, declared_fields: Any, info: Any) -> list[str]:
            return [*super().get_field_names(declared_fields, info), "more"]

    with pytest.raises(TypeError, match="WithMore: more is no column"):
        representation_of(WithMore)
