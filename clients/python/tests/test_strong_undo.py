"""An import undone or replaced as a whole."""

from zoneinfo import ZoneInfo

import pytest

from dropset_client import Device
from dropset_client.imports import Import
from dropset_client.undoing import ImportBuiltOn, ImportUndone, UndoReport, undo_import
from tests.conftest import Lab, converged
from tests.histories import BENCH, ROW, SQUAT, export, history, lifted, row, take

TYPE = "01a1fb1a-6820-7e77-930c-b66250b2ee58"
FILE = export(row(order=1, weight=135), row(order=2, weight=225), row(SQUAT, weight=315))


@pytest.fixture
def device(lab: Lab) -> Device:
    return lab.device("a")


def last(device: Device) -> Import:
    return device.store.imports.all()[-1]


def undo(device: Device) -> UndoReport:
    return undo_import(device, last(device))


# Undo


def test_an_import_is_undone_as_a_whole(device: Device) -> None:
    take(device, FILE)
    report = undo(device)

    assert (report.deleted, report.kept) == (8, [])
    assert [device.list(entity) for entity in ("workout", "exercise", "set", "exercise_type")] == [[]] * 4


def test_what_was_there_before_stays(device: Device) -> None:
    own = device.create("workout", {"title": "Own", "status": "planned"})
    take(device, FILE)
    undo(device)

    assert [record.id for record in device.list("workout")] == [own]


def test_an_import_that_was_synced_is_undone_everywhere(lab: Lab) -> None:
    a, b = lab.device("a"), lab.device("b")
    take(a, FILE)
    assert converged(a, b)
    undo(a)

    assert converged(a, b)
    assert [b.list(entity) for entity in ("workout", "exercise", "set", "exercise_type", "conflict")] == [[]] * 5


def test_undoing_an_edited_export_brings_back_what_stood(device: Device) -> None:
    take(device, export(row(order=1, rpe="8", notes="belt"), row(order=2, weight=90), row(ROW)))
    before = history(device)
    take(device, export(row(order="W", weight=40), row(order=1, reps=6), row(SQUAT), row("Curl")))
    report = undo(device)

    assert history(device) == before
    assert report.kept == []


def test_what_the_user_worked_on_stays_with_what_it_hangs_on(device: Device) -> None:
    take(device, FILE)
    [squat] = device.list("set", typed_load="315")
    device.update("set", squat.id, {"rpe": "9.0"})
    report = undo(device)

    assert [record.id for record in device.list("set")] == [squat.id]
    assert [record["typed_name"] for record in device.list("exercise")] == [SQUAT]
    assert len(device.list("workout")) == 1
    assert [why.rpartition(": ")[2] for why in report.kept] == [
        "you have worked on it since",
        "it holds what stays",
        "it holds what stays",
        "it holds what stays",
    ]


def test_what_the_user_added_keeps_its_workout(device: Device) -> None:
    take(device, FILE)
    [workout] = device.list("workout")
    device.create("exercise", {"workout": workout.id, "exercise_type": TYPE, "position": 9})
    undo(device)

    assert len(device.list("workout")) == len(device.list("exercise")) == 1


def test_what_the_user_changed_again_is_not_changed_back(device: Device) -> None:
    take(device, export(row()))
    take(device, export(row(reps=6, notes="belt")))
    [one] = device.list("set")
    device.update("set", one.id, {"reps": 7})
    report = undo(device)
    [one] = device.list("set")

    assert (one["reps"], one["notes"]) == (7, "")
    assert len(report.kept) == 1


def test_what_the_user_deleted_needs_no_undoing(device: Device) -> None:
    take(device, FILE)
    for entity in ("set", "exercise", "workout"):
        for record in device.list(entity):
            device.delete(entity, record.id)
    report = undo(device)

    assert (report.deleted, report.kept) == (2, [])


def test_an_import_on_which_another_one_built_is_undone_after_it(device: Device) -> None:
    take(device, export(row()))
    first = last(device)
    take(device, export(row(), row(order=2)))
    second = last(device)

    with pytest.raises(ImportBuiltOn, match=second.id):
        undo_import(device, first)
    undo_import(device, second)
    undo_import(device, first)
    assert device.list("workout") == []


def test_an_import_beside_it_does_not_matter(device: Device) -> None:
    take(device, export(row()))
    first = last(device)
    take(device, export(row(start="2026-05-01 10:00:00", weight=100)))
    undo_import(device, first)

    assert lifted(device) == [("100", 5)]


def test_an_import_is_undone_once(device: Device) -> None:
    take(device, FILE)
    undo(device)

    with pytest.raises(ImportUndone):
        undo(device)


def test_what_was_undone_can_be_imported_again(lab: Lab) -> None:
    a, b = lab.device("a"), lab.device("b")
    take(a, FILE)
    a.sync()
    undo(a)
    a.sync()
    report = take(a, FILE, weight_unit="lb")

    assert (report.workouts, report.sets, report.told) == (1, 3, [])
    assert converged(a, b)
    assert lifted(b) == [("135", 5), ("225", 5)]


# Replace


def test_an_import_in_the_wrong_unit_is_replaced(lab: Lab) -> None:
    a, b = lab.device("a"), lab.device("b")
    take(a, FILE, weight_unit="kg")
    assert converged(a, b)
    report = take(a, FILE, weight_unit="lb", replaces=last(a))

    assert converged(a, b)
    assert sorted(record["load_kg"] for record in b.list("set")) == ["102.06", "142.88", "61.23"]
    assert {record["typed_load_unit"] for record in b.list("set")} == {"lb"}
    assert (report.sets, report.changed) == (0, 3)


def test_an_import_in_the_wrong_zone_is_replaced(device: Device) -> None:
    take(device, FILE)
    take(device, FILE, zone=ZoneInfo("America/New_York"), replaces=last(device))
    [workout] = device.list("workout")

    assert (workout["started_at"], workout["ended_at"], workout["time_zone"]) == (
        "2026-03-01T23:00:00.000000Z",
        "2026-03-02T00:00:00.000000Z",
        "America/New_York",
    )


def test_a_replacement_makes_anew_what_was_deleted(lab: Lab) -> None:
    a, b = lab.device("a"), lab.device("b")
    take(a, FILE)
    a.sync()
    a.delete("workout", a.list("workout")[0].id)
    a.sync()
    report = take(a, FILE, weight_unit="lb", replaces=last(a))

    assert (report.workouts, report.sets) == (1, 3)
    assert converged(a, b)
    assert lifted(b, BENCH) == [("135", 5), ("225", 5)]


def test_a_replacement_takes_away_what_its_file_lacks(device: Device) -> None:
    take(device, export(row(), row(start="2026-05-01 10:00:00", weight=100)))
    take(device, export(row()), replaces=last(device))

    assert lifted(device) == [("80", 5)]
    assert len(device.list("workout")) == 1


def test_a_replacement_leaves_what_the_user_wrote(device: Device) -> None:
    take(device, FILE)
    [squat] = device.list("set", typed_load="315")
    device.update("set", squat.id, {"load_kg": "142.5", "typed_load": "142.5", "typed_load_unit": "kg"})
    report = take(device, FILE, weight_unit="lb", replaces=last(device))

    assert device.get("set", squat.id)["load_kg"] == "142.5"  # type: ignore[index]
    assert [problem.line for problem in report.problems] == [4]


def test_a_replacement_is_undone_like_any_import(device: Device) -> None:
    take(device, FILE)
    first, before = last(device), history(device)
    take(device, FILE, weight_unit="lb", replaces=first)
    with pytest.raises(ImportBuiltOn):
        undo_import(device, first)
    undo(device)

    assert history(device) == before


def test_an_import_that_did_nothing_is_none(device: Device) -> None:
    take(device, FILE)
    take(device, FILE)

    assert len(device.store.imports.all()) == 1
