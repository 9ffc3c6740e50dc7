"""Mails. Each is sent after the commit that asks for it, and again if a worker died before it could say so."""

import datetime as dt

from django.core.mail import send_mail
from django.template.loader import render_to_string

from accounts.enums import LinkPurpose, Notice
from accounts.models import MailLink, User
from accounts.services import links
from lib.jobs import periodic, task

SUBJECTS = {
    LinkPurpose.REGISTER: "Confirm your e-mail address",
    LinkPurpose.RESET_PASSWORD: "Choose a new password",
    LinkPurpose.CHANGE_EMAIL: "Confirm your new e-mail address",
    Notice.ACCOUNT_EXISTS: "You already have an account",
    Notice.EMAIL_CHANGE_ASKED: "Your e-mail address is about to change",
    Notice.EMAIL_CHANGED: "Your e-mail address was changed",
    Notice.PASSWORD_CHANGED: "Your password was changed",
}


@task("accounts.send_link")
def send_link(link_id: int) -> None:
    """A link, if it leads somewhere. Otherwise it is void, and whoever already has an account is told so."""
    link = MailLink.objects.filter(pk=link_id).first()
    if link is None:
        return
    user = User.objects.filter(email=link.email).first()
    purpose = LinkPurpose(link.purpose)
    if links.leads_somewhere(purpose, user):
        _send(purpose, link.email, {"link": links.url_of(link)})
        return
    link.delete()
    if purpose != LinkPurpose.RESET_PASSWORD and user is not None and user.is_active:
        _send(Notice.ACCOUNT_EXISTS, link.email, {})


@task("accounts.send_notice")
def send_notice(notice: str, to: str, about: str) -> None:
    _send(Notice(notice), to, {"about": about})


@periodic("accounts.delete_expired_links", cron="41 * * * *")
def delete_expired_links(timestamp: int) -> None:
    links.delete_expired_links(at=dt.datetime.fromtimestamp(timestamp, dt.UTC))


def _send(template: LinkPurpose | Notice, to: str, context: dict[str, str]) -> None:
    context = {"email": to, "reset_page": links.reset_page(), **context}
    body = render_to_string(f"accounts/email/{template}.txt", context)
    send_mail(SUBJECTS[template], body, None, [to])
