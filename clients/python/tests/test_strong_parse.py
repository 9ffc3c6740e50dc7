from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dropset_client.strong import Problem, StrongFile, StrongFormatError, parse_strong
from dropset_files.shared.cells import CellError, read_duration_s, read_number, read_start
from dropset_files.shared.generate import generate_workouts
from dropset_files.shared.model import METRES, Kind, LoggedExercise, LoggedSet, LoggedWorkout
from dropset_files.strong.render import DIALECTS, S1, S2, S3, S4, Dialect, Writing, render
from tests.conftest import sample

ZONE = ZoneInfo("Europe/Berlin")
S1_HEADER = "Date,Workout Name,Duration,Exercise Name,Set Order,Weight,Reps,Distance,Seconds,Notes,Workout Notes,RPE"


def s1(*rows: str) -> StrongFile:
    return parse_strong("\n".join((S1_HEADER, *rows)), zone=ZONE)


def only_set(file: StrongFile) -> LoggedSet:
    [workout] = file.workouts
    [exercise] = workout.exercises
    [one] = exercise.sets
    return one


# Real exports


def sets_of(name: str) -> list[LoggedSet]:
    file = parse_strong(sample(name), zone=ZONE)
    assert file.problems == ()
    return [one for workout in file.workouts for exercise in workout.exercises for one in exercise.sets]


def test_a_real_export_gives_the_reference_results() -> None:
    sets = sets_of("strong-real.csv")

    assert len(sets) == 30
    assert sum(one.weight * one.reps for one in sets if one.weight and one.reps) == 10_650
    assert sum(one.reps or 0 for one in sets) == 142


def test_a_real_export_has_its_workouts_and_exercises() -> None:
    first, second = parse_strong(sample("strong-real.csv"), zone=ZONE).workouts

    assert (first.start, first.duration_s) == (datetime(2020, 9, 15, 9, 22, 57, tzinfo=UTC), 6180)
    assert [len(exercise.sets) for exercise in first.exercises] == [7, 4, 4]
    assert [exercise.name for exercise in second.exercises] == [
        "Squat (Barbell)",
        "Deadlift (Barbell)",
        "Bent Over Row (Barbell)",
    ]


def test_a_basic_export_keeps_rpe_and_notes() -> None:
    sets = sets_of("strong-basic.csv")

    assert [str(one.rpe) for one in sets] == ["8", "8", "9", "7", "7.5", "8"]
    assert [one.notes for one in sets] == ["", "", "Last set hard", "", "", ""]


# Round trips

TEXT = st.text(st.sampled_from("abcäÖß '\",;.()-\n😀"), max_size=12).map(str.strip)
NAMES = TEXT.filter(lambda name: name and name.casefold() != "rest timer")
NUMBERS = st.integers(1, 99_999).map(lambda n: Decimal(n) / 100)


@st.composite
def sets_in(draw: st.DrawFn, dialect: Dialect, writing: Writing, index: int) -> LoggedSet:
    kind = draw(st.sampled_from((Kind.WORKING, Kind.WARM_UP, Kind.DROP, Kind.FAILURE, Kind.TIMED)))
    shape = draw(st.sampled_from(["loaded", "bodyweight", "timed", "distance"]))
    if kind is Kind.TIMED or (shape == "timed" and kind is Kind.WORKING):
        kind, shape = Kind.TIMED, "timed"
    measured = shape in ("timed", "distance")
    return LoggedSet(
        index=index,
        kind=kind,
        weight=draw(NUMBERS) if shape == "loaded" else None if measured else Decimal(0),
        weight_unit=writing.weight_unit,
        reps=None if measured else draw(st.integers(1, 50)),
        rpe=draw(st.none() | st.integers(2, 20).map(lambda n: Decimal(n) / 2)) if "RPE" in dialect.titles else None,
        distance_m=draw(NUMBERS) * METRES[writing.distance_unit] if shape == "distance" else None,
        duration_s=draw(st.integers(1, 9999)) if measured else None,
        rest_s=draw(st.none() | st.integers(1, 600)) if dialect.pseudo_rows else None,
        notes=draw(TEXT),
    )


@st.composite
def files(draw: st.DrawFn) -> tuple[list[LoggedWorkout], Dialect, Writing]:
    dialect = draw(st.sampled_from(DIALECTS))
    writing = Writing(
        weight_unit=draw(st.sampled_from(["kg", "lb"])),
        distance_unit=draw(st.sampled_from(["m", "km"])),
        decimal_comma=draw(st.booleans()),
        newline=draw(st.sampled_from(["\n", "\r\n"])),
        byte_order_mark=draw(st.booleans()),
        name_units=draw(st.booleans()),
    )
    starts = draw(st.lists(st.datetimes(datetime(2015, 1, 1), datetime(2026, 1, 1)), unique=True, max_size=3))
    workouts = []
    for start in sorted({one.replace(microsecond=0) for one in starts}):
        names = draw(st.lists(NAMES, min_size=1, max_size=3))
        names = [name for name, before in zip(names, ["", *names], strict=False) if name != before]
        exercises = tuple(
            LoggedExercise(
                index=index,
                name=name,
                sets=tuple(
                    draw(sets_in(dialect, writing, position)) for position in range(1, draw(st.integers(1, 3)) + 1)
                ),
                notes=draw(TEXT) if dialect.pseudo_rows else "",
            )
            for index, name in enumerate(names, start=1)
        )
        duration = draw(st.none() | st.integers(1, 20_000)) if dialect is not S4 else None
        name, notes = draw(TEXT), draw(TEXT)
        workouts.append(LoggedWorkout(start.replace(tzinfo=ZONE), name, exercises, duration, notes))
    return workouts, dialect, writing


@given(files())
def test_what_is_written_in_any_dialect_is_read_back(file: tuple[list[LoggedWorkout], Dialect, Writing]) -> None:
    workouts, dialect, writing = file
    text = render(workouts, dialect, writing)
    found = parse_strong(text.encode(), zone=ZONE, weight_unit=writing.weight_unit, distance_unit=writing.distance_unit)

    assert found.problems == ()
    assert list(found.workouts) == workouts


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda one: one.name)
def test_a_generated_history_is_read_in_every_dialect(dialect: Dialect) -> None:
    history = generate_workouts(7, until=datetime(2026, 11, 20, 18, tzinfo=ZONE), workouts=12)
    found = parse_strong(render(history, dialect), zone=ZONE)

    def volume(workouts: tuple[LoggedWorkout, ...] | list[LoggedWorkout]) -> Decimal:
        sets = (one for workout in workouts for exercise in workout.exercises for one in exercise.sets)
        return sum((one.weight * one.reps for one in sets if one.weight and one.reps), Decimal(0))

    assert found.problems == ()
    assert volume(found.workouts) == volume(history) > 0
    assert [w.start for w in found.workouts] == [w.start for w in history]


def test_the_same_seed_writes_the_same_history() -> None:
    until = datetime(2026, 11, 20, 18, tzinfo=ZONE)

    assert generate_workouts(7, until=until) == generate_workouts(7, until=until)
    assert generate_workouts(7, until=until) != generate_workouts(8, until=until)


# Dialects


@pytest.mark.parametrize(
    ("dialect", "writing", "given_unit", "expected"),
    [
        (S1, Writing(), "kg", ("kg", Decimal("100.00"))),
        (S1, Writing(), "lb", ("lb", Decimal("45.36"))),
        (S2, Writing(weight_unit="lb"), "kg", ("lb", Decimal("45.36"))),
        (S2, Writing(weight_unit="lb", name_units=False), "kg", ("kg", Decimal("100.00"))),
        (S3, Writing(weight_unit="lb"), "kg", ("lb", Decimal("45.36"))),
        (S4, Writing(), "lb", ("lb", Decimal("45.36"))),
    ],
)
def test_the_unit_is_the_rows_then_the_headers_then_the_callers(
    dialect: Dialect, writing: Writing, given_unit: str, expected: tuple[str, Decimal]
) -> None:
    one = LoggedSet(1, Kind.WORKING, Decimal(100), writing.weight_unit, 5)
    workout = LoggedWorkout(datetime(2026, 1, 1, tzinfo=ZONE), "w", (LoggedExercise(1, "Squat", (one,)),))
    text = render([workout], dialect, writing)
    found = only_set(parse_strong(text, zone=ZONE, weight_unit="lb" if given_unit == "lb" else "kg"))

    assert (found.weight_unit, found.load_kg) == expected


def test_miles_become_metres() -> None:
    found = parse_strong(
        "Date;Workout Name;Exercise Name;Set Order;Weight;Weight Unit;Reps;Distance;Distance Unit;Seconds\n"
        "2024-01-15 10:30:00;Run;Running;1;0;;0;1,5;miles;600\n",
        zone=ZONE,
    )

    assert (only_set(found).distance_m, only_set(found).weight, only_set(found).reps) == (
        Decimal("2414.016"),
        None,
        None,
    )


def test_pseudo_rows_belong_to_the_set_and_to_the_exercise() -> None:
    header = "Date;Workout Name;Exercise Name;Set Order;Weight (kg);Reps;Seconds;Notes\n"
    row = "2024-01-15 10:30:00;Legs;"
    found = parse_strong(
        header
        + row + "Squat;Note;;;;knees out\n"
        + row + "Squat;W;40;5;;\n"
        + row + "Squat;Rest Timer;;;60.0;\n"
        + row + "Squat;1;80;5;;\n"
        + row + "Rest Timer;1;0;0;90;\n"
        + row + "Squat;D;60;8;;\n"
        + row + "Squat;F;60;3;;\n",
        zone=ZONE,
    )  # fmt: skip
    [exercise] = found.workouts[0].exercises

    assert found.problems == ()
    assert exercise.notes == "knees out"
    assert [(one.kind, one.rest_s) for one in exercise.sets] == [
        (Kind.WARM_UP, 60),
        (Kind.WORKING, 90),
        (Kind.DROP, None),
        (Kind.FAILURE, None),
    ]


def test_an_exercise_done_twice_in_a_workout_is_two_runs() -> None:
    found = s1(
        "2024-01-15 10:30:00,W,1h,Squat,1,100,5,0,0,,,",
        "2024-01-15 10:30:00,W,1h,Bench,1,80,5,0,0,,,",
        "2024-01-15 10:30:00,W,1h,Squat,1,90,5,0,0,,,",
    )

    assert [(e.index, e.name) for e in found.workouts[0].exercises] == [(1, "Squat"), (2, "Bench"), (3, "Squat")]


def test_zeros_are_read_as_what_they_mean() -> None:
    found = s1(
        "2024-01-15 10:30:00,W,1h,Pull Up,1,0,8,0,0,,,",
        "2024-01-15 10:30:00,W,1h,Plank,1,0.0,0,0,60,,,",
        "2024-01-15 10:30:00,W,1h,Running,1,0,0,5.2,1800,,,",
        "2024-01-15 10:30:00,W,1h,Squat,1,140,0,0,0,,,",
    )
    sets = [exercise.sets[0] for exercise in found.workouts[0].exercises]

    assert [(s.weight, s.reps, s.duration_s, s.distance_m, s.kind) for s in sets] == [
        (Decimal(0), 8, None, None, Kind.WORKING),
        (None, None, 60, None, Kind.TIMED),
        (None, None, 1800, Decimal(5200), Kind.WORKING),
        (Decimal(140), 0, None, None, Kind.WORKING),
    ]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1h 43m", 6180),
        ("38min", 2280),
        ("45s", 45),
        ("1h", 3600),
        ("2h 5min 7s", 7507),
        ("1:05:00", 3900),
        ("12:30", 750 * 60),
        ("2619", 2619),
        ("2619.0", 2619),
        ("", None),
        ("0", None),
        ("0s", None),
    ],
)
def test_durations_are_read_in_every_spelling(text: str, seconds: int | None) -> None:
    assert read_duration_s(text) == seconds


@pytest.mark.parametrize("text", ["soon", "1d", "-5", "1h h", "NaN"])
def test_a_duration_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(CellError):
        read_duration_s(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [("82.5", "82.5"), ("82,5", "82.5"), ("1,250.5", "1250.5"), ("1.250,5", "1250.5"), ("7", "7"), ("-1", "-1")],
)
def test_numbers_are_read_with_either_decimal_sign(text: str, number: str) -> None:
    assert read_number(text) == Decimal(number)


@pytest.mark.parametrize("text", ["", "x", "1e5", "Infinity", "NaN", "1_000", "1.2.3", "--1", ".5"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert read_number(text) is None


@pytest.mark.parametrize(
    "text",
    ["2024-01-15 10:30:00", "2024-01-15T10:30:00", "2024-01-15 10:30", "2024-01-15 10:30:00 AM"],
)
def test_the_start_is_read_in_the_zone_of_the_caller(text: str) -> None:
    assert read_start(text, ZONE).astimezone(UTC) == datetime(2024, 1, 15, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "encode", [lambda t: t, lambda t: "\ufeff" + t, lambda t: t.encode("utf-16"), lambda t: t.encode("cp1252")]
)
def test_a_file_is_read_in_every_encoding(encode: Callable[[str], str | bytes]) -> None:
    text = f"{S1_HEADER}\n2024-01-15 10:30:00,Früh,1h,Squat,1,100,5,0,0,,,\n"

    assert parse_strong(encode(text), zone=ZONE).workouts[0].name == "Früh"


# What cannot be read


def test_bad_rows_are_reported_with_their_line_and_the_rest_is_read() -> None:
    found = s1(
        "2024-01-15 10:30:00,W,1h,Squat,1,100,5,0,0,,,",
        "yesterday,W,1h,Squat,2,100,5,0,0,,,",
        "2024-01-15 10:30:00,W,1h,Squat,2,heavy,5,0,0,,,",
        "2024-01-15 10:30:00,W,1h,Squat,X,100,5,0,0,,,",
        '2024-01-15 10:30:00,W,1h,Squat,3,100,5,0,0,"two',
        'lines",,11',
        "2024-01-15 10:30:00,W,1h,Squat,4,0,0,0,0,,,",
        "2024-01-15 10:30:00,W,1h,,1,100,5,0,0,,,",
        "2024-01-15 10:30:00,W,1h,Squat,5,-20,5,0,0,,,",
        "2024-01-15 10:30:00,W,1h,Squat,6,100,5.5,0,0,,,",
        "2024-01-15 10:30:00,W,1h,Squat,7,100,5,0,0,a,note,with,commas",
        "",
        "2024-01-15 10:30:00,W,1h,Squat,8,100,5,0,0,,,",
    )

    assert found.problems == (
        Problem(3, "date 'yesterday' cannot be read"),
        Problem(4, "weight 'heavy' is not a number from 0"),
        Problem(5, "set order 'x' is unknown"),
        Problem(8, "the row records nothing"),
        Problem(9, "the row names no exercise"),
        Problem(10, "weight '-20' is not a number from 0"),
        Problem(12, "the row has more cells than the header"),
    )
    [exercise] = found.workouts[0].exercises
    assert [(one.index, one.line) for one in exercise.sets] == [(1, 2), (4, 6), (7, 11), (8, 14)]


def test_a_repaired_row_does_not_move_the_others() -> None:
    rows = [f"2024-01-15 10:30:00,W,1h,{name},1,{weight},5,0,0,,," for name, weight in (("A", "x"), ("B", "9"))]
    broken, repaired = s1(*rows), s1(rows[0].replace(",x,", ",8,"), rows[1])

    assert [e.index for e in broken.workouts[0].exercises] == [2]
    assert [e.index for e in repaired.workouts[0].exercises] == [1, 2]


def test_a_bad_duration_costs_only_the_duration() -> None:
    found = s1("2024-01-15 10:30:00,W,long,Squat,1,100,5,0,0,,,", "2024-01-15 10:30:00,W,long,Squat,2,100,5,0,0,,,")

    assert [problem.line for problem in found.problems] == [2]
    assert (found.workouts[0].duration_s, len(found.workouts[0].exercises[0].sets)) == (None, 2)


def test_rest_timers_that_fit_nowhere_are_reported() -> None:
    found = s1(
        "2024-01-15 10:30:00,W,1h,Squat,Rest Timer,0,0,0,60,,,",
        "2024-01-15 10:30:00,W,1h,Squat,1,100,5,0,0,,,",
        "2024-01-15 10:30:00,W,1h,Squat,Rest Timer,0,0,0,60,,,",
        "2024-01-15 10:30:00,W,1h,Squat,Rest Timer,0,0,0,90,,,",
    )

    assert found.problems == (
        Problem(2, "a rest timer before the first set"),
        Problem(5, "a second rest timer for one set"),
    )
    assert only_set(found).rest_s == 60


@pytest.mark.parametrize(
    "text",
    ["", "\n\n", "hello", "title,start_time,exercise_title,set_index,set_type,weight_kg,reps\n", "PK\x03\x04\x00\x00"],
)
def test_another_file_is_one_clear_error(text: str) -> None:
    with pytest.raises(StrongFormatError, match="not a Strong export"):
        parse_strong(text, zone=ZONE)


def test_an_unknown_unit_in_the_header_is_one_clear_error() -> None:
    with pytest.raises(StrongFormatError, match="'stone' is unknown"):
        parse_strong(S1_HEADER.replace("Weight", "Weight (stone)"), zone=ZONE)


@given(st.text(max_size=200))
def test_no_text_makes_the_reader_crash(rows: str) -> None:
    assert isinstance(s1(rows), StrongFile)


@given(st.binary(max_size=200))
def test_no_bytes_make_the_reader_crash(raw: bytes) -> None:
    with pytest.raises(StrongFormatError):
        parse_strong(raw, zone=ZONE)


def test_a_cell_beyond_all_measure_is_a_problem() -> None:
    found = s1(
        "2024-01-15 10:30:00,W,1h,Squat,1,100,5,0,0," + "x" * 200_000 + ",,", "2024-01-15 10:30:00,W,1h,B,1,9,5,0,0,,,"
    )

    assert [problem.line for problem in found.problems] == [2]
    assert len(found.workouts) == 1


def test_lines_survive_replacement() -> None:
    assert replace(LoggedSet(1, Kind.WORKING, None, "kg", 5, line=3), line=9) == LoggedSet(
        1, Kind.WORKING, None, "kg", 5
    )
