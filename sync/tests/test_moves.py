"""A record is moved on one device, worked on on another, and one of its parents is deleted on a third: over HTTP, in every
order of arrival. That the order does not matter needs what the push reads of others' moves.
"""

import itertools
import time
from typing import Any

import pytest

from accounts.models import User
from config.tests.contract import SchemaClient
from sync.models import Conflict, Record
from sync.tests.devices import Json, Phone, ago, an_hour_passes, lost

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def training(api: SchemaClient, alice: User) -> "Training":
    return Training(api, alice)


class Training:
    """Two workouts, one of them with an exercise and its set, and another exercise, as all devices saw them an hour ago."""

    def __init__(self, api: SchemaClient, user: User) -> None:
        self.api, self.user = api, user

    def begin(self) -> None:
        phone = Phone(self.api, self.user)
        self.ids = {"first": phone.create("workout"), "second": phone.create("workout")}
        self.ids["exercise"] = phone.exercise(workout=self.ids["first"])
        self.ids["other"] = phone.exercise()
        self.ids["set"] = phone.create("set", {"exercise": self.ids["exercise"]})
        self.version = phone.pull()["version"]
        an_hour_passes(self.user)

    def act(self, op: str, name: str, patch: Json, minutes: int) -> None:
        entity = {"first": "workout", "second": "workout", "other": "exercise"}.get(name, name)
        patch = {key: self.ids.get(value, value) for key, value in patch.items()}
        device = Phone(self.api, self.user)
        values: Json = {"base_version": self.version, "at": ago(minutes)}
        result = device.push(device.mutation(op, entity, self.ids[name], patch, **values), ack_version=self.version)[0]
        assert result["status"] in ("applied", "merged", "conflict"), result

    def end(self) -> dict[str, bool]:
        """Of each record whether it is there, and that the exercise was moved."""
        found = Phone(self.api, self.user).records()
        live = {name: any(key[1] == record_id for key in found) for name, record_id in self.ids.items()}
        return live | {"moved": Record.objects.get(id=self.ids["exercise"]).data.count(self.ids["second"]) == 1}

    def lost(self, name: str) -> set[Any]:
        """The values of a record that conflicts name."""
        found = Conflict.objects.filter(record_id=self.ids[name])
        return {field["lost"]["value"] for conflict in found for field in conflict.fields}


@pytest.mark.parametrize(
    ("deleted", "worked_on", "minutes", "gone"),
    [
        ("first", "set", 20, set()),  # the work is later: it speaks for the workout that its author saw
        ("first", "exercise", 20, set()),
        ("first", "set", 40, {"first"}),
        ("second", "set", 20, set()),  # and for the one that others moved the exercise to
        ("second", "exercise", 20, set()),
        ("second", "set", 40, {"second", "exercise", "set"}),
    ],
)
def test_order_does_not_matter_for_a_move_and_a_deletion(
    training: Training, deleted: str, worked_on: str, minutes: int, gone: set[str]
) -> None:
    acts: list[tuple[Any, ...]] = [
        ("update", "exercise", {"workout": "second"}, 50),
        ("delete", deleted, {}, 30),
        ("update", worked_on, {"notes": "heavy"}, minutes),
    ]
    for order in itertools.permutations(acts):
        training.begin()
        for act in order:
            training.act(*act)
        end = training.end()
        assert {name for name, there in end.items() if not there} == gone, order
        assert worked_on not in gone or "heavy" in training.lost(worked_on), order  # what went unseen is named


@pytest.mark.parametrize(
    ("moved", "worked", "gone"),
    [(50, 40, {"other", "set"}), (20, 40, set()), (50, 20, set()), (40, 50, {"other", "set"})],
)
def test_work_on_what_is_moved_below_a_deleted_record_is_named(
    training: Training, moved: int, worked: int, gone: set[str]
) -> None:
    acts: list[tuple[Any, ...]] = [
        ("update", "set", {"exercise": "other"}, moved),
        ("delete", "other", {}, 30),
        ("update", "set", {"notes": "heavy"}, worked),
    ]
    for order in itertools.permutations(acts):
        training.begin()
        for act in order:
            training.act(*act)
        there = training.end()
        assert {name for name in training.ids if not there[name]} == gone, order
        assert "set" not in gone or "heavy" in training.lost("set"), order


@pytest.mark.parametrize("first", ["move", "delete"])
def test_what_hangs_on_a_moved_record_survives_the_deletion_of_its_old_parent(phone: Phone, first: str) -> None:
    """Both in one push: when the old parent goes, the record must have left it, or the cascade takes what hangs on it."""
    old, new = phone.create("workout"), phone.create("workout")
    exercise = phone.exercise(workout=old)
    sets = [phone.create("set", {"exercise": exercise, "reps": reps}) for reps in (5, 6)]
    base = phone.pull()["version"]
    acts = {
        "move": phone.mutation("update", "exercise", exercise, {"workout": new}, base_version=base),
        "delete": phone.mutation("delete", "workout", old, base_version=base),
    }
    order = [acts[first], *(act for name, act in acts.items() if name != first)]
    assert {result["status"] for result in phone.push(*order, ack_version=base)} <= {"applied", "merged"}
    live = {record_id: record["data"] for (_, record_id), record in phone.records().items()}
    assert (old in live, live[exercise]["workout"]) == (False, new)
    assert [live[found]["reps"] for found in sets] == [5, 6]


def test_move_below_a_deleted_record_names_what_was_pulled_only_afterwards(
    phone: Phone, tablet: Phone, alice: User
) -> None:
    watch, workout, other = Phone(phone.api, alice), phone.create("workout"), phone.create("workout")
    exercise = phone.exercise(workout=workout)
    set_id = phone.create("set", {"exercise": exercise, "reps": 5})
    base = phone.pull()["version"]
    tablet.one("update", "set", set_id, {"reps": 9}, base_version=base)
    move = phone.mutation("update", "exercise", exercise, {"workout": other}, base_version=base)
    time.sleep(0.01)
    watch.one("delete", "workout", other, base_version=base)
    phone.push(move, ack_version=phone.pull()["version"])
    assert ("set", set_id) not in phone.records()
    assert {"reps": 9} in [lost(conflict) for conflict in phone.conflicts()]


def test_no_conflict_names_what_is_no_field(training: Training) -> None:
    training.begin()
    training.act("delete", "second", {}, 30)
    training.act("update", "set", {"notes": "heavy"}, 20)
    training.act("update", "exercise", {"workout": "second"}, 50)
    training.act("delete", "second", {}, 10)
    found = {field["name"] for conflict in Conflict.objects.all() for field in conflict.fields}
    assert found == {"deleted", "workout", "notes"}


# --- a record is moved below what the device that wrote it deletes, which knows nothing of the move ---


class Crossing:
    """A set under one exercise of a workout; a second exercise and a second workout, both empty. A phone writes a value and
    deletes the new place, a tablet moves the set (or what it hangs on) there: neither knows of the other.
    """

    def __init__(self, phone: Phone, tablet: Phone, user: User, *, deep: bool) -> None:
        self.phone, self.tablet = phone, tablet
        watch = Phone(phone.api, user)
        old, new = watch.create("workout"), watch.create("workout")
        exercise, other = watch.exercise(workout=old), watch.exercise(workout=old)
        self.set = watch.create("set", {"exercise": exercise, "notes": "old"})
        self.base = phone.pull()["version"]
        self.seen = 0  # up to where the phone has pulled before it deletes, if it has
        an_hour_passes(user)
        self.moved = ("exercise", exercise, {"workout": new}) if deep else ("set", self.set, {"exercise": other})
        self.place = ("workout", new) if deep else ("exercise", other)

    def write(self) -> None:
        self.phone.one("update", "set", self.set, {"notes": "precious"}, base_version=self.base, at=ago(30))

    def move(self, minutes: int) -> None:
        entity, record_id, patch = self.moved
        mutation = self.tablet.mutation("update", entity, record_id, patch, base_version=self.base, at=ago(minutes))
        self.tablet.push(mutation)
        self.move_id = mutation["id"]

    def delete(self) -> None:
        self.phone.one("delete", *self.place, base_version=self.seen or self.base, at=ago(10))

    def named(self) -> set[Any]:
        """What the conflicts of the set say is lost."""
        found = Conflict.objects.filter(record_id=self.set)
        return {field["lost"]["value"] for conflict in found for field in conflict.fields}


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize(
    "order", [("write", "delete", "move"), ("write", "move", "delete"), ("move", "write", "delete")]
)
def test_value_that_goes_with_a_place_that_its_own_author_deletes_is_named(
    phone: Phone, tablet: Phone, alice: User, order: tuple[str, ...], *, deep: bool
) -> None:
    training = Crossing(phone, tablet, alice, deep=deep)
    for act in order:
        training.move(20) if act == "move" else getattr(training, act)()
    assert ("set", training.set) not in phone.records()
    assert "precious" in training.named()
    losers = {str(conflict.loser_mutation) for conflict in Conflict.objects.all()}
    assert losers == {training.move_id}, "what lost is the move of another device: none is in conflict with itself"


@pytest.mark.parametrize("deep", [False, True])
def test_value_that_its_author_has_pulled_and_the_mover_has_not_is_named(
    phone: Phone, tablet: Phone, alice: User, *, deep: bool
) -> None:
    """The log of before the deletion's base is read as far back as the mover had seen."""
    training = Crossing(phone, tablet, alice, deep=deep)
    training.write()
    training.seen = phone.pull()["version"]
    training.move(20)
    training.delete()
    assert "precious" in training.named()


def test_value_that_its_author_deletes_where_it_knew_the_record_is_its_own_to_lose(
    phone: Phone, tablet: Phone, alice: User
) -> None:
    training = Crossing(phone, tablet, alice, deep=False)
    training.write()
    phone.one("update", "set", training.set, training.moved[2], base_version=training.base, at=ago(25))
    training.delete()
    training.move(40)
    assert "precious" not in training.named()


def test_conflict_of_what_went_along_gives_the_value_back(phone: Phone, tablet: Phone, alice: User) -> None:
    training = Crossing(phone, tablet, alice, deep=False)
    training.write()
    training.delete()
    training.move(20)
    (conflict,) = [c for c in phone.records().values() if c["entity"] == "conflict"]
    decision = phone.mutation(
        "resolve", "conflict", conflict["id"], {"resolution": "use_lost"}, base_version=phone.pull()["version"]
    )
    assert phone.push(decision)[0]["status"] == "applied"
    assert phone.records()["set", training.set]["data"]["notes"] == "precious"
