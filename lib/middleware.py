import re
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse

from lib.errors import LengthRequired, error_body

USABLE_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


class RequestIdMiddleware:
    """Gives each request an id, in the answer's X-Request-ID and in each error body, so that a report can be traced."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request.request_id = given if USABLE_ID.fullmatch(given) else uuid.uuid4().hex  # type: ignore[attr-defined]  # our addition
        response = self.get_response(request)
        response["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]  # set above
        return response


class LengthMiddleware:
    """Refuses a body of unknown length: WSGI would take it for an empty one, and what it says would be lost silently."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "Transfer-Encoding" not in request.headers or request.headers.get("Content-Length"):
            return self.get_response(request)
        error = LengthRequired()
        request_id: str | None = getattr(request, "request_id", None)
        return JsonResponse(error_body(code=error.code, detail=error.detail, request_id=request_id), status=411)
