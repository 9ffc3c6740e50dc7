"""Becoming a user: the answer never tells whether an address is known; the mail does."""

from django.db import IntegrityError, transaction

from accounts import tasks
from accounts.models import User
from lib import jobs


def register(*, email: str, password: str) -> None:
    """Makes the account and sends the verification mail; a known address gets a mail that says so instead."""
    email = email.strip().lower()
    user = User.objects.filter(email=email).first()
    if user is None:
        try:
            _create(email, password)
        except IntegrityError:  # somebody was faster with the same address
            user = User.objects.get(email=email)
    else:
        User().set_password(password)  # the same work, so that the time tells nothing
    if user is not None:
        jobs.enqueue(tasks.send_account_exists, {"user_id": str(user.pk)}, key=f"account_exists {user.pk}")


@transaction.atomic
def _create(email: str, password: str) -> None:
    user = User.objects.create_user(email, password)
    _mail_link(user)


def resend_verification(*, user: User) -> None:
    if user.email_verified_at is None:
        _mail_link(user)


def _mail_link(user: User) -> None:
    """Asked again while the mail waits, it is sent once."""
    jobs.enqueue(tasks.send_verification, {"user_id": str(user.pk)}, key=f"verification {user.pk}")
