from collections.abc import Mapping
from typing import Any

import orjson
from django.conf import settings
from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.parsers import JSONParser
from rest_framework.request import Request

from lib.compression import unpacked
from lib.errors import TooLarge


class OrjsonParser(JSONParser):
    """JSON by orjson: strict (no NaN, no half surrogates), and never more than the limit in memory."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise TooLarge(f"A body holds at most {limit} bytes.")
        request = (parser_context or {}).get("request")
        if request is not None:
            body = unpacked(body, coding=request.headers.get("Content-Encoding", ""), limit=limit)
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise ParseError(f"The body is not JSON: {error}") from error


def sent_body(request: Request) -> Any:
    """What the body says. Raises ParseError if nothing was sent: a client that lost its body must not make a row."""
    if request.stream is None:
        raise ParseError("The body is empty. Send a JSON object; {} is one.")
    return request.data


def check_media_type(request: Request) -> None:
    """For a view that reads the body itself. Raises UnsupportedMediaType as DRF does where it parses."""
    negotiator: Any = request.negotiator
    if request.stream is not None and negotiator.select_parser(request, request.parsers) is None:
        raise UnsupportedMediaType(request.content_type)
