from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from accounts.models import Settings, User
from accounts.tests.factories import give_reason, settings_of
from conftest import client_of
from lib.tests.factories import make_user

USERS = "/admin/accounts/user/"
PASSWORD = "correct horse battery"


@pytest.fixture
def admin(client: Client, charlie: User) -> Client:
    client.force_login(charlie)
    return client


def errors_of(page: Any) -> str:
    """What the form says is wrong; the page was saved where it redirects."""
    return str(page.context["adminform"].form.errors) if page.context else ""


def changed(user: User, **values: Any) -> dict[str, Any]:
    return {"email": user.email, "is_active": "on", **values}


def test_operator_makes_a_user(admin: Client) -> None:
    page = admin.post(
        f"{USERS}add/", {"email": " Eve@Example.org ", "password1": PASSWORD, "password2": PASSWORD, "is_staff": "on"}
    )
    assert page.status_code == 302, errors_of(page)
    eve = User.objects.get(email="eve@example.org")
    assert eve.check_password(PASSWORD)
    assert (eve.is_staff, eve.is_superuser) == (True, False)
    assert Settings.objects.filter(user=eve).exists()


@pytest.mark.parametrize("email", ["alice@example.org", "ALICE@Example.ORG"])
def test_address_that_is_taken_is_refused_in_the_form(admin: Client, alice: User, email: str) -> None:
    page = admin.post(f"{USERS}add/", {"email": email, "password1": PASSWORD, "password2": PASSWORD})
    assert page.status_code == 200
    assert "already exists" in errors_of(page)


@pytest.mark.parametrize(
    ("password", "words"),
    [("vK9!pQ", "too short"), (" " * 10, "different characters"), ("correct horse " * 20, "at most 256")],
)
def test_weak_password_is_refused_in_the_form(admin: Client, password: str, words: str) -> None:
    page = admin.post(f"{USERS}add/", {"email": "eve@example.org", "password1": password, "password2": password})
    assert words in errors_of(page)
    assert not User.objects.filter(email="eve@example.org").exists()


def test_operator_changes_an_address(admin: Client, alice: User) -> None:
    page = admin.post(f"{USERS}{alice.pk}/change/", changed(alice, email="Alice@Example.net"))
    assert page.status_code == 302, errors_of(page)
    alice.refresh_from_db()
    assert alice.email == "alice@example.net"


def test_address_that_an_operator_changes_is_not_verified_and_ends_every_log_in(admin: Client, alice: User) -> None:
    client = client_of(alice)
    verified = {"email_verified_at_0": "2026-03-01", "email_verified_at_1": "12:00"}
    admin.post(f"{USERS}{alice.pk}/change/", changed(alice, **verified))
    assert client.get("/api/v1/auth/me").status_code == 200
    admin.post(f"{USERS}{alice.pk}/change/", changed(alice, email="alice@exämple.net", **verified))
    alice.refresh_from_db()
    assert (alice.email, alice.email_verified_at) == ("alice@xn--exmple-cua.net", None)
    assert client.get("/api/v1/auth/me").status_code == 401


def test_operator_may_say_that_a_new_address_is_verified(admin: Client, alice: User) -> None:
    verified = {"email_verified_at_0": "2026-03-01", "email_verified_at_1": "12:00"}
    admin.post(f"{USERS}{alice.pk}/change/", changed(alice, email="alice@example.net", **verified))
    alice.refresh_from_db()
    assert (alice.email, alice.email_verified_at is None) == ("alice@example.net", False)


@pytest.mark.parametrize("email", ["a@[127.0.0.1]", "ı@example.org", "a@xn--a.org"])
def test_address_without_a_normal_form_is_refused_in_the_form(admin: Client, alice: User, email: str) -> None:
    for url, values in (
        (f"{USERS}add/", {"password1": PASSWORD, "password2": PASSWORD}),
        (f"{USERS}{alice.pk}/change/", {}),
    ):
        page = admin.post(url, {"email": email, "is_active": "on", **values})
        assert page.status_code == 200
        assert "valid e" in errors_of(page)


def test_log_in_that_the_password_has_ended_is_shown_as_over(admin: Client, alice: User) -> None:
    client_of(alice)
    shown = admin.get("/admin/accounts/session/").content.decode()
    alice.set_password(PASSWORD)
    alice.save()
    assert ("True" in shown, "True" in admin.get("/admin/accounts/session/").content.decode()) == (True, False)


def test_operator_switches_a_user_off(admin: Client, alice: User) -> None:
    page = admin.post(f"{USERS}{alice.pk}/change/", {"email": alice.email})
    assert page.status_code == 302, errors_of(page)
    assert not User.objects.get(pk=alice.pk).is_active


def test_operator_sets_a_password(admin: Client, alice: User) -> None:
    url = f"{USERS}{alice.pk}/password/"
    assert admin.get(url).status_code == 200
    page = admin.post(
        url, {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true", "set-password": "1"}
    )
    assert page.status_code == 302, page.content.decode()
    assert User.objects.get(pk=alice.pk).check_password(PASSWORD)


def test_users_are_not_deleted_here(admin: Client, alice: User) -> None:
    assert admin.post(f"{USERS}{alice.pk}/delete/", {"post": "yes"}).status_code == 403
    page = admin.post(USERS, {"action": "delete_selected", "_selected_action": [str(alice.pk)], "post": "yes"})
    assert page.status_code in (200, 302)
    assert User.objects.filter(pk=alice.pk).exists()


@pytest.mark.parametrize("text", ["alice@", "{id}"])
def test_user_is_found_by_address_and_by_id(admin: Client, alice: User, bob: User, text: str) -> None:
    page = admin.get(USERS, {"q": text.format(id=alice.pk)})
    assert [user.email for user in page.context["cl"].result_list] == ["alice@example.org"]


@pytest.mark.parametrize("text", ["'", "%", "x" * 300, "not-a-uuid"])
def test_odd_search_does_no_harm(admin: Client, alice: User, text: str) -> None:
    assert admin.get(USERS, {"q": text}).status_code == 200


def test_password_hash_is_not_shown_in_full(admin: Client) -> None:
    eve = make_user("eve@example.org", password=PASSWORD)
    page = admin.get(f"{USERS}{eve.pk}/change/")
    assert eve.password not in page.content.decode()


def test_settings_are_changed_and_neither_added_nor_deleted(admin: Client, charlie: User, alice: User) -> None:
    row = settings_of(alice)
    give_reason(charlie, alice)
    url = f"/admin/accounts/settings/{row.pk}/"
    form = admin.get(f"{url}change/").context["adminform"].form
    values = {name: value for name, value in form.initial.items() if value is not None}
    page = admin.post(f"{url}change/", {**values, "equipment": "", "weight_unit": "lb"})
    assert page.status_code == 302, errors_of(page)
    row.refresh_from_db()
    assert row.weight_unit == "lb"
    assert admin.get("/admin/accounts/settings/add/").status_code == 403
    assert admin.post(f"{url}delete/", {"post": "yes"}).status_code == 403
    assert Settings.objects.get(pk=row.pk).deleted_at is None


def test_what_is_private_in_the_settings_is_not_shown(admin: Client, charlie: User, alice: User) -> None:
    give_reason(charlie, alice)
    Settings.objects.filter(user=alice).update(life_stage="pregnancy", eating_disorder_flag=True)
    url = f"/admin/accounts/settings/{settings_of(alice).pk}/"
    form = admin.get(f"{url}change/").context["adminform"].form
    assert {"sex", "height_m"} <= form.fields.keys()
    assert not {"life_stage", "eating_disorder_flag"} & form.fields.keys()
    page = admin.get("/admin/accounts/settings/")
    assert "life_stage" not in page.context["cl"].list_filter
    values = {name: value for name, value in form.initial.items() if value is not None}
    admin.post(f"{url}change/", {**values, "equipment": "", "weight_unit": "lb"})
    kept = Settings.objects.get(user=alice)
    assert (kept.weight_unit, kept.life_stage, kept.eating_disorder_flag) == ("lb", "pregnancy", True)


@pytest.mark.parametrize("kind", ["device", "session"])
def test_devices_and_sessions_are_only_looked_at(admin: Client, kind: str) -> None:
    assert admin.get(f"/admin/accounts/{kind}/").status_code == 200
    assert admin.get(f"/admin/accounts/{kind}/add/").status_code == 403


def test_groups_are_kept(admin: Client) -> None:
    assert admin.post("/admin/auth/group/add/", {"name": "Readers"}).status_code == 302
    assert Group.objects.filter(name="Readers").exists()


@pytest.mark.parametrize("url", ["/admin/", USERS, "/admin/accounts/settings/", "/admin/catalog/exercisetype/"])
def test_athlete_does_not_get_in(client: Client, alice: User, url: str) -> None:
    client.force_login(alice)
    page = client.get(url)
    assert (page.status_code, page["Location"]) == (302, f"/admin/login/?next={url}")
