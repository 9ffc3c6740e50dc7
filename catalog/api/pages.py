"""Pages of the library's lists: in its order, by rank of a search, or by version of the catalogue."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from catalog.queries import parts, search, versions
from lib.keyset import Key, keys_of
from lib.pagination import Pagination

VERSION = {
    "type": "integer",
    "minimum": 0,
    "description": "The version of the catalogue that the answer is of: what to ask `since_version` with next.",
}
REMOVED = {  # the component Removed
    "type": "object",
    "description": "Of `since_version`: what is in the library no more. `replaced_by` names what to use instead.",
    "required": ["id", "slug", "deleted", "replaced_by", "catalog_version"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "slug": {"type": ["string", "null"]},
        "deleted": {"type": "boolean", "enum": [True]},
        "replaced_by": {"type": ["string", "null"], "format": "uuid"},
        "catalog_version": {"type": "integer"},
    },
}


class ByName(Pagination):
    """Says of which version of the catalogue it is. The view sets `version` before it reads anything."""

    ordering = ("name", "id")
    version = 0

    def get_keys(self, model: Any, request: Request, view: Any) -> tuple[Key, ...]:
        if view.since is not None:
            return versions.keys_of_changes(model)
        if view.sought:
            return search.KEYS
        keys = keys_of(model, self.ordering)
        return keys if view.favourites is None else (parts.PART, *keys)

    def get_paginated_response(self, data: Any) -> Response:
        links = {"next": self._link(self.page.next), "previous": self._link(self.page.previous)}
        return Response({"catalog_version": self.version, **links, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        found = super().get_paginated_response_schema(
            {**schema, "items": {"anyOf": [schema["items"], {"$ref": "#/components/schemas/Removed"}]}}
        )
        return {
            **found,
            "required": ["catalog_version", *found["required"]],
            "properties": {"catalog_version": VERSION, **found["properties"]},
        }


class ByTitle(ByName):
    ordering = ("title", "id")


class BySlug(Pagination):
    ordering = ("slug",)


class ByPosition(Pagination):
    ordering = ("position", "slug")
