"""Files of every app on a device: twice, overlapping, on two phones, and after the user has worked on what came of them."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from dropset_client import Device
from dropset_client.files import HowTo, ImportReport, import_file
from dropset_client.undoing import undo_import
from dropset_files.fitnotes.render import render_fitnotes
from dropset_files.hevy.render import render_hevy
from dropset_files.liftosaur.render import render_liftosaur_csv, render_liftosaur_json
from dropset_files.openweight.render import render_openweight
from dropset_files.planning.types import Sure
from dropset_files.reading import ReadAs
from dropset_files.shared.generate import generate_workouts
from dropset_files.shared.model import LoggedWorkout
from tests.conftest import Lab

Render = Callable[[list[LoggedWorkout]], str]
BENCH = "0b0c5b5e-0000-4000-8000-0000000059a7"
FORMATS: list[Render] = [render_hevy, render_fitnotes, render_liftosaur_csv, render_liftosaur_json, render_openweight]
each_format = pytest.mark.parametrize("render", FORMATS, ids=lambda one: one.__name__.removeprefix("render_"))


def history(workouts: int = 5) -> list[LoggedWorkout]:
    """By the minute, which is all that Hevy writes."""
    until = datetime(2026, 11, 20, 18, tzinfo=UTC).astimezone(ZoneInfo("Europe/Berlin"))
    return [
        replace(one, start=one.start.replace(second=0)) for one in generate_workouts(3, until=until, workouts=workouts)
    ]


def take(device: Device, text: str, zone: str = "Europe/Berlin", **how: object) -> ImportReport:
    types = {"Barbell Bench Press": BENCH}
    return import_file(device, text, ReadAs(ZoneInfo(zone)), exercise_types=types, how=HowTo(**how))  # type: ignore[arg-type]


def counts(device: Device) -> list[int]:
    return [len(device.list(entity)) for entity in ("workout", "exercise", "set", "exercise_type")]


@each_format
def test_importing_again_changes_nothing(lab: Lab, render: Render) -> None:
    device = lab.device("a")
    first = take(device, render(history()))
    queued, stood = device.pending(), counts(device)
    again = take(device, render(history()))

    assert (first.workouts, first.skipped, first.problems) == (5, 0, [])
    assert (device.pending(), counts(device), again.import_id, again.problems) == (queued, stood, None, [])


@each_format
def test_an_overlapping_file_adds_what_is_new(lab: Lab, render: Render) -> None:
    device, fresh = lab.device("a"), lab.device("b")
    take(device, render(history()[:3]))
    report = take(device, render(history()[1:]))
    take(fresh, render(history()))

    assert report.workouts == 2
    assert counts(device) == counts(fresh)


@each_format
def test_two_phones_make_the_same_records(lab: Lab, render: Render) -> None:
    lab.account.library.add(BENCH)
    a, b = lab.device("a"), lab.device("b")
    take(a, render(history()))
    take(b, render(history()))
    a.sync()
    report = b.sync()
    a.sync()

    assert set(report.statuses) == {"noop"}
    assert a.content_hash() == b.content_hash()


@each_format
def test_what_another_device_imported_is_found(lab: Lab, render: Render) -> None:
    lab.account.library.add(BENCH)
    a, b = lab.device("a"), lab.device("b")
    take(a, render(history()))
    a.sync()
    b.sync()
    changed = b.list("set")[0]
    b.update("set", changed.id, {"reps": 77})
    gone, moved = b.list("set")[1], b.list("set")[2]
    b.delete("set", gone.id)
    b.update("set", moved.id, {"position": 1000})
    stood, queued = counts(b), b.pending()
    take(b, render(history()))

    assert (counts(b), b.pending()) == (stood, queued)
    assert b.get("set", changed.id)["reps"] == 77  # type: ignore[index]
    assert b.get("set", moved.id)["position"] == 1000  # type: ignore[index]


@pytest.mark.parametrize("render", [render_liftosaur_csv, render_liftosaur_json, render_openweight])
def test_a_moment_is_the_same_in_every_zone(lab: Lab, render: Render) -> None:
    device = lab.device("a")
    take(device, render(history()))
    stood, starts = counts(device), [one["started_at"] for one in device.list("workout")]
    again = take(device, render(history()), zone="America/New_York")

    assert (counts(device), again.import_id) == (stood, None)
    assert [one["started_at"] for one in device.list("workout")] == starts


def test_an_import_is_undone_whatever_the_app(lab: Lab) -> None:
    device = lab.device("a")
    take(device, render_hevy(history()))
    [one] = device.store.imports.all()
    undo_import(device, one)

    assert (one.source, counts(device)) == ("hevy", [0, 0, 0, 0])


def test_the_same_history_from_two_apps_is_there_once(lab: Lab) -> None:
    device = lab.device("a")
    take(device, render_hevy(history()))
    stood = counts(device)
    report = take(device, render_openweight(history()))

    assert (report.workouts, counts(device)) == (0, stood)


def test_a_dry_run_says_all_and_does_nothing(lab: Lab) -> None:
    device = lab.device("a")
    text = render_hevy(history())
    report = import_file(device, text, ReadAs(ZoneInfo("UTC")), exercise_types={}, dry_run=True)

    assert (report.app, report.dialect, report.workouts, report.import_id) == ("hevy", "in kg and km", 5, None)
    assert (device.pending(), device.store.imports.all()) == (0, [])


def test_it_says_how_sure_each_match_is(lab: Lab) -> None:
    device = lab.device("a")
    own = device.create("exercise_type", {"name": "Overhead Press (Barbell)"})
    matches = {one.name: one for one in take(device, render_hevy(history(1))).matches}

    assert matches["Bench Press (Barbell)"].sure is Sure.SPELLED
    assert matches["Bench Press (Barbell)"].exercise_type == BENCH
    assert (matches["Overhead Press (Barbell)"].sure, matches["Overhead Press (Barbell)"].exercise_type) == (
        Sure.SAME,
        own,
    )
    new = matches["Incline Bench Press (Dumbbell)"]
    assert (new.sure, new.exercises) == (Sure.NEW, 1)
    assert [(one.exercise_type, one.likeness) for one in new.suggestions] == [(BENCH, 0.57)]


def test_a_correction_is_remembered_on_every_device(lab: Lab) -> None:
    lab.account.library.add(BENCH)
    a, b = lab.device("a"), lab.device("b")
    name = "Incline Bench Press (Dumbbell)"
    take(a, render_hevy(history(1)), matches={name: BENCH})
    a.sync()
    b.sync()
    [alias] = b.list("exercise_alias")
    report = take(b, render_openweight(history(4)[1:]))
    found = {one.name: one for one in report.matches}

    assert (alias["name"], alias["exercise_type"]) == (name, BENCH)
    assert (found[name].sure, found[name].exercise_type) == (Sure.CORRECTED, BENCH)
    assert {one["exercise_type"] for one in b.list("exercise", typed_name=name)} == {BENCH}


def test_a_correction_moves_what_an_import_had_filed_by_itself(lab: Lab) -> None:
    device = lab.device("a")
    name = "Incline Bench Press (Dumbbell)"
    take(device, render_hevy(history(4)))
    report = take(device, render_hevy(history(4)), matches={name: BENCH})

    assert report.changed == len(device.list("exercise", typed_name=name)) > 0
    assert {one["exercise_type"] for one in device.list("exercise", typed_name=name)} == {BENCH}


def test_a_correction_is_corrected_again(lab: Lab) -> None:
    device = lab.device("a")
    own = device.create("exercise_type", {"name": "Schrägbank"})
    name = "incline bench press (DUMBBELL)"
    take(device, render_hevy(history(1)), matches={name: BENCH})
    take(device, render_hevy(history(1)), matches={"Incline Bench Press (Dumbbell)": own})

    assert [one["exercise_type"] for one in device.list("exercise_alias")] == [own]


def test_names_in_other_scripts_are_types_of_their_own(lab: Lab) -> None:
    device = lab.device("a")
    header = "Date,Exercise,Category,Weight,Weight Unit,Reps,Distance,Distance Unit,Time,Comment"
    names = ("卧推", "Жим лёжа", "לחיצת חזה", "مكبس الصدر", "💪")
    take(device, "\n".join((header, *(f"2026-03-01,{name},x,20,kgs,10,,,," for name in names))))

    assert sorted(one["name"] for one in device.list("exercise_type")) == sorted(names)


def test_kg_and_lb_in_one_file_are_each_their_own(lab: Lab) -> None:
    device = lab.device("a")
    header = "Date,Exercise,Category,Weight,Weight Unit,Reps,Distance,Distance Unit,Time,Comment"
    take(device, f"{header}\n2026-03-01,Bench,x,100,kgs,5,,,,\n2026-03-01,Bench,x,225,lbs,5,,,,\n")

    assert sorted((one["load_kg"], one["typed_load_unit"]) for one in device.list("set")) == [
        ("100.00", "kg"),
        ("102.06", "lb"),
    ]
    assert sum(Decimal(one["load_kg"]) for one in device.list("set")) == Decimal("202.06")


def test_what_the_server_has_no_room_for_is_told(lab: Lab) -> None:
    device = lab.device("a")
    exercises = [
        {"exercise": {"name": f"E{number}"}, "supersetId": number, "sets": [{"reps": 1, "rir": 99}]}
        for number in range(1, 1002)
    ]
    late = {"date": "2199-12-31T12:00:00Z", "durationSeconds": 90_000_00, "exercises": exercises}
    report = take(device, json.dumps(late))
    [workout] = device.list("workout")

    assert [one.reason.partition(":")[0] for one in report.problems].count("superset 1001") == 1
    assert workout["ended_at"] == "2200-01-01T00:00:00.000000Z"
    assert {one["notes"] for one in device.list("set")} == {"RIR 99"}
    assert len([one for one in device.list("exercise") if one.get("superset_group")]) == 1000
