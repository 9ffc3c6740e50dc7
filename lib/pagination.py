from typing import Any

from django.core import signing
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from lib.errors import CursorInvalid

SIGNER = signing.Signer(salt="lib.pagination")
PAGE_SIZE = 50
MAX_PAGE_SIZE = 200


class Pagination(CursorPagination):
    """Cursor pages on every list: rows that appear meanwhile neither repeat nor hide others."""

    page_size = PAGE_SIZE
    page_size_query_param = "page_size"
    max_page_size = MAX_PAGE_SIZE
    ordering: tuple[str, ...] = ("-created_at", "-id")

    def encode_cursor(self, cursor: Cursor) -> str:
        """Signed, so that what comes back is what was sent."""
        text = SIGNER.sign_object([cursor.offset, cursor.reverse, cursor.position])
        return str(replace_query_param(self.base_url or "", self.cursor_query_param, text))

    def decode_cursor(self, request: Request) -> Cursor | None:
        text = request.query_params.get(self.cursor_query_param)
        if text is None:
            return None
        try:
            return Cursor(*SIGNER.unsign_object(text))
        except (signing.BadSignature, ValueError) as error:
            raise CursorInvalid from error

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        properties = {"next": link, "previous": link, "results": schema}
        return {"type": "object", "required": list(properties), "properties": properties}
