from typing import Any

from drf_spectacular.contrib.rest_framework_simplejwt import SimpleJWTScheme
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.tokens import Token

from accounts.exceptions import EmailNotVerified, TokenNotValid
from accounts.models import Session, User
from accounts.services.tokens import SESSION_CLAIM


class SessionTokenAuthentication(JWTAuthentication):
    """An access token whose log-in still stands: logging out or revoking a device ends it at once. One query."""

    def get_user(self, validated_token: Token) -> User:  # type: ignore[override]  # our user, not the stubs' two
        session = (
            Session.objects.select_related("user")
            .filter(pk=validated_token.get(SESSION_CLAIM), revoked_at=None, user__is_active=True)
            .first()
        )
        if session is None:
            raise TokenNotValid
        user: User = session.user
        user.current_session = session  # type: ignore[attr-defined]  # for whoever registers a device
        return user


class SessionTokenScheme(SimpleJWTScheme):  # type: ignore[no-untyped-call]  # spectacular registers it untyped
    target_class = "accounts.api.authentication.SessionTokenAuthentication"
    name = "accessToken"


class HasVerifiedEmail(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        if getattr(request.user, "email_verified_at", None) is None:
            raise EmailNotVerified
        return True
