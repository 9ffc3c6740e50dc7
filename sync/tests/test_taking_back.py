"""To keep what stands, where another device has decided otherwise meanwhile, is to take that decision back."""

import time

import pytest

from accounts.models import User
from catalog.tests.factories import make_canonical
from lib.tests.factories import as_id
from sync.tests.devices import Phone, ago, lost
from sync.tests.test_resolving import decide, field_conflict, stands

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("work", ["earlier", "later"])
def test_restoration_that_is_taken_back_names_or_keeps_unseen_work_below(
    phone: Phone, tablet: Phone, alice: User, work: str
) -> None:
    watch = Phone(phone.api, alice)
    workout = phone.create("workout", {"title": "Push"})
    exercise = phone.exercise(workout=workout)
    set_id = phone.create("set", {"exercise": exercise, "reps": 5})
    base = phone.pull()["version"]
    phone.one("delete", "workout", workout, base_version=base)
    edit = tablet.one("update", "exercise", exercise, {"notes": "slow"}, base_version=base, at=ago(1))
    (conflict,) = edit["conflict_ids"]
    seen = tablet.pull()["version"]
    phone.push(decide(phone, conflict, "use_lost", base_version=seen, at=ago(0)))
    made = ago(0)
    seen_by_watch = watch.pull()["version"]
    watch.one("update", "set", set_id, {"reps": 9}, base_version=seen_by_watch)
    time.sleep(0.01)
    keep = decide(tablet, conflict, "keep", base_version=seen, at=made if work == "later" else ago(0))
    tablet.push(keep, ack_version=seen)
    there = ("set", set_id) in phone.records()
    assert there is (work == "later")
    assert there or {"reps": 9} in [lost(conflict) for conflict in phone.conflicts()]


def test_reference_that_is_taken_back_is_there(phone: Phone, tablet: Phone) -> None:
    first, second, third = (as_id(make_canonical(slug)) for slug in ("first", "second", "third"))
    record = phone.create("exercise", {"exercise_type": first})
    base = phone.pull()["version"]
    phone.one("update", "exercise", record, {"exercise_type": second}, base_version=base)
    (conflict,) = tablet.one("update", "exercise", record, {"exercise_type": third}, base_version=base)["conflict_ids"]
    seen = phone.pull()["version"]
    phone.push(decide(phone, conflict, "use_lost", base_version=seen))
    time.sleep(0.01)
    result = tablet.push(decide(tablet, conflict, "keep", base_version=seen), ack_version=seen)[0]
    assert (result["status"], stands(phone, "exercise", record)["exercise_type"]) == ("conflict", third)


def test_decision_that_was_pulled_only_afterwards_is_taken_back(phone: Phone, tablet: Phone) -> None:
    record, conflict, base = field_conflict(phone, tablet)
    phone.push(decide(phone, conflict, "use_lost", base_version=base))
    time.sleep(0.01)
    keep = decide(tablet, conflict, "keep", base_version=base)  # its pull is on the way
    result = tablet.push(keep, ack_version=tablet.pull()["version"])[0]
    assert (result["status"], stands(tablet, "set", record)["reps"]) == ("conflict", 4)
    assert [lost(conflict) for conflict in tablet.conflicts()][-1] == {"reps": 6}
