"""Another password, by the old one or by mail: every other log-in ends."""

import datetime as dt
from functools import partial
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client

from accounts.enums import LinkPurpose
from accounts.models import MailLink, Session, User
from accounts.tests.factories import link_in, token_for
from config.tests.contract import SchemaClient, check_error
from conftest import client_of
from lib.tests.factories import make_user
from lib.tests.running import at_once, run_jobs

LOGIN_URL = "/api/v1/auth/login"
ME_URL = "/api/v1/auth/me"
REFRESH_URL = "/api/v1/auth/refresh"
RESET_URL = "/api/v1/auth/password/reset"
CONFIRM_URL = "/api/v1/auth/password/reset/confirm"
CHANGE_URL = "/api/v1/auth/password/change"
ADA = "ada@example.org"
OLD, NEW = "correct horse battery", "another horse battery"
MARCH = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)

pytestmark = pytest.mark.usefixtures("counted_hashes")


@pytest.fixture
def ada(counted_hashes: list[str], db: None) -> User:
    return make_user(ADA, password=OLD, is_staff=True)


def log_in(password: str) -> Any:
    return SchemaClient().post(LOGIN_URL, {"email": ADA, "password": password})


def reset(email: str = ADA) -> str:
    """The token of the newest link."""
    assert SchemaClient().post(RESET_URL, {"email": email}).status_code == 202
    return token_for(email, LinkPurpose.RESET_PASSWORD)


def confirm(token: str, password: str = NEW) -> Any:
    return SchemaClient().post(CONFIRM_URL, {"token": token, "password": password})


# --- changed by the old one ---


def test_change_needs_the_old_password_and_sets_the_new_one(ada: User) -> None:
    client = client_of(ada)
    check_error(client.post(CHANGE_URL, {"password": NEW, "new_password": NEW}), 400, "password_wrong", "password")
    assert log_in(OLD).status_code == 200
    assert client.post(CHANGE_URL, {"password": OLD, "new_password": NEW}).status_code == 204
    check_error(log_in(OLD), 401, "invalid_credentials")
    assert log_in(NEW).status_code == 200


def test_change_ends_every_other_log_in_and_goes_on_in_its_own(ada: User, bob: User) -> None:
    other, bobs, admin = log_in(OLD).json(), client_of(bob), Client()
    admin.force_login(ada)
    own = log_in(OLD).json()
    client = SchemaClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {own['access']}")
    assert client.post(CHANGE_URL, {"password": OLD, "new_password": NEW}).status_code == 204
    others = SchemaClient()
    others.credentials(HTTP_AUTHORIZATION=f"Bearer {other['access']}")
    check_error(others.get(ME_URL), 401, "token_not_valid")
    check_error(others.post(REFRESH_URL, {"refresh": other["refresh"]}), 401, "token_not_valid")
    assert admin.get("/admin/").status_code == 302
    assert client.get(ME_URL).status_code == bobs.get(ME_URL).status_code == 200
    assert client.post(REFRESH_URL, {"refresh": own["refresh"]}).status_code == 200


def test_weak_new_password_is_refused(ada: User) -> None:
    response = client_of(ada).post(CHANGE_URL, {"password": OLD, "new_password": " " * 10})
    check_error(response, 400, "password_too_uniform", "new_password")
    assert log_in(OLD).status_code == 200


@pytest.mark.usefixtures("queue")
def test_two_changes_at_once_are_one() -> None:
    ada = make_user(ADA, password=OLD)
    bodies = [{"password": OLD, "new_password": f"{NEW} {n}"} for n in range(2)]
    answers = at_once([partial(client_of(ada).post, CHANGE_URL, body) for body in bodies])
    assert sorted(answer.status_code for answer in answers) in ([204, 400], [204, 401])
    assert Session.objects.live().count() == 1


@pytest.mark.parametrize("url", [CHANGE_URL, "/api/v1/auth/email/change"])
def test_change_refuses_the_anonymous(anonymous: SchemaClient, url: str) -> None:
    check_error(anonymous.post(url, {}), 401, "not_authenticated")


# --- chosen by mail ---


@pytest.mark.usefixtures("queue")
def test_forgotten_password_is_replaced_by_mail() -> None:
    make_user(ADA, password=OLD)
    assert SchemaClient().post(RESET_URL, {"email": " ADA@Example.org"}).json() == {"detail": "Check your mail."}
    run_jobs()
    (message,) = mail.outbox
    assert (message.to, message.subject) == ([ADA], "Choose a new password")
    response = confirm(link_in(message).removeprefix("/reset-password/"))
    assert (response.status_code, set(response.json())) == (200, {"access", "refresh", "user"})
    check_error(log_in(OLD), 401, "invalid_credentials")
    assert log_in(NEW).status_code == 200
    run_jobs()
    assert [(message.to, message.subject) for message in mail.outbox[1:]] == [([ADA], "Your password was changed")]


@pytest.mark.usefixtures("queue")
def test_unknown_address_gets_the_same_answer_and_no_mail() -> None:
    make_user("off@example.org", is_active=False)
    for email in ("nobody@example.org", "off@example.org"):
        response = SchemaClient().post(RESET_URL, {"email": email})
        assert (response.status_code, response.json()) == (202, {"detail": "Check your mail."})
    run_jobs()
    assert (mail.outbox, MailLink.objects.count()) == ([], 0)


def test_reset_ends_every_log_in(ada: User) -> None:
    client, admin = client_of(ada), Client()
    admin.force_login(ada)
    answer = confirm(reset()).json()
    check_error(client.get(ME_URL), 401, "token_not_valid")
    assert admin.get("/admin/").status_code == 302
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {answer['access']}")
    assert client.get(ME_URL).status_code == 200


def test_reset_link_works_once_and_only_the_newest(ada: User) -> None:
    older, newer = reset(), reset()
    check_error(confirm(older), 400, "verification_invalid", "token")
    assert confirm(newer).status_code == 200
    check_error(confirm(newer, OLD), 400, "verification_invalid", "token")


def test_reset_link_is_good_for_two_hours(ada: User) -> None:
    with time_machine.travel(MARCH, tick=False) as clock:
        token = reset()
        clock.shift(dt.timedelta(hours=2, seconds=1))
        check_error(confirm(token), 400, "verification_invalid", "token")
        clock.shift(-dt.timedelta(seconds=2))
        assert confirm(token).status_code == 200


def test_reset_link_dies_when_the_password_is_changed(ada: User) -> None:
    token = reset()
    client_of(ada).post(CHANGE_URL, {"password": OLD, "new_password": NEW})
    check_error(confirm(token, OLD), 400, "verification_invalid", "token")


def test_reset_verifies_the_address_that_read_the_mail(ada: User) -> None:
    User.objects.update(email_verified_at=None)
    assert confirm(reset()).json()["user"]["email_verified_at"] is not None


def test_reset_link_of_an_account_that_was_switched_off_meanwhile_is_refused(ada: User) -> None:
    token = reset()
    User.objects.update(is_active=False)
    check_error(confirm(token), 400, "verification_invalid", "token")


def test_weak_password_is_refused_and_the_link_stays(ada: User) -> None:
    token = reset()
    check_error(confirm(token, "ada@example"), 400, "password_too_similar", "password")
    assert confirm(token).status_code == 200


# --- changed elsewhere ---


def test_password_that_an_operator_sets_ends_every_log_in(client: Client, charlie: User, ada: User) -> None:
    adas_client = client_of(ada)
    client.force_login(charlie)
    values = {"password1": NEW, "password2": NEW, "usable_password": "true", "set-password": "1"}
    client.post(f"/admin/accounts/user/{ada.pk}/password/", values)
    check_error(adas_client.get(ME_URL), 401, "token_not_valid")


def test_password_that_an_operator_takes_away_ends_every_log_in(client: Client, charlie: User, ada: User) -> None:
    adas_client = client_of(ada)
    client.force_login(charlie)
    values = {"password1": "", "password2": "", "usable_password": "false", "unset-password": "1"}
    client.post(f"/admin/accounts/user/{ada.pk}/password/", values)
    assert not User.objects.get(pk=ada.pk).has_usable_password()
    check_error(adas_client.get(ME_URL), 401, "token_not_valid")


def test_own_password_changed_in_the_admin_ends_all_but_this(client: Client, ada: User) -> None:
    adas_client, elsewhere = client_of(ada), Client()
    client.force_login(ada)
    elsewhere.force_login(ada)
    values = {"old_password": OLD, "new_password1": NEW, "new_password2": NEW}
    assert client.post("/admin/password_change/", values).status_code == 302
    check_error(adas_client.get(ME_URL), 401, "token_not_valid")
    assert elsewhere.get("/admin/").status_code == 302
    assert client.get("/admin/").status_code == 200


def test_stronger_hash_of_the_same_password_ends_nothing(ada: User, settings: Any) -> None:
    client = client_of(ada)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    old_hash = User.objects.get().password
    own = log_in(OLD)
    assert User.objects.get().password != old_hash
    assert client.get(ME_URL).status_code == own.status_code == 200
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {own.json()['access']}")
    assert client.get(ME_URL).status_code == 200
