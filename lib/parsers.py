from collections.abc import Mapping
from typing import Any

import orjson
from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

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
