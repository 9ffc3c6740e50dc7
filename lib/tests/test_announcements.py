"""What is announced, when, and that nothing which goes wrong with it reaches a writer."""

import logging
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.exceptions import TokenReused
from accounts.models import Device, User
from accounts.services.tokens import end_session, revoke_device, rotate, start_session
from lib import announcements
from lib.announcements import Announcer, announce_after_commit
from lib.tests.announced import SOON_S, Listening, heard, listening
from lib.writes import writing

pytestmark = pytest.mark.django_db(transaction=True)
QUIET_S = 0.3


@pytest.fixture
def ear(db: None) -> Iterator[Listening]:
    with listening() as own:
        yield own


@pytest.fixture
def announcer() -> Iterator[Announcer]:
    found = Announcer()
    yield found
    found.close()


def test_write_is_announced_after_its_commit(ear: Listening, alice: User) -> None:
    with writing(user=alice, source="job"):
        announce_after_commit(alice.pk)  # twice in one transaction
        assert heard(ear, QUIET_S) == []
    assert heard(ear) == [str(alice.pk)]
    assert set(heard(ear, QUIET_S)) <= {str(alice.pk)}  # again, if the thread woke between the two


def test_end_of_a_log_in_is_announced(ear: Listening, alice: User) -> None:
    end_session(refresh=start_session(user=alice, at=timezone.now()).refresh, at=timezone.now())
    assert heard(ear) == [str(alice.pk)]


def test_revoked_device_is_announced(ear: Listening, alice: User) -> None:
    device = Device.objects.create(id=uuid4(), user=alice, name="lost", instance_token_hash="x")
    revoke_device(device=device, at=timezone.now())
    assert heard(ear) == [str(alice.pk)]


def test_reused_refresh_token_is_announced(ear: Listening, alice: User) -> None:
    refresh = start_session(user=alice, at=timezone.now()).refresh
    rotate(refresh=refresh, retry_key=None, at=timezone.now())
    with pytest.raises(TokenReused):
        rotate(refresh=refresh, retry_key=None, at=timezone.now())
    assert heard(ear) == [str(alice.pk)]


def test_rollback_is_not_announced(ear: Listening, alice: User) -> None:
    with writing(user=alice, source="job"):
        transaction.set_rollback(True)
    assert heard(ear, QUIET_S) == []


def test_many_users_go_in_few_messages(ear: Listening, announcer: Announcer) -> None:
    """One message has a limit of 8000 bytes."""
    users = {str(uuid4()) for _ in range(450)}
    announcer._send(sorted(users))
    connection.close()
    messages = [message.payload.split() for message in ear.notifies(timeout=SOON_S, stop_after=3)]
    assert [len(message) for message in messages] == [200, 200, 50]
    assert {user for message in messages for user in message} == users


def test_announcements_that_come_fast_go_together(
    ear: Listening, announcer: Announcer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcements, "REST_S", 0.3)
    first, *others = [str(uuid4()) for _ in range(20)]
    announcer.add(first)
    assert heard(ear) == [first]
    for user in others * 3:
        announcer.add(user)
    assert sorted(heard(ear)) == sorted(others)


def test_closing_sends_what_waits_and_adding_starts_again(
    ear: Listening, announcer: Announcer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcements, "REST_S", 0.2)
    users = [str(uuid4()) for _ in range(3)]
    announcer.add(users[0])
    assert heard(ear) == [users[0]]
    announcer.add(users[1])
    announcer.close()
    assert heard(ear) == [users[1]]
    announcer.add(users[2])
    assert heard(ear) == [users[2]]


def test_lost_connection_costs_no_write_and_is_opened_again(
    ear: Listening, announcer: Announcer, caplog: pytest.LogCaptureFixture
) -> None:
    users = [str(uuid4()) for _ in range(2)]
    announcer.add(users[0])
    assert heard(ear) == [users[0]]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE datname = current_database()"
            " AND usename = current_user AND backend_type = 'client backend' AND pid NOT IN (pg_backend_pid(), %s)",
            [ear.info.backend_pid],
        )
        assert cursor.fetchone() >= (1,)
    announcer.add(users[1])
    assert heard(ear) == [users[1]]
    assert caplog.records == []


def test_announcement_that_fails_is_logged_and_the_next_one_goes_out(
    ear: Listening,
    announcer: Announcer,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    user = str(uuid4())
    with caplog.at_level(logging.ERROR), monkeypatch.context() as broken:
        broken.setattr(announcements, "CHANNEL", "x" * 100)  # PostgreSQL refuses the name
        announcer.add(str(uuid4()))
        while not caplog.records:
            assert heard(ear, 0.05) == []
    assert [record.message for record in caplog.records] == ["Could not announce the changes of 1 users."]
    announcer.add(user)
    assert heard(ear) == [user]


def test_writes_go_through_while_announcements_fail(
    alice: User, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(user_id: str) -> None:
        raise RuntimeError(user_id)

    monkeypatch.setattr(announcements.announcer, "add", fails)
    with writing(user=alice, source="job"):
        User.objects.filter(pk=alice.pk).update(is_staff=True)
    assert User.objects.get(pk=alice.pk).is_staff
    assert "Error calling" in caplog.text
