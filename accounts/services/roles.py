"""The groups of the admin, and what they may do."""

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from accounts.domain.roles import ROLES, permissions_of
from accounts.exceptions import PermissionsMissing
from accounts.models import User


@transaction.atomic
def give_permissions() -> dict[str, int]:
    """Each role's group gets what the table says, no more and no less; gives the counts. Doing it again changes nothing.

    Raises PermissionsMissing where the migrations have not made them all yet.
    """
    known = _known()
    given = {}
    for role in ROLES:
        wanted = permissions_of(role)
        if not wanted <= known.keys():
            raise PermissionsMissing
        Group.objects.get_or_create(name=role)[0].permissions.set([known[name] for name in wanted])
        given[role] = len(wanted)
    return given


def role_of(user: User) -> str:
    """What the trail calls somebody of the staff. Queries their groups."""
    if user.is_superuser:
        return "superuser"
    return ", ".join(user.groups.order_by("name").values_list("name", flat=True))


def _known() -> dict[str, Permission]:
    rows = Permission.objects.select_related("content_type").order_by("pk")
    return {f"{row.content_type.app_label}.{row.codename}": row for row in rows}
