"""What is to be mailed. A job sends the mail after the commit: whether it is slow or fails, the answer is the same."""

import datetime as dt
from typing import Any
from uuid import uuid4

from django.db import transaction

from accounts import tasks
from accounts.enums import LinkPurpose, Notice
from accounts.models import MailLink, Session, User
from lib import jobs


@transaction.atomic
def mail_link(*, purpose: LinkPurpose, email: str, at: dt.datetime) -> None:
    """A link to an address, whether or not there is an account: the job looks. So the answer takes the same time for all."""
    _mail_link({"purpose": purpose, "email": email, "user": None}, {"created_at": at})


@transaction.atomic
def mail_link_to_new_address(*, user: User, session: Session | None, email: str, at: dt.datetime) -> None:
    """session: the one that asks, and that stays when the link is used. The address of now takes an earlier wish back."""
    if email == user.email:
        MailLink.objects.filter(purpose=LinkPurpose.CHANGE_EMAIL, user=user).delete()
        return
    values = {"email": email, "session": session, "created_at": at}
    _mail_link({"purpose": LinkPurpose.CHANGE_EMAIL, "user": user}, values)
    mail_notice(Notice.EMAIL_CHANGE_ASKED, to=user.email, about=email)


def mail_notice(notice: Notice, *, to: str, about: str = "") -> None:
    jobs.enqueue(tasks.send_notice, {"notice": notice, "to": to, "about": about})


def _mail_link(key: dict[str, Any], values: dict[str, Any]) -> None:
    """The earlier link is void. Asked again while the mail waits, it is sent once, with the newest."""
    link, _ = MailLink.objects.update_or_create(**key, defaults={**values, "secret": uuid4()})
    jobs.enqueue(tasks.send_link, {"link_id": link.pk}, key=f"mail link {link.pk}")
