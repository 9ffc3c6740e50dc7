"""Lists and details that PostgreSQL renders, of rows of any kind."""

from functools import cache, lru_cache
from typing import Any

import django_filters
import orjson
from django.core.exceptions import ValidationError
from django.db import models
from django.http import Http404
from django_filters.rest_framework import DjangoFilterBackend, FilterSet
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from lib.compiled import Compiled, Parameter
from lib.keyset import Key, Place, Rows, documents
from lib.representations import Representation, representation_of

USER = Parameter("user", models.UUIDField())
Shape = tuple[bool, bool, tuple[bool, ...]]  # of a place: forward, inclusive, which of its values are NULL


class OwnedFilterSet(FilterSet):
    """Filters by reference take an id and ask nothing about other people's rows."""

    class Meta:
        filter_overrides = {
            models.ForeignKey: {"filter_class": django_filters.UUIDFilter},
            models.GeneratedField: {"filter_class": django_filters.DateFilter},
        }


class FilterBackend(DjangoFilterBackend):
    """Makes the filters that a request names, and no others: django-filter's own makes a class of them, and copies each."""

    filterset_base = OwnedFilterSet

    def get_filterset_class(self, view: Any, queryset: Any = None) -> Any:
        kind: Any = type(view)
        return _filterset_of(kind)

    def get_filterset(self, request: Any, queryset: Any, view: Any) -> Any:
        kind: Any = type(view)
        filterset = _filterset_with(kind, filters_in(request, kind))
        return filterset and filterset(**self.get_filterset_kwargs(request, queryset, view))


def filters_in(request: Any, view: Any) -> frozenset[str]:
    """The names of the view's filters in a request."""
    filterset = _filterset_of(view)
    return frozenset(filterset.base_filters.keys() & request.query_params.keys() if filterset else ())


@cache
def _filterset_of(view: Any) -> Any:
    return DjangoFilterBackend.get_filterset_class(FilterBackend(), view, view.serializer_class.Meta.model.objects)


@lru_cache(maxsize=1024)
def _filterset_with(view: Any, names: frozenset[str]) -> Any:
    whole = _filterset_of(view)
    if not whole:
        return None
    filterset = type(whole)(whole.__name__, (whole,), {})
    filterset.base_filters = {name: found for name, found in whole.base_filters.items() if name in names}
    return filterset


class RenderedReads(viewsets.GenericViewSet[Any]):
    """The serializer says which fields an answer has; PostgreSQL makes the answer.

    Lists without filters always have the same query, only for another user or from another place on. So it is compiled once, and
    `rows_for` sees no request.
    """

    filter_backends = [FilterBackend]
    serializer_class: type[serializers.ModelSerializer[Any]]

    @classmethod
    def rows_for(cls, user: Any, action: str) -> models.QuerySet[Any, Any]:
        """What the user may see. user: a User, or an expression for the id of one."""
        raise NotImplementedError

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            model: Any = self.serializer_class.Meta.model
            return model._default_manager.none()
        return self.rows_for(self.request.user, self.action)

    def representation(self) -> Representation:
        return representation_of(self.serializer_class)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        representation = self.representation()
        pages: Any = self.paginator

        def read(keys: tuple[Key, ...], place: Place | None, most: int) -> Rows:
            return [(text, tuple(values)) for text, *values in self.documents(representation, keys, place, most)]

        texts = pages.turn_to(read, self.serializer_class.Meta.model, request, self)
        page: Response = pages.get_paginated_response(orjson.Fragment(representation.array(texts)))
        return page

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(orjson.Fragment(self.rendered()))

    def rendered(self) -> bytes:
        """The row of the address; the first one of `rows_for` where there are several. Raises Http404."""
        representation = self.representation()
        kind: Any = type(self)
        name, key = self.key()
        row = _row(kind, representation, name)
        try:
            found = row.rows(user=self.request.user.pk, key=key)
        except (TypeError, ValueError, ValidationError):
            raise Http404 from None
        if not found:
            raise Http404(f"No {self.serializer_class.Meta.model.__name__} matches the given query.")
        return representation.one(found[0][0])

    def key(self) -> tuple[str, str]:
        """The column and the value that the address names."""
        return "pk", self.kwargs["pk"]

    def documents(self, representation: Representation, keys: tuple[Key, ...], place: Place | None, most: int) -> Any:
        kind: Any = type(self)
        if filters_in(self.request, kind):
            found = self.filter_queryset(self.get_queryset())
            return documents(found, representation.document, keys, place, most)
        page = _page(kind, representation, keys, shape_of(place), most)
        return page.rows(user=self.request.user.pk, **sort_values(keys, place))


def shape_of(place: Place | None) -> Shape | None:
    """What of a place the query depends on."""
    return None if place is None else (place.forward, place.inclusive, tuple(value is None for value in place.values))


def sort_values(keys: tuple[Key, ...], place: Place | None) -> dict[str, Any]:
    """What a query for that place is given."""
    return {} if place is None else {key.alias: value for key, value in zip(keys, place.values, strict=True)}


def compiled_page(
    rows: models.QuerySet[Any, Any], document: models.Expression, keys: tuple[Key, ...], shape: Shape | None, most: int
) -> Compiled:
    """From any place of this shape on."""
    place = None
    if shape is not None:
        forward, inclusive, nulls = shape
        values = (None if null else Parameter(key.alias, key.field) for key, null in zip(keys, nulls, strict=True))
        place = Place(forward, inclusive, tuple(values))
    return Compiled.of(documents(rows, document, keys, place, most))


@lru_cache(maxsize=1024)  # clients choose fields and sizes as they like
def _page(view: Any, representation: Representation, keys: tuple[Key, ...], shape: Shape | None, most: int) -> Compiled:
    return compiled_page(view.rows_for(USER, "list"), representation.document, keys, shape, most)


@lru_cache(maxsize=1024)
def _row(view: Any, representation: Representation, name: str) -> Compiled:
    rows = view.rows_for(USER, "retrieve")
    key = Parameter("key", rows.model._meta.pk if name == "pk" else rows.model._meta.get_field(name))
    return Compiled.of(rows.filter(**{name: key}).values_list(representation.document)[:1])
