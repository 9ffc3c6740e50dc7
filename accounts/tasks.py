"""Mails. Each is sent after the commit that wants it, and again where a worker died before it could say so."""

from django.core.mail import send_mail
from django.template.loader import render_to_string

from accounts.models import User
from accounts.services.verification import verification_link
from lib.jobs import task


@task("accounts.send_verification")
def send_verification(user_id: str) -> None:
    user = User.objects.get(pk=user_id)
    if user.email_verified_at is None:
        _send(user, "verify", "Confirm your e-mail address", {"link": verification_link(user)})


@task("accounts.send_account_exists")
def send_account_exists(user_id: str) -> None:
    _send(User.objects.get(pk=user_id), "account_exists", "You already have an account", {})


def _send(user: User, template: str, subject: str, context: dict[str, str]) -> None:
    body = render_to_string(f"accounts/email/{template}.txt", {"user": user, **context})
    send_mail(subject, body, None, [user.email])
