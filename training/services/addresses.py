"""Private addresses of calendars: made, found, revoked."""

import hashlib
import secrets
from typing import Any

from accounts.models import User
from training.models import CalendarAddress

SECRET_BYTES = 24


def renew_address(*, user: Any) -> str:
    """The secret of a new address; the one before it stops to work. It is shown this once."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    CalendarAddress.objects.filter(user=user).delete()
    CalendarAddress.objects.create(user=user, secret_sha256=_hash(secret))
    return secret


def revoke_address(*, user: Any) -> None:
    CalendarAddress.objects.filter(user=user).delete()


def user_of(secret: str) -> User | None:
    """Whose calendar is at this address; nobody's if they may not log in."""
    return User.objects.filter(
        pk__in=CalendarAddress.objects.filter(secret_sha256=_hash(secret)).values("user"), is_active=True
    ).first()


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
