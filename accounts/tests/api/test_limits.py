"""The limits on attempts. They are rows of PostgreSQL: what one process counts, all of them know."""

import datetime as dt
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
import time_machine
from django.core.cache import caches
from django.db import connection
from django.utils import timezone

from accounts.models import User
from accounts.services.tokens import start_session
from config.tests.contract import SchemaClient, check_error
from lib.tests.factories import make_user
from lib.tests.running import at_once

LOGIN = "/api/v1/auth/login"
REGISTER = "/api/v1/auth/register"
REFRESH = "/api/v1/auth/refresh"
LOGOUT = "/api/v1/auth/logout"
VERIFY = "/api/v1/auth/verify-email"
RESEND = "/api/v1/auth/verify-email/resend"
MARCH = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)

pytestmark = [pytest.mark.usefixtures("limits", "counted_hashes")]


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """One moment, so that no window ends in the middle of a test."""
    with time_machine.travel(MARCH, tick=False) as clock:
        yield clock


def log_in(email: str, address: str = "192.0.2.1") -> Any:
    return SchemaClient().post(LOGIN, {"email": email, "password": "wrong password"}, REMOTE_ADDR=address)


def codes(responses: Any) -> list[int]:
    return [response.status_code for response in responses]


def test_logins_are_limited_per_account_from_any_address(db: None) -> None:
    assert codes(log_in("ada@example.org", f"192.0.2.{n}") for n in range(30)) == [401] * 30
    check_error(log_in("ada@example.org", "198.51.100.1"), 429, "throttled")
    check_error(log_in("ADA@Example.org", "198.51.100.2"), 429, "throttled")
    assert log_in("bob@example.org").status_code == 401


def test_limit_refuses_the_right_password_too(db: None) -> None:
    make_user("ada@example.org", password="correct horse battery")
    for n in range(30):
        log_in("ada@example.org", f"192.0.2.{n}")
    right = SchemaClient().post(LOGIN, {"email": "ada@example.org", "password": "correct horse battery"})
    check_error(right, 429, "throttled")


def test_refused_attempt_costs_no_hash(db: None, counted_hashes: list[str]) -> None:
    for n in range(32):
        log_in("ada@example.org", f"192.0.2.{n}")
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


def test_registrations_are_limited_per_account(db: None) -> None:
    def register(email: str, n: int) -> Any:
        body = {"email": email, "password": "correct horse battery"}
        return SchemaClient().post(REGISTER, body, REMOTE_ADDR=f"192.0.2.{n}")

    assert codes(register("ada@example.org", n) for n in range(5)) == [202] * 5
    check_error(register("Ada@Example.ORG", 9), 429, "throttled")


@pytest.mark.parametrize(
    ("url", "body", "attempts", "answer"),
    [
        (REGISTER, {"email": "no address"}, 20, 400),
        (VERIFY, {"token": "x"}, 30, 400),
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


def test_mails_are_limited_per_user(alice: User) -> None:
    client = SchemaClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {start_session(user=alice, at=timezone.now()).access}")
    assert codes(client.post(RESEND) for _ in range(5)) == [202] * 5
    check_error(client.post(RESEND), 429, "throttled")


@pytest.mark.django_db(transaction=True)
def test_limit_outlives_connections() -> None:
    for _ in range(30):
        log_in("ada@example.org")
        connection.close()
    check_error(log_in("ada@example.org"), 429, "throttled")


@pytest.mark.django_db(transaction=True)
def test_limit_counts_attempts_that_come_at_once() -> None:
    answers = at_once([partial(log_in, "ada@example.org", f"192.0.2.{n}") for n in range(34)])
    assert sorted(codes(answers)) == [401] * 30 + [429] * 4


def test_limits_are_kept_in_the_database(db: None) -> None:
    log_in("ada@example.org")
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM lib_counter")
        assert cursor.fetchall() == [(1,), (1,)]  # the caller's, the account's
    caches["limits"].clear()
