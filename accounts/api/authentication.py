from typing import Any
from uuid import UUID

from drf_spectacular.contrib.rest_framework_simplejwt import SimpleJWTScheme
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.exceptions import EmailNotVerified
from accounts.models import Session, User
from accounts.services.tokens import login_of, session_of
from lib.statements import Question


class AsksAlong:
    """A view whose first question is answered with the look-up of the log-in. `told`: the row of its answer."""

    told: tuple[Any, ...] = ()

    def question(self, request: Request, user_id: UUID) -> Question | None:
        """For the user whom the token names; it is not known yet whether the log-in stands. Raises nothing."""
        raise NotImplementedError


class SessionTokenAuthentication(BaseAuthentication):
    """An access token whose log-in still stands: logging out or revoking a device ends it at once. One query."""

    def authenticate(self, request: Request) -> tuple[User, Session] | None:
        scheme, *rest = str(request.META.get("HTTP_AUTHORIZATION", "")).split() or [""]
        if scheme.lower() != "bearer":
            return None
        if len(rest) != 1:
            raise AuthenticationFailed("The header must be: Authorization: Bearer <access>", "bad_authorization_header")
        view = (request.parser_context or {}).get("view")
        if isinstance(view, AsksAlong):
            session, view.told = login_of(access=rest[0], along=lambda user_id: view.question(request, user_id))
        else:
            session = session_of(access=rest[0])
        session.user.current_session = session  # type: ignore[attr-defined]  # for whoever registers a device
        return session.user, session

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class SessionTokenScheme(SimpleJWTScheme):  # type: ignore[no-untyped-call]  # spectacular registers it untyped
    target_class = "accounts.api.authentication.SessionTokenAuthentication"
    name = "accessToken"


class HasVerifiedEmail(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        if getattr(request.user, "email_verified_at", None) is None:
            raise EmailNotVerified
        return True
