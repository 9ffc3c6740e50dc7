"""Whoever holds the mailbox decides the password, no matter who registered the address."""

import datetime as dt
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core import mail, signing
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.enums import LinkPurpose
from accounts.models import MailLink, Settings, User
from accounts.services.links import VALID_FOR, delete_expired_links
from accounts.tests.factories import token_for
from config.tests.contract import SchemaClient, check_error
from conftest import client_of
from lib.tests.factories import make_user
from lib.tests.running import at_once, run_jobs

REGISTER_URL = "/api/v1/auth/register"
URL = "/api/v1/auth/verify-email"
RESEND_URL = "/api/v1/auth/verify-email/resend"
LOGIN_URL = "/api/v1/auth/login"
ME_URL = "/api/v1/auth/me"
EVE = "eve@example.org"
PASSWORD = "correct horse battery"
STRANGERS = "what a stranger chose"
MARCH = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)

pytestmark = pytest.mark.usefixtures("counted_hashes")


@pytest.fixture
def eve(db: None) -> User:
    """Of an older server, or made by an operator: an account whose address nobody has confirmed."""
    return make_user(EVE, email_verified_at=None, password=STRANGERS)


def registered() -> str:
    """The token of the newest link."""
    assert SchemaClient().post(REGISTER_URL, {"email": EVE}).status_code == 202
    return token_for(EVE)


def verify(token: str, password: str = PASSWORD) -> Any:
    return SchemaClient().post(URL, {"token": token, "password": password})


def log_in(password: str) -> Any:
    return SchemaClient().post(LOGIN_URL, {"email": EVE, "password": password})


def test_link_makes_a_verified_account_and_logs_in(db: None) -> None:
    response = verify(registered())
    assert response.status_code == 200
    assert set(response.json()) == {"access", "refresh", "user"}
    assert set(response.json()["user"]) == {"id", "email", "email_verified_at", "created_at"}
    me = SchemaClient().get(ME_URL, headers={"Authorization": f"Bearer {response.json()['access']}"})
    assert me.json()["email"] == EVE
    assert me.json()["email_verified_at"] is not None
    assert log_in(PASSWORD).status_code == 200


def test_link_without_a_password_opens_nothing(db: None) -> None:
    check_error(SchemaClient().post(URL, {"token": registered()}), 400, "required", "password")
    assert not User.objects.exists()


def test_link_works_once(db: None) -> None:
    token = registered()
    verify(token)
    check_error(verify(token, STRANGERS), 400, "verification_invalid", "token")
    check_error(log_in(STRANGERS), 401, "invalid_credentials")
    assert log_in(PASSWORD).status_code == 200


def test_link_works_once_also_after_its_address_is_nobodys_again(db: None) -> None:
    token = registered()
    verify(token)
    User.objects.update(email="eve@example.net")
    check_error(verify(token), 400, "verification_invalid", "token")


@pytest.mark.usefixtures("queue")
def test_link_used_twice_at_once_works_once() -> None:
    token = registered()
    answers = at_once([partial(verify, token, f"{PASSWORD} {n}") for n in range(3)])
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400]
    winner = next(n for n, answer in enumerate(answers) if answer.status_code == 200)
    assert User.objects.get().check_password(f"{PASSWORD} {winner}")


def test_older_link_is_dead_and_the_newest_works_whoever_asked_for_it(db: None) -> None:
    older, newer = registered(), registered()
    check_error(verify(older), 400, "verification_invalid", "token")
    assert verify(newer).status_code == 200


def test_stranger_who_registers_the_address_gets_no_account(db: None) -> None:
    """Before the owner does, after, and with the password of an older client."""
    for _ in range(2):
        SchemaClient().post(REGISTER_URL, {"email": EVE, "password": STRANGERS})
        token = registered()
        SchemaClient().post(REGISTER_URL, {"email": EVE, "password": STRANGERS})
        check_error(log_in(STRANGERS), 401, "invalid_credentials")
        check_error(verify(token), 400, "verification_invalid", "token")
    assert verify(token_for(EVE)).status_code == 200
    check_error(log_in(STRANGERS), 401, "invalid_credentials")
    assert log_in(PASSWORD).status_code == 200


def test_unverified_account_becomes_that_of_who_holds_the_mailbox(eve: User) -> None:
    strangers_client = client_of(eve)
    Settings.objects.update(theme="dark")
    assert verify(registered()).status_code == 200
    check_error(log_in(STRANGERS), 401, "invalid_credentials")
    check_error(strangers_client.get(ME_URL), 401, "token_not_valid")
    assert User.objects.get().pk == eve.pk
    assert Settings.objects.get().theme == "dark"  # if it was not a stranger, it is theirs


def test_link_to_a_verified_account_sets_no_password(eve: User) -> None:
    token = registered()
    User.objects.update(email_verified_at=MARCH)
    check_error(verify(token), 400, "verification_invalid", "token")
    assert User.objects.get().check_password(STRANGERS)


def test_link_switches_no_account_on(eve: User) -> None:
    token = registered()
    User.objects.update(is_active=False)
    check_error(verify(token), 400, "verification_invalid", "token")


def test_link_is_good_for_three_days(db: None) -> None:
    with time_machine.travel(MARCH, tick=False) as clock:
        token = registered()
        clock.shift(dt.timedelta(days=3, seconds=1))
        check_error(verify(token), 400, "verification_invalid", "token")
        assert not User.objects.exists()
        clock.shift(-dt.timedelta(seconds=2))
        assert verify(token).status_code == 200


@pytest.mark.parametrize(
    "forged",
    [
        "{secret}:{signature}x",
        "{other}:{signature}",
        "{secret}",
        "{secret}:",
        "x",
        "ü:ö:ä",
        ":::::",
        "{purpose}",
        "not-a-uuid:{signature}",
    ],
)
def test_forged_token_is_refused(db: None, forged: str) -> None:
    secret, _, signature = registered().partition(":")
    purpose = signing.Signer(salt="another purpose").sign(secret)
    token = forged.format(secret=secret, signature=signature, other=uuid4().hex, purpose=purpose)
    check_error(verify(token), 400, "verification_invalid", "token")


def test_link_is_no_link_for_another_purpose(eve: User) -> None:
    token = registered()
    for url in ("/api/v1/auth/password/reset/confirm", "/api/v1/auth/email/confirm"):
        response = SchemaClient().post(url, {"token": token, "password": PASSWORD})
        check_error(response, 400, "verification_invalid", "token")


def test_refused_link_costs_no_hash(db: None, counted_hashes: list[str]) -> None:
    registered()
    verify("x")
    verify(registered(), "short")
    assert counted_hashes == []


# --- the mail once more ---


@pytest.mark.usefixtures("queue")
def test_resend_mails_a_link_with_which_a_password_is_chosen() -> None:
    eve = make_user(EVE, email_verified_at=None, password=STRANGERS)
    client = client_of(eve)
    assert client.post(RESEND_URL).status_code == 202
    run_jobs()
    (message,) = mail.outbox
    assert message.to == [EVE]
    assert verify(token_for(EVE)).status_code == 200
    check_error(client.get(ME_URL), 401, "token_not_valid")
    assert User.objects.get().email_verified_at is not None


@pytest.mark.usefixtures("queue")
def test_link_is_not_mailed_to_who_confirmed_meanwhile() -> None:
    eve = make_user(EVE, email_verified_at=None)
    client_of(eve).post(RESEND_URL)
    User.objects.update(email_verified_at=MARCH)
    run_jobs()
    assert [message.subject for message in mail.outbox] == ["You already have an account"]
    assert not MailLink.objects.exists()


def test_resend_to_who_has_confirmed_answers_the_same_and_mails_nothing(api: SchemaClient) -> None:
    assert api.post(RESEND_URL).status_code == 202
    assert not ProcrastinateJob.objects.exists()


def test_resend_asked_twice_mails_once(eve: User) -> None:
    client = client_of(eve)
    assert [client.post(RESEND_URL).status_code for _ in range(2)] == [202, 202]
    assert ProcrastinateJob.objects.count() == 1


def test_resend_refuses_the_anonymous(anonymous: SchemaClient) -> None:
    check_error(anonymous.post(RESEND_URL), 401, "not_authenticated")


def test_unverified_user_may_log_but_not_sync(eve: User) -> None:
    client: Any = client_of(eve)
    assert client.get(ME_URL).json()["email_verified_at"] is None
    check_error(client.get("/api/v1/sync/status"), 403, "email_not_verified")


def test_links_that_are_too_old_are_deleted(db: None) -> None:
    for purpose, valid_for in VALID_FOR.items():
        for n, age in enumerate((valid_for, valid_for - dt.timedelta(seconds=1))):
            MailLink.objects.create(purpose=purpose, email=f"user-{n}@example.org", created_at=MARCH - age)
    delete_expired_links(at=MARCH)
    assert sorted(MailLink.objects.values_list("purpose", "email")) == sorted(
        (purpose, "user-1@example.org") for purpose in LinkPurpose.values
    )
