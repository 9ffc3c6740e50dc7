"""Who may do what in the admin: the groups, their permissions, and what keeps the two apart from the table."""

import importlib
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.test import Client

from accounts.domain.roles import (
    BESIDE,
    CURATOR,
    ON_MODELS,
    OPERATOR,
    PUBLISH,
    REVIEWER,
    ROLES,
    SUPPORT,
    permissions_of,
)
from accounts.exceptions import PermissionsMissing
from accounts.models import User
from accounts.services.roles import give_permissions, role_of
from catalog.tests.factories import make_muscle
from lib.tests.factories import make_user

migration: Any = importlib.import_module("accounts.migrations.0008_roles")


def with_role(*roles: str) -> User:
    give_permissions()
    user = make_user(f"{'-'.join(roles)}@example.org", is_staff=True)
    user.groups.add(*Group.objects.filter(name__in=roles))
    return user


def test_every_model_of_the_admin_has_a_line_and_every_line_a_model() -> None:
    registered = {model._meta.label_lower for model in admin.site._registry if model._meta.app_label != "specimens"}
    assert set(ON_MODELS) == registered


def test_every_permission_of_the_table_is_one_that_django_knows(db: None) -> None:
    give_permissions()
    known = {
        f"{row.content_type.app_label}.{row.codename}" for row in Permission.objects.select_related("content_type")
    }
    assert {permission for role in ROLES for permission in permissions_of(role)} <= known


def test_migration_makes_the_groups(db: None) -> None:
    assert set(Group.objects.values_list("name", flat=True)) == set(ROLES)


def test_members_of_the_old_group_are_curators_and_reviewers(db: None) -> None:
    dora = make_user("dora@example.org", is_staff=True)
    dora.groups.add(Group.objects.create(name="Curators"))
    migration.make_groups(apps, None)
    assert set(dora.groups.values_list("name", flat=True)) == {CURATOR, REVIEWER}
    assert not Group.objects.filter(name="Curators").exists()


def test_migration_is_undone_without_losing_the_curators(db: None) -> None:
    dora = with_role(CURATOR, REVIEWER)
    migration.remove_groups(apps, None)
    assert list(dora.groups.values_list("name", flat=True)) == ["Curators"]


def test_command_gives_what_the_table_says_and_takes_the_rest(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    support = Group.objects.get(name=SUPPORT)
    support.permissions.add(Permission.objects.get(codename="delete_workout"))
    Group.objects.filter(name=OPERATOR).delete()
    for _ in range(2):
        call_command("roles")
        held = {role: Group.objects.get(name=role).permissions.count() for role in ROLES}
        assert held == {role: len(permissions_of(role)) for role in ROLES}
    assert f"support {len(permissions_of(SUPPORT))}" in capsys.readouterr().out
    assert not support.permissions.filter(codename="delete_workout").exists()


def test_command_says_that_the_migrations_come_first(db: None) -> None:
    Permission.objects.filter(codename="view_workout").delete()
    with pytest.raises(PermissionsMissing):
        give_permissions()


def test_only_reviewers_publish(db: None) -> None:
    assert not any(with_role(CURATOR, REVIEWER).has_perm(permission) for permission in BESIDE if not BESIDE[permission])
    assert {role: with_role(role).has_perm(PUBLISH) for role in ROLES} == {
        CURATOR: False,
        REVIEWER: True,
        SUPPORT: False,
        OPERATOR: False,
    }


@pytest.mark.parametrize(
    ("role", "url", "status"),
    [
        (CURATOR, "/admin/catalog/muscle/", 200),
        (CURATOR, "/admin/catalog/muscle/add/", 200),
        (CURATOR, "/admin/accounts/user/", 403),
        (CURATOR, "/admin/training/workout/", 403),
        (CURATOR, "/admin/sync/mutationrow/", 403),
        (CURATOR, "/admin/accounts/user/{alice}/reason/", 403),
        (REVIEWER, "/admin/catalog/muscle/add/", 200),
        (REVIEWER, "/admin/training/set/", 403),
        (REVIEWER, "/admin/catalog/suggestion/", 200),
        (SUPPORT, "/admin/catalog/suggestion/", 403),
        (SUPPORT, "/admin/catalog/merge/", 200),
        (SUPPORT, "/admin/catalog/muscle/", 200),
        (SUPPORT, "/admin/catalog/muscle/add/", 403),
        (SUPPORT, "/admin/accounts/user/", 200),
        (SUPPORT, "/admin/accounts/user/{alice}/change/", 200),
        (SUPPORT, "/admin/accounts/user/{alice}/password/", 403),
        (SUPPORT, "/admin/accounts/user/add/", 403),
        (SUPPORT, "/admin/training/workout/", 200),
        (SUPPORT, "/admin/training/workout/add/", 403),
        (SUPPORT, "/admin/training/workout/import-file/", 403),
        (SUPPORT, "/admin/accounts/auditentry/", 403),
        (OPERATOR, "/admin/accounts/user/add/", 200),
        (OPERATOR, "/admin/training/workout/add/", 200),
        (OPERATOR, "/admin/accounts/auditentry/", 200),
        (OPERATOR, "/admin/auth/group/", 200),
        (OPERATOR, "/admin/auth/group/add/", 403),
        (OPERATOR, "/admin/catalog/muscle/add/", 403),
    ],
)
def test_role_opens_its_pages_and_no_others(client: Client, alice: User, role: str, url: str, status: int) -> None:
    make_muscle("chest")
    client.force_login(with_role(role))
    assert client.get(url.format(alice=alice.pk)).status_code == status


def test_support_changes_nothing_and_sees_no_password(client: Client, alice: User) -> None:
    alice.set_password("correct horse battery")
    alice.save()
    client.force_login(with_role(SUPPORT))
    url = f"/admin/accounts/user/{alice.pk}/change/"
    assert alice.password not in client.get(url).content.decode()
    assert alice.password.split("$")[-1] not in client.get(url).content.decode()
    assert client.post(url, {"email": "eve@example.org", "is_active": "on"}).status_code == 403
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"


def test_operator_makes_nobody_a_superuser(client: Client, alice: User) -> None:
    operator = with_role(OPERATOR)
    client.force_login(operator)
    for user in (alice, operator):
        page = client.post(
            f"/admin/accounts/user/{user.pk}/change/",
            {"email": user.email, "is_active": "on", "is_staff": "on", "is_superuser": "on"},
        )
        assert page.status_code == 302
        user.refresh_from_db()
        assert (user.is_staff, user.is_superuser) == (True, False)


@pytest.mark.parametrize("page", ["change", "password"])
def test_operator_does_not_take_over_a_superuser(client: Client, charlie: User, page: str) -> None:
    client.force_login(with_role(OPERATOR))
    values = {"email": "mine@example.org", "password1": "correct horse battery", "password2": "correct horse battery"}
    assert client.post(f"/admin/accounts/user/{charlie.pk}/{page}/", values).status_code == 403
    charlie.refresh_from_db()
    assert charlie.email == "charlie@example.org"


def test_role_is_named(charlie: User) -> None:
    assert (role_of(charlie), role_of(with_role(SUPPORT, OPERATOR))) == ("superuser", "operator, support")
