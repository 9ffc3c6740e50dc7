"""The look-up of each request: as Django's own, in one statement."""

from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import Session, User
from accounts.queries import USER_FIELDS, standing_login
from accounts.services.tokens import start_session
from lib.statements import Question, fetch
from lib.writes import lock_head

ENDS: dict[str, Any] = {
    "nothing": lambda session: None,
    "a log-out": lambda session: Session.objects.filter(pk=session.pk).update(revoked_at=timezone.now()),
    "an operator": lambda session: User.objects.filter(pk=session.user_id).update(is_active=False),
    "another password": lambda session: User.objects.filter(pk=session.user_id).update(security_stamp=uuid4()),
    "the end of the log-in": lambda session: session.delete(),
    "the end of the account": lambda session: User.objects.filter(pk=session.user_id).delete(),
}


@pytest.fixture
def session(alice: User, bob: User) -> Session:
    for user in (bob, alice, alice):
        start_session(user=user, at=timezone.now())
    return Session.objects.filter(user=alice).earliest("pk")


@pytest.mark.parametrize("end", ENDS)
def test_login_stands_as_long_as_the_live_sessions_say(session: Session, end: str) -> None:
    key = session.pk
    ENDS[end](session)
    found = standing_login(key)
    assert (found is not None) == Session.objects.live().filter(pk=key).exists() == (end == "nothing")


def test_look_up_gives_the_session_with_its_whole_user_by_one_query(
    session: Session, alice: User, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        login = standing_login(session.pk)
        assert login is not None
        found = login.session
        assert (found, found.device_id, found.user) == (session, None, alice)
        values = {name: getattr(found.user, name) for name in USER_FIELDS}
    assert values == User.objects.values().get(pk=alice.pk)


def test_what_the_look_up_left_out_is_fetched_when_it_is_asked_for(session: Session) -> None:
    login = standing_login(session.pk)
    assert login is not None
    found = login.session
    assert (found.current_jti, found.earlier_jtis) == (session.current_jti, [])


def test_user_of_the_look_up_can_be_saved(session: Session, alice: User) -> None:
    login = standing_login(session.pk)
    assert login is not None
    found = login.session
    found.user.is_staff = True
    found.user.save(update_fields=["is_staff"])
    assert User.objects.get(pk=alice.pk).is_staff
    assert found.user.get_all_permissions() == set()


@pytest.mark.parametrize("end", ENDS)
def test_what_is_asked_along_changes_nothing_of_who_may_log_in(session: Session, end: str) -> None:
    along = Question("sync", "head_view", {"user_id": session.user_id})
    key = session.pk
    ENDS[end](session)
    found = standing_login(key, along)
    assert (found is not None) == Session.objects.live().filter(pk=key).exists() == (end == "nothing")


def test_answer_that_has_no_row_is_told_as_nulls(session: Session) -> None:
    found = standing_login(session.pk, Question("sync", "head_view", {"user_id": uuid4()}))
    assert found is not None
    assert found.told == (None,) * 4


def test_what_is_asked_along_is_told_with_the_same_log_in(
    session: Session, alice: User, bob: User, django_assert_num_queries: Any
) -> None:
    for user in (alice, bob):
        lock_head(user_id=user.pk, source="api")
    with django_assert_num_queries(1):
        found = standing_login(session.pk, Question("sync", "head_view", {"user_id": alice.pk}))
    assert found is not None
    assert (found.session, found.session.user) == (session, alice)
    assert found.told == fetch("sync", "head_view", user_id=alice.pk)[0]
