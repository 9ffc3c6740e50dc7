"""Statements in pipelines: what goes wrong in one is undone, and the transaction goes on."""

import pytest
from django.db import DataError, connection, transaction

from accounts.models import User
from lib.statements import attempted, pipelined
from lib.tests.round_trips import counted_round_trips

pytestmark = pytest.mark.django_db(transaction=True)


def test_pipeline_waits_once_and_reads_what_came_before(alice: User) -> None:
    with transaction.atomic(), counted_round_trips() as waited:
        with pipelined():
            User.objects.filter(pk=alice.pk).update(email="new@example.org")
            connection.cursor().execute("SELECT 1")
        assert len(waited) == 1
    assert User.objects.get(pk=alice.pk).email == "new@example.org"


def fail_within(user: User, *, savepoint: bool, waiting: bool) -> None:
    with attempted():
        User.objects.filter(pk=user.pk).update(email="lost@example.org")
        with transaction.atomic(savepoint=savepoint):  # as bulk_create does
            connection.cursor().execute("SELECT 1 / 0")
            if waiting:  # until the answer has come, in the middle of the block
                connection.connection._pipeline.sync()
                connection.cursor().execute("SELECT 2")


@pytest.mark.parametrize("savepoint", [True, False])
@pytest.mark.parametrize("waiting", [True, False])
def test_transaction_goes_on_after_an_attempt_that_failed(alice: User, *, savepoint: bool, waiting: bool) -> None:
    with transaction.atomic():
        with pytest.raises(DataError):
            fail_within(alice, savepoint=savepoint, waiting=waiting)
        with attempted():
            User.objects.filter(pk=alice.pk).update(email="kept@example.org")
    assert User.objects.get(pk=alice.pk).email == "kept@example.org"


def give_up_within(user: User) -> None:
    with attempted():
        User.objects.filter(pk=user.pk).update(email="lost@example.org")
        raise ValueError("ours")


def test_attempt_that_python_ends_is_undone(alice: User) -> None:
    with transaction.atomic():
        with pytest.raises(ValueError, match="ours"):
            give_up_within(alice)
        assert User.objects.get(pk=alice.pk).email == alice.email
