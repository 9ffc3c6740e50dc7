"""Every format: known by its content, and read as what was written."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from dropset_client.shapes import shape
from dropset_client.wire import rfc3339
from dropset_files.fitnotes.render import IOS, NEW, OLD, render_fitnotes
from dropset_files.hevy.render import render_hevy
from dropset_files.liftosaur import render as liftosaur
from dropset_files.openweight.render import render_openweight
from dropset_files.reading import ReadAs, app_of, read_file
from dropset_files.shared.generate import generate_workouts
from dropset_files.shared.model import (
    EARLIEST,
    LATEST,
    FileFormatError,
    Kind,
    LoggedExercise,
    LoggedSet,
    LoggedWorkout,
    TrainingFile,
)
from dropset_files.strong.render import S1, render
from tests.conftest import sample

ZONE = ZoneInfo("Europe/Berlin")
START = datetime(2026, 3, 1, 18, 0, tzinfo=ZONE)
HEVY = (
    "title,start_time,end_time,description,exercise_title,superset_id,exercise_notes,set_index,set_type,weight_kg,reps,"
    "distance_km,duration_seconds,rpe"
)


def read(source: str | bytes, zone: str = "Europe/Berlin", **options: object) -> TrainingFile:
    return read_file(source, ReadAs(ZoneInfo(zone), **options))  # type: ignore[arg-type]


def history() -> list[LoggedWorkout]:
    """What every format can hold: whole minutes, kg, no rests and no timed sets."""
    found = generate_workouts(7, until=datetime(2026, 11, 20, 18, tzinfo=UTC).astimezone(ZONE), workouts=6)
    return [
        replace(one, start=one.start.replace(second=0), exercises=tuple(map(_plain, one.exercises))) for one in found
    ]


def _plain(exercise: LoggedExercise) -> LoggedExercise:
    kept = [one for one in exercise.sets if one.reps]
    sets = tuple(replace(one, index=index, rest_s=None) for index, one in enumerate(kept, start=1))
    sets = sets or (LoggedSet(1, Kind.WORKING, Decimal(0), "kg", 5),)
    return replace(exercise, sets=sets)


def sets_of(file: TrainingFile) -> list[LoggedSet]:
    return [one for workout in file.workouts for exercise in workout.exercises for one in exercise.sets]


def done(workouts: tuple[LoggedWorkout, ...] | list[LoggedWorkout]) -> object:
    """Starts, names and sets, without the notes and lengths that some formats do not have."""
    return [
        (one.start, one.name, [(e.name, [(s.kind, s.weight, s.reps, s.rpe) for s in e.sets]) for e in one.exercises])
        for one in workouts
    ]


@pytest.mark.parametrize(
    ("app", "dialect", "text"),
    [
        ("strong", "without units", render(history(), S1)),
        ("hevy", "in kg and km", render_hevy(history())),
        ("liftosaur", "CSV, with one weight", liftosaur.render_liftosaur_csv(history(), header=liftosaur.OLD)),
        ("liftosaur", "CSV, with what was asked for", liftosaur.render_liftosaur_csv(history())),
        ("liftosaur", "JSON", liftosaur.render_liftosaur_json(history())),
        ("openweight", "a list of workout logs", render_openweight(history())),
    ],
)
def test_what_is_written_is_read(app: str, dialect: str, text: str) -> None:
    found = read(text)

    assert (found.app, found.dialect, found.problems, found.whole) == (app, dialect, (), True)
    assert done(found.workouts) == done(history())


@pytest.mark.parametrize(
    ("header", "dialect"),
    [(OLD, "with the old header"), (NEW, "with the new header"), (IOS, "of FitNotes 2 for iOS")],
)
@pytest.mark.parametrize("unit", ["kg", "lb"])
def test_fitnotes_is_read_day_by_day_at_noon(header: str, dialect: str, unit: str) -> None:
    exercise = LoggedExercise(1, "Bench", (LoggedSet(1, Kind.WORKING, Decimal("62.5"), unit, 5, notes="slow"),))  # type: ignore[arg-type]
    text = render_fitnotes([LoggedWorkout(START, "", (exercise,))], header=header, weight_unit=unit)  # type: ignore[arg-type]
    found = read(text)
    [workout] = found.workouts
    [one] = sets_of(found)

    assert (found.app, found.dialect, found.problems) == ("fitnotes", dialect, ())
    assert found.told == ("FitNotes writes no times: each day is one workout, at noon",)
    assert (workout.start, one.weight, one.weight_unit, one.reps, one.notes) == (
        START.replace(hour=12),
        Decimal("62.5"),
        unit,
        5,
        "slow",
    )
    assert found.assumed == frozenset()


def test_fitnotes_cardio_has_a_distance_and_a_time() -> None:
    found = read(f"{NEW}\n2026-03-01,Run,Cardio,,,,5.2,mi,0:31:05,\n2026-03-01,Plank,Core,,,,,,01:30,\n")
    run, plank = sets_of(found)

    assert (run.distance_m, run.duration_s, run.kind) == (Decimal("8368.5888"), 1865, Kind.WORKING)
    assert (plank.duration_s, plank.kind, plank.weight) == (90, Kind.TIMED, None)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("30 Jun 2025, 19:56", datetime(2025, 6, 30, 19, 56, tzinfo=ZONE)),
        ("5 Jun 2025, 07:06", datetime(2025, 6, 5, 7, 6, tzinfo=ZONE)),
        ("18 sept. 2026, 17:31", datetime(2026, 9, 18, 17, 31, tzinfo=ZONE)),
        ("Mar 19, 2026, 5:15 PM", datetime(2026, 3, 19, 17, 15, tzinfo=ZONE)),
        ("2024-02-01T16:00:00Z", datetime(2024, 2, 1, 17, 0, tzinfo=ZONE)),
    ],
)
def test_hevy_writes_starts_in_many_ways(text: str, start: datetime) -> None:
    found = read(f'{HEVY}\nPush,"{text}",,,Bench,,,0,normal,80,5,,,8.5\n')

    assert [one.start for one in found.workouts] == [start]
    assert found.problems == ()


def test_hevy_in_pounds_and_miles() -> None:
    header = HEVY.replace("weight_kg", "weight_lbs").replace("distance_km", "distance_miles")
    found = read(
        f'{header}\nPush,"1 Mar 2026, 18:00","1 Mar 2026, 19:00",,Bench,,,0,normal,88.18490390350002,5,,,\n'
        'Push,"1 Mar 2026, 18:00","1 Mar 2026, 19:00",,Run,,,0,normal,,,3.1,1500,\n'
    )
    bench, run = sets_of(found)

    assert (bench.weight_unit, bench.load_kg, found.assumed) == ("lb", Decimal("40.00"), frozenset())
    assert (run.distance_m, run.duration_s) == (Decimal("4988.9664"), 1500)


def test_hevy_with_both_units_takes_the_one_that_is_filled() -> None:
    header = HEVY.replace("weight_kg", "weight_kg,weight_lbs")
    rows = ("0,normal,80,,5,,,", "1,normal,,100,5,,,", "2,normal,80,176.37,5,,,")
    found = read("\n".join((header, *(f'Push,"1 Mar 2026, 18:00",,,Bench,,,{row}' for row in rows))))

    assert [(one.weight, one.weight_unit) for one in sets_of(found)] == [
        (Decimal(80), "kg"),
        (Decimal(100), "lb"),
        (Decimal(80), "kg"),
    ]


def test_hevy_supersets_are_numbered_within_their_workout_and_may_alternate() -> None:
    rows = [
        f'{name},"1 Mar 2026, {hour}:00",,,{exercise},{group},,{index},normal,80,5,,,'
        for name, hour in (("A", 10), ("B", 18))
        for index in (0, 1)
        for exercise, group in (("Bench", "7"), ("Row", "7"))
    ]
    rows.append('B,"1 Mar 2026, 18:00",,,Curl,,,0,normal,80,5,,,')
    found = read("\n".join((HEVY, *rows)))

    assert [[(e.name, e.superset, len(e.sets)) for e in one.exercises] for one in found.workouts] == [
        [("Bench", 1, 2), ("Row", 1, 2)],
        [("Bench", 1, 2), ("Row", 1, 2), ("Curl", None, 1)],
    ]


def test_hevy_begins_an_exercise_anew_where_its_sets_are_numbered_anew() -> None:
    rows = [
        f'A,"1 Mar 2026, 18:00",,,Bench,,,{index},{kind},80,5,,,'
        for index, kind in ((0, "warmup"), (1, "dropset"), (0, "failure"), (1, "odd"))
    ]
    found = read("\n".join((HEVY, *rows)))

    assert [len(one.sets) for one in found.workouts[0].exercises] == [2, 2]
    assert [one.kind for one in sets_of(found)] == [Kind.WARM_UP, Kind.DROP, Kind.FAILURE, Kind.WORKING]
    assert sets_of(found)[-1].notes == "set type: odd"


def test_a_workout_in_the_hour_that_a_clock_repeats_keeps_its_length() -> None:
    found = read(f'{HEVY}\nNight,"25 Oct 2026, 02:50","25 Oct 2026, 02:10",,Bench,,,0,normal,80,5,,,\n')

    assert (found.workouts[0].duration_s, found.problems) == (20 * 60, ())


def test_an_end_before_the_start_costs_the_duration_alone() -> None:
    found = read(f'{HEVY}\nDay,"1 Mar 2026, 18:00","1 Mar 2026, 17:00",,Bench,,,0,normal,80,5,,,\n')

    assert (found.workouts[0].duration_s, len(sets_of(found))) == (None, 1)
    assert [problem.line for problem in found.problems] == [2]


def test_liftosaur_leaves_out_what_was_not_done_and_says_so() -> None:
    rows = (
        '2026-03-01T10:00:00.000Z,5/3/1,Day 1,"Squat, Barbell",1,5,5,0,,,0,95,lb,100,lb,0,2026-03-01T10:05:00.000Z,,,deep',
        '2026-03-01T10:00:00.000Z,5/3/1,Day 1,"Squat, Barbell",0,5,8,1,8,9,1,225,lb,230,lb,0,2026-03-01T10:15:00.000Z,,,deep',
        '2026-03-01T10:00:00.000Z,5/3/1,Day 1,"Squat, Barbell",0,5,,0,8,,1,225,lb,,lb,0,,,,deep',
    )
    found = read("\n".join((liftosaur.NEW, *rows)))
    [workout] = found.workouts
    warm_up, amrap = sets_of(found)

    assert (workout.name, workout.duration_s, workout.exercises[0].notes) == ("5/3/1, Day 1", 900, "deep")
    assert (warm_up.kind, warm_up.weight, warm_up.target_weight) == (Kind.WARM_UP, Decimal(100), Decimal(95))
    assert (amrap.kind, amrap.reps, amrap.rpe, amrap.target_rpe, amrap.weight_unit) == (
        Kind.AMRAP,
        8,
        Decimal(9),
        Decimal(8),
        "lb",
    )
    assert found.told == ("1 sets were planned and not done: they are not imported",)


def test_liftosaur_names_its_exercises_by_ids_in_json() -> None:
    found = read(
        '{"storage": {"settings": {}, "history": [{"startTime": 1772355600000, "endTime": 1772359200000, "dayName": "A",'
        '"entries": [{"exercise": {"id": "benchPress", "equipment": "dumbbell"}, "sets": [{"completedReps": 5,'
        '"completedRepsLeft": 4, "weight": {"value": 22.5, "unit": "kg"}, "reps": 6}]}]}]}}'
    )
    [one] = sets_of(found)

    assert [e.name for e in found.workouts[0].exercises] == ["Bench Press (Dumbbell)"]
    assert (one.weight, one.reps, one.target_reps, one.notes) == (Decimal("22.5"), 5, 6, "left side: 4 reps")
    assert found.workouts[0].start == datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def test_openweight_says_more_than_a_table() -> None:
    text = (
        '{"date": "2026-03-01T18:00:00-05:00", "name": "Push", "durationSeconds": 3600, "mood": 5, "exercises": ['
        '{"order": 2, "exercise": {"name": "Row", "equipment": "barbell"}, "sets": [{"reps": 8, "weight": 60, "unit": "kg",'
        '"rir": 2, "restSeconds": 90, "tempo": "3-1-2-0", "toFailure": true, "targetReps": 10}]},'
        '{"order": 1, "exercise": {"name": "Carry"}, "supersetId": 4, "sets": [{"distance": 40, "distanceUnit": "yd"}]}]}'
    )
    found = read(text)
    [workout] = found.workouts
    carry, row = sets_of(found)

    assert workout.start == datetime(2026, 3, 2, 0, 0, tzinfo=ZONE)
    assert [(e.name, e.superset) for e in workout.exercises] == [("Carry", 1), ("Row (Barbell)", None)]
    assert carry.distance_m == Decimal("36.5760")
    assert (row.rir, row.rest_s, row.tempo, row.kind, row.target_reps) == (Decimal(2), 90, "3-1-2-0", Kind.FAILURE, 10)
    assert found.told == ("fields that are not of the format were not read: mood of a workout",)


def test_half_a_file_of_json_is_read_as_far_as_it_goes() -> None:
    text = render_openweight(history())
    found = read(text[: text.rindex('"date"') + 3])

    assert (len(found.workouts), found.whole) == (5, False)
    assert "the file is cut off" in found.problems[-1].reason


@pytest.mark.parametrize("text", [render_hevy(history()), render_fitnotes(history())])
def test_half_a_row_is_refused_with_its_line(text: str) -> None:
    found = read(text[:-12])

    assert [problem.line for problem in found.problems] == [text.count("\n")]
    assert "cut off" in found.problems[0].reason
    assert not found.whole


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (b"", "the file is empty"),
        ("\ufeff \n", "the file is empty"),
        (b"PK\x03\x04rest", "a ZIP file"),
        (b"\x1f\x8bmore", "packed by gzip"),
        (b"%PDF-1.7", "a PDF"),
        (b"SQLite format 3\x00", "a database"),
        ("a;b;c\n1;2;3\n", "no file of Strong, Hevy"),
        ("{", "this is JSON, but neither"),
        ('{"a": 1}', "this is JSON, but neither"),
        ("[1, 2]", "no workout log of openweight"),
        ("[" * 100_000, "no JSON that can be read|this is not JSON|no workout log"),
        ("exercise_title,start_time\nBench,2026-03-01\n", "lacks the columns"),
        ("[" + "{}," * 20_001 + "{}]", "more than 20000 workouts"),
        (HEVY + "\nx" * 200_001, "more than 200000 rows"),
    ],
)
def test_what_is_no_file_of_an_app_is_refused_in_words(source: str | bytes, said: str) -> None:
    with pytest.raises(FileFormatError, match=said):
        read(source)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_encoding_of_a_phone_is_read(encoding: str) -> None:
    found = read(f'{HEVY}\nPüsch 胸,"1 Mar 2026, 18:00",,,Bankdrücken,,,0,normal,80,5,,,\n'.encode(encoding))

    assert (found.app, found.workouts[0].name, found.workouts[0].exercises[0].name) == (
        "hevy",
        "Püsch 胸",
        "Bankdrücken",
    )


def test_windows_1252_is_read() -> None:
    found = read(f'{HEVY}\nPüsch,"1 Mar 2026, 18:00",,,Bankdrücken,,,0,normal,80,5,,,\n'.encode("cp1252"))

    assert found.workouts[0].exercises[0].name == "Bankdrücken"


def test_semicolons_and_decimal_commas_are_read() -> None:
    header = HEVY.replace(",", ";")
    found = read(f"{header}\nPush;1 Mar 2026, 18:00;;;Bench;;;0;normal;82,5;5;;;8,5\n")
    [one] = sets_of(found)

    assert (one.weight, one.rpe) == (Decimal("82.5"), Decimal("8.5"))


@pytest.mark.parametrize("cell", ["=1+1", "-80", "1e9", "NaN", "9" * 40, "٣x"])
def test_a_weight_that_is_none_costs_its_row_alone(cell: str) -> None:
    rows = (f'A,"1 Mar 2026, 18:00",,,Bench,,,{index},normal,{weight},5,,,' for index, weight in ((0, cell), (1, "80")))
    found = read("\n".join((HEVY, *rows)))

    assert [one.weight for one in sets_of(found)] == [80]
    assert [problem.line for problem in found.problems] == [2]


@pytest.mark.parametrize("value", ["-1", "true", '"80"', "1e13", "[]", "1e400"])
def test_a_number_of_json_that_is_none_costs_its_set_alone(value: str) -> None:
    sets = f'[{{"reps": 5, "weight": {value}, "unit": "kg"}}, {{"reps": 6}}]'
    text = f'[\n{{"date": "2026-03-01T18:00:00Z", "exercises": [{{"exercise": {{"name": "Bench"}}, "sets": {sets}}}]}}]'
    found = read(text)

    assert [one.reps for one in sets_of(found)] == [6]
    assert [(problem.line, problem.reason[:19]) for problem in found.problems] == [(2, "exercise 1, set 1: ")]


def test_half_an_emoji_and_a_null_are_replaced() -> None:
    exercise = '{"exercise": {"name": "B"}, "sets": [{"reps": 1}]}'
    text = r'[{"date": "2026-03-01T18:00:00Z", "name": "a\ud83d\u0000", "exercises": [EXERCISE]}]'.replace(
        "EXERCISE", exercise
    )

    assert read(text).workouts[0].name == "a\ufffd\ufffd"


def test_the_limits_of_time_are_the_servers() -> None:
    field = shape("workout").fields["started_at"]
    assert (rfc3339(EARLIEST), rfc3339(LATEST)) == (field.min, field.max)


@pytest.mark.parametrize(
    ("name", "results"),
    [
        ("strong-real.csv", (2, 30, 10_650, 142)),
        ("hevy-real.csv", (2, 22, 16_355, 295)),
        ("hevy-supersets.csv", (1, 6, 2_640, 56)),
        ("strong-basic.csv", (1, 6, 3_500, 29)),
    ],
)
def test_real_exports_have_their_reference_results(name: str, results: tuple[int, ...]) -> None:
    source = sample(name).read_bytes()
    found = read(source)
    every = sets_of(found)

    volume = sum((one.weight or 0) * (one.reps or 0) for one in every)

    assert (app_of(source.decode()), found.app, found.problems) == (name.partition("-")[0], found.app, ())
    assert (len(found.workouts), len(every), volume, sum(one.reps or 0 for one in every)) == results


def test_the_examples_of_the_openweight_schema_are_read() -> None:
    schema = json.loads(sample("workout-log.schema.json").read_text())
    example = {name: field["examples"][0] for name, field in schema["properties"].items() if "examples" in field}
    one = {
        name: field["examples"][0]
        for name, field in schema["definitions"]["SetLog"]["properties"].items()
        if "examples" in field
    }
    one |= {"unit": "kg", "distanceUnit": "m"}
    named = {name: field["examples"][0] for name, field in schema["definitions"]["Exercise"]["properties"].items()}
    found = read(json.dumps(example | {"exercises": [{"exercise": named, "sets": [one]}]}))

    assert (found.app, found.problems, found.told) == ("openweight", (), ())
    assert [(s.reps, s.weight, s.rpe, s.rir, s.tempo) for s in sets_of(found)] == [
        (5, Decimal(100), Decimal(7), Decimal(2), "3-1-2-0")
    ]
