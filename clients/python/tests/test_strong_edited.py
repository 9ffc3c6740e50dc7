"""Exports that were edited, imported again: what they changed is changed, and what the user wrote since stays."""

from zoneinfo import ZoneInfo

import pytest

from dropset_client import Device
from tests.conftest import Lab
from tests.histories import BENCH, HEADER, ROW, SQUAT, export, history, lifted, row, take


@pytest.fixture
def device(lab: Lab) -> Device:
    return lab.device("a")


def one_set(device: Device, **equals: object) -> str:
    [found] = device.list("set", **equals)
    return found.id


# What the file changes


def test_a_warm_up_put_in_and_corrected_repetitions_change_just_that(device: Device) -> None:
    take(device, export(row(order=1, weight=80), row(order=2, weight=90)))
    before = {record["load_kg"]: record.id for record in device.list("set")}
    report = take(device, export(row(order="W", weight=40, reps=10), row(order=1, reps=6), row(order=2, weight=90)))

    assert lifted(device) == [("40", 10), ("80", 6), ("90", 5)]
    assert (report.sets, report.changed, report.removed, report.problems) == (1, 1, 0, [])
    assert {record["load_kg"]: record.id for record in device.list("set", kind="working")} == before


def test_an_exercise_put_in_between_is_added(device: Device) -> None:
    take(device, export(row(BENCH), row(SQUAT, weight=100)))
    report = take(device, export(row(BENCH), row(ROW, weight=60), row(SQUAT, weight=100)))

    [(*_, exercises)] = history(device)
    assert [name for name, _, _ in exercises] == [BENCH, ROW, SQUAT]
    assert (report.workouts, report.exercises, report.sets, report.changed) == (0, 1, 1, 0)


def test_a_renamed_workout_is_the_same_one(device: Device) -> None:
    take(device, export(row(name="Evening Workout")))
    [before] = device.list("workout")
    report = take(device, export(row(name="Push day")))
    [workout] = device.list("workout")

    assert (workout.id, workout["title"]) == (before.id, "Push day")
    assert len(report.told) == 1


@pytest.mark.parametrize("start", ["2026-03-01 18:30:00", "2026-03-01 08:00:00", "2026-03-02 05:00:00"])
def test_a_corrected_start_moves_the_workout(device: Device, start: str) -> None:
    take(device, export(row()))
    report = take(device, export(row(start=start)))
    fresh = [workout["started_at"] for workout in device.list("workout")]

    assert len(fresh) == 1
    assert report.told == [f"line 2: {start.replace(' ', 'T')} Push is taken for what was 2026-03-01T18:00:00 Push"]


def test_a_start_that_was_weeks_off_is_corrected_in_a_whole_history(device: Device) -> None:
    around = [row(start=f"2026-0{month}-01 07:00:00", weight=60 + month) for month in (1, 6)]
    take(device, export(around[0], row(start="2026-05-01 18:00:00", weight=99), around[1]))
    take(device, export(around[0], row(start="2026-03-01 18:00:00", weight=99), around[1]))

    assert [begins for begins, *_ in history(device)][1] == "2026-03-01T17:00:00.000000Z"
    assert len(device.list("workout")) == 3


def test_the_same_training_on_another_day_is_another_workout_and_is_told(device: Device) -> None:
    take(device, export(row(start="2026-03-01 18:00:00")))
    report = take(device, export(row(start="2026-03-03 18:00:00")))

    assert len(device.list("workout")) == 2
    assert "line 2: 2026-03-03T18:00:00 Push holds the same as 2026-03-01T18:00:00 Push" in report.told[0]


def test_the_same_training_on_another_day_is_the_same_workout_on_request(device: Device) -> None:
    take(device, export(row(start="2026-03-01 18:00:00")))
    take(device, export(row(start="2026-03-03 18:00:00")), moved=True)

    assert [begins for begins, *_ in history(device)] == ["2026-03-03T17:00:00.000000Z"]


def test_another_workout_at_the_same_moment_is_another_workout(device: Device) -> None:
    take(device, export(row(BENCH, name="Push")))
    take(device, export(row(SQUAT, weight=140, reps=3, name="Legs")))

    assert len(device.list("workout")) == 2


def test_what_is_no_longer_in_the_file_goes(device: Device) -> None:
    take(device, export(row(BENCH, 1), row(BENCH, 2, 90), row(SQUAT, 1, 100)))
    report = take(device, export(row(BENCH, 1)))

    assert lifted(device) == [("80", 5)]
    assert (len(device.list("exercise")), report.removed) == (1, 3)


def test_a_workout_that_is_not_in_the_file_stays(device: Device) -> None:
    take(device, export(row(), row(start="2026-03-08 18:00:00", weight=82.5)))
    report = take(device, export(row(start="2026-03-08 18:00:00", weight=82.5)))

    assert len(device.list("workout")) == 2
    assert report.told == ["1 workouts of earlier imports are not in this file; they stay"]


def test_a_row_that_cannot_be_read_takes_nothing_away(device: Device) -> None:
    take(device, export(row(order=1), row(order=2, weight=90)))
    report = take(device, export(row(order=1), row(order=2, weight="heavy")))

    assert lifted(device) == [("80", 5), ("90", 5)]
    assert [problem.line for problem in report.problems] == [3]


def test_a_file_without_a_column_says_nothing_of_it(device: Device) -> None:
    take(device, export(row(rpe="8", notes="belt")))
    short = "Date,Workout Name,Exercise Name,Set Order,Weight,Reps"
    report = take(device, f"{short}\n2026-03-01 18:00:00,Push,{BENCH},1,80,6\n")
    [one] = device.list("set")

    assert (one["reps"], one["rpe"], one["notes"], report.problems) == (6, "8", "belt", [])
    assert device.list("workout")[0]["ended_at"] == "2026-03-01T18:00:00.000000Z"


def test_exercises_in_another_order_keep_what_they_are(device: Device) -> None:
    take(device, export(row(BENCH), row(SQUAT), row(ROW)))
    before = {record["typed_name"]: record.id for record in device.list("exercise")}
    report = take(device, export(row(ROW), row(BENCH), row(SQUAT)))

    [(*_, exercises)] = history(device)
    assert [name for name, _, _ in exercises] == [ROW, BENCH, SQUAT]
    assert {record["typed_name"]: record.id for record in device.list("exercise")} == before
    assert (report.exercises, report.changed) == (0, 1)


def test_a_renamed_exercise_is_the_same_one(device: Device) -> None:
    take(device, export(row("Curl", 1), row("Curl", 2, 82.5)))
    [before] = device.list("exercise")
    take(device, export(row("Hammer Curl", 1), row("Hammer Curl", 2, 82.5)))
    [after] = device.list("exercise")

    assert (after.id, after["typed_name"]) == (before.id, "Hammer Curl")
    assert after["exercise_type"] != before["exercise_type"]


def test_the_same_load_in_another_unit_is_no_change(device: Device) -> None:
    take(device, export(row(weight=135)), weight_unit="lb")
    [before] = device.list("set")
    report = take(device, export(row(weight=61.23)), weight_unit="kg")

    assert device.list("set")[0].data == before.data
    assert (report.changed, report.problems) == (0, [])


def test_another_unit_or_zone_by_mistake_changes_nothing_that_is_there(device: Device) -> None:
    take(device, export(row(weight=135)), weight_unit="lb")
    before = history(device)
    report = take(device, export(row(weight=135), row(order=2, weight=50)), weight_unit="kg")

    assert lifted(device) == [("135", 5), ("50", 5)]
    assert history(device)[0][:-1] == before[0][:-1]
    assert len(report.told) == 1
    assert "replace that import" in report.told[0]


# Two of a kind


def test_two_workouts_of_one_moment_are_told_by_their_number(device: Device) -> None:
    header = '"Workout #";"Date";"Workout Name";"Duration (sec)";"Exercise Name";"Set Order";"Weight (kg)";"Reps"\n'
    two = f'{header}"1";"2026-03-01 12:00:00";"Push";"600";"Push Up";"1";"";"10"\n'
    two += '"2";"2026-03-01 12:00:00";"Push";"900";"Push Up";"1";"";"12"\n'
    take(device, two)
    again = take(device, two)
    edited = take(device, two.replace('"12"', '"13"'))

    assert sorted(record["reps"] for record in device.list("set")) == [10, 13]
    assert len(device.list("workout")) == 2
    assert (again.import_id, edited.changed) == (None, 1)


def test_an_exercise_twice_in_a_row_is_two_and_stays_two(device: Device) -> None:
    rows = [row(order=order, weight=weight) for order, weight in ((1, 80), (2, 85), (1, 60), (2, 65))]
    take(device, export(*rows))
    take(device, export(*rows, row(order=3, weight=70)))

    [(*_, exercises)] = history(device)
    assert [[int(one["typed_load"]) for one in sets] for _, _, sets in exercises] == [[80, 85], [60, 65, 70]]


# What the user wrote since


def test_an_edit_of_the_users_stays_where_the_file_says_what_it_said(device: Device) -> None:
    take(device, export(row()))
    device.update("set", one_set(device), {"reps": 7})
    report = take(device, export(row(rpe="9")))
    [one] = device.list("set")

    assert (one["reps"], one["rpe"], report.problems) == (7, "9", [])


def test_where_both_changed_a_value_the_users_stays_and_is_told_once(device: Device) -> None:
    take(device, export(row()))
    device.update("set", one_set(device), {"reps": 7})
    report = take(device, export(row(reps=6)))
    again = take(device, export(row(reps=6)))

    assert lifted(device) == [("80", 7)]
    assert [(p.line, p.reason) for p in report.problems] == [
        (2, "reps is 6 in the file and 7 here: what is here was kept")
    ]
    assert again.problems == []


def test_where_both_changed_a_value_the_files_is_taken_on_request(device: Device) -> None:
    take(device, export(row()))
    device.update("set", one_set(device), {"reps": 7})
    take(device, export(row(reps=6)), take_file=True)

    assert lifted(device) == [("80", 6)]


def test_a_load_and_what_was_typed_change_together_or_not_at_all(device: Device) -> None:
    take(device, export(row(weight=80)))
    device.update("set", one_set(device), {"load_kg": "100.00", "typed_load": "220.5", "typed_load_unit": "lb"})
    take(device, export(row(weight=85)))
    [one] = device.list("set")

    assert (one["load_kg"], one["typed_load"], one["typed_load_unit"]) == ("100.00", "220.5", "lb")


def test_a_set_that_the_file_lacks_stays_if_the_user_worked_on_it(device: Device) -> None:
    take(device, export(row(order=1), row(order=2, weight=90)))
    device.update("set", one_set(device, load_kg="90.00"), {"notes": "a record"})
    report = take(device, export(row(order=1)))

    assert lifted(device) == [("80", 5), ("90", 5)]
    assert report.told == ["1 records are no longer in this file, and were kept: look at them"]


def test_an_exercise_that_the_file_lacks_stays_whole_if_the_user_worked_on_it(device: Device) -> None:
    take(device, export(row(BENCH), row(SQUAT, 1), row(SQUAT, 2)))
    squat = next(record.id for record in device.list("exercise") if record["typed_name"] == SQUAT)
    device.update("exercise", squat, {"notes": "new shoes"})
    take(device, export(row(BENCH)))

    assert len(device.list("set", exercise=squat)) == 2


def test_another_zone_is_for_what_is_new(device: Device) -> None:
    take(device, export(row()))
    report = take(device, export(row(), row(start="2026-05-01 10:00:00")), zone=ZoneInfo("Asia/Tokyo"))

    assert [(begins, zone) for begins, _, _, zone, *_ in history(device)] == [
        ("2026-03-01T17:00:00.000000Z", "Europe/Berlin"),
        ("2026-05-01T01:00:00.000000Z", "Asia/Tokyo"),
    ]
    assert report.told == ["1 workouts keep the time zone in which they were imported"]


def test_sets_of_the_users_own_are_left_where_they_are(device: Device) -> None:
    take(device, export(row(order=1), row(order=2, weight=90)))
    [exercise] = device.list("exercise")
    device.create("set", {"exercise": exercise.id, "position": 3, "reps": 1, "load_kg": "100.00"})
    take(device, export(row(order=1), row(order=2, weight=90), row(order=3, weight=95)))

    loads = [record["load_kg"] for record in sorted(device.list("set"), key=lambda record: record["position"])]
    assert loads == ["80.00", "90.00", "95.00", "100.00"]


def test_the_users_own_order_stays(device: Device) -> None:
    take(device, export(row(order=1), row(order=2, weight=90)))
    device.update("set", one_set(device, load_kg="90.00"), {"position": 0})
    take(device, export(row(order="W", weight=40), row(order=1), row(order=2, weight=90)))

    assert lifted(device) == [("90", 5), ("40", 5), ("80", 5)] or lifted(device)[0] == ("90", 5)


def test_a_set_that_the_user_added_in_both_places_is_one(device: Device) -> None:
    take(device, export(row(order=1)))
    [exercise] = device.list("exercise")
    own = device.create("set", {"exercise": exercise.id, "position": 2, "kind": "working", "reps": 5, "load_kg": "90"})
    take(device, export(row(order=1), row(order=2, weight=90)))

    assert [record.id for record in device.list("set", load_kg="90")] == [own]
    assert len(device.list("set")) == 2


def test_what_the_user_deleted_stays_deleted_in_an_edited_export_too(device: Device) -> None:
    take(device, export(row(order=1), row(order=2, weight=90)))
    device.delete("set", one_set(device, load_kg="90.00"))
    report = take(device, export(row(order="W", weight=40), row(order=1), row(order=2, weight=90, reps=4)))

    assert lifted(device) == [("40", 5), ("80", 5)]
    assert "1 records that you deleted stay deleted" in report.told


def test_what_the_user_deleted_comes_back_on_request(device: Device) -> None:
    take(device, export(row()))
    device.delete("workout", device.list("workout")[0].id)
    report = take(device, export(row()), bring_back=True)

    assert (report.workouts, report.sets) == (1, 1)
    assert len(device.list("workout")) == 1


def test_an_exercise_type_that_the_user_renamed_is_still_the_one(device: Device) -> None:
    take(device, export(row("Yoke Walk")))
    device.update("exercise_type", device.list("exercise_type")[0].id, {"name": "Jochgang"})
    take(device, export(row("Yoke Walk"), row("Yoke Walk", start="2026-05-01 10:00:00")))

    assert [record["name"] for record in device.list("exercise_type")] == ["Jochgang"]


def test_an_exercise_that_the_user_filed_elsewhere_stays_there(device: Device) -> None:
    take(device, export(row("Yoke Walk")))
    other = device.create("exercise_type", {"name": "Carry"})
    device.update("exercise", device.list("exercise")[0].id, {"exercise_type": other})
    take(device, export(row("Yoke Walk", reps=6)))

    assert [record["exercise_type"] for record in device.list("exercise")] == [other]


def test_an_exercise_that_the_user_moved_is_not_made_again(device: Device) -> None:
    take(device, export(row(BENCH), row(SQUAT)))
    own = device.create("workout", {"title": "Own", "status": "planned"})
    squat = next(record.id for record in device.list("exercise") if record["typed_name"] == SQUAT)
    device.update("exercise", squat, {"workout": own})
    take(device, export(row(BENCH, reps=6), row(SQUAT, reps=6)))

    assert len(device.list("exercise")) == 2
    assert device.list("exercise", workout=own)[0].id == squat
    assert {record["reps"] for record in device.list("set")} == {6}


# Another device


def test_a_device_that_imported_nothing_itself_makes_nothing_twice(lab: Lab) -> None:
    a, b = lab.device("a"), lab.device("b")
    take(a, export(row(order=1), row(order=2, weight=90), row(SQUAT)))
    a.sync()
    b.sync()
    edited = export(row(order="W", weight=40), row(order=1, reps=6), row(order=2, weight=90), row(SQUAT), row(ROW))
    report = take(b, edited)

    assert lifted(b) == [("40", 5), ("80", 5), ("90", 5)]
    assert len(b.list("exercise")) == 3
    assert [(p.line, p.reason) for p in report.problems] == [
        (3, "reps is 6 in the file and 5 here: what is here was kept")
    ]


@pytest.mark.parametrize("edited", [row(name="Push day"), row(start="2026-03-01 18:30:00")])
def test_a_device_that_imported_nothing_itself_knows_a_corrected_workout(lab: Lab, edited: str) -> None:
    a, b = lab.device("a"), lab.device("b")
    take(a, export(row()))
    a.sync()
    b.sync()
    take(b, export(edited))

    assert (len(b.list("workout")), len(b.list("set"))) == (1, 1)


def test_an_import_survives_a_sync(lab: Lab) -> None:
    a = lab.device("a")
    take(a, export(row(order=1, rpe="8"), row(order=2, weight=90)))
    a.sync()
    report = take(a, export(row(order=1, rpe="8"), row(order=2, weight=92.5)))
    a.sync()

    assert lifted(a) == [("80", 5), ("92.5", 5)]
    assert (report.changed, report.sets, report.removed) == (1, 0, 0)


def test_headers_of_the_tests_are_those_of_the_app() -> None:
    assert HEADER.count(",") == row().count(",") == 11
