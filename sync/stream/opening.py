"""May this request have a stream? The same answers as the API's, by the API's own classes."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import orjson
from django.db import close_old_connections
from rest_framework import exceptions

from accounts.api.authentication import HasVerifiedEmail, SessionTokenAuthentication
from lib.exception_handler import Handler
from lib.middleware import USABLE_ID
from lib.writes import Catalogue
from sync.queries import Standing, head_of, standings
from sync.stream.events import LibraryPoke
from sync.stream.hub import Stream

JSON = {"Content-Type": "application/json", "Cache-Control": "no-store"}
ADDED = {401: {"WWW-Authenticate": 'Bearer realm="api"'}, 405: {"Allow": "GET"}}
MEDIA_TYPES = ("text/event-stream", "text/*", "*/*")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


def request_id_of(headers: Mapping[str, str]) -> str:
    given = headers.get("x-request-id", "")
    return given if USABLE_ID.fullmatch(given) else uuid4().hex


def health(*, listens: bool, looks: bool) -> Answer:
    """In the words of the API's: 200 with every part "ok", or 503 that names the part that is not."""
    parts = {"announcements": listens, "database": looks}
    states = {name: "ok" if well else "unreachable" for name, well in parts.items()}
    body = {"status": "ok" if all(parts.values()) else "unavailable", **states}
    return Answer(200 if all(parts.values()) else 503, JSON, orjson.dumps(body))


def check_request(method: str, headers: Mapping[str, str]) -> None:
    """Raises MethodNotAllowed or NotAcceptable."""
    if method != "GET":
        raise exceptions.MethodNotAllowed(method)
    accepted = [part.partition(";")[0].strip().lower() for part in headers.get("accept", "*/*").split(",")]
    if not any(media_type in MEDIA_TYPES for media_type in accepted):
        raise exceptions.NotAcceptable


def opened(authorization: str | None) -> Stream:
    """The stream for an Authorization header. Raises what the API raises. Queries the database."""
    close_old_connections()
    meta = {} if authorization is None else {"HTTP_AUTHORIZATION": authorization}
    request: Any = SimpleNamespace(META=meta, parser_context=None)
    found = SessionTokenAuthentication().authenticate(request)
    if found is None:
        raise exceptions.NotAuthenticated
    user: Any = found[0]
    HasVerifiedEmail().has_permission(SimpleNamespace(user=user), None)  # type: ignore[arg-type]  # it looks at the user only
    return Stream(session_id=str(user.current_session.pk), user_id=str(user.pk))


def look(sessions: list[str]) -> dict[str, Standing]:
    close_old_connections()
    return standings(sessions) if sessions else {}


def look_at_library() -> LibraryPoke | None:
    close_old_connections()
    head = head_of(Catalogue())
    return None if head is None else LibraryPoke(head.epoch, head.version)


def refusal(error: Exception, request_id: str) -> Answer:
    """An error as the API would answer it."""
    request: Any = SimpleNamespace(request_id=request_id)
    response: Any = Handler(error, {"request": request, "view": None}).run()  # type: ignore[typeddict-item]  # no view
    headers = {str(name): str(value) for name, value in response.headers.items()}
    headers |= JSON
    headers |= ADDED.get(response.status_code, {})
    return Answer(response.status_code, headers, orjson.dumps(response.data))
