from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
import orjson
from django.conf import settings
from rest_framework.exceptions import ErrorDetail, ParseError, UnsupportedMediaType, ValidationError
from rest_framework.parsers import BaseParser, JSONParser
from rest_framework.request import Request

from lib.compression import unpacked
from lib.errors import EncodingUnsupported, TooLarge

FORM_BYTES = 64 * 1024  # what a form weighs beside its file

Shape = TypeVar("Shape")


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


class FileParser(BaseParser):
    """Passes the body on as it comes."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        return stream


def check_announced(request: Request, *, limit: int) -> None:
    """Refused by its announced length, before a byte is read."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > limit + FORM_BYTES:
        raise too_large(limit)


def check_unpacked(request: Request) -> None:
    """Raises EncodingUnsupported for a file that was packed on its way."""
    if request.headers.get("Content-Encoding", "").strip().lower() not in ("", "identity"):
        raise EncodingUnsupported("A file is taken as it is. Send it without a Content-Encoding.")


def too_large(limit: int) -> TooLarge:
    return TooLarge(f"A file holds at most {limit} bytes.", attr="file")


def parameters(values: Any, shape: type[Shape]) -> Shape:
    """Raises ValidationError that names the wrong one."""
    try:
        return msgspec.convert(values, shape, strict=False)
    except msgspec.ValidationError as error:
        attr = str(error).rpartition("$.")[2].rstrip("`") if "$." in str(error) else "non_field_errors"
        raise ValidationError({attr: [ErrorDetail(str(error), "invalid")]}) from error
