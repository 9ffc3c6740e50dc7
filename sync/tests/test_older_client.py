"""A client of an earlier release, which knows fewer entities and fields, goes on beside a newer one. What is renamed or changed
is in test_upcasting.py; that the data of a release are migrated, in test_release_upgrade.py.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from accounts.models import User
from conftest import client_of
from dropset_client import Device, InvalidInput, RetryPolicy, shapes
from lib.shapes import everything
from lib.tests.factories import make_user
from sync.tests.devices import Phone
from sync.tests.naive import Naive

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "correct horse battery staple"
NEW_ENTITIES = (
    *("room", "rack", "day_note"),
    *("program", "program_week", "program_day", "program_slot", "program_set"),
    *("enrolment", "scheduled_workout", "progression_state", "mesocycle", "mesocycle_week", "favourite", "goal"),
    *("meal", "meal_item", "meal_log", "meal_log_item", "nutrition_target", "supplement_plan", "supplement_log"),
    "water_log",
)
NEW_FIELD = "typed_name"  # of an exercise


@pytest.fixture
def ann(db: None) -> User:
    return make_user("ann@example.org", password=PASSWORD)


@pytest.fixture
def newer(ann: User) -> Phone:
    return Phone(client_of(ann), ann)


@pytest.fixture
def older(ann: User, live_server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Device]:
    """The reference client with the shapes of before."""
    known: Any = everything()
    for name in NEW_ENTITIES:
        del known["entities"][name]
    del known["entities"]["exercise"]["fields"][NEW_FIELD]
    path = tmp_path / "entities.json"
    path.write_bytes(orjson.dumps(known))
    monkeypatch.setattr(shapes, "_FILE", path)
    shapes.shapes.cache_clear()
    with Device.open(tmp_path / "older.db", live_server.url, retry=RetryPolicy(waits_s=())) as device:
        device.login(ann.email, PASSWORD)
        yield device
    shapes.shapes.cache_clear()


def test_older_client_goes_on_beside_a_newer_one(newer: Phone, older: Device) -> None:
    room = newer.create("room", {"title": "Cellar", "is_default": True})
    newer.create("rack", {"room": room})
    note = newer.create("day_note", {"day": "2026-12-01", "room": room})
    exercise = newer.exercise(typed_name="Bankdrücken", notes="easy")
    older.sync()
    assert older.verify().is_equal
    with pytest.raises(InvalidInput):
        older.create("room", {"title": "Garage"})
    older.update("exercise", exercise, {"notes": "hard"})
    workout = older.create("workout", {"title": "Legs"})
    older.update("exercise", exercise, {"workout": workout})
    newer.one("delete", "room", room, base_version=newer.pull()["version"])
    older.sync()
    assert (older.pending(), len(older.rejected()), older.verify().is_equal) == (0, 0, True)
    found = newer.records()
    assert (
        found["exercise", exercise]["data"] | {"typed_name": "Bankdrücken", "notes": "hard", "workout": workout}
        == (found["exercise", exercise]["data"])
    )
    assert found["day_note", note]["data"]["room"] == room
    assert newer.conflicts() == []


def test_older_client_completes_a_workout_of_a_schedule_that_it_does_not_know(
    newer: Phone, older: Device, ann: User
) -> None:
    program = newer.create("program", {"title": "Two days"})
    enrolment = newer.create("enrolment", {"program": program, "started_on": "2026-03-02"})
    workout = newer.create("workout", {"status": "in_progress", "started_at": "2026-03-02T17:00:00Z"})
    day = newer.create(
        "scheduled_workout",
        {"enrolment": enrolment, "scheduled_on": "2026-03-02", "workout": workout, "status": "in_progress"},
    )
    older.sync()
    older.update("workout", workout, {"status": "completed", "ended_at": "2026-03-02T18:00:00Z"})
    older.sync()
    assert (older.pending(), len(older.rejected()), older.verify().is_equal) == (0, 0, True)
    assert newer.records()["scheduled_workout", day]["data"]["workout"] == workout
    (found,) = client_of(ann).get("/api/v1/calendar", {"from": "2026-03-02", "to": "2026-03-02"}).json()["days"]
    assert [entry["state"] for entry in found["entries"]] == ["done"]


def test_older_client_goes_on_beside_a_diary_that_it_does_not_know(newer: Phone, older: Device) -> None:
    log = newer.create("meal_log", {"eaten_on": "2026-12-01"})
    item = newer.create("meal_log_item", {"meal_log": log, "typed_name": "Soup", "basis": "whole"})
    newer.create("nutrition_target", {"starts_on": "2026-12-01", "energy_kcal": "2400.0"})
    older.sync()
    older.create("workout", {"title": "Legs"})
    newer.one("delete", "meal_log", log, base_version=newer.pull()["version"])
    older.sync()
    assert (older.pending(), len(older.rejected()), older.verify().is_equal) == (0, 0, True)
    assert not {("meal_log", log), ("meal_log_item", item)} & newer.records().keys()
    assert newer.conflicts() == []


def test_whole_record_without_a_new_field_leaves_it(newer: Phone, ann: User) -> None:
    exercise = newer.exercise(typed_name="Bankdrücken", notes="easy")
    naive = Naive(client_of(ann), ann)
    naive.catch_up()
    del naive.base["exercise", exercise][NEW_FIELD]
    naive.edit("exercise", exercise, notes="hard")
    assert [result["status"] for result in naive.send()] == ["applied"]
    data = newer.records()["exercise", exercise]["data"]
    assert (data["notes"], data[NEW_FIELD]) == ("hard", "Bankdrücken")
