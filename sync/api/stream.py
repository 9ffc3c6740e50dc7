"""The stream in the API's description. A request for it here is told where it is: it has its own process."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response

from sync.api.views import SyncView
from sync.exceptions import StreamElsewhere

EXAMPLE = 'retry: 2710\n\nevent: poke\ndata: {"epoch":"a0d68b30-3214-4eff-887e-d867b526260e","version":815}\n\n'


class AnythingAccepted(BaseContentNegotiation):
    """Accept: text/event-stream is right, and what is answered here is an error, in JSON."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class StreamView(SyncView):
    content_negotiation_class = AnythingAccepted

    @extend_schema(
        operation_id="sync_stream",
        responses={
            (200, "text/event-stream"): OpenApiResponse(
                OpenApiTypes.STR,
                "Events without end: `poke` says that there is something to pull, `catalog` the same of the library, "
                "`end` why the stream ends.",
                examples=[OpenApiExample("a poke", EXAMPLE)],
            )
        },
    )
    def get(self, request: Request) -> Response:
        """Pokes: "pull now", as server-sent events. At the address in `stream_url` of `sync_status`; here it is a 404."""
        raise StreamElsewhere
