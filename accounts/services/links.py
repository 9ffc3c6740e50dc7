"""Links in mails. Whoever has one reads the mailbox that it was sent to. Each works once, and only the newest of its kind."""

import datetime as dt
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db.models import Q
from django.urls import reverse

from accounts.enums import LinkPurpose
from accounts.exceptions import LinkInvalid
from accounts.models import MailLink, User

SIGNER = signing.Signer(salt="accounts.mail-link")
VALID_FOR = {
    LinkPurpose.REGISTER: dt.timedelta(days=3),
    LinkPurpose.RESET_PASSWORD: dt.timedelta(hours=2),
    LinkPurpose.CHANGE_EMAIL: dt.timedelta(days=1),
}
PAGES = {
    LinkPurpose.REGISTER: "verify-email-page",
    LinkPurpose.RESET_PASSWORD: "reset-password-page",
    LinkPurpose.CHANGE_EMAIL: "change-email-page",
}


def token_of(link: MailLink) -> str:
    """Signed, so that reading the database is not enough to use a link."""
    return SIGNER.sign(link.secret.hex)


def url_of(link: MailLink) -> str:
    return settings.BASE_URL + reverse(PAGES[LinkPurpose(link.purpose)], args=[token_of(link)])


def reset_page() -> str:
    return settings.BASE_URL + reverse("admin_password_reset")


def leads_somewhere(purpose: LinkPurpose, user: User | None) -> bool:
    """user: whose address the link was mailed to; None where it is nobody's."""
    match purpose:
        case LinkPurpose.REGISTER:
            return user is None or (user.is_active and user.email_verified_at is None)
        case LinkPurpose.RESET_PASSWORD:
            return user is not None and user.is_active
        case LinkPurpose.CHANGE_EMAIL:
            return user is None


def link_of(*, token: str, purpose: LinkPurpose, at: dt.datetime, lock: bool = False) -> MailLink:
    """Raises LinkInvalid. lock: until the end of the transaction, for a caller that is about to use it."""
    try:
        secret = UUID(SIGNER.unsign(token))
    except (signing.BadSignature, ValueError) as error:
        raise LinkInvalid from error
    links = MailLink.objects.select_for_update() if lock else MailLink.objects.all()
    link = links.filter(secret=secret, purpose=purpose, created_at__gt=at - VALID_FOR[purpose]).first()
    if link is None:
        raise LinkInvalid
    return link


def void_links(*, user: User) -> None:
    """After a change of password or address: whatever was asked for before is over."""
    MailLink.objects.filter(Q(email=user.email) | Q(user=user)).delete()


def delete_expired_links(*, at: dt.datetime) -> None:
    for purpose, valid_for in VALID_FOR.items():
        MailLink.objects.filter(purpose=purpose, created_at__lte=at - valid_for).delete()
