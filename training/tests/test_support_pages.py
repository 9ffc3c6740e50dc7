"""What support reads on the pages of workouts, exercises and sets: names and loads as the athlete knows them."""

import re
from html import unescape
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from accounts.models import Settings, User
from accounts.tests.factories import give_reason
from catalog.models import ExerciseType
from catalog.tests.factories import make_canonical
from lib import wire
from lib.models import OwnedModel
from lib.tests.factories import make
from training.models import Exercise, Gym, Set, Workout, WorkoutTemplate
from training.tests.test_admin import change, problems

BARE_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-")


@pytest.fixture
def admin(client: Client, charlie: User, alice: User) -> Client:
    client.force_login(charlie)
    give_reason(charlie, alice)
    return client


@pytest.fixture
def workout(alice: User) -> Workout:
    return make(Workout, alice, title="Push day", planned_on="2026-03-01")


def bench(alice: User, workout: Workout, **values: Any) -> Exercise:
    kind = ExerciseType.objects.filter(slug="bench-press").first() or make_canonical("bench-press", name="Bench Press")
    return make(Exercise, alice, workout=workout.pk, exercise_type=kind.pk, **values)


def add_set(exercise: Exercise, position: float, **values: Any) -> Set:
    """It says only what is given."""
    row = Set.objects.create(user=exercise.user, exercise=exercise, position=position, **values)
    row.refresh_from_db()
    return row


def page_of(row: OwnedModel) -> str:
    return f"/admin/training/{row._meta.model_name}/{row.pk}/change/"


def lines(page: Any) -> list[tuple[str, ...]]:
    """(number, aimed at, done) of each set on the page."""
    sheets = page.context["sheet"].exercises
    return [(str(line.number), line.aimed, line.done) for sheet in sheets for line in sheet.sets]


@pytest.mark.parametrize(
    ("unit", "said"),
    [("kg", ("8 to 10 x 80 kg, RIR 2", "8 x 80 kg, RPE 8.5")), ("lb", ("8 to 10 x 176.37 lb, RIR 2", "8 x 176.37 lb, RPE 8.5"))],
)  # fmt: skip
def test_workout_shows_its_sets_in_the_athletes_unit(
    admin: Client, alice: User, workout: Workout, unit: str, said: tuple[str, str]
) -> None:
    Settings.objects.filter(user=alice).update(weight_unit=unit)
    exercise = bench(alice, workout)
    aim = {"target_reps": 8, "target_max_reps": 10, "target_load_kg": "80.00", "target_rir": "2.0"}
    add_set(exercise, 2, **aim, reps=8, load_kg="80.00", rpe="8.5")
    add_set(exercise, 1, kind="warm_up", reps=12)
    page = admin.get(page_of(workout))
    assert lines(page) == [("1", "", "12 reps"), ("2", *said)]
    assert "Bench Press" in page.content.decode()


def test_load_that_was_typed_is_shown_as_it_was_typed(admin: Client, alice: User, workout: Workout) -> None:
    Settings.objects.filter(user=alice).update(weight_unit="lb")
    add_set(bench(alice, workout), 1, reps=5, load_kg="102.06", typed_load="225", typed_load_unit="lb")
    assert lines(admin.get(page_of(workout))) == [("1", "", "5 x 225 lb")]


def test_other_ways_to_prescribe_are_said(admin: Client, alice: User, workout: Workout) -> None:
    exercise = bench(alice, workout)
    add_set(exercise, 1, target_reps=5, target_percentage="75.00", target_reference="training_max")
    add_set(exercise, 2, target_reps=10, target_reference="body_weight")
    add_set(exercise, 3, target_duration_s=90, target_distance_m="400.00")
    add_set(exercise, 4, target_rpe="8.0")
    assert [aimed for _, aimed, _ in lines(admin.get(page_of(workout)))] == [
        "5 x 75 % of training maximum", "10 x body weight", "400 m, 1:30", "RPE 8",
    ]  # fmt: skip


def test_deleted_sets_are_shown_as_deleted_and_not_counted(admin: Client, alice: User, workout: Workout) -> None:
    exercise = bench(alice, workout)
    gone = add_set(exercise, 1, reps=1)
    add_set(exercise, 2, reps=2)
    Set.objects.filter(pk=gone.pk).tombstone()
    (sheet,) = admin.get(page_of(workout)).context["sheet"].exercises
    assert [(line.number, line.done, line.deleted) for line in sheet.sets] == [(0, "1 rep", True), (1, "2 reps", False)]


@pytest.mark.parametrize("count", [1, 3])
def test_workout_takes_as_many_queries_however_much_is_in_it(
    admin: Client, alice: User, workout: Workout, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        exercise = bench(alice, workout)
        for place in range(count):
            add_set(exercise, place, reps=5)
    # the log-in; who asks; whose workout; what is open; the trail; the workout; units; exercises; sets; the athlete's name
    with django_assert_num_queries(10):
        admin.get(page_of(workout))


def test_set_and_exercise_say_where_they_hang(admin: Client, alice: User, workout: Workout) -> None:
    exercise = bench(alice, workout, typed_name="Flat bench")
    add_set(exercise, 1, reps=12)
    row = add_set(exercise, 2, reps=8, load_kg="80.00")
    place = re.sub(r"<[^>]+>", "", admin.get(page_of(row)).content.decode())
    assert "alice@example.org / Push day / Flat bench / set 2: 8 x 80 kg" in place
    page = admin.get(page_of(exercise)).content.decode()
    assert page_of(workout) in page
    assert lines(admin.get(page_of(exercise))) == [("1", "", "12 reps"), ("2", "", "8 x 80 kg")]


@pytest.mark.parametrize(
    "model", [entity.model for entity in wire.entities() if entity.model._meta.app_label == "training"]
)
def test_lists_name_rows_by_words(admin: Client, alice: User, model: type[OwnedModel]) -> None:
    make(model, alice)
    page = admin.get(f"/admin/training/{model._meta.model_name}/").content.decode()
    table = page.partition('id="result_list"')[2].partition("</table>")[0]
    words = re.sub(r"<[^>]*>", " ", table)
    assert "alice@example.org" in words
    assert BARE_ID.findall(words) == []


@pytest.mark.parametrize("text", ["übungstag", "UBUNGSTAG", "Übungs"])
def test_search_folds_accents(admin: Client, alice: User, text: str) -> None:
    rows = [make(Workout, alice, title="Übungstag"), make(WorkoutTemplate, alice, title="Übungstag A")]
    gym = make(Gym, alice, name="Übungstage")
    for row in (*rows, gym):
        found = admin.get(f"/admin/training/{row._meta.model_name}/", {"q": text}).context["cl"].result_list
        assert list(found) == [row]


def history_of(admin: Client, row: OwnedModel) -> str:
    """The newest line on the page of its history."""
    page = unescape(admin.get(page_of(row).replace("/change/", "/history/")).content.decode())
    newest = LogEntry.objects.filter(object_id=str(row.pk)).latest("action_time").get_change_message()
    assert newest in page
    return newest


def test_history_says_what_stood_and_what_stands(admin: Client, alice: User, workout: Workout) -> None:
    saved = change(admin, workout, title="Pull day", status="skipped")
    assert saved.status_code == 302, problems(saved)
    assert history_of(admin, workout) == (
        "Changed Title from “Push day” to “Pull day” and Status from “Planned” to “Skipped”."
    )
    change(admin, workout, title="", notes="n" * 200)
    assert history_of(admin, workout) == (
        f"Changed Title from “Pull day” to nothing and Notes from nothing to “{'n' * 79}…”."
    )


def test_history_names_the_row_that_was_referred_to(admin: Client, alice: User, workout: Workout) -> None:
    exercise = bench(alice, workout)
    squat = make_canonical("squat", name="Squat")
    saved = change(admin, exercise, exercise_type=str(squat.pk))
    assert saved.status_code == 302, problems(saved)
    assert history_of(admin, exercise) == "Changed Exercise type from “Bench Press” to “Squat”."
