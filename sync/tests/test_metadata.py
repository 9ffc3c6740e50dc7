"""Metadata by sync: whatever two devices write, what stands fits the schema of its type, and what does not is kept and told."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import orjson
import pytest
from django.db import connections, transaction

from accounts.models import User
from catalog.models import ExerciseType
from catalog.tests.factories import make_canonical
from config.tests.contract import SchemaClient
from conftest import client_of
from lib.row_rules import faults_in, row_change
from lib.tests.conftest import queue as queue
from lib.writes import Catalogue, writing
from sync.models import Conflict
from sync.tests.devices import Json, Phone, ago, lost
from sync.tests.naive import Naive
from sync.tests.test_concurrency import push_as
from sync.tests.test_rejected import REJECTED, repair
from sync.tests.transfers import counted, imported, record_line, snapshot_lines
from training.domain.metadata import problems_of
from training.models import Exercise, Set

pytestmark = pytest.mark.django_db(transaction=True)


def with_limit(maximum: float) -> Json:
    return {"type": "object", "properties": {"incline": {"type": "number", "minimum": 0, "maximum": maximum}}}


def type_id(maximum: float) -> str:
    return str(make_canonical(f"up-to-{maximum}", metadata_schema=with_limit(maximum)).pk)


@pytest.fixture
def wide(db: None) -> str:
    return type_id(40)


@pytest.fixture
def narrow(db: None) -> str:
    return type_id(10)


@pytest.fixture
def running(phone: Phone, wide: str) -> str:
    return phone.create("exercise", {"exercise_type": wide})


def refused(result: Json) -> tuple[str, set[str]]:
    assert result["status"] == "rejected", result
    return result["error"]["code"], set(result["error"]["fields"])


def seen(phone: Phone) -> int:
    return int(phone.pull()["version"])


def stands(phone: Phone, entity: str, key: str) -> Json:
    data: Json = phone.records()[entity, key]["data"]
    return data


# --- one device ---


def test_each_fault_is_named_and_the_others_go_through(phone: Phone, running: str) -> None:
    said = ({"incline": 5}, {"incline": -1, "load": 3})
    good, bad = ({"exercise": running, "reps": 5, "metadata": metadata} for metadata in said)
    made = [phone.mutation("create", "set", str(uuid4()), patch) for patch in (good, bad, good)]
    results = phone.push(*made)
    assert [result["status"] for result in results] == ["applied", "rejected", "applied"]
    assert refused(results[1]) == ("has_a_field", {"metadata.load", "metadata.incline"})
    assert Set.objects.count() == 2


def test_what_was_refused_is_kept_and_can_be_repaired(phone: Phone, running: str) -> None:
    sent = phone.mutation("create", "set", str(uuid4()), {"exercise": running, "reps": 5, "metadata": {"incline": 41}})
    refused(phone.push(sent)[0])
    (kept,) = phone.api.get(REJECTED).json()["results"]
    assert kept["payload"]["patch"] == sent["patch"]
    mended = {
        **sent,
        "id": str(uuid4()),
        "seq": next(phone.seq),
        "patch": {**sent["patch"], "metadata": {"incline": 4}},
    }
    assert repair(phone, sent, mended).status_code == 200
    assert stands(phone, "set", sent["record_id"])["metadata"] == {"incline": 4}


def test_type_exercise_and_set_made_offline_are_judged_together(phone: Phone) -> None:
    own, exercise, good, bad = (str(uuid4()) for _ in range(4))
    results = phone.push(
        phone.mutation("create", "set", bad, {"exercise": exercise, "metadata": {"incline": 11}}),
        phone.mutation("create", "set", good, {"exercise": exercise, "metadata": {"incline": 9}}),
        phone.mutation("create", "exercise", exercise, {"exercise_type": own, "metadata": {"incline": 10}}),
        phone.mutation("create", "exercise_type", own, {"name": "Sand run", "metadata_schema": with_limit(10)}),
    )
    assert [result["status"] for result in results] == ["rejected", "applied", "applied", "applied"]
    assert refused(results[0]) == ("metadata_invalid", {"metadata.incline"})


def test_exercise_goes_to_another_type_with_its_sets_or_not_at_all(phone: Phone, running: str, narrow: str) -> None:
    steep = phone.create("set", {"exercise": running, "metadata": {"incline": 12}})
    base = seen(phone)
    alone = phone.one("update", "exercise", running, {"exercise_type": narrow}, base_version=base)
    assert refused(alone) == ("metadata_invalid", {"exercise_type"})
    group = str(uuid4())
    together = [
        phone.mutation("update", "exercise", running, {"exercise_type": narrow}, base_version=base, group=group),
        phone.mutation("update", "set", steep, {"metadata": {"incline": 9}}, base_version=base, group=group),
    ]
    assert [result["status"] for result in phone.push(*together)] == ["applied", "applied"]
    assert stands(phone, "exercise", running)["exercise_type"] == narrow


def test_group_fails_as_a_whole(phone: Phone, running: str, narrow: str) -> None:
    steep = phone.create("set", {"exercise": running, "metadata": {"incline": 12}})
    base, group = seen(phone), str(uuid4())
    together = [
        phone.mutation("update", "exercise", running, {"exercise_type": narrow}, base_version=base, group=group),
        phone.mutation("update", "set", steep, {"metadata": {"incline": 13}}, base_version=base, group=group),
    ]
    assert [result["status"] for result in phone.push(*together)] == ["rejected", "rejected"]
    assert stands(phone, "set", steep)["metadata"] == {"incline": 12}


def test_type_and_sets_may_change_in_one_push_in_either_order(phone: Phone, running: str, narrow: str) -> None:
    steep = phone.create("set", {"exercise": running, "metadata": {"incline": 12}})
    base = seen(phone)
    results = phone.push(
        phone.mutation("update", "exercise", running, {"exercise_type": narrow}, base_version=base),
        phone.mutation("delete", "set", steep, base_version=base),
    )
    assert [result["status"] for result in results] == ["applied", "applied"]


def test_schema_that_breaks_what_stands_is_refused_with_counts(phone: Phone, alice: User) -> None:
    own = phone.create("exercise_type", {"name": "Sand run", "metadata_schema": with_limit(40)})
    exercise = phone.create("exercise", {"exercise_type": own})
    steep = phone.create("set", {"exercise": exercise, "metadata": {"incline": 12}})
    base = seen(phone)
    narrower = {"metadata_schema": with_limit(10)}
    result = phone.one("update", "exercise_type", own, narrower, base_version=base)
    assert refused(result) == ("schema_breaks_metadata", {"metadata_schema"})
    assert "the metadata of 1 set:" in result["error"]["detail"]
    results = phone.push(
        phone.mutation("update", "exercise_type", own, narrower, base_version=base),
        phone.mutation("update", "set", steep, {"metadata": {"incline": 10}}, base_version=base),
    )
    assert [each["status"] for each in results] == ["applied", "applied"]


def test_set_that_comes_back_must_fit_the_type_of_today(phone: Phone, running: str, narrow: str) -> None:
    steep = phone.create("set", {"exercise": running, "reps": 5, "metadata": {"incline": 12}})
    phone.one("delete", "set", steep, base_version=seen(phone))
    phone.one("update", "exercise", running, {"exercise_type": narrow}, base_version=seen(phone))
    result = phone.one("restore", "set", steep, base_version=seen(phone))
    assert refused(result) == ("metadata_invalid", {"metadata.incline"})
    result = phone.one("update", "set", steep, {"metadata": {}, "notes": "flat"}, base_version=seen(phone))
    assert result["status"] == "applied"
    assert stands(phone, "set", steep)["reps"] == 5


def test_workout_comes_back_with_all_that_its_sets_say(phone: Phone, wide: str) -> None:
    workout = phone.create("workout")
    exercise = phone.create("exercise", {"exercise_type": wide, "workout": workout, "metadata": {"incline": 2}})
    steep = phone.create("set", {"exercise": exercise, "metadata": {"incline": 12}})
    for op in ("delete", "restore"):
        assert phone.one(op, "workout", workout, base_version=seen(phone))["status"] == "applied"
    assert stands(phone, "set", steep)["metadata"] == {"incline": 12}


# --- two devices ---


def test_of_two_devices_the_later_metadata_stand_as_a_whole(phone: Phone, tablet: Phone, running: str) -> None:
    row = phone.create("set", {"exercise": running, "metadata": {"incline": 1}})
    base = seen(phone)
    early = phone.mutation("update", "set", row, {"metadata": {"incline": 2}}, base_version=base, at=ago(-10))
    late = tablet.mutation("update", "set", row, {"metadata": {"speed": 9}}, base_version=base, at=ago(-20))
    phone.push(early)
    assert tablet.push(late)[0]["status"] in ("conflict", "applied", "merged")
    (conflict,) = phone.conflicts()
    assert (stands(phone, "set", row)["metadata"], lost(conflict)) in [
        ({"speed": 9}, {"metadata": {"incline": 2}}),
        ({"incline": 2}, {"metadata": {"speed": 9}}),
    ]


def test_what_fits_the_old_type_alone_is_refused_and_kept(
    phone: Phone, tablet: Phone, running: str, narrow: str
) -> None:
    """Each of the two was right by what it had seen."""
    row = phone.create("set", {"exercise": running})
    base = seen(phone)
    assert (
        tablet.one("update", "exercise", running, {"exercise_type": narrow}, base_version=base)["status"] == "applied"
    )
    late = phone.mutation("update", "set", row, {"metadata": {"incline": 12}}, base_version=base)
    assert refused(phone.push(late)[0]) == ("metadata_invalid", {"metadata.incline"})
    assert [kept["mutation_id"] for kept in phone.api.get(REJECTED).json()["results"]] == [late["id"]]


def test_another_type_that_what_was_said_meanwhile_does_not_fit_is_refused(
    phone: Phone, tablet: Phone, running: str, narrow: str
) -> None:
    row = phone.create("set", {"exercise": running})
    base = seen(phone)
    phone.one("update", "set", row, {"metadata": {"incline": 12}}, base_version=base)
    result = tablet.one("update", "exercise", running, {"exercise_type": narrow}, base_version=base)
    assert refused(result) == ("metadata_invalid", {"exercise_type"})


def test_merge_of_two_good_edits_that_would_break_the_schema_is_a_conflict(
    phone: Phone, tablet: Phone, running: str, narrow: str
) -> None:
    """The tablet moves the set to another exercise, while the phone says what only fits the one that it was in."""
    walking = phone.create("exercise", {"exercise_type": narrow})
    row = phone.create("set", {"exercise": running})
    base = seen(phone)
    assert tablet.one("update", "set", row, {"exercise": walking}, base_version=base)["status"] == "applied"
    result = phone.one("update", "set", row, {"metadata": {"incline": 12}, "reps": 3}, base_version=base)
    assert result["status"] == "conflict"
    row_of_conflict = Conflict.objects.get()
    assert (row_of_conflict.kind, row_of_conflict.code) == ("rule", "metadata_invalid")
    assert lost(phone.conflicts()[0]) == {"metadata": {"incline": 12}, "reps": 3}
    data = stands(phone, "set", row)
    assert (data["exercise"], data["metadata"]) == (walking, {})


def test_older_app_that_knows_no_metadata_leaves_them(phone: Phone, running: str, alice: User) -> None:
    row = phone.create("set", {"exercise": running, "reps": 5, "side": "left", "metadata": {"incline": 12}})
    naive = Naive(client_of(alice), alice)
    naive.catch_up()
    for name in ("metadata", "side"):
        del naive.base["set", row][name]
    naive.edit("set", row, reps=6)
    assert [result["status"] for result in naive.send()] == ["applied"]
    data = stands(phone, "set", row)
    assert (data["reps"], data["side"], data["metadata"]) == (6, "left", {"incline": 12})


# --- a curator ---


def test_schema_that_changes_while_somebody_writes_breaks_nothing(phone: Phone, alice: User, running: str) -> None:
    """Whoever comes second sees what the first has done."""
    row = ExerciseType.objects.get()
    looked = threading.Event()

    def say_something() -> list[Json]:
        try:
            looked.wait(10)
            sent = phone.mutation("create", "set", str(uuid4()), {"exercise": running, "metadata": {"incline": 12}})
            return push_as(alice, phone, sent)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic(), writing(user=Catalogue(), source="admin"):
            assert faults_in([row_change(row, {"metadata_schema": with_limit(10)})]) == {}
            looked.set()
            said = pool.submit(say_something)
            with pytest.raises(TimeoutError):
                said.result(0.5)  # it waits
            ExerciseType.objects.filter(pk=row.pk).update(metadata_schema=with_limit(10))
        assert refused(said.result(10)[0]) == ("metadata_invalid", {"metadata.incline"})


# --- files ---


@pytest.mark.usefixtures("queue")
def test_import_takes_what_fits_and_names_the_rest(api: SchemaClient, wide: str) -> None:
    exercise, good, bad = (str(uuid4()) for _ in range(3))
    content = snapshot_lines(
        record_line("exercise", {"exercise_type": wide, "metadata": {"incline": 3}}, exercise),
        record_line("set", {"exercise": exercise, "metadata": {"incline": 4}}, good),
        record_line("set", {"exercise": exercise, "metadata": {"incline": 41, "weight": 3}}, bad),
    )
    job = imported(api, content)
    assert counted(job) == {"created": 2, "rejected_total": 1}
    (told,) = job["report"]["rejected"]
    assert (told["id"], told["code"]) == (bad, "has_a_field")
    assert set(told["fields"]) == {"metadata.weight", "metadata.incline"}


# --- whatever happens ---


def test_what_stands_fits_whatever_came(phone: Phone, tablet: Phone, alice: User, running: str, narrow: str) -> None:
    """Everything above at once, by two devices that have seen nothing of each other."""
    rows = [phone.create("set", {"exercise": running, "metadata": {"incline": value}}) for value in (1, 9)]
    base = seen(phone)
    for device, values in ((phone, (30, 5)), (tablet, (3, 11))):
        other = device.create("exercise", {"exercise_type": narrow})
        edits: list[tuple[str, str, Json]] = [
            ("exercise", running, {"exercise_type": narrow}),
            *(("set", row, {"metadata": {"incline": value}}) for row, value in zip(rows, values, strict=True)),
            ("set", rows[0], {"exercise": other}),
        ]
        device.push(*(device.mutation("update", entity, key, patch, base_version=base) for entity, key, patch in edits))
    for exercise in Exercise.objects.for_user(alice):
        schema: Any = exercise.exercise_type.metadata_schema
        for row in (exercise, *Set.objects.for_user(alice).filter(exercise=exercise)):
            assert problems_of(row.metadata, orjson.dumps(schema).decode()) == []
