"""Access and refresh tokens. Each refresh token is good once; one used again revokes the log-in that it came from."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import RefreshToken

from accounts.exceptions import TokenNotValid, TokenReused
from accounts.models import Device, Session, User
from lib.announcements import announce_after_commit

SESSION_CLAIM = "sid"


@dataclass(frozen=True)
class Tokens:
    access: str
    refresh: str


def start_session(*, user: User, at: dt.datetime) -> Tokens:
    session = Session(user=user, refreshed_at=at)
    tokens = _issue(session)
    session.save(force_insert=True)
    return tokens


def rotate(*, refresh: str, retry_key: UUID | None, at: dt.datetime) -> Tokens:
    """New tokens for a refresh token.

    retry_key: made by the client and stored by it before it asks. A client whose answer got lost asks again with the same
    token and the same key, and is answered; without it that is a reuse. Raises TokenNotValid or TokenReused.
    """
    token = _decoded(refresh)
    with transaction.atomic():
        session = _locked_session(token)
        good = token["jti"] == session.current_jti
        retried = token["jti"] == session.previous_jti and retry_key is not None and retry_key == session.retry_key
        if good or retried:
            if good:
                session.previous_jti = session.current_jti
            session.retry_key, session.refreshed_at = retry_key, at
            tokens = _issue(session)
            session.save(update_fields=["current_jti", "previous_jti", "retry_key", "refreshed_at"])
            return tokens
        Session.objects.filter(pk=session.pk).update(revoked_at=at)
        announce_after_commit(session.user_id)
    raise TokenReused


def end_session(*, refresh: str, at: dt.datetime) -> None:
    """Logs out. Raises TokenNotValid for a token that is none of ours; one that is revoked already is fine."""
    token = _decoded(refresh)
    Session.objects.filter(pk=token.get(SESSION_CLAIM), revoked_at=None).update(revoked_at=at)
    announce_after_commit(token["user_id"])


def revoke_device(*, device: Device, at: dt.datetime) -> None:
    """The device and every log-in on it."""
    with transaction.atomic():
        Device.objects.filter(pk=device.pk, revoked_at=None).update(revoked_at=at)
        Session.objects.filter(device=device, revoked_at=None).update(revoked_at=at)
        announce_after_commit(device.user_id)


def _issue(session: Session) -> Tokens:
    token = RefreshToken.for_user(session.user)
    token[SESSION_CLAIM] = str(session.pk)
    token["jti"] = session.current_jti = uuid4().hex
    return Tokens(access=str(token.access_token), refresh=str(token))


def _decoded(refresh: str) -> RefreshToken:
    try:
        return RefreshToken(refresh)  # type: ignore[arg-type]  # simplejwt takes the text; its stubs say Token
    except TokenError as error:
        raise TokenNotValid from error


def _locked_session(token: Any) -> Session:
    found = (
        Session.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(pk=token.get(SESSION_CLAIM), revoked_at=None, user__is_active=True)
        .first()
    )
    if found is None:
        raise TokenNotValid
    return found
