from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from dropset_client import Device
from dropset_client.errors import NotSignedIn
from dropset_client.strong import ImportReport, StrongFormatError, import_strong
from dropset_files.shared.generate import generate_workouts
from dropset_files.strong.render import S3, render
from tests.conftest import Lab, sample

ZONE = ZoneInfo("Europe/Berlin")
SQUAT = "0b0c5b5e-0000-4000-8000-0000000059a7"
HEADER = "Date;Workout Name;Duration (sec);Exercise Name;Set Order;Weight (lbs);Reps;RPE;Seconds;Notes;Workout Notes\n"
ROW = "2024-01-15 10:30:00;Legs;3600;"
TEXT = (
    HEADER
    + ROW + "Squat (Barbell);Note;;;;;knees out;cold day\n"
    + ROW + "Squat (Barbell);W;135;5;;;;cold day\n"
    + ROW + "Squat (Barbell);1;225.5;5;8.5;;belt;cold day\n"
    + ROW + "Squat (Barbell);Rest Timer;;;;120;;cold day\n"
    + ROW + "Yoke Walk;1;400;1;;;;cold day\n"
)  # fmt: skip


def take(device: Device, text: str = TEXT, **names: str) -> ImportReport:
    return import_strong(device, text, zone=ZONE, exercise_types=names or {"Barbell Squat": SQUAT})


def test_an_import_makes_workouts_exercises_and_sets(lab: Lab) -> None:
    device = lab.device("a")
    report = take(device)
    [workout] = device.list("workout")
    squat, yoke = sorted(device.list("exercise"), key=lambda record: record["position"])
    sets = sorted(device.list("set", exercise=squat.id), key=lambda record: record["position"])
    [own] = device.list("exercise_type")

    assert (report.workouts, report.exercises, report.sets, report.exercise_types, report.skipped) == (1, 2, 3, 1, 0)
    assert workout.data == {
        "title": "Legs",
        "status": "completed",
        "started_at": "2024-01-15T09:30:00.000000Z",
        "ended_at": "2024-01-15T10:30:00.000000Z",
        "time_zone": "Europe/Berlin",
        "notes": "cold day",
    }
    assert (squat["exercise_type"], squat["notes"], squat["position"]) == (SQUAT, "knees out", 1)
    assert (yoke["exercise_type"], own["name"]) == (own.id, "Yoke Walk")
    assert [one.data for one in sets] == [
        {
            "exercise": squat.id,
            "position": 1,
            "kind": "warm_up",
            "reps": 5,
            "load_kg": "61.23",
            "typed_load": "135",
            "typed_load_unit": "lb",
        },
        {
            "exercise": squat.id,
            "position": 2,
            "kind": "working",
            "reps": 5,
            "load_kg": "102.29",
            "typed_load": "225.5",
            "typed_load_unit": "lb",
            "rpe": "8.5",
            "rest_s": 120,
            "notes": "belt",
        },
    ]


def test_an_import_needs_no_network_and_syncs_later(lab: Lab) -> None:
    lab.account.library.add(SQUAT)
    device = lab.device("a")
    lab.world.seen.clear()
    take(device)

    assert lab.world.seen == []
    assert device.sync().statuses == {"applied": 7}
    assert device.verify().is_equal


def test_importing_again_makes_nothing_twice(lab: Lab) -> None:
    device = lab.device("a")
    take(device)
    queued = device.pending()
    again = take(device)

    assert (again.workouts, again.exercises, again.sets, again.exercise_types, again.skipped) == (0, 0, 0, 0, 6)
    assert device.pending() == queued
    assert again.workout_ids == [record.id for record in device.list("workout")]


def test_two_phones_importing_the_same_file_make_nothing_twice(lab: Lab) -> None:
    lab.account.library.add(SQUAT)
    a, b = lab.device("a"), lab.device("b")
    take(a)
    take(b)
    a.sync()
    report = b.sync()
    a.sync()

    assert report.statuses == {"noop": 7}
    assert [len(b.list(entity)) for entity in ("workout", "exercise", "set", "conflict")] == [1, 2, 3, 0]
    assert a.content_hash() == b.content_hash()


def test_a_longer_export_adds_what_is_new(lab: Lab) -> None:
    device = lab.device("a")
    take(device)
    report = take(device, TEXT + ROW + "Yoke Walk;2;400;1;;;;cold day\n")

    assert (report.workouts, report.exercises, report.sets, report.skipped) == (0, 0, 1, 6)


def test_what_the_user_deleted_does_not_come_back(lab: Lab) -> None:
    lab.account.library.add(SQUAT)
    device = lab.device("a")
    take(device)
    device.sync()
    device.delete("workout", device.list("workout")[0].id)
    device.sync()
    report = take(device)

    assert (report.workouts, report.exercises, report.sets, report.skipped) == (0, 0, 0, 6)
    assert device.list("set") == []


def test_other_accounts_get_other_ids(lab: Lab) -> None:
    lab.world.add_account("other@example.org")
    mine, theirs = lab.device("a"), lab.device("b", login=False)
    theirs.login("other@example.org", lab.account.password)

    assert not set(take(mine).workout_ids) & set(take(theirs).workout_ids)


def test_the_zone_changes_the_times_and_not_the_ids(lab: Lab) -> None:
    a, b = lab.device("a"), lab.device("b")
    one = take(a)
    two = import_strong(b, TEXT, zone=ZoneInfo("America/New_York"), exercise_types={})

    assert one.workout_ids == two.workout_ids
    assert b.list("workout")[0]["started_at"] == "2024-01-15T15:30:00.000000Z"


def test_a_workout_over_a_clock_change_keeps_its_length(lab: Lab) -> None:
    device = lab.device("a")
    take(device, HEADER + "2024-03-31 01:30:00;Night;7200;Squat;1;100;5;;;;\n")
    [workout] = device.list("workout")

    assert (workout["started_at"], workout["ended_at"]) == (
        "2024-03-31T00:30:00.000000Z",
        "2024-03-31T02:30:00.000000Z",
    )


def test_an_own_exercise_type_is_found_by_its_name_and_aliases(lab: Lab) -> None:
    device = lab.device("a")
    own = device.create(
        "exercise_type", {"name": "Jochgang", "names": {"en": "Walk, Yoke"}, "aliases": ["SQUAT barbell"]}
    )
    take(device, nothing="else")

    assert {record["exercise_type"] for record in device.list("exercise")} == {own}
    assert len(device.list("exercise_type")) == 1


def test_bad_lines_come_back_and_the_rest_is_imported(lab: Lab) -> None:
    report = take(lab.device("a"), TEXT + ROW + "Squat;2;heavy;5;;;;\n")

    assert [(problem.line, problem.reason) for problem in report.problems] == [
        (7, "weight 'heavy' is not a number from 0")
    ]
    assert report.sets == 3


def test_another_file_queues_nothing(lab: Lab) -> None:
    device = lab.device("a")

    with pytest.raises(StrongFormatError):
        take(device, "title,start_time\n")
    assert device.pending() == 0


def test_an_import_needs_an_account(lab: Lab) -> None:
    with pytest.raises(NotSignedIn):
        take(lab.device("a", login=False))


def test_a_long_history_is_imported_and_reported_step_by_step(lab: Lab) -> None:
    device = lab.device("a")
    history = generate_workouts(1, until=datetime(2026, 11, 20, 18, tzinfo=UTC).astimezone(ZONE), workouts=20)
    heard: list[tuple[int, int]] = []
    report = import_strong(
        device,
        render(history, S3),
        zone=ZONE,
        exercise_types={},
        on_workout=lambda done, total: heard.append((done, total)),
    )
    device.sync()

    assert heard == [(number, 20) for number in range(1, 21)]
    assert len(device.list("set")) == report.sets == sum(len(e.sets) for w in history for e in w.exercises)
    assert device.verify().is_equal


def test_a_real_export_keeps_its_reference_results_on_the_device(lab: Lab) -> None:
    path = sample("strong-real.csv")
    device = lab.device("a")
    report = import_strong(device, path, zone=ZONE, exercise_types={}, weight_unit="lb")
    device.sync()
    sets = device.list("set")

    assert (report.workouts, report.exercises, report.sets, report.problems) == (2, 6, 30, [])
    assert sum(Decimal(one["typed_load"]) * one["reps"] for one in sets) == 10_650
    assert sum(one["reps"] for one in sets) == 142
    assert device.verify().is_equal
