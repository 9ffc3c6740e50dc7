"""What must not be the case on a server that others can reach."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.checks import CheckMessage, Error
from django.db import DEFAULT_DB_ALIAS, connection

from accounts.management.commands.create_demo import CURATOR_EMAIL, DEMO_EMAIL
from accounts.models import User

DEMO_PASSWORD = "dropset-demo"  # noqa: S105 - the one that everybody knows


def no_demo_account_can_log_in(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Runs before the migrations, with which every start begins: the password of these accounts stands in the documentation."""
    if settings.DEBUG or DEFAULT_DB_ALIAS not in (databases or ()):
        return []
    if User._meta.db_table not in connection.introspection.table_names():
        return []
    demos = User.objects.filter(email__in=[CURATOR_EMAIL, DEMO_EMAIL], is_active=True).order_by("email")
    return [
        Error(
            f"{email} can log in with a password that everybody knows.",
            hint=f"Change it: manage.py changepassword {email}. Or switch the account off in the admin.",
            id="config.E001",
        )
        for email, password in demos.values_list("email", "password")
        if check_password(DEMO_PASSWORD, password)
    ]
