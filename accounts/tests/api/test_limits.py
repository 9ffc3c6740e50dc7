"""The limits on attempts. They are rows of PostgreSQL: what one process counts, all of them know."""

import datetime as dt
from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.cache import caches
from django.db import connection
from django.test import Client

from accounts.enums import LinkPurpose
from accounts.models import User
from accounts.tests.factories import token_for
from config.tests.contract import SchemaClient, check_error
from conftest import client_of
from lib.tests.factories import make_user
from lib.tests.running import at_once

LOGIN = "/api/v1/auth/login"
REGISTER = "/api/v1/auth/register"
REFRESH = "/api/v1/auth/refresh"
LOGOUT = "/api/v1/auth/logout"
VERIFY = "/api/v1/auth/verify-email"
RESEND = "/api/v1/auth/verify-email/resend"
RESET = "/api/v1/auth/password/reset"
CHANGE = "/api/v1/auth/password/change"
CONFIRM = "/api/v1/auth/email/confirm"
DEVICES = "/api/v1/sync/devices"
PASSWORD, WRONG = "correct horse battery", "wrong password"
MARCH = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)

pytestmark = [pytest.mark.usefixtures("limits", "counted_hashes")]


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """One moment, so that no window ends in the middle of a test."""
    with time_machine.travel(MARCH, tick=False) as clock:
        yield clock


def log_in(email: str, address: str = "192.0.2.1", password: str = WRONG) -> Any:
    return SchemaClient().post(LOGIN, {"email": email, "password": password}, REMOTE_ADDR=address)


def log_in_to_admin(email: str, address: str = "192.0.2.1", password: str = WRONG) -> Any:
    return Client(REMOTE_ADDR=address).post("/admin/login/", {"username": email, "password": password})


def codes(responses: Any) -> list[int]:
    return [response.status_code for response in responses]


def networks(count: int) -> Iterator[str]:
    """So many that none of them is over the limit of its own."""
    return (f"192.0.2.{n % 20 + 1}" for n in range(count))


def test_logins_are_limited_per_account_and_network(db: None) -> None:
    assert codes(log_in("ada@example.org") for _ in range(30)) == [401] * 30
    check_error(log_in("ada@example.org"), 429, "throttled")
    check_error(log_in("ADA@Example.org"), 429, "throttled")
    assert log_in("bob@example.org").status_code == 401


def test_owner_is_let_in_while_others_try_from_elsewhere(db: None) -> None:
    make_user("ada@example.org", password=PASSWORD)
    for _ in range(31):
        refused = log_in("ada@example.org", "198.51.100.1")
    assert refused.status_code == 429
    assert log_in("ada@example.org", password=PASSWORD).status_code == 200


def test_limit_refuses_the_right_password_too(db: None) -> None:
    make_user("ada@example.org", password=PASSWORD)
    for _ in range(30):
        log_in("ada@example.org")
    check_error(log_in("ada@example.org", password=PASSWORD), 429, "throttled")


def test_account_has_a_wider_limit_over_all_networks(db: None) -> None:
    assert codes(log_in("ada@example.org", address) for address in networks(300)) == [401] * 300
    check_error(log_in("ada@example.org", "203.0.113.1"), 429, "throttled")
    assert log_in("bob@example.org", "203.0.113.1").status_code == 401


def test_owner_is_let_in_where_they_were_before_whatever_others_try(db: None) -> None:
    make_user("ada@example.org", password=PASSWORD)
    assert log_in("ada@example.org", "203.0.113.1", PASSWORD).status_code == 200
    for address in networks(301):
        log_in("ada@example.org", address)
    check_error(log_in("ada@example.org", "203.0.113.2", PASSWORD), 429, "throttled")
    assert log_in("ada@example.org", "203.0.113.1", PASSWORD).status_code == 200


def test_mail_is_a_way_in_for_who_is_locked_out(db: None) -> None:
    ada = make_user("ada@example.org", password=PASSWORD)
    for address in networks(301):
        log_in("ada@example.org", address)
    check_error(log_in("ada@example.org", "203.0.113.1", PASSWORD), 429, "throttled")
    client, new = SchemaClient(), "another horse battery"
    assert client.post(RESET, {"email": ada.email}, REMOTE_ADDR="203.0.113.1").status_code == 202
    body = {"token": token_for(ada.email, LinkPurpose.RESET_PASSWORD), "password": new}
    answer = client.post(f"{RESET}/confirm", body, REMOTE_ADDR="203.0.113.1")
    me = client.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {answer.json()['access']}"})
    assert me.status_code == 200
    assert log_in("ada@example.org", "203.0.113.1", new).status_code == 200
    check_error(log_in("ada@example.org", "203.0.113.2", new), 429, "throttled")


def test_page_of_the_mail_is_a_way_in_too(client: Client, db: None) -> None:
    ada = make_user("ada@example.org", password=PASSWORD)
    for address in networks(301):
        log_in("ada@example.org", address)
    new = "another horse battery"
    client.post("/reset-password", {"email": ada.email}, REMOTE_ADDR="203.0.113.1")
    path = f"/reset-password/{token_for(ada.email, LinkPurpose.RESET_PASSWORD)}"
    assert client.post(path, {"password": new, "password_again": new}, REMOTE_ADDR="203.0.113.1").status_code == 200
    assert log_in("ada@example.org", "203.0.113.1", new).status_code == 200


# --- one limit on every way in ---


def test_admin_is_limited_like_the_api(charlie: User) -> None:
    assert codes(log_in_to_admin(charlie.email) for _ in range(30)) == [200] * 30
    refused = log_in_to_admin(charlie.email)
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) >= 1
    assert b"Too many attempts" in refused.content


def test_all_ways_in_share_their_counters(client: Client, db: None) -> None:
    ada = make_user("ada@example.org", password=PASSWORD, is_staff=True)
    api = client_of(ada)
    client.force_login(ada)
    api.post("/api/v1/auth/email/change", {"email": "ada@example.net"})
    token = token_for("ada@example.net", LinkPurpose.CHANGE_EMAIL)
    admins = {"old_password": WRONG, "new_password1": PASSWORD, "new_password2": PASSWORD}
    for _ in range(5):
        assert log_in(ada.email, "127.0.0.1").status_code == 401
        assert log_in_to_admin(ada.email, "127.0.0.1").status_code == 200
        check_error(api.post(CHANGE, {"password": WRONG, "new_password": PASSWORD}), 400, "password_wrong", "password")
        check_error(api.post(CONFIRM, {"token": token, "password": WRONG}), 400, "password_wrong", "password")
        assert client.post(f"/change-email/{token}", {"password": WRONG}).status_code == 400
        assert client.post("/admin/password_change/", admins).status_code == 200
    assert log_in(ada.email, "127.0.0.1").status_code == 429
    assert log_in_to_admin(ada.email, "127.0.0.1", PASSWORD).status_code == 429
    check_error(api.post(CHANGE, {"password": PASSWORD, "new_password": PASSWORD}), 429, "throttled")
    check_error(api.post(CONFIRM, {"token": token, "password": PASSWORD}), 429, "throttled")
    assert client.post(f"/change-email/{token}", {"password": PASSWORD}).status_code == 429
    assert client.post("/admin/password_change/", admins | {"old_password": PASSWORD}).status_code == 429


def test_refused_attempt_costs_no_hash(db: None, counted_hashes: list[str]) -> None:
    for _ in range(32):
        log_in("ada@example.org")
    assert len(counted_hashes) == 30
    log_in_to_admin("ada@example.org")
    assert len(counted_hashes) == 30


def test_logins_are_limited_per_address_whatever_the_account(db: None) -> None:
    assert codes(log_in(f"user-{n}@example.org") for n in range(60)) == [401] * 60
    check_error(log_in("another@example.org"), 429, "throttled")
    assert log_in("another@example.org", "198.51.100.1").status_code == 401


def test_limit_says_when_to_come_back_and_keeps_its_word(db: None, clock: time_machine.Traveller) -> None:
    for _ in range(30):
        log_in("ada@example.org")
    refused = log_in("ada@example.org")
    seconds = int(refused["Retry-After"])
    assert 1 <= seconds <= 600
    clock.shift(dt.timedelta(seconds=seconds - 1))
    assert log_in("ada@example.org").status_code == 429
    clock.shift(dt.timedelta(seconds=2))
    assert log_in("ada@example.org").status_code == 401


@pytest.mark.parametrize("url", [REGISTER, RESET])
def test_mails_are_limited_per_account(db: None, url: str) -> None:
    def ask(email: str, n: int) -> Any:
        return SchemaClient().post(url, {"email": email}, REMOTE_ADDR=f"192.0.2.{n}")

    assert codes(ask("ada@example.org", n) for n in range(5)) == [202] * 5
    check_error(ask("Ada@Example.ORG", 9), 429, "throttled")


@pytest.mark.parametrize(
    ("url", "body", "attempts", "answer"),
    [
        (VERIFY, {"token": "x", "password": PASSWORD}, 30, 400),
        (f"{RESET}/confirm", {"token": "x", "password": PASSWORD}, 30, 400),
        (CONFIRM, {"token": "x", "password": PASSWORD}, 30, 400),
        (REFRESH, {"refresh": "x"}, 120, 401),
        (LOGOUT, {"refresh": "x"}, 120, 401),
    ],
)
def test_public_addresses_are_limited_per_caller(
    db: None, url: str, body: dict[str, str], attempts: int, answer: int
) -> None:
    client = SchemaClient()
    assert codes(client.post(url, body) for _ in range(attempts)) == [answer] * attempts
    refused = client.post(url, body)
    check_error(refused, 429, "throttled")
    assert int(refused["Retry-After"]) >= 1
    assert client.post(url, body, REMOTE_ADDR="198.51.100.1").status_code == answer


@pytest.mark.parametrize("url", [REGISTER, RESET])
def test_mails_are_limited_per_caller(db: None, url: str) -> None:
    client = SchemaClient()
    assert codes(client.post(url, {"email": f"user-{n}@example.org"}) for n in range(20)) == [202] * 20
    check_error(client.post(url, {"email": "another@example.org"}), 429, "throttled")


@pytest.mark.parametrize("url", [RESEND, "/api/v1/auth/email/change"])
def test_mails_are_limited_per_user(alice: User, url: str) -> None:
    client, body = client_of(alice), {"email": "alice@example.net"}
    assert codes(client.post(url, body) for _ in range(5)) == [202] * 5
    check_error(client.post(url, body), 429, "throttled")


def test_mails_to_a_new_address_are_limited_whoever_asks(alice: User, bob: User) -> None:
    url, body = "/api/v1/auth/email/change", {"email": "victim@example.net"}
    assert codes(client_of(user).post(url, body) for user in (alice, bob, alice, bob, alice)) == [202] * 5
    check_error(client_of(bob).post(url, body), 429, "throttled")
    assert client_of(bob).post(url, {"email": "bob@example.net"}).status_code == 202


def test_devices_are_limited_per_user(alice: User, bob: User) -> None:
    def device() -> dict[str, str]:
        return {"id": str(uuid4()), "name": "phone", "instance_token": "x" * 16}

    client = client_of(alice)
    assert codes(client.post(DEVICES, device()) for _ in range(60)) == [201] * 60
    check_error(client.post(DEVICES, device()), 429, "throttled")
    assert client_of(bob).post(DEVICES, device()).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_limit_outlives_connections() -> None:
    for _ in range(30):
        log_in("ada@example.org")
        connection.close()
    check_error(log_in("ada@example.org"), 429, "throttled")


@pytest.mark.django_db(transaction=True)
def test_limit_counts_attempts_that_come_at_once() -> None:
    answers = at_once([partial(log_in, "ada@example.org") for _ in range(34)])
    assert sorted(codes(answers)) == [401] * 30 + [429] * 4


def test_limits_are_kept_in_the_database(db: None) -> None:
    log_in("ada@example.org")
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM lib_counter")
        assert cursor.fetchall() == [(1,)] * 3  # the network's, the account's in it, the account's
    caches["limits"].clear()
