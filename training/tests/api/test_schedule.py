"""Programs begun, paused and ended, and their days moved, swapped, skipped and done."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from catalog.models import Program, ProgramDay, ProgramSet, ProgramSlot
from catalog.services.programs import new_version
from catalog.tests.factories import make_program
from config.tests.contract import SchemaClient, check_error
from lib.identity import id_within
from lib.tests.factories import as_id, make
from lib.writes import Catalogue, writing
from training.domain.programs import workout_id_of
from training.models import Enrolment, Exercise, Gym, ProgressionState, ScheduledWorkout, Set, TemplateSet, Workout
from training.tests.api.test_templates import make_template

pytestmark = pytest.mark.django_db

PROGRAMS = "/api/v1/programs/"
ENROLMENTS = "/api/v1/enrolments/"
DAYS = "/api/v1/scheduled-workouts/"
WORKOUTS = "/api/v1/workouts/"
BODY: dict[str, Any] = {"starts_on": "2026-03-02", "weekdays": ["monday", "thursday"]}
STARTED = "2026-03-02T17:00:00.000000Z"
ENDED = "2026-03-02T18:00:00.000000Z"


@pytest.fixture
def program(db: None) -> Program:
    """Two weeks of two days, of the library."""
    return make_program(status="published")


def begin(api: SchemaClient, program: Program, **body: Any) -> Any:
    return api.post(f"{PROGRAMS}{program.pk}/schedule/", BODY | body)


def enrolled(api: SchemaClient, program: Program, **body: Any) -> str:
    response = begin(api, program, **body)
    assert response.status_code == 201, response.content
    found: str = response.json()["id"]
    return found


def days_of(enrolment: str) -> list[str]:
    rows = ScheduledWorkout.objects.live().filter(enrolment=enrolment).order_by("scheduled_on", "id")
    return [str(day) for day in rows.values_list("scheduled_on", flat=True)]


def first_of(enrolment: str, number: int = 0) -> ScheduledWorkout:
    rows: Any = ScheduledWorkout.objects.filter(enrolment_id=enrolment).order_by("scheduled_on")
    found: ScheduledWorkout = rows[number]
    return found


# --- beginning ---


def test_program_is_laid_on_the_weekdays(api: SchemaClient, alice: User, program: Program) -> None:
    gym = make(Gym, alice)
    answer = begin(api, program, gym=as_id(gym))
    assert answer.status_code == 201, answer.content
    enrolment = answer.json()
    assert {name: enrolment[name] for name in ("program", "title", "started_on", "weekdays", "gym", "running", "status")} == {
        "program": as_id(program), "title": "Base", "started_on": "2026-03-02", "weekdays": ["monday", "thursday"],
        "gym": as_id(gym), "running": True, "status": "active",
    }  # fmt: skip
    assert days_of(enrolment["id"]) == ["2026-03-02", "2026-03-05", "2026-03-09", "2026-03-12"]
    listed = api.get(DAYS, {"enrolment": enrolment["id"]}).json()["results"]
    assert [(row["title"], row["week"], row["round"]) for row in listed] == [
        ("Day 1", 1, 1), ("Day 2", 1, 1), ("Day 1", 2, 1), ("Day 2", 2, 1),
    ]  # fmt: skip


def test_program_begun_twice_with_one_id_is_begun_once(api: SchemaClient, program: Program) -> None:
    key = str(uuid4())
    assert enrolled(api, program, id=key) == enrolled(api, program, id=key) == key
    assert ScheduledWorkout.objects.count() == 4


def test_program_that_repeats_is_scheduled_for_some_weeks(api: SchemaClient) -> None:
    program = make_program(status="published", repeats=True, weeks=1)
    key = enrolled(api, program, weeks=3)
    assert len(days_of(key)) == 6
    assert api.post(f"{ENROLMENTS}{key}/extend/", {"until": "2026-04-05"}).status_code == 200
    assert api.post(f"{ENROLMENTS}{key}/extend/", {"until": "2026-04-05"}).status_code == 200
    assert len(days_of(key)) == 10
    assert ScheduledWorkout.objects.order_by("-scheduled_on")[0].round == 5


@pytest.mark.parametrize(
    ("body", "code", "attr"),
    [
        ({"weekdays": []}, "empty", "weekdays"),
        ({"weekdays": ["someday"]}, "invalid_choice", "weekdays.0"),
        ({"until": "2026-02-28"}, "ends_before_start", "until"),
        ({"until": "2036-03-02"}, "schedule_too_long", "until"),
        ({"weeks": 0}, "min_value", "weeks"),
        ({"weeks": 1, "until": "2026-03-30"}, "invalid", "weeks"),
        ({"starts_on": "tomorrow"}, "invalid", "starts_on"),
        ({"weekdays": ["sunday"], "until": "2026-03-04"}, "nothing_to_schedule", "weekdays"),
        ({"gym": str(uuid4())}, "does_not_exist", "gym"),
    ],
)
def test_schedule_that_cannot_be_is_refused_and_leaves_nothing(
    api: SchemaClient, program: Program, body: dict[str, Any], code: str, attr: str
) -> None:
    check_error(begin(api, program, **body), 400, code, attr)
    assert not Enrolment.objects.exists()
    assert not ScheduledWorkout.objects.exists()


def test_program_without_an_end_or_without_days_is_refused(api: SchemaClient, alice: User) -> None:
    check_error(begin(api, make_program(status="published", repeats=True)), 400, "end_missing", "until")
    check_error(begin(api, make(Program, alice)), 400, "empty_program", "program")


def test_program_of_a_stranger_or_a_draft_is_not_found(api: SchemaClient, bob: User) -> None:
    check_error(begin(api, make_program(bob)), 404, "not_found")
    check_error(begin(api, make_program()), 404, "not_found")
    assert not Enrolment.objects.exists()


def test_gym_of_a_stranger_is_not_there(api: SchemaClient, bob: User, program: Program) -> None:
    check_error(begin(api, program, gym=as_id(make(Gym, bob))), 400, "does_not_exist", "gym")


def test_id_of_something_else_is_refused(api: SchemaClient, alice: User, bob: User, program: Program) -> None:
    for owner in (alice, bob):
        check_error(begin(api, program, id=as_id(make(Enrolment, owner))), 409, "id_taken", "id")
    assert not ScheduledWorkout.objects.exists()


def test_program_is_done_once_at_a_time(api: SchemaClient, program: Program) -> None:
    first = enrolled(api, program)
    check_error(begin(api, program), 409, "enrolled_already", "program")
    assert api.post(f"{ENROLMENTS}{first}/abandon/", {"on": "2026-03-05"}).json()["status"] == "abandoned"
    enrolled(api, program)


def test_other_programs_can_be_done_beside_it(api: SchemaClient, program: Program) -> None:
    enrolled(api, program)
    enrolled(api, make_program(slug="running", status="published"))
    assert Enrolment.objects.filter(running=True).count() == 2


def test_scheduling_takes_as_many_queries_for_many_days_as_for_few(
    api: SchemaClient, django_assert_max_num_queries: Any
) -> None:
    for weeks in (1, 52):
        program = make_program(slug=f"w{weeks}", status="published", weeks=weeks)
        with django_assert_max_num_queries(13):
            enrolled(api, program)
    assert ScheduledWorkout.objects.count() == 2 + 104


def test_new_version_changes_no_enrolment(api: SchemaClient, program: Program) -> None:
    key = enrolled(api, program)
    new = new_version(program=program, source="job")
    ProgramDay.objects.filter(program=new).update(title="Changed")
    with writing(user=Catalogue(), source="job"):
        Program.objects.filter(pk=program.pk).update(status="retired")
        Program.objects.filter(pk=new.pk).update(status="published")
    assert api.get(f"{ENROLMENTS}{key}/").json()["program"] == as_id(program)
    day = first_of(key)
    workout = api.post(f"{DAYS}{day.pk}/start/", {"started_at": STARTED}).json()
    assert workout["title"] == "Day 1"
    assert Set.objects.filter(exercise__workout=workout["id"]).count() == 4


# --- pausing, ending ---


def test_paused_enrolment_goes_on_where_it_was(api: SchemaClient, program: Program) -> None:
    key = enrolled(api, program)
    api.post(f"{DAYS}{first_of(key).pk}/skip/", {})
    paused = api.post(f"{ENROLMENTS}{key}/pause/", {"on": "2026-03-04"}).json()
    assert (paused["status"], paused["running"], paused["paused_on"]) == ("paused", False, "2026-03-04")
    resumed = api.post(f"{ENROLMENTS}{key}/resume/", {"on": "2026-04-01"}).json()
    assert (resumed["status"], resumed["paused_on"]) == ("active", None)
    assert days_of(key) == ["2026-03-02", "2026-04-02", "2026-04-06", "2026-04-09"]
    api.post(f"{ENROLMENTS}{key}/resume/", {"on": "2026-05-01"})
    assert days_of(key)[-1] == "2026-04-09"  # it is under way


def test_paused_enrolment_is_not_resumed_beside_another_one(api: SchemaClient, program: Program) -> None:
    first = enrolled(api, program)
    api.post(f"{ENROLMENTS}{first}/pause/", {"on": "2026-03-04"})
    enrolled(api, program)
    check_error(api.post(f"{ENROLMENTS}{first}/resume/", {}), 409, "enrolled_already", "program")


@pytest.mark.parametrize(("act", "status"), [("finish", "finished"), ("abandon", "abandoned")])
def test_end_takes_the_open_days_that_are_to_come(api: SchemaClient, program: Program, act: str, status: str) -> None:
    key = enrolled(api, program)
    for _ in range(2):
        ended = api.post(f"{ENROLMENTS}{key}/{act}/", {"on": "2026-03-09"}).json()
        assert (ended["status"], ended["ended_on"], ended["running"]) == (status, "2026-03-09", False)
        assert days_of(key) == ["2026-03-02", "2026-03-05"]
    other = "abandon" if act == "finish" else "finish"
    for again in (other, "pause", "resume"):
        check_error(api.post(f"{ENROLMENTS}{key}/{again}/", {}), 409, "enrolment_ended")
    check_error(api.post(f"{ENROLMENTS}{key}/extend/", {"until": "2026-12-31"}), 409, "enrolment_ended")


def test_enrolment_that_is_deleted_takes_its_days_along_and_leaves_workouts(
    api: SchemaClient, program: Program
) -> None:
    key = enrolled(api, program)
    workout = api.post(f"{DAYS}{first_of(key).pk}/start/", {"started_at": STARTED}).json()["id"]
    assert api.delete(f"{ENROLMENTS}{key}/").status_code == 204
    assert days_of(key) == []
    assert api.get(f"{WORKOUTS}{workout}/").status_code == 200


def test_acts_on_what_is_a_strangers_are_not_found(bobs_api: SchemaClient, api: SchemaClient, program: Program) -> None:
    key = enrolled(api, program)
    day = first_of(key)
    for act in ("pause", "resume", "finish", "abandon", "extend"):
        check_error(bobs_api.post(f"{ENROLMENTS}{key}/{act}/", {"until": "2026-12-31"}), 404, "not_found")
    for act, body in (("move", {"to": "2026-03-03"}), ("skip", {}), ("swap", {"other": as_id(day)}), ("start", {})):
        check_error(bobs_api.post(f"{DAYS}{day.pk}/{act}/", body), 404, "not_found")


# --- what is done to days ---


def test_one_day_is_moved_and_all_that_follow(api: SchemaClient, program: Program) -> None:
    key = enrolled(api, program)
    api.post(f"{DAYS}{first_of(key, 1).pk}/move/", {"to": "2026-03-06"})
    assert days_of(key) == ["2026-03-02", "2026-03-06", "2026-03-09", "2026-03-12"]
    moved = api.post(f"{DAYS}{first_of(key, 1).pk}/move/", {"to": "2026-03-13", "following": True})
    assert moved.json()["scheduled_on"] == "2026-03-13"
    assert days_of(key) == ["2026-03-02", "2026-03-13", "2026-03-16", "2026-03-19"]


def test_days_of_other_enrolments_stay(api: SchemaClient, program: Program) -> None:
    key = enrolled(api, program)
    other = enrolled(api, make_program(slug="running", status="published"))
    api.post(f"{DAYS}{first_of(key).pk}/move/", {"to": "2026-03-09", "following": True})
    assert days_of(other)[0] == "2026-03-02"


def test_two_days_are_swapped(api: SchemaClient, program: Program) -> None:
    key = enrolled(api, program)
    one, other = first_of(key), first_of(key, 3)
    assert api.post(f"{DAYS}{one.pk}/swap/", {"other": as_id(other)}).json()["scheduled_on"] == "2026-03-12"
    other.refresh_from_db()
    assert str(other.scheduled_on) == "2026-03-02"
    check_error(api.post(f"{DAYS}{one.pk}/swap/", {"other": str(uuid4())}), 400, "does_not_exist", "other")


def test_only_open_days_are_moved_swapped_and_skipped(api: SchemaClient, program: Program) -> None:
    key = enrolled(api, program)
    one, other = first_of(key), first_of(key, 1)
    for _ in range(2):
        assert api.post(f"{DAYS}{one.pk}/skip/", {}).json()["status"] == "skipped"
    for act, body in (("move", {"to": "2026-03-03"}), ("swap", {"other": as_id(other)}), ("start", {})):
        check_error(api.post(f"{DAYS}{one.pk}/{act}/", body), 409, "not_open")
    check_error(api.post(f"{DAYS}{other.pk}/swap/", {"other": as_id(one)}), 409, "not_open")


# --- done ---


def test_day_of_a_program_is_started_as_it_is_prescribed(api: SchemaClient, alice: User, program: Program) -> None:
    key = enrolled(api, program)
    day = first_of(key, 2)  # of the second week, which has sets of its own
    slot = ProgramSlot.objects.filter(day=day.program_day_id).order_by("position")[0]
    make(ProgressionState, alice, enrolment=key, slot=as_id(slot), load_kg="62.50")
    started = api.post(f"{DAYS}{day.pk}/start/", {"started_at": STARTED, "time_zone": "Europe/Berlin"})
    assert started.status_code == 201, started.content
    workout = started.json()
    assert workout["id"] == str(workout_id_of(day.pk))
    assert (workout["title"], workout["status"]) == ("Day 1", "in_progress")
    sets = Set.objects.filter(exercise__workout=workout["id"]).order_by("exercise__position")
    assert [(row.target_reps, row.target_load_kg and str(row.target_load_kg)) for row in sets] == [
        (3, "62.50"),
        (3, None),
    ]
    origin = ProgramSet.objects.get(slot=slot, week=2)
    assert sets[0].pk == id_within(UUID(workout["id"]), origin.pk)
    day.refresh_from_db()
    assert (as_id(day.workout), day.status) == (workout["id"], "in_progress")
    again = api.post(f"{DAYS}{day.pk}/start/", {"id": str(uuid4())})
    assert again.json()["id"] == workout["id"]
    assert Workout.objects.count() == 1


def test_day_whose_workout_was_deleted_is_started_anew(api: SchemaClient, program: Program) -> None:
    day = first_of(enrolled(api, program))
    first = api.post(f"{DAYS}{day.pk}/start/", {"started_at": STARTED}).json()["id"]
    api.patch(f"{WORKOUTS}{first}/", {"status": "completed", "ended_at": ENDED})
    assert api.delete(f"{WORKOUTS}{first}/").status_code == 204
    again = api.post(f"{DAYS}{day.pk}/start/", {"started_at": STARTED})
    assert again.status_code == 201, again.content
    assert again.json()["id"] != first
    shown = api.get(f"{DAYS}{day.pk}/").json()
    assert (shown["workout"], shown["status"]) == (again.json()["id"], "in_progress")


def test_template_is_scheduled_and_started(api: SchemaClient, alice: User) -> None:
    template = make_template(alice)
    body = {"scheduled_on": "2026-03-02", "template": as_id(template), "title": "Push, early"}
    day = api.post(DAYS, body).json()
    workout = api.post(f"{DAYS}{day['id']}/start/", {"planned_on": "2026-03-02"}).json()
    assert (workout["title"], workout["status"], workout["planned_on"]) == ("Push, early", "planned", "2026-03-02")
    assert Set.objects.filter(exercise__workout=workout["id"]).count() == TemplateSet.objects.count() == 4
    assert api.get(f"{DAYS}{day['id']}/").json()["status"] == "scheduled"  # planned is not begun


def test_day_that_is_only_a_title_is_started(api: SchemaClient) -> None:
    day = api.post(DAYS, {"scheduled_on": "2026-03-02", "title": "Easy run"}).json()
    workout = api.post(f"{DAYS}{day['id']}/start/", {"started_at": STARTED}).json()
    assert (workout["title"], workout["started_at"]) == ("Easy run", STARTED)


def test_completing_the_workout_completes_the_day(api: SchemaClient, program: Program) -> None:
    day = first_of(enrolled(api, program))
    workout = api.post(f"{DAYS}{day.pk}/start/", {"started_at": STARTED}).json()["id"]
    for status, extra, shown in (
        ("completed", {"ended_at": ENDED}, "completed"),
        ("in_progress", {"ended_at": None}, "in_progress"),
        ("skipped", {}, "skipped"),
    ):
        patched = api.patch(f"{WORKOUTS}{workout}/", {"status": status, **extra})
        assert patched.status_code == 200, patched.content
        assert api.get(f"{DAYS}{day.pk}/").json()["status"] == shown


def test_exercise_that_starts_a_planned_workout_starts_its_day(
    api: SchemaClient, alice: User, program: Program
) -> None:
    day = first_of(enrolled(api, program))
    workout = api.post(f"{DAYS}{day.pk}/start/", {"planned_on": "2026-03-02"}).json()["id"]
    exercise = make(Exercise, alice)
    body = {"workout": workout, "exercise_type": as_id(exercise.exercise_type)}
    assert api.post("/api/v1/exercises/", body).status_code == 201
    assert api.get(f"{DAYS}{day.pk}/").json()["status"] == "in_progress"


def test_workout_that_was_done_anyway_fulfils_a_day(
    api: SchemaClient, alice: User, bob: User, program: Program
) -> None:
    key = enrolled(api, program)
    day, other = first_of(key), first_of(key, 1)
    done = make(Workout, alice, status="completed", started_at=STARTED, ended_at=ENDED)
    url = f"{DAYS}{day.pk}/fulfil/"
    assert api.post(url, {"workout": as_id(done)}).json()["status"] == "completed"
    check_error(api.post(f"{DAYS}{other.pk}/fulfil/", {"workout": as_id(done)}), 409, "fulfils_another", "workout")
    check_error(api.post(url, {"workout": as_id(make(Workout, bob))}), 400, "does_not_exist", "workout")
    unlinked = api.post(url, {"workout": None}).json()
    assert (unlinked["status"], unlinked["workout"]) == ("scheduled", None)


# --- what the database holds ---


def test_workout_fulfils_one_day_and_a_program_is_running_once(alice: User, program: Program) -> None:
    workout = make(Workout, alice)
    make(ScheduledWorkout, alice, workout=as_id(workout))
    with pytest.raises(IntegrityError, match="training_scheduled_workout"), transaction.atomic():
        make(ScheduledWorkout, alice, workout=as_id(workout))
    make(Enrolment, alice, program=as_id(program), running=True)
    with pytest.raises(IntegrityError, match="training_enrolment_running"), transaction.atomic():
        make(Enrolment, alice, program=as_id(program), running=True)


def test_day_comes_from_one_thing(api: SchemaClient, alice: User, program: Program) -> None:
    body = {
        "scheduled_on": "2026-03-02",
        "template": as_id(make_template(alice)),
        "program_day": as_id(ProgramDay.objects.filter(program=program)[0]),
    }
    check_error(api.post(DAYS, body), 400, "scheduled_twice", "non_field_errors")


def test_day_of_a_strangers_program_is_not_there(api: SchemaClient, bob: User) -> None:
    day = make(ProgramDay, bob)
    check_error(
        api.post(DAYS, {"scheduled_on": "2026-03-02", "program_day": as_id(day)}), 400, "does_not_exist", "program_day"
    )
