"""What the server has no room for is told at the import, and nothing of it is lost."""

import pytest

from dropset_client import Device
from dropset_client.shapes import checked
from dropset_client.strong import ImportReport
from dropset_client.wire import Op
from tests.conftest import Lab
from tests.histories import BENCH, HEADER, export, row, take


@pytest.fixture
def device(lab: Lab) -> Device:
    return lab.device("a")


def told(report: ImportReport) -> list[tuple[int, str]]:
    return [(problem.line, problem.reason) for problem in report.problems]


@pytest.fixture(autouse=True)
def the_server_would_take_all_of_it(device: Device) -> object:
    """Whatever a test imports: each change is one that the server takes."""
    yield
    for mutation in device.store.queued():
        if mutation.op in (Op.CREATE, Op.UPDATE):
            checked(mutation.entity, mutation.op, mutation.patch)


def only(device: Device, entity: str) -> dict[str, object]:
    [found] = device.list(entity)
    return found.data or {}


def test_a_long_name_is_shortened_and_found_again(device: Device) -> None:
    name = "Curl " * 25 + "end"
    report = take(device, export(row(name)))
    exercise_type = only(device, "exercise_type")

    assert len(str(exercise_type["name"])) <= 120
    assert str(exercise_type["name"]).endswith("…")
    assert exercise_type["aliases"] == [name]
    assert only(device, "exercise")["typed_name"] == name
    assert told(report) == []
    take(device, export(row(name), row(name, start="2026-05-01 10:00:00")))
    assert len(device.list("exercise_type")) == 1


def test_two_long_names_that_begin_alike_are_two_types(device: Device) -> None:
    take(device, export(row("x " * 80 + "left"), row("x " * 80 + "right")))

    assert len({record["exercise_type"] for record in device.list("exercise")}) == 2


def test_a_name_that_is_too_long_for_the_exercise_stands_in_its_notes(device: Device) -> None:
    name = "Curl " * 80
    take(device, export(row(name)))
    exercise = only(device, "exercise")

    assert len(str(exercise["typed_name"])) <= 300
    assert exercise["notes"] == name.strip()


def test_two_emoji_are_two_types(device: Device) -> None:
    take(device, export(row("🔥"), row("💪", weight=20)))

    assert {record["name"] for record in device.list("exercise_type")} == {"🔥", "💪"}
    assert len({record["exercise_type"] for record in device.list("exercise")}) == 2


def test_a_long_title_stands_in_the_notes(device: Device) -> None:
    title = "Push " * 50
    report = take(device, export(row(name=title)))
    workout = only(device, "workout")

    assert len(str(workout["title"])) <= 200
    assert workout["notes"] == title.strip()
    assert told(report) == []
    assert take(device, export(row(name=title))).import_id is None


def test_long_notes_of_a_set_stand_in_those_of_its_exercise(device: Device) -> None:
    take(device, export(row(notes="a" * 3000)))

    assert len(str(only(device, "set")["notes"])) == 2000
    assert only(device, "exercise")["notes"] == "Set 1: " + "a" * 3000


def test_long_notes_of_an_exercise_stand_in_those_of_its_workout(device: Device) -> None:
    take(device, export(row(notes="a" * 6000)))

    assert only(device, "workout")["notes"] == f"{BENCH}: Set 1: " + "a" * 6000


def test_notes_without_room_anywhere_are_a_problem(device: Device) -> None:
    report = take(device, export(row(notes="a" * 20_000)))

    assert told(report) == [
        (2, "the workout's notes have 20030 characters and room for 10000: the rest is not imported")
    ]
    assert len(device.list("set")) == 1


@pytest.mark.parametrize(
    ("values", "note", "left"),
    [
        ({"weight": 99999}, "weight 99999 kg", ("load_kg", None)),
        ({"reps": 99999}, "reps 99999", ("reps", None)),
        ({"rpe": "11"}, "RPE 11", ("rpe", None)),
        ({"rpe": "8.25"}, "RPE 8.25", ("rpe", None)),
    ],
)
def test_a_number_beyond_its_limit_is_kept_as_a_note(
    device: Device, values: dict[str, object], note: str, left: tuple[str, object]
) -> None:
    report = take(device, export(row(**values)))  # type: ignore[arg-type]
    one = only(device, "set")

    assert (one["notes"], one.get(left[0])) == (note, left[1])
    assert [(line, reason.startswith(note)) for line, reason in told(report)] == [(2, True)]


def test_a_load_and_what_was_typed_are_left_out_together(device: Device) -> None:
    report = take(device, export(row(weight=24_000)), weight_unit="lb")
    one = only(device, "set")

    assert [one.get(name) for name in ("load_kg", "typed_load", "typed_load_unit")] == [None, None, None]
    assert one["notes"] == "weight 24000 lb"
    assert len(report.problems) == 1


def test_seconds_distances_and_rests_have_limits_too(device: Device) -> None:
    header = "Workout #;Date;Workout Name;Exercise Name;Set Order;Weight (kg);Reps;Distance (km);Seconds\n"
    start = "1;2026-03-01 10:00:00;Run;Running"
    report = take(device, f"{header}{start};1;;;9999;9999999\n{start};Rest Timer;;;;999999\n")
    one = only(device, "set")

    assert one["notes"] == "distance in m 9999000\nseconds 9999999\nrest in s 999999"
    assert [line for line, _ in told(report)] == [2, 2, 2]


def test_a_workout_of_more_than_a_year_is_imported_without_its_length(device: Device) -> None:
    report = take(device, export(row()).replace(",1h,", ",99999h,"))
    workout = only(device, "workout")

    assert workout["started_at"] == workout["ended_at"]
    assert [line for line, _ in told(report)] == [2]


def test_a_date_beyond_the_calendar_costs_its_rows_and_no_others(device: Device) -> None:
    report = take(device, export(row(start="0001-01-01 00:00:00"), row(start="0001-01-01 00:00:00", order=2), row()))

    assert (report.workouts, report.sets, [line for line, _ in told(report)]) == (1, 1, [2, 3])


def test_no_character_is_refused_later(device: Device) -> None:
    take(device, f"{HEADER}\n2026-03-01 10:00:00,a\x00b,1h,c\x00d,1,80,5,0,0,e\x00f,,\n")

    assert only(device, "set")["notes"] == "e\ufffdf"


def test_the_server_takes_all_of_it(lab: Lab, device: Device) -> None:
    take(device, export(row("Curl " * 80, notes="a" * 6000, name="Push " * 50, rpe="11"), row("🔥", weight=99999)))

    assert set(device.sync().statuses) == {"applied"}
    assert device.rejected() == []
    assert lab.account.refused == {}
