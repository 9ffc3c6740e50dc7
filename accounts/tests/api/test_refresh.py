import datetime as dt
from typing import Any
from uuid import uuid4

import jwt
import pytest
import time_machine
from django.utils import timezone

from accounts.models import Session, User
from accounts.services.tokens import Tokens, start_session
from config.tests.contract import SchemaClient, check_error
from lib.tests.factories import make_user
from lib.tests.running import at_once

URL = "/api/v1/auth/refresh"
LOGOUT_URL = "/api/v1/auth/logout"
ME_URL = "/api/v1/auth/me"
MARCH = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def tokens(alice: User) -> Tokens:
    return start_session(user=alice, at=timezone.now())


def refresh(token: str, key: Any = None) -> Any:
    return SchemaClient().post(URL, {"refresh": token}, headers={"Idempotency-Key": str(key)} if key else {})


def me(access: str) -> Any:
    return SchemaClient().get(ME_URL, headers={"Authorization": f"Bearer {access}"})


def jti_of(token: str) -> str:
    return str(jwt.decode(token, options={"verify_signature": False})["jti"])


def test_refresh_gives_new_tokens_of_the_same_session(tokens: Tokens) -> None:
    response = refresh(tokens.refresh)
    assert response.status_code == 200
    assert set(response.json()) == {"access", "refresh"}
    assert response.json()["refresh"] != tokens.refresh
    assert me(response.json()["access"]).status_code == 200
    assert Session.objects.count() == 1


def test_refresh_can_go_on_for_ever(tokens: Tokens) -> None:
    newest = tokens.refresh
    for _ in range(4):
        newest = refresh(newest, uuid4()).json()["refresh"]
    assert refresh(newest).status_code == 200


def test_access_token_outlives_the_refresh_that_replaces_it(tokens: Tokens) -> None:
    refresh(tokens.refresh)
    assert me(tokens.access).status_code == 200


def test_reuse_revokes_the_whole_family(tokens: Tokens) -> None:
    newer = refresh(tokens.refresh).json()
    check_error(refresh(tokens.refresh), 401, "token_reused")
    check_error(refresh(newer["refresh"]), 401, "token_not_valid")
    check_error(me(newer["access"]), 401, "token_not_valid")
    check_error(me(tokens.access), 401, "token_not_valid")
    assert Session.objects.get().revoked_at is not None


def test_reuse_leaves_other_sessions_alone(tokens: Tokens, alice: User, bob: User) -> None:
    others = [start_session(user=user, at=timezone.now()) for user in (alice, bob)]
    refresh(tokens.refresh)
    refresh(tokens.refresh)
    assert [me(other.access).status_code for other in others] == [200, 200]


def test_retry_with_the_same_key_gets_the_same_refresh_token(tokens: Tokens) -> None:
    key = uuid4()
    lost, again = (refresh(tokens.refresh, key).json() for _ in range(2))
    assert jti_of(lost["refresh"]) == jti_of(again["refresh"])
    assert me(again["access"]).status_code == 200
    assert refresh(lost["refresh"], uuid4()).status_code == 200


def test_late_copy_of_a_request_harms_nobody(tokens: Tokens) -> None:
    """The retry after a time-out arrives, then the request itself, and once more when the newer token has been used."""
    key = uuid4()
    newest = refresh(tokens.refresh, key).json()
    assert refresh(tokens.refresh, key).status_code == 200
    for _ in range(3):
        newest = refresh(newest["refresh"], uuid4()).json()
        check_error(refresh(tokens.refresh, key), 409, "refresh_superseded")
    assert me(newest["access"]).status_code == 200
    assert refresh(newest["refresh"], uuid4()).status_code == 200


def test_late_copies_of_every_request_harm_nobody(tokens: Tokens) -> None:
    sent, newest = [], tokens.refresh
    for _ in range(6):
        sent.append((newest, uuid4()))
        newest = refresh(*sent[-1]).json()["refresh"]
    codes = [refresh(*request).status_code for request in (*sent, *reversed(sent))]
    assert codes == [409] * 5 + [200, 200] + [409] * 5
    assert refresh(newest, uuid4()).status_code == 200


def test_late_copy_gives_no_tokens(tokens: Tokens) -> None:
    key = uuid4()
    newer = refresh(tokens.refresh, key).json()["refresh"]
    refresh(newer, uuid4())
    assert set(refresh(tokens.refresh, key).json()) == {"type", "errors", "request_id"}


def test_stolen_token_is_found_out_after_a_late_copy_too(tokens: Tokens) -> None:
    key = uuid4()
    newer = refresh(tokens.refresh, key).json()["refresh"]
    newest = refresh(newer, uuid4()).json()["refresh"]
    refresh(tokens.refresh, key)
    check_error(refresh(tokens.refresh, uuid4()), 401, "token_reused")
    check_error(refresh(newest, uuid4()), 401, "token_not_valid")


def test_token_of_an_answer_is_good_once_whichever_copy_brought_it(tokens: Tokens) -> None:
    key = uuid4()
    first, second = (refresh(tokens.refresh, key).json()["refresh"] for _ in range(2))
    assert refresh(first, uuid4()).status_code == 200
    check_error(refresh(second, uuid4()), 401, "token_reused")


def test_session_remembers_a_bounded_number_of_requests(tokens: Tokens) -> None:
    sent, newest = [], tokens.refresh
    for _ in range(Session.EARLIER_MAX + 3):
        sent.append((newest, uuid4()))
        newest = refresh(*sent[-1]).json()["refresh"]
    assert len(Session.objects.get().earlier_jtis) == Session.EARLIER_MAX
    assert refresh(*sent[3]).status_code == 409
    check_error(refresh(*sent[0]), 401, "token_reused")


@pytest.mark.parametrize("other_key", [None, "cafe0000-0000-4000-8000-000000000000"])
def test_retry_with_another_key_is_a_reuse(tokens: Tokens, other_key: str | None) -> None:
    newer = refresh(tokens.refresh, uuid4()).json()
    check_error(refresh(tokens.refresh, other_key), 401, "token_reused")
    check_error(refresh(newer["refresh"]), 401, "token_not_valid")


def test_key_that_is_no_uuid_is_refused_and_spends_nothing(tokens: Tokens) -> None:
    check_error(refresh(tokens.refresh, "not-a-uuid"), 400, "invalid", "Idempotency-Key")
    assert refresh(tokens.refresh).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_two_refreshes_at_once_are_one_rotation_and_a_reuse() -> None:
    tokens = start_session(user=make_user("ada@example.org"), at=timezone.now())
    answers = at_once([lambda: refresh(tokens.refresh) for _ in range(2)])
    assert sorted(answer.status_code for answer in answers) == [200, 401]


@pytest.mark.django_db(transaction=True)
def test_tries_of_one_refresh_at_once_are_all_answered_alike() -> None:
    tokens = start_session(user=make_user("ada@example.org"), at=timezone.now())
    key = uuid4()
    answers = at_once([lambda: refresh(tokens.refresh, key) for _ in range(3)])
    assert [answer.status_code for answer in answers] == [200] * 3
    assert len({jti_of(answer.json()["refresh"]) for answer in answers}) == 1
    assert refresh(answers[0].json()["refresh"], uuid4()).status_code == 200


def test_refresh_of_an_inactive_user_is_refused(tokens: Tokens) -> None:
    User.objects.update(is_active=False)
    check_error(refresh(tokens.refresh), 401, "token_not_valid")
    User.objects.update(is_active=True)
    assert refresh(tokens.refresh).status_code == 200


def test_refresh_token_lives_sixty_days(alice: User) -> None:
    with time_machine.travel(MARCH, tick=False) as clock:
        tokens = start_session(user=alice, at=MARCH)
        clock.shift(dt.timedelta(days=60, seconds=1))
        check_error(refresh(tokens.refresh), 401, "token_not_valid")
        clock.shift(-dt.timedelta(seconds=2))
        assert refresh(tokens.refresh).status_code == 200


@pytest.mark.parametrize("url", [URL, LOGOUT_URL])
def test_access_token_is_no_refresh_token(url: str, tokens: Tokens) -> None:
    check_error(SchemaClient().post(url, {"refresh": tokens.access}), 401, "token_not_valid")


@pytest.mark.parametrize("url", [URL, LOGOUT_URL])
@pytest.mark.parametrize("token", ["x", "a.b.c", "ü.ö.ä", "eyJhbGciOiJub25lIn0.e30."])
def test_garbage_is_refused(url: str, token: str, db: None) -> None:
    check_error(SchemaClient().post(url, {"refresh": token}), 401, "token_not_valid")


@pytest.mark.parametrize("url", [URL, LOGOUT_URL])
@pytest.mark.parametrize(
    ("body", "code"),
    [({}, "required"), ({"refresh": ""}, "blank"), ({"refresh": None}, "null"), ({"refresh": []}, "invalid")],
)
def test_refresh_needs_its_token(url: str, body: dict[str, Any], code: str, db: None) -> None:
    check_error(SchemaClient().post(url, body), 400, code, "refresh")


def test_logout_ends_refresh_and_access_at_once(tokens: Tokens) -> None:
    response = SchemaClient().post(LOGOUT_URL, {"refresh": tokens.refresh})
    assert (response.status_code, response.content) == (204, b"")
    check_error(me(tokens.access), 401, "token_not_valid")
    check_error(refresh(tokens.refresh), 401, "token_not_valid")


def test_logout_twice_is_fine_and_keeps_the_first_time(tokens: Tokens) -> None:
    SchemaClient().post(LOGOUT_URL, {"refresh": tokens.refresh})
    ended = Session.objects.get().revoked_at
    assert SchemaClient().post(LOGOUT_URL, {"refresh": tokens.refresh}).status_code == 204
    assert Session.objects.get().revoked_at == ended


def test_logout_with_a_token_that_was_replaced_ends_the_session(tokens: Tokens) -> None:
    newer = refresh(tokens.refresh).json()
    assert SchemaClient().post(LOGOUT_URL, {"refresh": tokens.refresh}).status_code == 204
    check_error(me(newer["access"]), 401, "token_not_valid")


def test_logout_leaves_other_sessions_alone(tokens: Tokens, alice: User) -> None:
    other = start_session(user=alice, at=timezone.now())
    SchemaClient().post(LOGOUT_URL, {"refresh": tokens.refresh})
    assert me(other.access).status_code == 200
