"""Templates over REST: what they prescribe, and what is made of them."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from catalog.models import ExerciseType
from catalog.tests.factories import make_canonical
from config.tests.contract import SchemaClient, check_error
from lib.identity import id_within
from lib.tests.factories import as_id, make
from training.models import Exercise, Set, TemplateExercise, TemplateSet, Workout, WorkoutTemplate
from training.services.trees import MAX_EXERCISES

TEMPLATES = "/api/v1/workout-templates/"
SETS = "/api/v1/template-sets/"
STARTED = "2026-03-02T17:00:00.000000Z"
LB = {"target_load_kg": "102.06", "target_typed_load": "225.000", "target_typed_load_unit": "lb"}


def make_template(user: User, exercises: int = 2, **values: Any) -> WorkoutTemplate:
    """Two sets in each exercise."""
    template = make(WorkoutTemplate, user, title="Push day", notes="Slowly.", **values)
    for n in range(exercises):
        exercise = make(TemplateExercise, user, template=as_id(template), position=n, rest_s=90, superset_group=1)
        make(TemplateSet, user, template_exercise=as_id(exercise), position=1, target_max_reps=8, **LB)
        make(TemplateSet, user, template_exercise=as_id(exercise), position=2, target_rpe="8.0", rest_s=60)
    return template


def act(api: SchemaClient, row: WorkoutTemplate | Workout, name: str, body: dict[str, Any] | None = None) -> Any:
    url = TEMPLATES if isinstance(row, WorkoutTemplate) else "/api/v1/workouts/"
    return api.post(f"{url}{row.pk}/{name}/", body or {})


def counts(user: User) -> tuple[int, ...]:
    return tuple(model.objects.for_user(user).count() for model in (Workout, Exercise, Set))


def template_counts(user: User) -> tuple[int, ...]:
    return tuple(model.objects.for_user(user).count() for model in (WorkoutTemplate, TemplateExercise, TemplateSet))


# --- what a set prescribes ---


@pytest.mark.parametrize(
    "load",
    [
        {}, LB, {"target_load_kg": "0.00"}, {"target_rpe": "8.5"}, {"target_rir": "2.0"},
        {"target_percentage": "82.50", "target_reference": "training_max"}, {"target_reference": "body_weight"},
        {"target_percentage": "50.00", "target_reference": "body_weight"},
    ],
)  # fmt: skip
def test_load_is_prescribed_in_one_way(api: SchemaClient, alice: User, load: dict[str, Any]) -> None:
    body = {"template_exercise": as_id(make(TemplateExercise, alice)), **load}
    response = api.post(SETS, body)
    assert response.status_code == 201, response.content
    assert {name: response.json()[name] for name in body} == body


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"target_rpe": "8.0", "target_rir": "2.0"}, "load_prescribed_twice"),
        ({"target_load_kg": "80.00", "target_rir": "2.0"}, "load_prescribed_twice"),
        ({"target_reference": "body_weight", "target_load_kg": "0.00"}, "load_prescribed_twice"),
        ({"target_reference": "body_weight", "target_rpe": "8.0"}, "load_prescribed_twice"),
        ({"target_percentage": "80.00"}, "reference_missing"),
        ({"target_reference": "one_rep_max"}, "reference_missing"),
        ({"target_reps": 8, "target_max_reps": 7}, "max_below_min"),
        ({"target_max_reps": 7}, "max_below_min"),
        ({"target_typed_load": "225.000"}, "unit_missing"),
        ({**LB, "target_load_kg": "100.00"}, "load_not_as_typed"),
    ],
)
def test_prescription_that_contradicts_itself_is_refused(
    api: SchemaClient, alice: User, values: dict[str, Any], code: str
) -> None:
    response = api.post(SETS, {"template_exercise": as_id(make(TemplateExercise, alice)), **values})
    assert response.status_code == 400
    assert [error["code"] for error in response.json()["errors"]] == [code]
    assert not TemplateSet.objects.exists()


def test_load_in_kg_takes_the_place_of_another(api: SchemaClient, alice: User) -> None:
    """As an app writes it that knows of kg alone."""
    row = make(TemplateSet, alice, target_percentage="80.00", target_reference="one_rep_max")
    body = api.patch(f"{SETS}{row.pk}/", {"target_load_kg": "100.00"}).json()
    assert (body["target_load_kg"], body["target_percentage"], body["target_reference"]) == ("100.00", None, "")


@pytest.mark.parametrize(
    "value",
    [{"target_percentage": "0.00"}, {"target_percentage": "500.01"}, {"target_reps": -1}, {"target_rpe": "10.5"},
     {"target_distance_m": "-1.00"}, {"target_duration_s": -1}, {"rest_s": -1}, {"kind": "mega"}],
)  # fmt: skip
def test_prescription_has_limits(api: SchemaClient, alice: User, value: dict[str, Any]) -> None:
    response = api.post(SETS, {"template_exercise": as_id(make(TemplateExercise, alice)), **value})
    assert response.status_code == 400
    assert {error["attr"] for error in response.json()["errors"]} == set(value)


def test_sets_of_a_template_are_listed_in_their_order(api: SchemaClient, alice: User) -> None:
    template = make_template(alice)
    make_template(alice)
    found = api.get(f"{SETS}?template_exercise__template={template.pk}").json()["results"]
    assert [row["target_rpe"] for row in found] == [None, "8.0"] * 2
    exercises = api.get(f"/api/v1/template-exercises/?template={template.pk}").json()["results"]
    assert [row["position"] for row in exercises] == [0.0, 1.0]


def test_folder_narrows_the_templates(api: SchemaClient, alice: User) -> None:
    kept = make(WorkoutTemplate, alice, folder="5/3/1")
    make(WorkoutTemplate, alice)
    assert [row["id"] for row in api.get(f"{TEMPLATES}?folder=5/3/1").json()["results"]] == [str(kept.pk)]


def test_exercise_of_a_template_names_no_type_of_a_stranger(api: SchemaClient, alice: User, bob: User) -> None:
    body = {"template": as_id(make(WorkoutTemplate, alice)), "exercise_type": as_id(make(ExerciseType, bob))}
    check_error(api.post("/api/v1/template-exercises/", body), 400, "does_not_exist", "exercise_type")


# --- start ---


def test_start_makes_a_workout_in_progress(api: SchemaClient, alice: User) -> None:
    template = make_template(alice)
    response = act(api, template, "start", {"started_at": STARTED, "time_zone": "Europe/Berlin"})
    assert response.status_code == 201, response.content
    body = response.json()
    assert (body["title"], body["notes"]) == ("Push day", "Slowly.")
    assert (body["status"], body["started_at"], body["time_zone"]) == ("in_progress", STARTED, "Europe/Berlin")
    exercises = api.get(f"/api/v1/exercises/?workout={body['id']}").json()["results"]
    assert [(row["position"], row["superset_group"]) for row in exercises] == [(0.0, 1), (1.0, 1)]
    sets = api.get(f"/api/v1/sets/?exercise__workout={body['id']}").json()["results"]
    assert [(row["target_max_reps"], row["target_rpe"], row["rest_s"]) for row in sets] == [
        (8, None, 90),
        (None, "8.0", 60),
    ] * 2
    assert {name: sets[0][name] for name in LB} == LB
    assert {row["reps"] for row in sets} == {row["load_kg"] for row in sets} == {None}


@pytest.mark.parametrize(
    ("said", "status", "started_at"),
    [
        ({"planned_on": "2026-03-09"}, "planned", None),
        ({"planned_on": "2026-03-01", "started_at": STARTED}, "in_progress", STARTED),
    ],
)
def test_start_may_be_planned(
    api: SchemaClient, alice: User, said: dict[str, Any], status: str, started_at: str | None
) -> None:
    body = act(api, make_template(alice), "start", said).json()
    assert (body["status"], body["started_at"], body["planned_on"]) == (status, started_at, said["planned_on"])


@pytest.mark.parametrize("said", [{}, {"planned_on": None, "started_at": None}])
def test_start_is_now_if_nothing_is_said(api: SchemaClient, alice: User, said: dict[str, Any]) -> None:
    before = timezone.now()
    body = act(api, make_template(alice), "start", said).json()
    assert body["status"] == "in_progress"
    assert before <= Workout.objects.get(pk=body["id"]).started_at <= timezone.now()


def test_start_twice_with_the_same_id_makes_it_once(api: SchemaClient, alice: User) -> None:
    template, said = make_template(alice), {"id": str(uuid4())}
    first = act(api, template, "start", said).json()
    api.patch(f"/api/v1/workouts/{said['id']}/", {"title": "Mine"})
    again = act(api, template, "start", said)
    assert again.status_code == 201
    assert again.json() == first | {"title": "Mine", "updated_at": again.json()["updated_at"]}
    assert counts(alice) == (1, 2, 4)


def test_start_without_an_id_makes_another_each_time(api: SchemaClient, alice: User) -> None:
    template = make_template(alice)
    assert act(api, template, "start").json()["id"] != act(api, template, "start").json()["id"]
    assert counts(alice) == (2, 4, 8)


def test_start_takes_no_id_of_something_else(api: SchemaClient, alice: User, bob: User) -> None:
    deleted = make(Workout, alice)
    Workout.objects.filter(pk=deleted.pk).tombstone()
    for row in (make(Workout, alice), make(Workout, bob), deleted):
        check_error(act(api, make_template(alice), "start", {"id": str(row.pk)}), 409, "id_taken", "id")
    assert counts(alice) == (1, 0, 0)


@pytest.mark.parametrize(
    ("said", "attr"),
    [
        ({"id": "none"}, "id"), ({"started_at": "2026-03-02T17:00:00"}, "started_at"), ({"planned_on": "someday"}, "planned_on"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"), ({"title": "Mine"}, "title"), ({"status": "completed"}, "status"),
    ],
)  # fmt: skip
def test_start_that_makes_no_sense_is_refused(api: SchemaClient, alice: User, said: dict[str, Any], attr: str) -> None:
    response = act(api, make_template(alice), "start", said)
    assert response.status_code == 400
    assert [error["attr"] for error in response.json()["errors"]] == [attr]
    assert counts(alice) == (0, 0, 0)


@pytest.mark.parametrize("name", ["start", "copy"])
def test_template_of_a_stranger_or_a_deleted_one_is_not_found(
    api: SchemaClient, alice: User, bob: User, name: str
) -> None:
    deleted = make_template(alice)
    WorkoutTemplate.objects.filter(pk=deleted.pk).tombstone()
    for template in (make_template(bob), deleted):
        check_error(act(api, template, name), 404, "not_found")
    assert counts(alice) == (0, 0, 0)


def test_start_leaves_out_what_was_deleted(api: SchemaClient, alice: User) -> None:
    template = make_template(alice)
    TemplateExercise.objects.filter(template=template, position=0).tombstone()
    TemplateSet.objects.filter(template_exercise__position=1, position=1).tombstone()
    act(api, template, "start")
    assert counts(alice) == (1, 1, 1)


def test_start_of_a_retired_type_names_it_still(api: SchemaClient, alice: User) -> None:
    own, canonical = make(ExerciseType, alice), make_canonical("retired-press")
    template = make(WorkoutTemplate, alice)
    for kind in (own, canonical):
        make(TemplateExercise, alice, template=as_id(template), exercise_type=as_id(kind))
    ExerciseType.objects.filter(pk=own.pk).tombstone()
    ExerciseType.objects.filter(pk=canonical.pk).update(status="retired")
    assert act(api, template, "start").status_code == 201
    assert set(Exercise.objects.values_list("exercise_type", flat=True)) == {own.pk, canonical.pk}


def test_start_costs_the_same_however_large_the_template_is(
    api: SchemaClient, alice: User, django_assert_num_queries: Any
) -> None:
    for template in (make_template(alice, 1), make_template(alice, 12)):
        # the session; savepoint; the user's head; template, exercises, sets; is it there; three inserts; release; the answer
        with django_assert_num_queries(12):
            act(api, template, "start", {"time_zone": "UTC"})


def test_template_that_is_too_large_is_refused_as_a_whole(api: SchemaClient, alice: User) -> None:
    template = make(WorkoutTemplate, alice)
    kind = make_canonical()
    TemplateExercise.objects.bulk_create(
        TemplateExercise(user=alice, template=template, exercise_type=kind, position=n)
        for n in range(MAX_EXERCISES + 1)
    )
    for name in ("start", "copy"):
        check_error(act(api, template, name), 413, "too_large")
    assert counts(alice) == (0, 0, 0)
    TemplateExercise.objects.filter(position=0).tombstone()
    assert act(api, template, "start").status_code == 201
    assert counts(alice) == (1, MAX_EXERCISES, 0)


def test_id_of_a_child_that_is_taken_leaves_nothing_half_made(api: SchemaClient, alice: User, bob: User) -> None:
    template, workout_id = make_template(alice), uuid4()
    child = TemplateExercise.objects.filter(template=template, position=0).get()
    make(Exercise, bob, id=id_within(workout_id, child.pk))
    check_error(act(api, template, "start", {"id": str(workout_id)}), 409, "id_taken", "id")
    assert counts(alice) == (0, 0, 0)


# --- save as template, copy ---


def test_workout_is_saved_as_a_template(api: SchemaClient, alice: User) -> None:
    workout = make(Workout, alice, title="Monday")
    exercise = make(Exercise, alice, workout=as_id(workout), superset_group=2, notes="Wide grip.")
    make(Set, alice, exercise=as_id(exercise), reps=5, load_kg="100.00", position=1)
    make(
        Set,
        alice,
        exercise=as_id(exercise),
        reps=5,
        target_reps=8,
        target_load_kg="90.00",
        target_rpe="8.0",
        position=2,
    )
    response = act(api, workout, "save-as-template")
    assert response.status_code == 201, response.content
    assert response.json()["title"] == "Monday"
    (made,) = api.get(f"/api/v1/template-exercises/?template={response.json()['id']}").json()["results"]
    assert (made["superset_group"], made["notes"]) == (2, "Wide grip.")
    sets = api.get(f"{SETS}?template_exercise={made['id']}").json()["results"]
    assert [(row["target_reps"], row["target_load_kg"], row["target_rpe"]) for row in sets] == [
        (5, "100.00", None),
        (8, None, "8.0"),
    ]


def test_workout_of_a_stranger_is_saved_by_nobody_else(api: SchemaClient, alice: User, bob: User) -> None:
    check_error(act(api, make(Workout, bob), "save-as-template"), 404, "not_found")
    assert template_counts(alice) == (0, 0, 0)


@pytest.mark.parametrize("name", ["copy", "save-as-template"])
def test_template_is_made_once_under_an_id(api: SchemaClient, alice: User, name: str) -> None:
    origin: Any = make_template(alice)
    if name == "save-as-template":
        workout_id = UUID(act(api, origin, "start").json()["id"])
        WorkoutTemplate.objects.filter(pk=origin.pk).tombstone()
        origin = Workout.objects.get(pk=workout_id)
    before, said = template_counts(alice), {"id": str(uuid4()), "title": "Push day B"}
    first = act(api, origin, name, said)
    assert (first.status_code, first.json()["title"]) == (201, "Push day B")
    assert act(api, origin, name, said).json() == first.json()
    assert template_counts(alice) == tuple(old + new for old, new in zip(before, (1, 2, 4), strict=True))
    check_error(act(api, origin, name, {"title": "x" * 201}), 400, "max_length", "title")


def test_copy_is_the_same_but_for_its_title(api: SchemaClient, alice: User) -> None:
    template = make_template(alice, folder="A", tags=["strength"])
    body = act(api, template, "copy").json()
    assert [body[name] for name in ("title", "folder", "tags", "notes")] == ["Push day", "A", ["strength"], "Slowly."]
    mine = TemplateExercise.objects.filter(template=body["id"]).values_list("rest_s", "superset_group", "position")
    assert list(mine.order_by("position")) == [(90, 1, 0.0), (90, 1, 1.0)]
