"""Templates offline: what a phone makes of one by the rules of docs/vectors/templates.json is what the server makes."""

from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from accounts.models import User
from catalog.tests.factories import make_canonical
from lib.tests.factories import make
from lib.writes import writing
from sync.tests.devices import Json, Phone
from sync.tests.test_concurrency import at_once
from training.domain.templates import Start, Tree, workout_of
from training.models import Exercise, Set, TemplateExercise, TemplateSet, Workout, WorkoutTemplate
from training.services.templates import start_workout

pytestmark = pytest.mark.django_db(transaction=True)

REFERENCES = {"template", "template_exercise"}
ENTITIES = ("workout", "exercise", "set")


@pytest.fixture
def template(alice: User) -> WorkoutTemplate:
    made = make(WorkoutTemplate, alice, title="Push day")
    exercise = TemplateExercise.objects.create(user=alice, template=made, exercise_type=make_canonical(), rest_s=90)
    percentage = {"target_percentage": "80.00", "target_reference": "one_rep_max"}
    TemplateSet.objects.create(user=alice, template_exercise=exercise, **percentage)
    TemplateSet.objects.create(user=alice, template_exercise=exercise, target_rir="2.0", position=2)
    return made


def made_offline(phone: Phone, start: Start) -> list[Json]:
    """The mutations of a phone that has pulled the template, and has no server at hand."""
    held: dict[str, list[Json]] = {}
    for (entity, key), change in phone.records().items():
        ids = {name: UUID(value) for name, value in change["data"].items() if name in REFERENCES}
        held.setdefault(entity, []).append({**change["data"], **ids, "id": UUID(key)})
    tree = workout_of(Tree(held["workout_template"][0], held["template_exercise"], held["template_set"]), start)
    rows = [
        ("workout", tree.root),
        *(("exercise", row) for row in tree.exercises),
        *(("set", row) for row in tree.sets),
    ]
    return [phone.mutation("create", entity, str(row["id"]), _patch(row)) for entity, row in rows]


def _patch(row: Any) -> Json:
    patch: Json = orjson.loads(orjson.dumps({name: value for name, value in row.items() if name != "id"}))
    return patch


def workout_in(phone: Phone) -> dict[tuple[str, str], Json]:
    return {key: change["data"] for key, change in phone.records().items() if key[0] in ENTITIES}


def test_phone_makes_the_workout_that_the_server_makes(phone: Phone, template: WorkoutTemplate) -> None:
    key = uuid4()
    said = {"id": str(key), "planned_on": "2026-03-09", "time_zone": "Europe/Berlin"}
    mutations = made_offline(phone, Start(workout_id=key, time_zone="Europe/Berlin", planned_on="2026-03-09"))  # type: ignore[arg-type]  # as a document has it
    assert phone.api.post(f"/api/v1/workout-templates/{template.pk}/start/", said).status_code == 201
    by_server = workout_in(phone)
    assert {result["status"] for result in phone.push(*mutations)} == {"noop"}
    assert workout_in(phone) == by_server
    assert len(by_server) == 4
    assert phone.conflicts() == []


def test_server_makes_nothing_twice_that_a_phone_has_made(phone: Phone, template: WorkoutTemplate, alice: User) -> None:
    key = uuid4()
    mutations = made_offline(phone, Start(workout_id=key, time_zone="UTC", planned_on="2026-03-09"))  # type: ignore[arg-type]  # as a document has it
    assert {result["status"] for result in phone.push(*mutations)} == {"applied"}
    before = workout_in(phone)
    said = {"id": str(key), "planned_on": "2026-03-09"}
    assert phone.api.post(f"/api/v1/workout-templates/{template.pk}/start/", said).status_code == 201
    assert workout_in(phone) == before


def test_same_start_at_once_makes_one_workout(template: WorkoutTemplate, alice: User) -> None:
    key = uuid4()

    def start() -> None:
        with writing(user=alice, source="api"):
            start_workout(template=template, start=Start(workout_id=key, time_zone="UTC"))

    at_once(start, start, start)
    assert [model.objects.for_user(alice).count() for model in (Workout, Exercise, Set)] == [1, 1, 2]


def test_template_goes_and_comes_back_with_all_that_hangs_on_it(phone: Phone, template: WorkoutTemplate) -> None:
    version = phone.pull()["version"]
    assert phone.one("delete", "workout_template", str(template.pk), base_version=version)["status"] == "applied"
    assert TemplateSet.objects.live().count() == TemplateExercise.objects.live().count() == 0
    version = phone.pull()["version"]
    assert phone.one("restore", "workout_template", str(template.pk), base_version=version)["status"] == "applied"
    assert (TemplateExercise.objects.live().count(), TemplateSet.objects.live().count()) == (1, 2)


def test_older_app_aims_in_kg_alone(phone: Phone, alice: User) -> None:
    """It knows neither of ranges nor of percentages: what it writes is taken, and they give way."""
    row = make(Set, alice, target_reps=8, target_max_reps=12, target_percentage="80.00", target_reference="one_rep_max")
    version = phone.pull()["version"]
    patch = {"target_load_kg": "100.00", "target_reps": 15}
    result = phone.one("update", "set", str(row.pk), patch, base_version=version)
    assert result["status"] == "merged", result  # more has changed than it wrote
    row.refresh_from_db()
    assert (row.target_reps, row.target_max_reps, row.target_percentage, row.target_reference) == (15, None, None, "")
