"""Pages of every list of the API."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.core import signing
from django.core.exceptions import ValidationError
from drf_spectacular.utils import OpenApiParameter
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from lib.errors import CursorInvalid
from lib.keyset import Key, Place, Read, keys_of, objects, page_of

PAGE_SIZE = 50
MAX_PAGE_SIZE = 200
CURSOR, SIZE = "cursor", "page_size"
PARAMETERS = [
    OpenApiParameter(
        CURSOR, str, description="Where to go on: copied from `next` or `previous`, with the same filters."
    ),
    OpenApiParameter(SIZE, int, description=f"Results per page: {PAGE_SIZE}, at most {MAX_PAGE_SIZE}."),
]
NO_FILTERS = {CURSOR, SIZE, "fields"}  # they change how much is shown of the list, not what the list is
FORM = 2  # of a cursor; raised when an older one would be read wrongly


class Pagination(BasePagination):
    """Keyset pages: a row that is there all the time is on exactly one of them, whatever comes and goes around it.

    A row whose own sort values change meanwhile may come twice, or not at all.
    """

    ordering: tuple[str, ...] = ("-created_at", "-id")  # the last one is unique

    def get_ordering(self, request: Request, view: Any) -> tuple[str, ...]:
        """The order of this request: the children of one parent come in theirs."""
        within: Mapping[str, tuple[str, ...]] = getattr(view, "order_within", {})
        return next((order for name, order in within.items() if request.query_params.get(name)), self.ordering)

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        return self.turn_to(objects(queryset), queryset.model, request, view)

    def get_keys(self, model: Any, request: Request, view: Any) -> tuple[Key, ...]:
        """What the list of this request is sorted by."""
        return keys_of(model, self.get_ordering(request, view))

    def turn_to(self, read: Read, model: Any, request: Request, view: Any) -> list[Any]:
        """The rows of the page that the request asks for."""
        self.keys = self.get_keys(model, request, view)
        self.signer = _signer(request, [key.name for key in self.keys])
        self.address = request.build_absolute_uri()
        text = request.query_params.get(CURSOR)
        place = None if text is None else self._place(text)
        self.page = page_of(read, self.keys, size=_size(request), place=place)
        return self.page.rows

    def get_paginated_response(self, data: Any) -> Response:
        links = {"next": self._link(self.page.next), "previous": self._link(self.page.previous)}
        return Response(links | {"results": data})

    def _place(self, text: str) -> Place:
        try:
            forward, inclusive, values = self.signer.unsign_object(text)
            pairs = zip(self.keys, values, strict=True)
            return Place(forward, inclusive, tuple(key.from_text(value) for key, value in pairs))
        except (signing.BadSignature, ValidationError, ValueError) as error:
            raise CursorInvalid(
                "The cursor is not one of this list with these filters. Use that of the last page, or begin without one."
            ) from error

    def _link(self, place: Place | None) -> str | None:
        if place is None:
            return None
        values = [key.as_text(value) for key, value in zip(self.keys, place.values, strict=True)]
        text = self.signer.sign_object([place.forward, place.inclusive, values])
        return str(replace_query_param(self.address, CURSOR, text))

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        properties = {"next": link, "previous": link, "results": schema}
        return {"type": "object", "required": list(properties), "properties": properties}

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            {
                "name": p.name,
                "in": p.location,
                "required": False,
                "description": p.description,
                "schema": {"type": kind},
            }
            for p, kind in zip(PARAMETERS, ("string", "integer"), strict=True)
        ]


def _signer(request: Request, ordering: Sequence[str]) -> signing.Signer:
    """One for each list: a cursor of another user, address, order or filter has another signature."""
    filters = [(name, values) for name, values in request.query_params.lists() if name not in NO_FILTERS]
    of = [FORM, str(request.user.pk), request.path, ordering, sorted(filters)]
    return signing.Signer(salt=f"lib.pagination{json.dumps(of)}")


def _size(request: Request) -> int:
    try:
        asked = int(request.query_params.get(SIZE, PAGE_SIZE))
    except ValueError:
        return PAGE_SIZE
    return min(asked, MAX_PAGE_SIZE) if asked > 0 else PAGE_SIZE
