"""Proof that an e-mail address is its user's: a signed link that is good for three days."""

import datetime as dt

from django.conf import settings
from django.core import signing

from accounts.exceptions import VerificationInvalid
from accounts.models import User

SALT = "accounts.verify-email"
VALID_FOR = dt.timedelta(days=3)


def verification_token(user: User) -> str:
    return signing.dumps({"user": str(user.pk), "email": user.email}, salt=SALT)


def verification_link(user: User) -> str:
    return f"{settings.BASE_URL}/verify-email/{verification_token(user)}"


def verify_email(*, token: str, at: dt.datetime) -> User:
    """Raises VerificationInvalid for a token that is expired, forged, or of an address that the user no longer has."""
    try:
        claim = signing.loads(token, salt=SALT, max_age=VALID_FOR)
    except signing.BadSignature as error:
        raise VerificationInvalid from error
    user = User.objects.filter(pk=claim["user"], email=claim["email"]).first()
    if user is None:
        raise VerificationInvalid
    User.objects.filter(pk=user.pk, email_verified_at=None).update(email_verified_at=at)
    return user
