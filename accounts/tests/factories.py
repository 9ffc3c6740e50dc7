import re
from typing import Any

from django.utils import timezone

from accounts.enums import LinkPurpose
from accounts.models import MailLink, Settings, User
from accounts.services.access import open_access
from accounts.services.links import token_of
from lib.tests.factories import Example, register

register(Example(Settings, document=lambda user: {}, patch={"weight_unit": "lb", "theme": "dark"}))


def settings_of(user: User) -> Settings:
    """The one that came with the account."""
    found: Settings = Settings.objects.get(user=user)
    return found


def token_for(email: str, purpose: LinkPurpose = LinkPurpose.REGISTER) -> str:
    """Of the link that was asked for: what stands at the end of the link in the mail."""
    return token_of(MailLink.objects.get(purpose=purpose, email=email))


def link_in(message: Any) -> str:
    """The path of the one link in a mail."""
    (link,) = re.findall(r"^http://127\.0\.0\.1:8000(/\S+)$", str(message.body), re.MULTILINE)
    return str(link)


def give_reason(staff: User, *athletes: User) -> None:
    """From now on the staff member may look at what these log."""
    for athlete in athletes:
        open_access(actor=staff, subject=athlete, reason="They asked for help.", at=timezone.now())
