"""What everybody may read of the library, logged in or not."""

import re
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.generics import get_object_or_404
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.pages import ByName, BySlug
from catalog.queries import facets, parts, search, versions
from catalog.queries.favourites import favourites_of
from lib.api import OwnedSerializer
from lib.fields import SLUG_PATTERN
from lib.keyset import Key, Place, documents
from lib.pagination import Pagination
from lib.ratelimits import check_limit
from lib.reads import USER, RenderedReads, filters_in, sort_values
from lib.representations import Representation

ANONYMOUS_RATE = "300/m"  # of one network
VERSION_MAX = 2**63 - 1
Found = list[tuple[Any, ...]]  # named here: inside the view set, `list` is an action
SINCE = "since_version"
KEY_PARAMETER = OpenApiParameter("id", str, OpenApiParameter.PATH, description="Its id, or its slug.")
SINCE_PARAMETER = OpenApiParameter(
    SINCE,
    OpenApiTypes.INT64,
    description="Only what changed after this version of the catalogue, in that order. Alone.",
)
FACETS = inline_serializer(
    "Facets",
    {
        "count": serializers.IntegerField(help_text=f"Rows; at most {facets.COUNTED}."),
        "complete": serializers.BooleanField(help_text="Whether all rows were counted."),
        "facets": serializers.DictField(
            child=inline_serializer(
                "Facet", {"value": serializers.CharField(), "count": serializers.IntegerField()}, many=True
            ),
            help_text="By the names of the filters.",
        ),
    },
)


class LibraryViewSet(RenderedReads):
    """A part of the library: read-only, with an ETag on every answer. Its words, such as muscles, go by their slugs."""

    permission_classes = [AllowAny]
    pagination_class: type[Pagination] = BySlug

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not request.user.is_authenticated:
            check_limit(request, group="library", rate=ANONYMOUS_RATE)

    @classmethod
    def rows_for(cls, user: Any, action: str) -> QuerySet[Any]:
        assert cls.queryset is not None
        return cls.queryset.all()

    @extend_schema(parameters=[KEY_PARAMETER])
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().retrieve(request, *args, **kwargs)

    def key(self) -> tuple[str, str]:
        text = self.kwargs["pk"]
        if not re.fullmatch(SLUG_PATTERN, text):
            raise Http404
        return "slug", text


class RowSerializer(OwnedSerializer):
    """A canonical row: what sync has of it, its place in the workflow, where it comes from, and its version."""

    more: ClassVar[tuple[str, ...]] = ()

    def get_field_names(self, declared_fields: Any, info: Any) -> list[str]:
        first = ["id", "slug", "status", "replaced_by"]
        source = ["source", "source_id", "attribution", "catalog_version", "updated_at"]
        return [*first, *self.entity.field_names, *self.more, *source]


class RowsViewSet(LibraryViewSet):
    """Published rows. One that is retired is still found by its id or slug, for the logs that name it."""

    serializer_class: type[RowSerializer]
    pagination_class = ByName
    facet_columns: ClassVar[dict[str, str]] = {}  # by the names of their filters

    @classmethod
    def model(cls) -> Any:
        return cls.serializer_class.Meta.model

    @classmethod
    def rows_for(cls, user: Any, action: str) -> QuerySet[Any]:
        rows = cls.model().objects
        found: QuerySet[Any] = rows.published() if action != "retrieve" else rows.canonical().filter(visible=True)
        return found

    @classmethod
    def parted(cls) -> parts.Parted:
        """All rows and the favourites of whichever user will ask."""
        favourites = favourites_of(cls.model(), USER)
        assert favourites is not None
        return parts.Parted(cls.rows_for(USER, "list"), favourites)

    def key(self) -> tuple[str, str]:
        try:
            return "pk", str(UUID(self.kwargs["pk"]))
        except ValueError:
            return super().key()

    @property
    def since(self) -> int | None:
        """The version that the request asks for changes after. Raises ValidationError."""
        return _since(self.request) if SINCE in self.request.query_params else None

    @property
    def sought(self) -> str:
        return self.request.query_params.get("search", "").strip()

    @property
    def favourites(self) -> QuerySet[Any, Any] | None:
        return favourites_of(self.model(), self.request.user.pk)

    @extend_schema(parameters=[SINCE_PARAMETER])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        if self.since is not None and filters_in(request, type(self)):
            raise ValidationError({SINCE: [ErrorDetail("It stands alone, without filters or a search.", "not_alone")]})
        pages: Any = self.paginator
        pages.version = versions.standing_version(self.model())  # before the page: what that shows is not older
        page = super().list(request, *args, **kwargs)
        if self.since is not None:
            page.data["catalog_version"] = self._reached(pages)
        return page

    def documents(self, representation: Representation, keys: tuple[Key, ...], place: Place | None, most: int) -> Any:
        document = representation.document
        if self.since is not None:
            changed = self.model().objects.changed_since(self.since)
            return documents(changed, versions.or_tombstone(document), keys, place, most)
        if self.sought:
            asked = search.Asked(self._filtered(), self.sought, self.favourites)
            return search.hits(asked, document, place, most)
        if self.favourites is None:
            return super().documents(representation, keys, place, most)
        return self._in_parts(representation, keys, place, most)

    @extend_schema(responses=FACETS)
    @action(detail=False, methods=["get"], pagination_class=None)
    def facets(self, request: Request) -> Response:
        """How many rows have what, among those that the same filters and search find."""
        rows = self._filtered()
        if self.sought:
            ids = search.hit_ids(search.Asked(rows, self.sought, self.favourites))
            rows = self.model().objects.filter(pk__in=ids)
        count, found = facets.counts(rows, self.facet_columns)
        return Response({"count": count, "complete": count < facets.COUNTED, "facets": found})

    def _filtered(self) -> QuerySet[Any, Any]:
        found: QuerySet[Any, Any] = self.filter_queryset(self.get_queryset())
        return found

    def _in_parts(self, representation: Representation, keys: tuple[Key, ...], place: Place | None, most: int) -> Found:
        favourites: Any = self.favourites
        if filters_in(self.request, type(self)):
            parted = parts.Parted(self._filtered(), favourites)
            found = list(parts.parts(parted, representation.document, keys, place, most))
        else:
            compiled = parts.compiled_parts(type(self), representation.document, keys, place, most)
            found = compiled.rows(user=self.request.user.pk, **sort_values(keys, place))
        return parts.joined(found, forward=place is None or place.forward, most=most)

    def _reached(self, pages: Any) -> int:
        """Up to which version a client is that has read so far."""
        if pages.page.next is not None:
            return int(pages.page.next.values[0])
        return max(self.since or 0, int(pages.version))


def usable_row(view: Any) -> Any:
    """The row of the address with all columns: canonical, by id or slug; or the user's own. Raises Http404."""
    if not isinstance(view, RowsViewSet):
        model = view.serializer_class.Meta.model
        return get_object_or_404(model.objects.usable_by(view.request.user), pk=view.kwargs["pk"])
    name, key = view.key()
    found = view.rows_for(None, "retrieve").filter(**{name: key}).first()
    if found is None:
        raise Http404
    return found


def _since(request: Request) -> int:
    text = request.query_params[SINCE]
    if not (
        text.isascii() and text.isdecimal() and int(text[:20]) <= VERSION_MAX and len(text) <= len(str(VERSION_MAX))
    ):
        raise ValidationError(
            {SINCE: [ErrorDetail("A version is a number from 0, as `catalog_version` has it.", "invalid")]}
        )
    return int(text)
