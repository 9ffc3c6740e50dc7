"""Another address: confirmed from its mailbox, with the account's password; the old mailbox is told."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client

from accounts.enums import LinkPurpose
from accounts.models import MailLink, User
from accounts.tests.factories import link_in, token_for
from config.tests.contract import SchemaClient, check_error
from conftest import client_of
from lib.tests.factories import make_user
from lib.tests.running import run_jobs

URL = "/api/v1/auth/email/change"
CONFIRM_URL = "/api/v1/auth/email/confirm"
LOGIN_URL = "/api/v1/auth/login"
ME_URL = "/api/v1/auth/me"
RESET_URL = "/api/v1/auth/password/reset"
OLD, NEW = "ada@example.org", "ada@example.net"
PASSWORD = "correct horse battery"
MARCH = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)

pytestmark = pytest.mark.usefixtures("counted_hashes")


@pytest.fixture
def ada(counted_hashes: list[str], db: None) -> User:
    return make_user(OLD, password=PASSWORD, is_staff=True)


def asked(client: SchemaClient, email: str = NEW) -> str:
    """The token of the link."""
    assert client.post(URL, {"email": email}).status_code == 202
    return token_for(email, LinkPurpose.CHANGE_EMAIL)


def confirm(token: str, password: str = PASSWORD) -> Any:
    return SchemaClient().post(CONFIRM_URL, {"token": token, "password": password})


@pytest.mark.usefixtures("queue")
def test_address_changes_when_the_new_mailbox_confirms_and_the_old_one_is_told() -> None:
    ada = make_user(OLD, password=PASSWORD)
    assert client_of(ada).post(URL, {"email": " ADA@example.NET"}).json() == {"detail": "Check your mail."}
    run_jobs()
    mails = {message.to[0]: message for message in mail.outbox}
    assert mails[OLD].subject == "Your e-mail address is about to change"
    assert NEW in str(mails[OLD].body)
    assert link_in(mails[OLD]) == "/reset-password"
    assert mails[NEW].subject == "Confirm your new e-mail address"
    assert User.objects.get().email == OLD
    mail.outbox.clear()
    response = confirm(link_in(mails[NEW]).removeprefix("/change-email/"))
    assert (response.status_code, response.json()["email"]) == (200, NEW)
    run_jobs()
    assert [(message.to, message.subject) for message in mail.outbox] == [([OLD], "Your e-mail address was changed")]


def test_address_is_the_new_one_from_then_on(ada: User) -> None:
    confirm(asked(client_of(ada)))
    old, new = (SchemaClient().post(LOGIN_URL, {"email": email, "password": PASSWORD}) for email in (OLD, NEW))
    check_error(old, 401, "invalid_credentials")
    assert new.status_code == 200
    assert new.json()["user"]["email_verified_at"] is not None


def test_change_ends_every_log_in_but_the_one_that_asked(ada: User) -> None:
    client, other, admin = client_of(ada), client_of(ada), Client()
    admin.force_login(ada)
    confirm(asked(client))
    assert client.get(ME_URL).json()["email"] == NEW
    check_error(other.get(ME_URL), 401, "token_not_valid")
    assert admin.get("/admin/").status_code == 302


def test_log_in_that_ended_meanwhile_does_not_come_back(ada: User) -> None:
    client = client_of(ada)
    token = asked(client)
    ada.set_password(PASSWORD)  # an operator's, with the same words
    ada.save()
    confirm(token)
    check_error(client.get(ME_URL), 401, "token_not_valid")


def test_who_reads_a_wrong_mailbox_does_not_get_the_account(ada: User) -> None:
    token = asked(client_of(ada))
    check_error(confirm(token, "what they guess"), 400, "password_wrong", "password")
    check_error(SchemaClient().post(CONFIRM_URL, {"token": token}), 400, "required", "password")
    assert User.objects.get().email == OLD
    assert confirm(token).status_code == 200


def test_newer_wish_makes_the_link_of_the_older_void(ada: User) -> None:
    client = client_of(ada)
    mistyped, meant = asked(client, "dad@example.net"), asked(client)
    check_error(confirm(mistyped), 400, "verification_invalid", "token")
    assert confirm(meant).status_code == 200
    check_error(confirm(meant), 400, "verification_invalid", "token")


def test_asking_for_the_address_of_now_takes_the_wish_back(ada: User) -> None:
    client = client_of(ada)
    token = asked(client)
    client.post(URL, {"email": OLD.upper()})
    check_error(confirm(token), 400, "verification_invalid", "token")


@pytest.mark.parametrize("way", ["reset", "change"])
def test_new_password_stops_the_change(ada: User, way: str) -> None:
    client = client_of(ada)
    token, new = asked(client), "another horse battery"
    if way == "change":
        client.post("/api/v1/auth/password/change", {"password": PASSWORD, "new_password": new})
    else:
        client.post(RESET_URL, {"email": OLD})
        body = {"token": token_for(OLD, LinkPurpose.RESET_PASSWORD), "password": new}
        assert client.post(f"{RESET_URL}/confirm", body).status_code == 200
    check_error(confirm(token, new), 400, "verification_invalid", "token")


def test_links_to_the_old_mailbox_are_void_after_the_change(ada: User) -> None:
    SchemaClient().post(RESET_URL, {"email": OLD})
    old_link = token_for(OLD, LinkPurpose.RESET_PASSWORD)
    confirm(asked(client_of(ada)))
    response = SchemaClient().post(f"{RESET_URL}/confirm", {"token": old_link, "password": "another horse battery"})
    check_error(response, 400, "verification_invalid", "token")


@pytest.mark.usefixtures("queue")
def test_known_address_gets_the_same_answer_and_a_mail_that_says_so() -> None:
    ada = make_user(OLD, password=PASSWORD)
    make_user(NEW)
    assert client_of(ada).post(URL, {"email": NEW}).json() == {"detail": "Check your mail."}
    run_jobs()
    assert {(message.to[0], message.subject) for message in mail.outbox} == {
        (NEW, "You already have an account"),
        (OLD, "Your e-mail address is about to change"),
    }
    assert not MailLink.objects.exists()


def test_address_that_was_taken_meanwhile_is_refused(ada: User) -> None:
    token = asked(client_of(ada))
    make_user(NEW)
    check_error(confirm(token), 409, "email_taken", "email")
    assert User.objects.get(pk=ada.pk).email == OLD


def test_stranger_who_wants_the_address_too_does_not_stop_its_owner(ada: User, bob: User) -> None:
    own = asked(client_of(ada))
    assert client_of(bob).post(URL, {"email": NEW}).status_code == 202
    bobs = MailLink.objects.get(user=bob)
    assert confirm(own).status_code == 200
    assert not MailLink.objects.filter(pk=bobs.pk).exists()  # it would give bob's account to whoever reads ada's mails


def test_link_is_good_for_a_day(ada: User) -> None:
    with time_machine.travel(MARCH, tick=False) as clock:
        token = asked(client_of(ada))
        clock.shift(dt.timedelta(days=1, seconds=1))
        check_error(confirm(token), 400, "verification_invalid", "token")
        clock.shift(-dt.timedelta(seconds=2))
        assert confirm(token).status_code == 200


def test_bad_address_is_refused(ada: User) -> None:
    check_error(client_of(ada).post(URL, {"email": "a@[127.0.0.1]"}), 400, "invalid", "email")
