"""Makes the demo user and the demo curator of a development server. Running it again changes nothing but the passwords."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.domain.roles import CURATOR, PUBLISH_ALONE, REVIEWER
from accounts.models import User
from accounts.services.roles import give_permissions

DEMO_EMAIL = "demo@dropset.local"
CURATOR_EMAIL = "curator@dropset.local"


class Command(BaseCommand):
    help = f"Makes {DEMO_EMAIL} (an athlete) and {CURATOR_EMAIL} (a curator), for development only."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--password", default="dropset-demo")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        self._user(DEMO_EMAIL, options["password"])
        curator = self._user(CURATOR_EMAIL, options["password"], is_staff=True)
        give_permissions()
        curator.groups.add(*Group.objects.filter(name__in=(CURATOR, REVIEWER)))
        app, _, codename = PUBLISH_ALONE.partition(".")  # there is nobody else to look at it
        curator.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
        self.stdout.write(f"{DEMO_EMAIL} and {CURATOR_EMAIL} are there.")

    def _user(self, email: str, password: str, *, is_staff: bool = False) -> User:
        user = User.objects.filter(email=email).first() or User.objects.create_user(email, password)
        if not user.check_password(password):
            user.set_password(password)
        user.is_staff = is_staff
        user.email_verified_at = user.email_verified_at or timezone.now()
        user.save(update_fields=["password", "is_staff", "email_verified_at"])
        return user
