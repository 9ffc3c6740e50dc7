import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.models import User
from accounts.services.verification import verification_link, verification_token
from config.tests.contract import SchemaClient, check_error
from conftest import client_of
from lib.tests.factories import make_user
from lib.tests.running import run_jobs

URL = "/api/v1/auth/verify-email"
RESEND_URL = "/api/v1/auth/verify-email/resend"
MARCH = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def eve(db: None) -> User:
    """Somebody who has registered and not confirmed yet."""
    return make_user("eve@example.org", email_verified_at=None)


def page_of(user: User) -> str:
    return verification_link(user).removeprefix("http://127.0.0.1:8000")


def verified_at(user: User) -> dt.datetime | None:
    return User.objects.get(pk=user.pk).email_verified_at


def test_token_confirms_the_address(anonymous: SchemaClient, eve: User) -> None:
    response = anonymous.post(URL, {"token": verification_token(eve)})
    assert response.status_code == 200
    assert set(response.json()) == {"id", "email", "email_verified_at", "created_at"}
    assert response.json()["email"] == "eve@example.org"
    assert verified_at(eve) is not None


def test_token_confirms_again_and_keeps_the_first_time(anonymous: SchemaClient, eve: User) -> None:
    token = verification_token(eve)
    anonymous.post(URL, {"token": token})
    first = verified_at(eve)
    assert anonymous.post(URL, {"token": token}).status_code == 200
    assert verified_at(eve) == first


def test_token_is_good_for_three_days(anonymous: SchemaClient, eve: User) -> None:
    with time_machine.travel(MARCH, tick=False) as clock:
        token = verification_token(eve)
        clock.shift(dt.timedelta(days=3, seconds=1))
        check_error(anonymous.post(URL, {"token": token}), 400, "verification_invalid", "token")
        assert verified_at(eve) is None
        clock.shift(-dt.timedelta(seconds=2))
        assert anonymous.post(URL, {"token": token}).status_code == 200


def test_token_of_an_address_that_changed_is_refused(anonymous: SchemaClient, eve: User) -> None:
    token = verification_token(eve)
    User.objects.filter(pk=eve.pk).update(email="eve@example.net")
    check_error(anonymous.post(URL, {"token": token}), 400, "verification_invalid", "token")
    assert verified_at(eve) is None


def test_token_of_a_user_who_is_gone_is_refused(anonymous: SchemaClient, eve: User) -> None:
    token = verification_token(eve)
    User.objects.filter(pk=eve.pk).delete()
    check_error(anonymous.post(URL, {"token": token}), 400, "verification_invalid", "token")


def test_forged_token_is_refused(anonymous: SchemaClient, eve: User, alice: User) -> None:
    claim, _, signature = verification_token(eve).partition(":")
    other_claim = verification_token(alice).partition(":")[0]
    for token in (f"{claim}:{signature[:-1]}x", f"{other_claim}:{signature}", claim, "x", "ü:ö:ä", ":" * 1000):
        check_error(anonymous.post(URL, {"token": token}), 400, "verification_invalid", "token")
    assert verified_at(eve) is None


def test_signature_made_for_another_purpose_is_refused(anonymous: SchemaClient, eve: User) -> None:
    from django.core import signing  # noqa: PLC0415 - the one test that forges

    token = signing.dumps({"user": str(eve.pk), "email": eve.email}, salt="another purpose")
    check_error(anonymous.post(URL, {"token": token}), 400, "verification_invalid", "token")


# --- the page behind the link ---


def test_page_asks_first_and_changes_nothing(client: Client, eve: User) -> None:
    page = client.get(page_of(eve))
    assert page.status_code == 200
    assert b'<button type="submit">Confirm</button>' in page.content
    assert verified_at(eve) is None


def test_page_answers_a_scanner_that_asks_for_the_head_alone(client: Client, eve: User) -> None:
    assert client.head(page_of(eve)).status_code == 200
    assert verified_at(eve) is None


def test_button_of_the_page_confirms(client: Client, eve: User) -> None:
    page = client.post(page_of(eve))
    assert page.status_code == 200
    assert b"Your address is confirmed." in page.content
    assert verified_at(eve) is not None


def test_button_needs_the_csrf_token_of_its_page(eve: User) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post(page_of(eve)).status_code == 403
    assert verified_at(eve) is None
    client.get(page_of(eve))
    token = client.cookies["csrftoken"].value
    assert client.post(page_of(eve), {"csrfmiddlewaretoken": token}).status_code == 200


@pytest.mark.parametrize("token", ["x", "a:b:c", "%00", "<script>alert(1)</script>"])
def test_page_of_a_bad_link_says_so(client: Client, db: None, token: str) -> None:
    page = client.post(f"/verify-email/{token.replace('/', '%2F')}")
    assert page.status_code in (400, 404)
    assert b"<script>" not in page.content


def test_page_of_a_forged_link_says_so(client: Client, eve: User) -> None:
    page = client.post(page_of(eve)[:-1])
    assert page.status_code == 400
    assert b"This link does not work" in page.content
    assert verified_at(eve) is None


def test_page_is_kept_out_of_caches_and_sends_no_referrer(client: Client, eve: User) -> None:
    page = client.get(page_of(eve))
    assert "no-store" in page["Cache-Control"]
    assert page["Referrer-Policy"] == "same-origin"


# --- the mail once more ---


@pytest.mark.django_db(transaction=True)
def test_resend_mails_the_link_again() -> None:
    eve = make_user("eve@example.org", email_verified_at=None)
    assert client_of(eve).post(RESEND_URL).status_code == 202
    run_jobs()
    (message,) = mail.outbox
    assert message.to == ["eve@example.org"]
    assert "/verify-email/" in str(message.body)


@pytest.mark.django_db(transaction=True)
def test_link_is_not_mailed_to_who_confirmed_meanwhile() -> None:
    eve = make_user("eve@example.org", email_verified_at=None)
    client_of(eve).post(RESEND_URL)
    User.objects.update(email_verified_at=MARCH)
    run_jobs()
    assert mail.outbox == []


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
    assert client.get("/api/v1/auth/me").json()["email_verified_at"] is None
    check_error(client.get("/api/v1/sync/status"), 403, "email_not_verified")
