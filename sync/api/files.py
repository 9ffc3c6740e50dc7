"""Files over HTTP: taken and given in blocks, never as a whole in memory."""

from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request

from lib.compression import say_compressed
from lib.parsers import check_unpacked, too_large
from sync.services.states.reading import Spool, blocks_of_file

NDJSON, ZIP, BYTES = "application/x-ndjson", "application/zip", "application/octet-stream"


class AnyAccept(DefaultContentNegotiation):
    """A file has one form, whatever the client prefers; errors are JSON."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


def taken(request: Request, *, limit: int) -> tuple[dict[str, str], Spool, str]:
    """(parameters, file, its name) of a form with a `file`, or of a bare body whose parameters are in the query."""
    check_unpacked(request)
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
