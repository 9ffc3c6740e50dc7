"""The sync endpoints: plain JSON in and out, no serializers on the hot path."""

from typing import Any
from uuid import UUID

import msgspec
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.authentication import AsksAlong, HasVerifiedEmail
from accounts.models import User
from lib.compression import unpacked
from lib.errors import TooLarge
from lib.parsers import check_media_type
from lib.statements import Question
from sync.api import schema
from sync.domain import shapes
from sync.services.pull.pages import asked_first, pull
from sync.services.pull.status import status
from sync.services.push.receiving import push


class SyncView(APIView):
    permission_classes = [IsAuthenticated, HasVerifiedEmail]

    @property
    def user(self) -> User:
        assert isinstance(self.request.user, User)
        return self.request.user

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        if isinstance(response, Response):
            response.add_post_render_callback(_let_go)
        return response


def _let_go(response: Any) -> None:
    """Request, view and response are a circle, which waits for the garbage collector: without its page of a megabyte."""
    response.data = None


class PushView(SyncView):
    @extend_schema(
        operation_id="sync_push", request=schema.PUSH, responses={200: schema.PUSHED}, examples=schema.PUSH_EXAMPLES
    )
    def post(self, request: Request) -> Response:
        """Takes what a device wrote offline. One result for each mutation; sending the same again changes nothing."""
        return Response(push(user=self.user, body=_body(request), at=timezone.now()))


class PullView(AsksAlong, SyncView):
    """Most pulls bring nothing: the one question that tells so goes along with the look-up of the log-in."""

    @extend_schema(operation_id="sync_pull", parameters=schema.PULL_PARAMETERS, responses={200: schema.PULLED})
    def get(self, request: Request) -> Response:
        """The changes after a cursor; without one a snapshot, which replaces what the device holds."""
        return self._pull(request, strict=False)

    @extend_schema(operation_id="sync_pull_post", request=schema.PULL, responses={200: schema.PULLED})
    def post(self, request: Request) -> Response:
        """The same as GET, with the parameters in the body."""
        return self._pull(request, strict=True)

    def question(self, request: Request, user_id: UUID) -> Question | None:
        try:
            return asked_first(user_id, _asked(request, strict=False)) if request.method == "GET" else None
        except msgspec.ValidationError:
            return None

    def _pull(self, request: Request, *, strict: bool) -> Response:
        try:
            asked = _asked(request, strict=strict)
        except msgspec.ValidationError as error:
            attr = str(error).rpartition("$.")[2].rstrip("`") if "$." in str(error) else "non_field_errors"
            raise _refusal(attr, str(error)) from error
        _check_since(asked)
        return Response(pull(user=self.user, request=asked, at=timezone.now(), told=self.told))


class StatusView(SyncView):
    @extend_schema(
        operation_id="sync_status",
        parameters=schema.STATUS_PARAMETERS,
        responses={200: schema.STATUS},
    )
    def get(self, request: Request) -> Response:
        """The state of the server, for a device to check that it holds the same, and to learn the limits."""
        device_id, epoch = _uuid_of(request, "device_id"), _uuid_of(request, "epoch")
        scope, entities = _scope_of(request), _entities_of(request).get("entities")
        return Response(status(user=self.user, device_id=device_id, epoch=epoch, scope=scope, entities=entities))


def _asked(request: Request, *, strict: bool) -> shapes.PullRequest:
    """Strictly of the body, else of the address, where all is text. Raises msgspec.ValidationError."""
    values = request.data if strict else {**request.query_params.dict(), **_entities_of(request)}
    return msgspec.convert(values, shapes.PullRequest, strict=strict)


def _body(request: Request) -> bytes:
    """Refused by its announced length, before a byte is read."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > shapes.MAX_BODY_BYTES:
        raise TooLarge(f"A push holds at most {shapes.MAX_BODY_BYTES} bytes. Send fewer mutations at once.")
    check_media_type(request)
    body = bytes(request._request.body)  # noqa: SLF001 - the raw bytes: DRF would parse them first
    return unpacked(body, coding=request.headers.get("Content-Encoding", ""), limit=shapes.MAX_BODY_BYTES)


def _uuid_of(request: Request, name: str) -> UUID | None:
    given = request.query_params.get(name)
    try:
        return UUID(given) if given else None
    except ValueError as error:
        raise _refusal(name, "Must be a UUID.") from error


def _entities_of(request: Request) -> dict[str, list[str]]:
    given = request.query_params.getlist("entities")
    return {"entities": [name for names in given for name in names.split(",")]} if given else {}


def _scope_of(request: Request) -> shapes.Scope:
    try:
        scope: shapes.Scope = msgspec.convert(request.query_params.get("scope", "user"), shapes.Scope)
    except msgspec.ValidationError as error:
        raise _refusal("scope", str(error)) from error
    return scope


def _check_since(asked: shapes.PullRequest) -> None:
    if asked.since is None:
        return
    if asked.cursor is not None:
        raise _refusal("since", "Send a cursor or a time, not both.")
    if asked.entities is not None:
        raise _refusal("entities", "A time stands for all entities. Pull some of them by a cursor of their own.")
    try:
        shapes.moment(asked.since)
    except msgspec.ValidationError as error:
        example = "2026-11-20T07:12:44.031000Z"
        raise _refusal("since", f"Must be a time with a zone, such as {example} (a + is %2B in an address).") from error


def _refusal(attr: str, detail: str) -> ValidationError:
    return ValidationError({attr: [ErrorDetail(detail, "invalid")]})
