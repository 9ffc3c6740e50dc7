"""Files over HTTP: taken and given in blocks, never as a whole in memory."""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from django.http import HttpResponse, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from lib.compression import say_compressed
from lib.errors import EncodingUnsupported, TooLarge
from sync.services.states.reading import Spool, blocks_of_file

FORM_BYTES = 64 * 1024  # what a form weighs beside its file
NDJSON, ZIP, BYTES = "application/x-ndjson", "application/zip", "application/octet-stream"

Shape = TypeVar("Shape")


class AnyAccept(DefaultContentNegotiation):
    """A file has one form, whatever the client prefers; errors are JSON."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class FileParser(BaseParser):
    """Passes the body on as it comes."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        return stream


def check_announced(request: Request, *, limit: int) -> None:
    """Refused by its announced length, before a byte is read."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > limit + FORM_BYTES:
        raise too_large(limit)


def taken(request: Request, *, limit: int) -> tuple[dict[str, str], Spool, str]:
    """(parameters, file, its name) of a form with a `file`, or of a bare body whose parameters are in the query."""
    if request.headers.get("Content-Encoding", "").strip().lower() not in ("", "identity"):
        raise EncodingUnsupported("A file is taken as it is. Send it without a Content-Encoding.")
    data = request.data
    if request.content_type.startswith("multipart/"):
        file = request.FILES.get("file")
        if file is None:
            raise ValidationError({"file": [ErrorDetail("Send the file under this name.", "required")]})
        return {**request.query_params.dict(), **_texts(data)}, _spooled(file, limit), str(file.name or "")
    if not hasattr(data, "read"):  # of an empty body the parser sees nothing
        raise ValidationError({"file": [ErrorDetail("The file is empty.", "required")]})
    return request.query_params.dict(), _spooled(data, limit), ""


def _texts(data: Any) -> dict[str, str]:
    return {name: value for name, value in data.items() if isinstance(value, str)}


def _spooled(file: Any, limit: int) -> Spool:
    spool = Spool(hashed=True)
    for block in blocks_of_file(file):
        if spool.size + len(block) > limit:
            spool.close()
            raise too_large(limit)
        spool.write(block)
    return spool


def too_large(limit: int) -> TooLarge:
    return TooLarge(f"A file holds at most {limit} bytes.", attr="file")


def parameters(values: Any, shape: type[Shape]) -> Shape:
    """Raises ValidationError that names the wrong one."""
    try:
        return msgspec.convert(values, shape, strict=False)
    except msgspec.ValidationError as error:
        attr = str(error).rpartition("$.")[2].rstrip("`") if "$." in str(error) else "non_field_errors"
        raise ValidationError({attr: [ErrorDetail(str(error), "invalid")]}) from error


def standing(request: Request, tag: str | None) -> HttpResponse | None:
    """304 if the client has it already."""
    if tag is None or "If-None-Match" not in request.headers:
        return None
    found: HttpResponse | None = get_conditional_response(request._request, etag=tag)  # noqa: SLF001 - Django's own, below DRF's
    return found


def given(
    spool: Spool, *, content_type: str, tag: str | None = None, name: str | None = None, coding: str = "identity"
) -> StreamingHttpResponse:
    """coding: in which the spool is compressed already."""
    response = StreamingHttpResponse(spool, content_type=content_type)
    response["Content-Length"] = str(spool.size)
    response["Cache-Control"] = "private, no-cache"
    if tag is not None:
        response["ETag"] = tag
    if coding != "identity":
        say_compressed(response, coding)
    if name is not None:
        response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
