"""A copy of an installation, and a group with a broken member: what must not pass for ordinary work."""

import itertools
from uuid import uuid4

import pytest

from accounts.models import User
from config.tests.contract import SchemaClient, check_error
from sync.models import Mutation
from sync.tests.devices import Phone
from training.models import Workout


@pytest.fixture
def phone(api: SchemaClient, alice: User) -> Phone:
    return Phone(api, alice)


def test_copied_installation_is_told_and_writes_nothing(phone: Phone) -> None:
    """Both hold the same device id and count on alone: without this, the one would silently overwrite the other."""
    workout = phone.create("workout", {"title": "before the copy"})
    numbers_of_the_copy = itertools.count(2)
    phone.one("update", "workout", workout, {"title": "by the original"}, base_version=2)
    phone.seq = numbers_of_the_copy
    check_error(
        phone.post(phone.mutation("update", "workout", workout, {"title": "by the copy"})), 409, "device_forked"
    )
    assert Workout.objects.get(pk=workout).title == "by the original"


def test_resent_mutation_is_no_fork(phone: Phone) -> None:
    first = phone.mutation("create", "workout", str(uuid4()))
    phone.push(first)
    phone.create("workout")
    assert phone.push(first)[0]["replayed"] is True


def test_deferred_mutation_that_comes_again_is_no_fork(phone: Phone) -> None:
    workout, exercise = str(uuid4()), str(uuid4())
    child = phone.mutation("create", "set", str(uuid4()), {"exercise": exercise})
    assert phone.push(child)[0]["status"] == "deferred"
    phone.create("workout", {"title": workout})
    assert phone.push(child)[0]["status"] == "deferred"


def test_group_with_a_member_of_a_wrong_form_is_refused_as_a_whole(phone: Phone) -> None:
    group = str(uuid4())
    good = phone.mutation("create", "workout", str(uuid4()), {"title": "good"}, group=group)
    bad = phone.mutation("create", "workout", str(uuid4()), {"status": "nonsense"}, group=group)
    results = phone.push(good, bad, phone.mutation("create", "workout", str(uuid4()), {"title": "alone"}))
    assert [r["status"] for r in results] == ["rejected", "rejected", "applied"]
    assert [r["error"]["code"] for r in results[:2]] == ["group_failed", "invalid_choice"]
    assert [w.title for w in Workout.objects.all()] == ["alone"]
    assert Mutation.objects.filter(status="rejected").count() == 2


def test_refused_mutation_is_answered_with_the_record_that_stands(phone: Phone) -> None:
    workout = phone.create("workout", {"title": "stands"})
    result = phone.one("update", "workout", workout, {"status": "nonsense"})
    assert result["status"] == "rejected"
    assert result["record"]["data"]["title"] == "stands"
