"""Passwords and addresses. Whoever reads the mailbox decides: a password is chosen where its link leads, never before.

Every change ends the earlier log-ins, by the user's security stamp, and makes void whatever links were mailed. The user is
locked before the link, always, so that two changes at once wait for each other.
"""

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib.auth import authenticate
from django.db import IntegrityError, transaction

from accounts.enums import LinkPurpose, Notice
from accounts.exceptions import EmailTaken, LinkInvalid, PasswordWrong, TokenNotValid
from accounts.models import Session, User
from accounts.services.links import leads_somewhere, link_of, void_links
from accounts.services.mails import mail_notice
from lib.announcements import announce_after_commit


def user_with(*, request: Any, email: str, password: str) -> User | None:
    """Who has this address and this password. Raises RateLimited: whoever asks for a password counts as logging in."""
    user = authenticate(request, username=email, password=password)
    return user if isinstance(user, User) else None


def check_password(*, request: Any, user: User, password: str) -> None:
    """Asks a known user once more. Raises PasswordWrong or RateLimited."""
    if user_with(request=request, email=user.email, password=password) is None:
        raise PasswordWrong


@transaction.atomic
def choose_password(*, token: str, purpose: LinkPurpose, password: str, at: dt.datetime) -> User:
    """Gives the user of the address that the link was mailed to: a new one, where it is for registering and there is none.

    From now on this is their only password, and their address is verified. Raises LinkInvalid.
    """
    email = link_of(token=token, purpose=purpose, at=at).email
    user = User.objects.select_for_update(no_key=True).filter(email=email).first()
    link_of(token=token, purpose=purpose, at=at, lock=True)
    if not leads_somewhere(purpose, user):
        raise LinkInvalid
    if user is None:
        user = _new_user(email, password, at)
    else:
        user.set_password(password)
        user.email_verified_at = user.email_verified_at or at
        user.save(update_fields=["password", "security_stamp", "email_verified_at"])
    if purpose == LinkPurpose.RESET_PASSWORD:
        mail_notice(Notice.PASSWORD_CHANGED, to=user.email)
    _settle(user, keep=None)
    return user


@transaction.atomic
def change_password(*, session: Session, password: str) -> None:
    """For a user who has proved the old password. Raises TokenNotValid where their log-in ended meanwhile."""
    user = User.objects.select_for_update(no_key=True).get(pk=session.user_id)
    if not Session.objects.live().filter(pk=session.pk).exists():
        raise TokenNotValid
    user.set_password(password)
    user.save(update_fields=["password", "security_stamp"])
    mail_notice(Notice.PASSWORD_CHANGED, to=user.email)
    _settle(user, keep=session)


def change_email(*, request: Any, token: str, password: str, at: dt.datetime) -> User:
    """The new address is the one that the link was mailed to, and the password proves whose account it is.

    So a link that went to a wrong mailbox gives nobody the account. Raises LinkInvalid, PasswordWrong, EmailTaken or
    RateLimited.
    """
    user = User.objects.get(mail_links=link_of(token=token, purpose=LinkPurpose.CHANGE_EMAIL, at=at))
    check_password(request=request, user=user, password=password)
    return _take_address(user.pk, token, at)


@transaction.atomic
def _take_address(user_id: UUID, token: str, at: dt.datetime) -> User:
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    link = link_of(token=token, purpose=LinkPurpose.CHANGE_EMAIL, at=at, lock=True)  # gone if the password is another
    asked_in = Session.objects.live().filter(mail_links=link).first()
    mail_notice(Notice.EMAIL_CHANGED, to=user.email, about=link.email)
    void_links(user=user)  # those to the old address
    user.email, user.email_verified_at = link.email, at
    user.renew_stamp()
    try:
        with transaction.atomic():
            user.save(update_fields=["email", "email_verified_at", "security_stamp"])
    except IntegrityError as error:
        raise EmailTaken from error
    _settle(user, keep=asked_in)
    return user


def _new_user(email: str, password: str, at: dt.datetime) -> User:
    try:
        with transaction.atomic():
            return User.objects.create_user(email, password, email_verified_at=at)
    except IntegrityError as error:  # another account took the address this very moment
        raise LinkInvalid from error


def _settle(user: User, *, keep: Session | None) -> None:
    """After a new stamp: one log-in may go on. Open streams of the others hear at once that they are over."""
    if keep is not None:
        Session.objects.filter(pk=keep.pk).update(security_stamp=user.security_stamp)
    void_links(user=user)
    announce_after_commit(user.pk)
