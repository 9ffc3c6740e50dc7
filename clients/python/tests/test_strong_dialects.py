"""Every writing of the app: languages, separators, encodings, units, dates, and what spreadsheets make of a file."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from dropset_client.strong import StrongFile, StrongFormatError, parse_strong
from dropset_files.shared.cells import CellError, DateOrder, read_duration_s, read_number, read_start
from dropset_files.shared.model import LoggedSet
from tests.histories import export, row

ZONE = ZoneInfo("Europe/Berlin")
SHORT = "Date,Workout Name,Exercise Name,Set Order,Weight,Reps\n"


def parse(text: str, **options: object) -> StrongFile:
    return parse_strong(text, zone=ZONE, **options)


def sets_of(file: StrongFile) -> list[LoggedSet]:
    return [one for workout in file.workouts for exercise in workout.exercises for one in exercise.sets]


# Titles


GERMAN = "Datum,Workout-Name,Dauer,Name der Übung,Reihenfolge festlegen,Gewicht,Wiederh.,Entfernung,Sekunden"
FRENCH = "Date,Nom de l'entraînement,Durée,Nom de l'exercice,Ordre de la série,Poids,Réps,Distance,Secondes"
PORTUGUESE = "Data,Nome do treino,Duração,Nome do exercício,Ordem da série,Peso,Reps,Distância,Segundos"
ENGLISH = "date,WORKOUT NAME,duration, exercise  name ,set order,weight,reps,distance,seconds"


@pytest.mark.parametrize(
    "header",
    [
        f"{GERMAN},Notizen,Workout-Notizen,RPE",
        f"{GERMAN.replace('Dauer', 'Workout-Dauer')},Notizen,Workout-Notizen,RPE",
        f"{FRENCH},Notes,Notes d'entraînement,RPE",
        f"{FRENCH},Notes,Notes d'entraînement,RPE".replace("'", "\u2019"),
        f"{PORTUGUESE},Notas,Notas do treino,RPE",
        f"{ENGLISH},notes,workout notes,rpe",
    ],
)
def test_titles_are_known_in_the_languages_of_the_app(header: str) -> None:
    found = parse(f"{header}\n2026-03-01 18:00:00,Push,1h 5min,Bench,1,80.5,5,0,0,belt,cold,8.5\n")
    [workout] = found.workouts
    [one] = sets_of(found)

    assert found.problems == ()
    assert (workout.name, workout.duration_s, workout.notes, workout.exercises[0].name) == (
        "Push",
        3900,
        "cold",
        "Bench",
    )
    assert (one.weight, one.reps, one.rpe, one.notes) == (Decimal("80.5"), 5, Decimal("8.5"), "belt")


def test_a_rest_timer_is_known_in_german() -> None:
    start = "2026-03-01 18:00:00,Pull,31min,Pull Up"
    [one] = sets_of(parse(f"{GERMAN}\n{start},1,0,3.0,0,0.0\n{start},Ruhezeit,0,0.0,0,45.0\n"))

    assert (one.reps, one.rest_s) == (3, 45)


def test_a_language_that_is_not_known_is_read_by_the_places_of_its_columns_and_told() -> None:
    header = "Päivä,Nimi,Kesto,Liike,Järjestys,Paino,Toistot,Matka,Sekunnit,Muistiinpanot,Treeni,RPE"
    start = "2026-03-01 18:00:00,Veto,31min,Leuanveto"
    rows = (f"{start},1,10,3,0,0,vyö,,8", f"{start},Lepo,0,0,0,45,,,", f"{start},Huomio,0,0,0,0,hitaasti,,")
    found = parse("\n".join((header, *rows)))
    [exercise] = found.workouts[0].exercises

    assert [problem.line for problem in found.problems] == [1]
    assert "by their places" in found.problems[0].reason
    assert (exercise.notes, exercise.sets[0].rest_s, exercise.sets[0].rpe) == ("hitaasti", 45, Decimal(8))


def test_titles_that_are_not_known_can_be_named() -> None:
    text = "Päivä;Nimi;Liike;Sarja;Paino;Toistot\n2026-03-01 18:00:00;Veto;Leuanveto;1;10;3\n"
    titles = {
        "date": "Päivä",
        "workout name": "nimi",
        "exercise name": "Liike",
        "set order": "Sarja",
        "weight": "Paino",
    }

    with pytest.raises(StrongFormatError, match="names no column"):
        parse(text)
    with pytest.raises(StrongFormatError, match=r"'reps' in its first line.*name it"):
        parse(text, columns=titles)
    assert sets_of(parse(text, columns={**titles, "reps": "Toistot"}))[0].reps == 3
    with pytest.raises(StrongFormatError, match="no column 'mood'"):
        parse(text, columns={"mood": "Nimi"})


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        ("kg,Reps,km", ("kg", Decimal(70), Decimal(5000))),
        ("lbs,Reps,mi.", ("lb", Decimal(70), Decimal("8046.72"))),
        ("Weight (lbs),Reps,Distance (meters)", ("lb", Decimal(70), Decimal(5))),
        ("Weight[kg],Reps,Distance(km)", ("kg", Decimal(70), Decimal(5000))),
    ],
)
def test_units_stand_in_titles_or_in_their_place(units: str, expected: tuple[str, Decimal, Decimal]) -> None:
    header = f"Date,Workout Name,Exercise Name,Set Order,{units},Seconds,Notes\n"
    start = '2016-10-03 19:30:55,"A"'
    found = parse(f'{header}{start},"Squat",0,70.0,5,0.0,0,""\n{start},"Run",0,0.0,0,5.0,1500,""\n')
    squat, run = sets_of(found)

    assert (squat.weight_unit, squat.weight, run.distance_m) == expected
    assert (found.problems, found.assumed) == ((), frozenset())


def test_a_file_without_loads_is_refused_with_advice() -> None:
    with pytest.raises(StrongFormatError, match=r"no column 'weight' in its first line.*weight=Gewicht"):
        parse("Date,Workout Name,Exercise Name,Set Order,Reps\n2026-01-01 10:00:00,a,b,1,5\n")


def test_a_column_that_is_not_known_is_told_if_it_holds_something() -> None:
    text = SHORT.replace("Reps", "Reps,Mood,Weather") + "2026-01-01 10:00:00,a,b,1,5,5,good,\n"

    assert [problem.reason for problem in parse(text).problems] == [
        "the column 'Mood' is not known here and was not read"
    ]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("title,start_time,end_time,exercise_title,set_index,weight_kg,reps", "Hevy"),
        ("Date,Exercise,Category,Weight (kgs),Reps,Distance,Distance Unit,Time", "FitNotes"),
        ("Date,Measurement Type,Value,Unit", "measurements"),
    ],
)
def test_a_file_of_another_app_is_named(header: str, name: str) -> None:
    with pytest.raises(StrongFormatError, match=name):
        parse(f"{header}\n")


def test_an_archive_is_named() -> None:
    with pytest.raises(StrongFormatError, match="ZIP"):
        parse_strong(b"PK\x03\x04\x00\x00", zone=ZONE)


# Lines


@pytest.mark.parametrize("mark", ["", "sep=;\n", '"sep=;"\n', "\n\n", ";;;;;\n", "\ufeff", "\ufeffsep=;\n"])
def test_what_a_spreadsheet_puts_before_the_header_is_passed_over(mark: str) -> None:
    text = f"{mark}Date;Workout Name;Exercise Name;Set Order;Weight;Reps\n2026-01-01 10:00:00;a;b;1;82,5;5\n"

    assert sets_of(parse(text))[0].weight == Decimal("82.5")


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_separator_and_end_of_line_is_read(separator: str, newline: str) -> None:
    text = f"{SHORT}2026-01-01 10:00:00,a,b,1,80,5\n".replace(",", separator).replace("\n", newline)

    assert [one.line for one in sets_of(parse(text))] == [2]


def test_a_note_of_several_lines_keeps_the_lines_of_the_others() -> None:
    header = SHORT.replace("Reps", "Reps,Notes")
    found = parse(
        f'{header}2026-01-01 10:00:00,a,b,1,5,5,"one\n2026-01-02 was better"\n2026-01-01 10:00:00,a,b,2,x,5,\n'
    )

    assert sets_of(found)[0].notes == "one\n2026-01-02 was better"
    assert [problem.line for problem in found.problems] == [4]


@pytest.mark.parametrize("note", ['"belt', '5" band', '"6" box"'])
def test_a_careless_quote_costs_no_other_row(note: str) -> None:
    header = SHORT.replace("Reps", "Reps,Notes")
    rows = [f"2026-01-01 10:00:00,a,b,{order},80,5,{text}" for order, text in ((1, note), (2, ""), (3, ""))]
    found = parse(header + "\n".join(rows))

    assert len(sets_of(found)) == 3
    assert found.problems == ()


def test_a_quote_that_swallows_cells_is_a_problem_of_its_own_line() -> None:
    text = SHORT + '2026-01-01 10:00:00,a,"b,1,80,5\n2026-01-01 10:00:00,a,b,2,80,5\n'
    found = parse(text)

    assert [(p.line, p.reason) for p in found.problems] == [(2, "a quotation mark is not closed")]
    assert len(sets_of(found)) == 1


def test_rows_that_were_quoted_as_a_whole_are_read() -> None:
    header = "Date;Workout Name;Exercise Name;Set Order;lbs;Reps\n"
    [one] = sets_of(parse(header + '"2018-01-01 10:00:00;""Leg, day"";""b"";1;135;5"\n'))

    assert (one.weight, one.weight_unit) == (Decimal(135), "lb")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_encoding_is_read(encoding: str) -> None:
    raw = (SHORT + "2026-01-01 10:00:00,Früh,b,1,80,5\n").encode(encoding)

    assert parse_strong(raw, zone=ZONE).workouts[0].name == "Früh"


def test_half_a_character_breaks_nothing() -> None:
    raw = SHORT.encode("utf-16") + b"\x3d\xd8\n"

    assert parse_strong(raw, zone=ZONE).workouts == ()


# Cells


@pytest.mark.parametrize(
    ("text", "decimal", "number"),
    [
        ("1.250", ",", "1250"),
        ("1.250", ".", "1.250"),
        ("1,250", ".", "1250"),
        ("0.125", ",", "0.125"),
        ("1.250.000", None, "1250000"),
        ("1\u202f250,5".replace("\u202f", " "), None, "1250.5"),
        ("1'250.5", None, "1250.5"),
        ("٨٠٫٥", None, "80.5"),
    ],
)
def test_thousands_are_told_from_decimals(text: str, decimal: str | None, number: str) -> None:
    assert read_number(text, decimal) == Decimal(number)


def test_the_numbers_of_a_file_say_what_its_decimal_sign_is() -> None:
    text = SHORT.replace(",", ";") + "2026-01-01 10:00:00;a;b;1;1.250;5\n2026-01-01 10:00:00;a;b;2;82,5;5\n"

    assert [one.weight for one in sets_of(parse(text))] == [Decimal(1250), Decimal("82.5")]


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01 3:10:00 PM",
        "2026-03-01 3:10:00\u202fp.\u00a0m.",
        "2026-03-01 午後3:10:00",
        "2026-03-01 3:10:00 오후",
        "01.03.2026 15:10",
        "1.3.2026, 15:10 Uhr",
        "3/1/2026 3:10 PM",
        "1 Mar 2026, 15:10",
        "1. März 2026 um 15:10",
        "1 mars 2026 à 15:10",
        "1 de marzo de 2026 15:10",
        "1 de março de 2026, 15:10",
        "Mar 1, 2026 3:10 PM",
        "2026/03/01 15:10",
        "2026-03-01T15:10:00+01:00",
    ],
)
def test_a_date_is_read_in_many_writings(text: str) -> None:
    file = parse(f'{SHORT.replace(",", ";")}"{text}";a;b;1;80;5\n')

    assert [workout.start.astimezone(UTC) for workout in file.workouts] == [datetime(2026, 3, 1, 14, 10, tzinfo=UTC)]


def test_a_date_that_may_be_two_is_told_by_another_row_or_by_the_caller() -> None:
    header, two = SHORT, "03/04/2026 10:00,a,b,1,80,5\n"

    def days(text: str, dates: DateOrder | None = None) -> list[str]:
        return [f"{workout.start:%m-%d}" for workout in parse(text, dates=dates).workouts]

    assert "can be read in two ways" in parse(header + two).problems[0].reason
    assert days(header + two + "25/04/2026 10:00,a,b,1,80,5\n") == ["04-03", "04-25"]
    assert days(header + two, "mdy") == ["03-04"]


@pytest.mark.parametrize("text", ["0001-01-01 00:00:00", "9999-12-31 23:59:59", "1899-12-31 10:00:00", "2200-01-02"])
def test_a_date_beyond_the_calendar_is_a_problem_of_its_row(text: str) -> None:
    found = parse(export(row(start=text), row()))

    assert [(p.line, p.reason) for p in found.problems] == [(2, f"date {text!r} is not between 1900 and 2200")]
    assert len(found.workouts) == 1


@pytest.mark.parametrize("text", ["2026-02-30 10:00", "2026-03-01 15:10:00 PM", "1.13.2026", "1 Smarch 2026", "10:00"])
def test_what_is_no_date_is_none(text: str) -> None:
    with pytest.raises(CellError):
        read_start(text, ZONE)


@pytest.mark.parametrize(
    "text",
    [
        "1h 5m",
        "1h 5min",
        "1 h 5 min",
        "1 Std. 5 Min.",
        "1 hora 5 minutos",
        "1 ч 5 мин",
        "1時間5分",
        "1小时5分钟",
        "65min",
    ],
)
def test_a_length_of_time_is_read_in_many_languages(text: str) -> None:
    assert read_duration_s(text) == 3900


def test_a_length_without_a_unit_has_that_of_its_title() -> None:
    header = SHORT.replace("Workout Name", "Workout Name,Duration (min)")
    [workout] = parse(header + "2026-03-01 10:00:00,a,65,b,1,80,5\n").workouts

    assert workout.duration_s == 3900


# Rows


def test_half_repetitions_are_kept_as_a_note() -> None:
    first, second = sets_of(parse(export(row(reps="8.5", notes="belt"), row(order=2, reps="8,5".replace(",", ".")))))

    assert (first.reps, first.notes, second.notes) == (8, "belt\n8.5 reps", "8.5 reps")


def test_an_rpe_that_is_no_number_is_kept_as_a_note() -> None:
    found = parse(export(row(rpe="hard")))

    assert sets_of(found)[0].notes == "RPE hard"
    assert [problem.line for problem in found.problems] == [2]


@pytest.mark.parametrize(
    ("orders", "runs"),
    [
        ("1 2 1 2", ["12", "12"]),
        ("W 1 2 W 1 2", ["W12", "W12"]),
        ("1 1", ["1", "1"]),
        ("1 2 F 1", ["12F", "1"]),
        ("1 2 W 3", ["12W3"]),
        ("1 2 2 3", ["1223"]),
        ("2 3 2 3", ["23", "23"]),
        ("W W D", ["WWD"]),
    ],
)
def test_an_exercise_that_begins_again_is_another_one(orders: str, runs: list[str]) -> None:
    found = parse(export(*(row(order=order, weight=index) for index, order in enumerate(orders.split(), start=1))))
    counted = [[int(one.weight or 0) for one in exercise.sets] for exercise in found.workouts[0].exercises]
    places = [place for run in counted for place in run]

    assert [len(run) for run in counted] == [len(run) for run in runs]
    assert places == list(range(1, len(orders.split()) + 1))
    assert [one.index for exercise in found.workouts[0].exercises for one in exercise.sets] == [
        index for run in runs for index in range(1, len(run) + 1)
    ]


def test_notes_and_rests_go_with_the_sets_that_they_belong_to() -> None:
    header = "Workout #;Date;Workout Name;Exercise Name;Set Order;Weight (kg);Reps;Seconds;Notes\n"
    start = "1;2026-03-01 10:00:00;Legs;Squat"
    rows = (
        "Note;;;;first",
        "1;80;5;;",
        "Rest Timer;;;60;",
        "Note;;;;second",
        "W;40;5;;",
        "Rest Timer;;;30;",
        "1;60;8;;",
    )
    [one, other] = parse(header + "\n".join(f"{start};{cells}" for cells in rows)).workouts[0].exercises

    assert (one.notes, [item.rest_s for item in one.sets]) == ("first", [60])
    assert (other.notes, [item.rest_s for item in other.sets]) == ("second", [30, None])


@pytest.mark.parametrize("name", ["weight", "reps", "distance", "seconds"])
def test_a_number_beyond_all_measure_is_a_problem_of_its_row(name: str) -> None:
    header = "Date,Workout Name,Exercise Name,Set Order,Weight,Reps,Distance,Seconds\n"
    cells = {"weight": "1", "reps": "1", "distance": "1", "seconds": "1", name: "9" * 60}
    found = parse(header + f"2026-03-01 10:00:00,a,b,1,{','.join(cells.values())}\n")

    assert [(p.line, "far too large" in p.reason) for p in found.problems] == [(2, True)]
