"""What the server would refuse for its form is refused at once, without a network, with the name of the field."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from dropset_client import Device, Op
from dropset_client.errors import InvalidInput
from dropset_client.shapes import shape, shapes
from tests.account import BENCH
from tests.conftest import Lab

HERE = datetime(2026, 11, 20, 7, tzinfo=UTC)
PLAN = "0190b2a4-8f00-7000-8000-000000000001"
DOSE = {"plan": PLAN, "supplement": BENCH, "taken_on": "2026-12-01", "due_time": "08:00"}


@pytest.fixture
def device(lab: Lab) -> Device:
    return lab.device("a", login=False)


def codes(error: InvalidInput) -> dict[str | None, str]:
    return {one.attr: one.code for one in error.errors}


@pytest.mark.parametrize(
    ("entity", "data", "found"),
    [
        ("workot", {}, {None: "unknown_entity"}),
        ("conflict", {"status": "resolved"}, {None: "read_only"}),
        ("settings", {"theme": "dark"}, {None: "not_allowed"}),
        ("workout", {"titel": "x"}, {"titel": "unknown_field"}),
        ("workout", {"local_date": HERE.date()}, {"local_date": "read_only"}),
        ("workout", {"title": 5, "status": "done"}, {"title": "invalid", "status": "invalid_choice"}),
        ("workout", {"title": "x" * 201, "notes": "\x00"}, {"title": "max_length", "notes": "null_characters_not_allowed"}),
        ("workout", {"title": "x\ud83d", "started_at": "today"}, {"title": "invalid", "started_at": "invalid"}),
        ("workout", {"started_at": datetime(1, 1, 1, tzinfo=UTC)}, {"started_at": "out_of_range"}),
        ("workout", {"time_zone": "Mars/Olympus", "title": None}, {"time_zone": "invalid_time_zone", "title": "null"}),
        ("set", {"reps": 8}, {"exercise": "required"}),
        ("set", {"exercise": "bench", "reps": True}, {"exercise": "invalid", "reps": "invalid"}),
        ("set", {"exercise": BENCH, "reps": -1, "rpe": Decimal("10.5")}, {"reps": "out_of_range", "rpe": "out_of_range"}),
        ("set", {"exercise": BENCH, "load_kg": 80.5, "rir": "١"}, {"load_kg": "invalid", "rir": "invalid"}),
        ("set", {"exercise": BENCH, "load_kg": "80.123"}, {"load_kg": "max_decimal_places"}),
        ("exercise_type", {"name": "", "equipment": {"Rack"}}, {"name": "blank", "equipment": "invalid"}),
        ("exercise_type", {"name": "Squat", "names": []}, {"names": "invalid"}),
    ],
)  # fmt: skip
def test_a_new_record_is_refused_by_the_names_of_its_fields(
    device: Device, entity: str, data: dict[str, object], found: dict[str | None, str]
) -> None:
    with pytest.raises(InvalidInput) as caught:
        device.create(entity, data)

    assert codes(caught.value) == found
    assert device.pending() == 0


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [("titel", "title"), ("Notes", "notes"), ("plannedOn", "planned_on"), ("end_at", "ended_at")],
)
def test_the_nearest_name_is_said(device: Device, wrong: str, meant: str) -> None:
    with pytest.raises(InvalidInput, match=rf"workout\.{wrong}: There is no such field\. Did you mean {meant}\?"):
        device.create("workout", {wrong: "x"})


def test_a_name_like_none_gets_them_all(device: Device) -> None:
    with pytest.raises(InvalidInput, match=r"There are: settings, .*, conflict"):
        device.create("zzzzz", {})


def test_every_other_way_to_write_is_checked_too(device: Device) -> None:
    workout = device.create("workout", {"title": "Push"})
    for write in (
        lambda: device.update("workout", workout, {"titel": "x"}),
        lambda: device.restore("workot", workout),
        lambda: device.create("workout", {}, id="not an id"),
        lambda: list(device.list("workout", titel="x")),
    ):
        with pytest.raises(InvalidInput):
            write()
    assert device.pending() == 1


def test_what_an_app_of_tomorrow_knows_can_be_queued_and_read_as_it_is(device: Device) -> None:
    mutation = device.enqueue("hologram", str(uuid4()), Op.CREATE, {"dose": 5})

    assert [record.id for record in device.list("hologram", dose=5)] == [mutation.record_id]


def test_limits_are_there_for_importers() -> None:
    fields = shape("workout").fields

    assert (fields["title"].max_length, fields["status"].values[:2]) == (200, ("planned", "in_progress"))
    assert [name for name, field in shape("set").fields.items() if field.required] == ["exercise"]
    known = ["settings", "exercise_type", "workout", "exercise"]
    assert [name for name in shapes() if name in known] == known


@pytest.mark.parametrize(
    ("due_time", "found"),
    [("08:00", "82faa6e1-7f95-3977-9fa8-89a30e327640"), ("", "230a2e1c-c50a-386c-9039-6e934bb08867")],
)
def test_a_dose_has_the_id_that_every_device_and_the_server_give_it(device: Device, due_time: str, found: str) -> None:
    assert device.create("supplement_log", DOSE | {"plan": PLAN.upper(), "due_time": due_time}) == found


def test_a_dose_without_a_plan_is_one_of_many(device: Device) -> None:
    free = {"supplement": BENCH, "taken_on": "2026-12-01"}
    assert device.create("supplement_log", free) != device.create("supplement_log", free)


def test_another_id_than_the_one_that_follows_is_refused(device: Device) -> None:
    with pytest.raises(InvalidInput) as caught:
        device.create("supplement_log", DOSE, id=str(uuid4()))
    assert codes(caught.value) == {"id": "id_does_not_follow"}
    assert device.pending() == 0


def test_what_was_deleted_and_is_made_again_holds_nothing_of_before(device: Device) -> None:
    dose = device.create("supplement_log", DOSE | {"status": "skipped", "notes": "Felt sick."})
    device.delete("supplement_log", dose)
    assert device.create("supplement_log", DOSE) == dose
    record = device.get("supplement_log", dose)
    assert record is not None
    assert (record["status"], record["notes"], record["due_time"]) == ("taken", "", "08:00")
    sent = device.store.queued_for("supplement_log", dose)[-1].patch
    assert sent.keys() == shape("supplement_log").fields.keys()


def test_ids_are_the_same_in_capitals(lab: Lab) -> None:
    """Swift writes them so."""
    device = lab.device("a")
    workout, exercise = str(uuid4()), str(uuid4())
    device.create("workout", {"title": "Push"}, id=workout.upper())
    device.create("exercise", {"workout": workout.upper(), "exercise_type": BENCH}, id=exercise.upper())
    before = device.get("workout", workout.upper())
    device.sync()

    assert before is not None
    assert (before.id, before["title"]) == (workout, "Push")
    assert [one.id for one in device.list("exercise", workout=workout.upper())] == [exercise]
    device.update("workout", workout.upper(), {"title": "Pull"})
    device.sync()
    assert lab.account.rows[("workout", workout)].data["title"] == "Pull"
    assert [one["title"] for one in device.list("workout")] == ["Pull"]
