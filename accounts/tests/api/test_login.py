import datetime as dt
from typing import Any

import pytest
import time_machine

from accounts.models import Session, User
from accounts.services.tokens import start_session
from config.tests.contract import SchemaClient, check_error
from lib.tests.factories import make_user

URL = "/api/v1/auth/login"
ME_URL = "/api/v1/auth/me"
PASSWORD = "correct horse battery"
MARCH = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def ada(counted_hashes: list[str], db: None) -> User:
    """Somebody with a password."""
    ada = make_user("ada@example.org", password=PASSWORD)
    counted_hashes.clear()
    return ada


def log_in(client: SchemaClient, email: str = "ada@example.org", password: str = PASSWORD) -> Any:
    return client.post(URL, {"email": email, "password": password})


def with_token(token: str) -> SchemaClient:
    client = SchemaClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def test_login_gives_tokens_that_work(anonymous: SchemaClient, ada: User) -> None:
    response = log_in(anonymous)
    assert response.status_code == 200
    assert set(response.json()) == {"access", "refresh", "user"}
    me = with_token(response.json()["access"]).get(ME_URL)
    assert me.json() == response.json()["user"]
    assert me.json()["id"] == str(ada.pk)


@pytest.mark.parametrize("email", ["ADA@EXAMPLE.ORG", " ada@example.org ", "ａｄａ＠ｅｘａｍｐｌｅ．ｏｒｇ"])
def test_login_takes_the_address_as_people_type_it(anonymous: SchemaClient, ada: User, email: str) -> None:
    assert log_in(anonymous, email=email).status_code == 200


@pytest.mark.parametrize("state", ["wrong password", "unknown", "inactive", "no password"])
def test_login_is_refused_alike_and_after_the_same_work(
    anonymous: SchemaClient, ada: User, counted_hashes: list[str], state: str
) -> None:
    if state == "unknown":
        User.objects.all().delete()
    if state == "inactive":
        User.objects.update(is_active=False)
    if state == "no password":
        ada.set_unusable_password()
        ada.save()
    password = PASSWORD.upper() if state == "wrong password" else PASSWORD
    response = log_in(anonymous, password=password)
    check_error(response, 401, "invalid_credentials")
    assert response.json()["errors"][0]["detail"] == "The e-mail address or the password is wrong."
    assert len(counted_hashes) == 1
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"email": "ada@example.org"},
        {"email": "ada@example.org", "password": ""},
        {"email": "ada", "password": PASSWORD},
        {"email": "ada@example.org", "password": "x" * 257},
        {"email": "ada@example.org", "password": "nul\0"},
        {"email": ["ada@example.org"], "password": PASSWORD},
    ],
)
def test_incomplete_login_is_refused(anonymous: SchemaClient, ada: User, body: dict[str, Any]) -> None:
    response = anonymous.post(URL, body)
    assert response.status_code == 400
    assert set(response.json()) == {"type", "errors", "request_id"}


def test_login_costs_few_queries(anonymous: SchemaClient, ada: User, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):  # the user; the new session
        log_in(anonymous)


def test_each_login_is_a_session_of_its_own(anonymous: SchemaClient, ada: User) -> None:
    first, second = log_in(anonymous).json(), log_in(anonymous).json()
    anonymous.post("/api/v1/auth/logout", {"refresh": first["refresh"]})
    check_error(with_token(first["access"]).get(ME_URL), 401, "token_not_valid")
    assert with_token(second["access"]).get(ME_URL).status_code == 200


# --- access tokens ---


def test_me_takes_one_query(api: SchemaClient, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):  # the session with its user
        assert api.get(ME_URL).status_code == 200


def test_me_refuses_the_anonymous(anonymous: SchemaClient) -> None:
    response = anonymous.get(ME_URL)
    check_error(response, 401, "not_authenticated")
    assert response["WWW-Authenticate"] == 'Bearer realm="api"'


def test_access_token_lives_ten_minutes(alice: User) -> None:
    with time_machine.travel(MARCH, tick=False) as clock:
        client = with_token(start_session(user=alice, at=MARCH).access)
        clock.shift(dt.timedelta(minutes=9, seconds=59))
        assert client.get(ME_URL).status_code == 200
        clock.shift(dt.timedelta(seconds=2))
        check_error(client.get(ME_URL), 401, "token_not_valid")


def test_token_of_an_inactive_user_stops_at_once(api: SchemaClient, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)
    check_error(api.get(ME_URL), 401, "token_not_valid")


def test_refresh_token_is_no_access_token(alice: User) -> None:
    check_error(with_token(start_session(user=alice, at=MARCH).refresh).get(ME_URL), 401, "token_not_valid")


def test_cookie_of_the_admin_opens_no_api(charlie: User, anonymous: SchemaClient) -> None:
    anonymous.force_login(charlie)
    check_error(anonymous.get(ME_URL), 401, "not_authenticated")


def test_api_sets_no_cookie_and_reads_none(charlie: User, anonymous: SchemaClient, ada: User) -> None:
    """Also where it refuses: what pages need goes past it."""
    anonymous.force_login(charlie)
    for response in (
        log_in(anonymous),
        anonymous.get(ME_URL),
        anonymous.post("/api/v1/no-such", {}),
    ):
        assert not response.cookies
        assert "Cookie" not in response.get("Vary", "")
