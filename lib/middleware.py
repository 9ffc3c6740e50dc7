import re
import uuid
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth import middleware as auth
from django.contrib.messages import middleware as messages
from django.contrib.sessions import middleware as sessions
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin

from lib.errors import DomainError, LengthRequired, error_body
from lib.exception_handler import status_of
from lib.violations import violation_of

USABLE_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
API = "/api/v1/"
DJANGOS_OWN_PAGES = (404, 500)  # while developing; they bring their styles along
LIBRARY = f"{API}library/"  # everybody's: kept, and asked for by its ETag
KEPT_BY_ALL_S = 300
NO_SENSORS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


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


class ForPages(MiddlewareMixin):
    """Django's middleware for those who log in by cookie. The API knows no cookies, so its requests skip it. That saves a quarter
    of what all middleware costs. Only the check for CSRF sees every request: it is cheap.
    """

    def __call__(self, request: HttpRequest) -> Any:
        return self.get_response(request) if request.path.startswith(API) else super().__call__(request)


class SessionMiddleware(ForPages, sessions.SessionMiddleware):
    pass


class AuthenticationMiddleware(ForPages, auth.AuthenticationMiddleware):
    pass


class MessageMiddleware(ForPages, messages.MessageMiddleware):
    pass


class RefusalMiddleware:
    """What refuses a page, of ours or of the admin, becomes a page too. The API's views have their own handler."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, DomainError):
            detail, status = exception.detail, status_of(exception)
        elif isinstance(exception, IntegrityError):  # a rule that no form knows
            detail, status = violation_of(exception).detail, 400
        else:
            return None
        response = render(request, "refused.html", {"title": "This did not work", "detail": detail}, status=status)
        wait_s = getattr(exception, "retry_after_s", None)
        if wait_s is not None:
            response["Retry-After"] = str(wait_s)
        return response


class PrivacyMiddleware:
    """Keeps answers out of caches, and pages from loading anything from elsewhere or sending it there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith(LIBRARY):
            response["Cache-Control"] = _kept_by(request, response)
            patch_vary_headers(response, ["Authorization"])
        elif request.path.startswith(API):
            response["Cache-Control"] = "no-store"
        if not (settings.DEBUG and response.status_code in DJANGOS_OWN_PAGES):
            response["Content-Security-Policy"] = _policy_for(request.path)
        response["Permissions-Policy"] = NO_SENSORS
        return response


def _kept_by(request: HttpRequest, response: HttpResponse) -> str:
    """What is said to nobody in particular may be kept on the way. Who logged in may be told of favourites first."""
    if response.status_code not in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED):
        return "no-store"
    named = "Authorization" in request.headers
    return "private, no-cache" if named else f"public, max-age={KEPT_BY_ALL_S}, must-revalidate"


def _policy_for(path: str) -> str:
    """The one of the longest beginning that fits."""
    fitting = [start for start in settings.CONTENT_SECURITY_POLICIES if path.startswith(start)]
    return str(settings.CONTENT_SECURITY_POLICIES[max(fitting, key=len)])
