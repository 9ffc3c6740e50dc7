"""Access and refresh tokens. Each refresh token is good once; one used again revokes the log-in that it came from."""

import datetime as dt
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any
from uuid import UUID, uuid4

import msgspec
from django.db import transaction
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts.exceptions import RefreshSuperseded, TokenNotValid, TokenReused
from accounts.models import Device, Session, User
from accounts.queries import Login, standing_login
from lib.announcements import announce_after_commit
from lib.statements import Question

SESSION_CLAIM = "sid"


@dataclass(frozen=True)
class Tokens:
    access: str
    refresh: str


class Claims(msgspec.Struct):
    """What we read of a token. Signed or not, a token of another form is not ours."""

    sid: UUID
    user_id: UUID
    jti: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
    exp: float


def start_session(*, user: User, at: dt.datetime) -> Tokens:
    session = Session(user=user, security_stamp=user.security_stamp, current_jti=uuid4().hex, refreshed_at=at)
    session.save(force_insert=True)
    return _tokens(session)


def session_of(*, access: str) -> Session:
    """The log-in of an access token, with its user. Raises TokenNotValid where it stands no more. One query."""
    return login_of(access=access).session


def login_of(*, access: str, along: Callable[[UUID], Question | None] = lambda user_id: None) -> Login:
    """The same, with the answer to what is asked along: for the user whom the token names."""
    claims = _access_claims(access)
    login = None if claims.exp <= time.time() else standing_login(claims.sid, along(claims.user_id))
    if login is None or login.session.user_id != claims.user_id:
        raise TokenNotValid
    return login


def rotate(*, refresh: str, retry_key: UUID | None, at: dt.datetime) -> Tokens:
    """New tokens for a refresh token.

    retry_key: made by the client and stored by it before it asks. From the token and the key follows the id of the next
    token, so the same request again, however often and late, means the same answer and moves nothing. Without the key that
    the first request had it is a reuse. Raises TokenNotValid, TokenReused or RefreshSuperseded.
    """
    claims = _claims(RefreshToken, refresh)
    following = _following(claims.jti, retry_key)
    with transaction.atomic():
        session = _locked_session(claims)
        if claims.jti == session.current_jti:
            _move_on(session, following, at)
        if following == session.current_jti:
            return _tokens(session)
        if following in session.earlier_jtis:
            raise RefreshSuperseded
        Session.objects.filter(pk=session.pk).update(revoked_at=at)
        announce_after_commit(session.user_id)
    raise TokenReused


def end_session(*, refresh: str, at: dt.datetime) -> None:
    """Logs out. Raises TokenNotValid for a token that is none of ours; one that is revoked already is fine."""
    claims = _claims(RefreshToken, refresh)
    Session.objects.filter(pk=claims.sid, revoked_at=None).update(revoked_at=at)
    announce_after_commit(claims.user_id)


def revoke_device(*, device: Device, at: dt.datetime) -> None:
    """The device and every log-in on it."""
    with transaction.atomic():
        Device.objects.filter(pk=device.pk, revoked_at=None).update(revoked_at=at)
        Session.objects.filter(device=device, revoked_at=None).update(revoked_at=at)
        announce_after_commit(device.user_id)


def _following(jti: str, retry_key: UUID | None) -> str:
    return uuid4().hex if retry_key is None else hashlib.sha256(f"{jti} {retry_key}".encode()).hexdigest()[:32]


def _move_on(session: Session, jti: str, at: dt.datetime) -> None:
    session.earlier_jtis = [session.current_jti, *session.earlier_jtis][: Session.EARLIER_MAX]
    session.current_jti, session.refreshed_at = jti, at
    session.save(update_fields=["current_jti", "earlier_jtis", "refreshed_at"])


def _tokens(session: Session) -> Tokens:
    token = RefreshToken.for_user(session.user)
    token[SESSION_CLAIM] = str(session.pk)
    token["jti"] = session.current_jti
    return Tokens(access=str(token.access_token), refresh=str(token))


@lru_cache(maxsize=4096)  # some 2 MB
def _access_claims(raw: str) -> Claims:
    """A token says the same each time: its signature is checked once. Not when it ends, and not what is no token of ours."""
    return _claims(AccessToken, raw)


def _claims(kind: type[AccessToken | RefreshToken], raw: str) -> Claims:
    """Raises TokenNotValid. The library trusts the types of what is signed; a time that is none would be its TypeError."""
    try:
        payload: Any = kind(raw).payload  # type: ignore[arg-type]  # simplejwt takes the text; its stubs say Token
        return msgspec.convert(payload, Claims)
    except (TokenError, ValueError, TypeError, OverflowError) as error:
        raise TokenNotValid from error


def _locked_session(claims: Claims) -> Session:
    found = Session.objects.live().select_for_update(of=("self",)).filter(pk=claims.sid).first()
    if found is None:
        raise TokenNotValid
    return found
