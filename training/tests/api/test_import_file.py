"""Files of other apps: what becomes of them, and what never does."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from accounts.models import Settings, User
from catalog.models import ExerciseType
from catalog.tests.factories import make_canonical
from config.tests.contract import SchemaClient, check_error
from dropset_files.fitnotes.render import render_fitnotes
from dropset_files.hevy.render import render_hevy
from dropset_files.liftosaur.render import render_liftosaur_csv, render_liftosaur_json
from dropset_files.openweight.render import render_openweight
from dropset_files.shared.generate import generate_workouts
from dropset_files.shared.model import LoggedWorkout
from dropset_files.strong.render import S1, render
from lib.tests.factories import as_id, make
from training.models import Exercise, ExerciseAlias, Set, Workout

URL = "/api/v1/import/file"
ZONE = "Europe/Berlin"
HEVY = (
    "title,start_time,end_time,description,exercise_title,superset_id,exercise_notes,set_index,set_type,weight_kg,reps,"
    "distance_km,duration_seconds,rpe\n"
)
ALL = [
    lambda found: render(found, S1),
    render_hevy,
    render_fitnotes,
    render_liftosaur_csv,
    render_liftosaur_json,
    render_openweight,
]
every_format = pytest.mark.parametrize(
    "written", ALL, ids=["strong", "hevy", "fitnotes", "liftosaur", "json", "openweight"]
)


def history(workouts: int = 4) -> list[LoggedWorkout]:
    until = datetime(2026, 11, 20, 18, tzinfo=UTC).astimezone(ZoneInfo(ZONE))
    return [
        replace(one, start=one.start.replace(second=0)) for one in generate_workouts(3, until=until, workouts=workouts)
    ]


def row(
    exercise: str = "Bench", weight: str = "80", *, index: int = 0, start: str = "1 Mar 2026, 18:00", reps: str = "5"
) -> str:
    return f'Push,"{start}",,,{exercise},,,{index},normal,{weight},{reps},,,\n'


def send(api: SchemaClient, text: str | bytes, **asked: Any) -> dict[str, Any]:
    file = io.BytesIO(text if isinstance(text, bytes) else text.encode())
    file.name = "whatever.bin"
    asked = {name: json.dumps(value) if isinstance(value, dict) else value for name, value in asked.items()}
    response = api.post(URL, {"file": file, "time_zone": ZONE, **asked}, format="multipart")
    assert response.status_code == 200, response.content
    found: dict[str, Any] = response.json()
    return found


def counts(user: User) -> list[int]:
    return [model.objects.for_user(user).count() for model in (Workout, Exercise, Set, ExerciseType)]


def state(user: User) -> Any:
    """All that stands, to the last letter."""
    models = (Workout, Exercise, Set, ExerciseType, ExerciseAlias)
    return [list(model.objects.filter(user=user).order_by("pk").values()) for model in models]


@every_format
def test_a_file_is_taken_in_once(api: SchemaClient, alice: User, written: Any) -> None:
    first = send(api, written(history()))
    stood = state(alice)
    again = send(api, written(history()))

    assert first["made"] == {**first["read"], "exercise_types": len(first["matches"])}
    assert counts(alice)[:3] == list(first["read"].values())
    assert state(alice) == stood
    assert (again["made"], again["there"]) == ({**dict.fromkeys(again["read"], 0), "exercise_types": 0}, again["read"])


@every_format
def test_an_overlapping_file_adds_what_is_new(api: SchemaClient, alice: User, written: Any) -> None:
    send(api, written(history()[:3]))
    found = send(api, written(history()[1:]))

    assert (found["made"]["workouts"], found["there"]["workouts"]) == (1, 2)
    assert counts(alice)[0] == 4


@every_format
def test_what_the_user_edited_or_deleted_stays_so(api: SchemaClient, alice: User, written: Any) -> None:
    send(api, written(history()))
    one, two, three, *_ = Set.objects.for_user(alice).order_by("exercise", "position")
    Set.objects.filter(pk=one.pk).update(reps=77)
    Set.objects.filter(pk=two.pk).tombstone()
    Set.objects.filter(pk=three.pk).update(position=1000)
    workout = Workout.objects.for_user(alice).order_by("started_at").first()
    assert workout is not None
    Workout.objects.filter(pk=workout.pk).update(title="Mine")
    Exercise.objects.filter(
        pk=Exercise.objects.for_user(alice).exclude(workout=workout).order_by("pk")[:1].get().pk
    ).tombstone()
    Workout.objects.filter(
        pk=Workout.objects.for_user(alice).exclude(pk=workout.pk).order_by("-started_at")[:1].get().pk
    ).tombstone()
    stood = state(alice)
    found = send(api, written(history()))

    assert state(alice) == stood
    assert found["made"] == {"workouts": 0, "exercises": 0, "sets": 0, "exercise_types": 0}
    assert found["deleted"]["workouts"] == 1
    assert any("stay deleted" in text for text in found["told"])


def test_a_purged_deletion_stays_so(api: SchemaClient, alice: User) -> None:
    send(api, HEVY + row() + row(index=1))
    gone = Set.objects.for_user(alice).order_by("position")[1]
    with connection.cursor() as cursor:
        Set.objects.filter(pk=gone.pk).tombstone()
        cursor.execute(
            "INSERT INTO sync_purged (entity, id, user_id, version) VALUES (50, %s, %s, 1)", [gone.pk, alice.pk]
        )
        cursor.execute("DELETE FROM sync_record WHERE id = %s", [gone.pk])
        cursor.execute("DELETE FROM training_set WHERE id = %s", [gone.pk])
    found = send(api, HEVY + row() + row(index=1))

    assert (found["made"]["sets"], found["deleted"]["sets"], counts(alice)[2]) == (0, 1, 1)


def test_an_edited_export_adds_what_is_new_and_names_what_differs(api: SchemaClient, alice: User) -> None:
    send(api, HEVY + row() + row(weight="90", index=1))
    found = send(api, HEVY + row(weight="40", reps="10") + row(reps="6", index=1) + row(weight="90", index=2))
    sets = Set.objects.for_user(alice).order_by("position").values_list("typed_load", "reps")

    assert [(f"{load:f}", reps) for load, reps in sets] == [("40.000", 10), ("80.000", 5), ("90.000", 5)]
    assert found["problems"] == [{"line": 3, "reason": "reps is 6 in the file and 5 here: what is here was kept"}]


def test_the_files_value_is_taken_where_it_is_asked_for(api: SchemaClient, alice: User) -> None:
    send(api, HEVY + row())
    found = send(api, HEVY + row(weight="82.5", reps="6"), take_file=True)
    [one] = Set.objects.for_user(alice)

    assert (one.reps, one.load_kg, one.typed_load) == (6, Decimal("82.50"), Decimal("82.500"))
    assert found["changed"] == {"workouts": 0, "exercises": 0, "sets": 1}


def test_a_deletion_is_brought_back_where_it_is_asked_for(api: SchemaClient, alice: User) -> None:
    send(api, HEVY + row())
    Workout.objects.for_user(alice).tombstone()
    found = send(api, HEVY + row(), bring_back=True)

    assert (found["made"]["sets"], counts(alice)[:3]) == (1, [1, 1, 1])


def test_a_dry_run_says_the_same_and_writes_nothing(api: SchemaClient, alice: User) -> None:
    text = render_hevy(history())
    tried = send(api, text, dry_run=True)
    nothing = counts(alice)
    done = send(api, text)

    assert (nothing, tried["dry_run"]) == ([0, 0, 0, 0], True)
    assert {**tried, "dry_run": False} == done


def test_a_body_alone_is_a_file_too(api: SchemaClient, alice: User) -> None:
    response = api.post(f"{URL}?time_zone=UTC&dry_run=true", HEVY + row(), content_type="text/csv")

    assert (response.status_code, response.json()["app"], response.json()["read"]["sets"]) == (200, "hevy", 1)


def test_what_a_file_leaves_open_is_as_in_the_settings(api: SchemaClient, alice: User) -> None:
    Settings.objects.filter(user=alice).update(time_zone="Asia/Tokyo", weight_unit="lb", distance_unit="mi")
    text = render(history(1), S1)
    file = io.BytesIO(text.encode())
    found = api.post(URL, {"file": file}, format="multipart").json()
    [workout] = Workout.objects.for_user(alice)

    assert found["assumed"] == {"time_zone": "Asia/Tokyo", "weight_unit": "lb", "distance_unit": None}
    assert (workout.time_zone, workout.local_date) == ("Asia/Tokyo", history(1)[0].start.date())
    assert set(Set.objects.for_user(alice).values_list("typed_load_unit", flat=True)) <= {"lb", ""}


def test_a_known_name_is_the_librarys_type_and_an_own_one_goes_before(
    api: SchemaClient, alice: User, bob: User
) -> None:
    bench = make_canonical(name="Barbell bench press")
    make_canonical("row", name="Row")
    row_of_alice = make(ExerciseType, alice, name="row")
    make(ExerciseType, bob, name="Curl")
    found = send(
        api, HEVY + row("Bench Press (Barbell)") + row("Row") + row("Curl") + row("Incline Barbell Bench Press")
    )
    sure = [(one["name"], one["sure"], one["exercise_type"], one["called"]) for one in found["matches"][:2]]
    curl, incline = found["matches"][2:]

    assert sure == [
        ("Bench Press (Barbell)", "spelled", as_id(bench), "Barbell bench press"),
        ("Row", "same", as_id(row_of_alice), "row"),
    ]
    assert (curl["sure"], ExerciseType.objects.get(pk=curl["exercise_type"]).user_id) == ("new", alice.pk)
    assert incline["suggestions"] == [{"exercise_type": as_id(bench), "name": "Barbell bench press", "likeness": 0.86}]


def test_a_correction_is_taken_and_remembered(api: SchemaClient, alice: User) -> None:
    bench = make_canonical(name="Barbell bench press")
    first = send(api, HEVY + row("Flachbank"), matches={"flachbank": as_id(bench)})
    later = send(api, HEVY + row("FLACHBANK", start="2 Mar 2026, 18:00"))
    [alias] = ExerciseAlias.objects.for_user(alice)

    assert [one["sure"] for one in (*first["matches"], *later["matches"])] == ["corrected", "corrected"]
    assert (alias.name, alias.exercise_type_id) == ("flachbank", bench.pk)
    assert set(Exercise.objects.for_user(alice).values_list("exercise_type", flat=True)) == {bench.pk}
    assert counts(alice)[3] == 0


def test_a_correction_moves_what_was_filed_by_itself_and_nothing_else(api: SchemaClient, alice: User) -> None:
    bench, press = make_canonical(name="Barbell bench press"), make_canonical("press", name="Press")
    text = HEVY + row("Flachbank") + row("Flachbank", start="2 Mar 2026, 18:00")
    send(api, text)
    mine = Exercise.objects.for_user(alice).order_by("pk")[0]
    Exercise.objects.filter(pk=mine.pk).update(exercise_type=press)
    found = send(api, text, matches={"Flachbank": as_id(bench)})

    assert found["changed"]["exercises"] == 1
    assert set(Exercise.objects.for_user(alice).values_list("exercise_type", flat=True)) == {press.pk, bench.pk}


@pytest.mark.parametrize("whose", ["bob", "nobody", "draft"])
def test_a_strangers_type_is_no_match(api: SchemaClient, alice: User, bob: User, whose: str) -> None:
    ids = {
        "bob": as_id(make(ExerciseType, bob, name="Secret")),
        "nobody": str(uuid4()),
        "draft": as_id(make_canonical("draft", name="Draft", status="draft")),
    }
    response = api.post(
        URL,
        {"file": io.BytesIO((HEVY + row()).encode()), "matches": json.dumps({"Bench": ids[whose]})},
        format="multipart",
    )

    check_error(response, 400, "does_not_exist", "matches")
    assert counts(alice) == [0, 0, 0, 0]
    assert "Secret" not in response.content.decode()


NIL = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize("matches", ["[]", "{", '{"a": 1}', '{"a": "x"}', f'{{" ": "{NIL}"}}', "[" * 9999])
def test_matches_are_ids_by_names(api: SchemaClient, matches: str) -> None:
    sent = {"file": io.BytesIO((HEVY + row()).encode()), "matches": matches}
    response = api.post(URL, sent, format="multipart")

    check_error(response, 400, "invalid", "matches")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a,b\n1,2\n", "This is no file of Strong"),
        (b"PK\x03\x04", "ZIP"),
        (b"\x00" * 5000, "This is no file of Strong"),
        (b'{"a": 1}', "neither"),
        (b"[" * 100_000, "JSON"),
    ],
)
def test_what_is_no_file_of_an_app_is_refused(api: SchemaClient, alice: User, content: bytes, said: str) -> None:
    response = api.post(URL, {"file": io.BytesIO(content)}, format="multipart")

    check_error(response, 400, "file_unreadable", "file")
    assert said in response.json()["errors"][0]["detail"]
    assert counts(alice) == [0, 0, 0, 0]


def test_no_file_is_told(api: SchemaClient) -> None:
    check_error(api.post(URL, {}, format="multipart"), 400, "required", "file")
    check_error(api.post(URL, b"", content_type="text/csv"), 400, "required", "file")
    check_error(api.post(URL, {"file": io.BytesIO(b" ")}, format="multipart"), 400, "file_unreadable", "file")


def test_too_much_is_refused(api: SchemaClient, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.api.files.MAX_FILE_BYTES", 100_000)
    monkeypatch.setattr("training.services.files.importing.MAX_SETS", 2)
    file = io.BytesIO(b"x" * 300_000)

    check_error(api.post(URL, {"file": file}, format="multipart"), 413, "too_large", "file")
    check_error(api.post(URL, b"x" * 120_000, content_type="text/csv"), 413, "too_large", "file")
    check_error(api.post(URL, HEVY + row() * 3, content_type="text/csv"), 413, "too_large", "file")
    assert counts(alice) == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("asked", "attr"),
    [({"weight_unit": "st"}, "weight_unit"), ({"dates": "ymd"}, "dates"), ({"dry_run": "perhaps"}, "dry_run")],
)
def test_a_wrong_parameter_is_named(api: SchemaClient, asked: dict[str, str], attr: str) -> None:
    response = api.post(URL, {"file": io.BytesIO(b"x"), **asked}, format="multipart")

    check_error(response, 400, "invalid", attr)


def test_an_unknown_zone_or_parameter_is_refused(api: SchemaClient) -> None:
    check_error(
        api.post(f"{URL}?time_zone=Mars/North", HEVY, content_type="text/csv"), 400, "invalid_time_zone", "time_zone"
    )
    assert api.post(f"{URL}?nope=1", HEVY, content_type="text/csv").status_code == 400


def test_nobody_else_is_let_in(anonymous: SchemaClient) -> None:
    check_error(anonymous.post(URL, HEVY, content_type="text/csv"), 401, "not_authenticated")


def test_bad_lines_are_told_and_the_rest_is_taken(api: SchemaClient, alice: User) -> None:
    lines = [
        row(),
        row(weight="=1+1", index=1),
        row(start="1 Mar 0001, 18:00"),
        row(weight="1e3", index=2),
        'Push,"1 Mar',
    ]
    found = send(api, HEVY + "".join(lines))

    assert [one["line"] for one in found["problems"]] == [3, 4, 5, 6]
    assert (found["problems_total"], found["made"]["sets"]) == (4, 1)


def test_formulas_stay_text(api: SchemaClient, alice: User) -> None:
    send(api, HEVY + row("=HYPERLINK(1)"))

    assert ExerciseType.objects.for_user(alice).get().name == "=HYPERLINK(1)"


def test_what_has_no_room_is_kept_as_a_note(api: SchemaClient, alice: User) -> None:
    found = send(api, HEVY + row("Curl " * 80, weight="99999", reps="5"))
    [exercise], [one] = Exercise.objects.for_user(alice), Set.objects.for_user(alice)

    assert (len(exercise.typed_name), exercise.notes) == (300, ("Curl " * 80).strip())
    assert (one.load_kg, one.reps, one.notes) == (None, 5, "weight 99999 kg")
    assert found["problems_total"] == 1
    assert len(ExerciseType.objects.for_user(alice).get().name) == 120


def test_times_that_a_clock_has_twice_or_never_are_taken(api: SchemaClient, alice: User) -> None:
    found = send(api, HEVY + row(start="25 Oct 2026, 02:30") + row(start="29 Mar 2026, 02:30"))
    starts = Workout.objects.for_user(alice).order_by("-started_at").values_list("started_at", flat=True)

    assert found["problems"] == []
    assert [f"{one:%d %H:%M}" for one in starts] == ["25 00:30", "29 01:30"]


def test_devices_pull_what_was_imported(api: SchemaClient, alice: User) -> None:
    send(api, HEVY + row())
    found = api.get("/api/v1/sync/pull?entities=exercise_type,workout,exercise,set").json()["changes"]

    assert [one["entity"] for one in found if not one["data"].get("slug")] == [
        "exercise_type",
        "workout",
        "exercise",
        "set",
    ]
    assert len({one["version"] for one in found if one["entity"] != "exercise_type"}) == 1


def test_the_number_of_queries_does_not_grow(
    api: SchemaClient, bobs_api: SchemaClient, django_assert_num_queries: Any
) -> None:
    for client, workouts in ((api, 1), (bobs_api, 12)):
        text = render_hevy(history(workouts))
        # The log-in; the settings; BEGIN, the head; types, used ids, workouts, corrected names; new types, workouts, exercises,
        # sets; COMMIT.
        with django_assert_num_queries(13):
            assert client.post(f"{URL}?time_zone=UTC", text, content_type="text/csv").status_code == 200
        # The same without new rows and types, but with the exercises and the sets that stand.
        with django_assert_num_queries(11):
            assert client.post(f"{URL}?time_zone=UTC", text, content_type="text/csv").status_code == 200


@pytest.mark.parametrize(
    ("name", "read", "volume"),
    [("strong-real.csv", [2, 6, 30], 10_650), ("hevy-real.csv", [2, 6, 22], 16_355)],
)
def test_real_exports_have_their_reference_results(
    api: SchemaClient, alice: User, name: str, read: list[int], volume: int
) -> None:
    path = Path(__file__).resolve().parents[4] / "shared" / "samples" / name
    if not path.exists():
        pytest.skip("the sample exports of real people are not beside this checkout")
    found = send(api, path.read_bytes())
    sets = Set.objects.for_user(alice).values_list("typed_load", "reps")

    assert (list(found["read"].values()), found["problems"]) == (read, [])
    assert sum((load or 0) * (reps or 0) for load, reps in sets) == volume
