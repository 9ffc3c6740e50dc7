"""Programs: of the library in versions that never change, copied, and one's own."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from catalog.domain.progressions import KINDS, ProgressionProblem, check_progression, schema_of
from catalog.models import ExerciseType, Program, ProgramDay, ProgramSet, ProgramSlot, ProgramWeek
from catalog.services.programs import new_version, retire_other_versions
from catalog.tests.factories import any_canonical, make_program
from config.tests.contract import SchemaClient, check_error
from lib.identity import id_within
from lib.tests.factories import as_id, make
from lib.tests.refusals import refused
from lib.writes import Catalogue, writing

LIBRARY = "/api/v1/library/programs/"
PROGRAMS = "/api/v1/programs/"
SLOTS = "/api/v1/program-slots/"
PARTS = (ProgramWeek, ProgramDay, ProgramSlot, ProgramSet)
LINEAR = {"kind": "linear", "increment": {"value": 2.5, "unit": "kg"}}


def part_of(program: Program, model: Any) -> Any:
    paths = {
        ProgramWeek: "program",
        ProgramDay: "program",
        ProgramSlot: "day__program",
        ProgramSet: "slot__day__program",
    }
    return model.objects.filter(**{paths[model]: program}).order_by("id")[0]


# --- what is published stays as it is ---


@pytest.mark.django_db
@pytest.mark.parametrize("model", PARTS)
def test_part_of_a_published_program_is_neither_changed_nor_deleted(model: Any) -> None:
    part = part_of(make_program(status="published"), model)
    field = {ProgramWeek: "number", ProgramDay: "position", ProgramSlot: "rest_s", ProgramSet: "target_reps"}[model]
    rows = model.objects.filter(pk=part.pk)
    for change in (lambda: rows.update(**{field: 77}), rows.tombstone, rows.delete):
        with pytest.raises(IntegrityError, match="What is published"), transaction.atomic():
            change()
    assert rows.filter(deleted_at=None).exclude(**{field: 77}).exists()


@pytest.mark.django_db
def test_nothing_is_added_to_a_published_program() -> None:
    program = make_program(status="published")
    with refused("catalog_programday_program_as_published"):
        ProgramDay.objects.create(user=None, program=program)


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"weeks": 3}, {"repeats": True}, {"status": "draft"}, {"slug": "other"}])
def test_published_program_is_not_made_another_one(change: dict[str, Any]) -> None:
    program = make_program(status="published")
    with refused("catalog_program_title_as_published"):
        Program.objects.filter(pk=program.pk).update(**change)


@pytest.mark.django_db
def test_words_of_a_published_program_can_be_mended() -> None:
    program = make_program(status="published")
    Program.objects.filter(pk=program.pk).update(title="Basis", description="Again.", status="retired")
    day = part_of(program, ProgramDay)
    ProgramDay.objects.filter(pk=day.pk).update(title="Legs", notes="Warm up.")
    day.refresh_from_db()
    assert (day.title, day.visible) == ("Legs", True)


@pytest.mark.django_db
def test_draft_is_changed_and_deleted_at_will() -> None:
    program = make_program()
    part_of(program, ProgramSet).delete()
    ProgramDay.objects.create(user=None, program=program, position=3)
    Program.objects.filter(pk=program.pk).update(weeks=5)
    Program.objects.filter(pk=program.pk).delete()
    assert not ProgramSlot.objects.exists()


@pytest.mark.django_db
def test_own_program_is_changed_at_will(api: SchemaClient, alice: User) -> None:
    program = make_program(alice, status="published")
    assert api.patch(f"{PROGRAMS}{program.pk}/", {"weeks": 9, "repeats": True}).json()["weeks"] == 9
    day = part_of(program, ProgramDay)
    assert api.delete(f"/api/v1/program-days/{day.pk}/").status_code == 204
    assert not ProgramSlot.objects.live().filter(day=day).exists()


# --- versions ---


@pytest.mark.django_db
def test_new_version_is_a_draft_with_all_that_is_in_the_old_one() -> None:
    old = make_program(status="published")
    new = new_version(program=old, source="job")
    assert (new.slug, new.version, new.status, new.user) == (old.slug, 2, "draft", None)
    assert [model.objects.filter(user=None, visible=False).count() for model in PARTS] == [1, 2, 4, 12]
    assert new_version(program=old, source="job").version == 3


@pytest.mark.django_db
def test_publishing_a_version_retires_the_others(api: SchemaClient) -> None:
    old = make_program(status="published")
    other = make_program(slug="other", status="published")
    new = new_version(program=old, source="job")
    with writing(user=Catalogue(), source="job"):
        Program.objects.filter(pk=new.pk).update(status="published")
        new.refresh_from_db()
        retire_other_versions(program=new, at=timezone.now())
    listed = {row["id"]: row["version"] for row in api.get(LIBRARY).json()["results"]}
    assert listed == {as_id(new): 2, as_id(other): 1}
    assert api.get(f"{LIBRARY}{old.pk}/").json()["status"] == "retired"
    assert len(api.get(f"{LIBRARY}{old.pk}/tree/").json()["days"]) == 2


@pytest.mark.django_db
def test_slug_and_version_are_one_program() -> None:
    make_program(status="published")
    with pytest.raises(IntegrityError, match="catalog_program_version"):
        make_program()


# --- reading it whole ---


@pytest.mark.django_db
@pytest.mark.parametrize("days", [0, 6])
def test_tree_takes_six_queries_however_much_is_in_it(
    api: SchemaClient, django_assert_num_queries: Any, days: int
) -> None:
    program = make_program()
    for n in range(days):
        day = ProgramDay.objects.create(user=None, program=program, position=n + 3)
        slot = ProgramSlot.objects.create(user=None, day=day, exercise_type=any_canonical())
        ProgramSet.objects.create(user=None, slot=slot, target_reps=n)
    Program.objects.filter(pk=program.pk).update(status="published")
    with django_assert_num_queries(6):  # log-in, program, weeks, days, slots, sets
        tree = api.get(f"{LIBRARY}{program.pk}/tree/").json()
    assert [day["position"] for day in tree["days"]] == [float(n + 1) for n in range(days + 2)]
    assert [len(slot["sets"]) for day in tree["days"][:2] for slot in day["slots"]] == [3, 3, 3, 3]
    assert [week["kind"] for week in tree["described_weeks"]] == ["deload"]


@pytest.mark.django_db
def test_tree_of_a_draft_or_of_a_stranger_is_not_found(api: SchemaClient, bob: User) -> None:
    for program in (make_program(), make_program(bob)):
        check_error(api.get(f"{LIBRARY}{program.pk}/tree/"), 404, "not_found")
        check_error(api.post(f"{PROGRAMS}{program.pk}/copy/", {}), 404, "not_found")


@pytest.mark.django_db
def test_tree_leaves_out_what_is_deleted(api: SchemaClient, alice: User) -> None:
    program = make_program(alice)
    ProgramDay.objects.filter(pk=part_of(program, ProgramDay).pk).tombstone()
    assert len(api.get(f"{PROGRAMS}{program.pk}/tree/").json()["days"]) == 1


# --- copies ---


def test_copy_is_ones_own_and_knows_where_it_came_from(api: SchemaClient, alice: User) -> None:
    program = make_program(status="published", tags=["strength"])
    new_id = uuid4()
    for _ in range(2):  # the same again changes nothing
        copied = api.post(f"{PROGRAMS}{program.pk}/copy/", {"id": str(new_id), "title": "Mine"})
        assert copied.status_code == 201, copied.content
        assert {name: copied.json()[name] for name in ("id", "title", "copied_from", "tags", "weeks")} == {
            "id": str(new_id), "title": "Mine", "copied_from": as_id(program), "tags": ["strength"], "weeks": 2,
        }  # fmt: skip
    assert [model.objects.for_user(alice).count() for model in PARTS] == [1, 2, 4, 12]
    days = set(ProgramDay.objects.for_user(alice).values_list("pk", flat=True))
    assert days == {id_within(new_id, day.pk) for day in ProgramDay.objects.filter(program=program)}


def test_copy_under_an_id_of_something_else_is_refused(api: SchemaClient, alice: User, bob: User) -> None:
    program = make_program(status="published")
    for taken in (make(Program, alice), make(Program, bob)):
        check_error(api.post(f"{PROGRAMS}{program.pk}/copy/", {"id": as_id(taken)}), 409, "id_taken", "id")
    assert not ProgramDay.objects.filter(user__isnull=False).exists()


def test_copy_of_ones_own_is_another_one(api: SchemaClient, alice: User) -> None:
    program = make_program(alice)
    made = api.post(f"{PROGRAMS}{program.pk}/copy/", {}).json()
    assert (made["title"], made["copied_from"]) == ("Base", as_id(program))
    assert UUID(made["id"]) != program.pk


# --- progressions ---

GOOD: list[dict[str, Any]] = [
    {},
    LINEAR,
    LINEAR | {"successes": 2, "decrement": {"value": 10, "unit": "percent"}, "failures": 3},
    {"kind": "double", "increment": {"value": 5, "unit": "lb"}, "min_reps": 8, "max_reps": 12},
    {"kind": "total_reps", "reps": 50, "increment": {"value": 2.5, "unit": "kg"}},
    {
        "kind": "stages",
        "stages": [{"sets": 5, "reps": 3, "last_is_amrap": True}, {"sets": 10, "reps": 1}],
        "increment": {"value": 2.5, "unit": "kg"},
    },
    {"kind": "amrap_tiers", "tiers": [{"at_least_reps": 10, "increment": {"value": 10, "unit": "lb"}}]},
    {"kind": "training_max", "increment": {"value": 5, "unit": "kg"}, "start_percentage": 85},
    {"kind": "autoregulation"},
    {"kind": "rir_weeks", "rir": [3, 2, 1, 0]},
    {"kind": "volume", "percentage": 20},
    {"kind": "per_field", "rules": [{"field": "load", "iteration": 1, "value": 60}]},
]
BAD: list[tuple[Any, str]] = [
    ({"kind": "magic"}, "one of linear"),
    ({"increment": {"value": 1, "unit": "kg"}}, "one of linear"),
    ({"kind": 5}, "one of linear"),
    ({"kind": "linear"}, "increment"),
    (LINEAR | {"surprise": 1}, "surprise"),
    (LINEAR | {"increment": {"value": -2.5, "unit": "kg"}}, "increment.value"),
    (LINEAR | {"increment": {"value": 2.5, "unit": "stone"}}, "increment.unit"),
    (LINEAR | {"failures": 0}, "failures"),
    ({"kind": "stages", "stages": [], "increment": {"value": 1, "unit": "kg"}}, "stages"),
    ({"kind": "per_field", "rules": [{"field": "mood", "iteration": 1, "value": 1}]}, "rules.0.field"),
]


@pytest.mark.parametrize("progression", GOOD, ids=lambda p: p.get("kind", "none"))
def test_progression_is_kept_as_it_was_written(api: SchemaClient, alice: User, progression: dict[str, Any]) -> None:
    slot = make(ProgramSlot, alice)
    answer = api.patch(f"{SLOTS}{slot.pk}/", {"progression": progression})
    assert answer.json()["progression"] == progression, answer.content


def test_every_kind_of_progression_is_tried() -> None:
    assert {progression.get("kind") for progression in GOOD} == {None, *KINDS}


@pytest.mark.parametrize(("progression", "named"), BAD, ids=[str(n) for n in range(len(BAD))])
def test_wrong_progression_is_refused_where_it_is_wrong(
    api: SchemaClient, alice: User, progression: Any, named: str
) -> None:
    slot = make(ProgramSlot, alice)
    answer = api.patch(f"{SLOTS}{slot.pk}/", {"progression": progression})
    check_error(answer, 400, "invalid_progression", "progression")
    assert named in answer.json()["errors"][0]["detail"]
    slot.refresh_from_db()
    assert slot.progression == {}


def test_every_kind_and_parameter_is_in_the_page() -> None:
    page = (settings.BASE_DIR / "docs" / "programs.md").read_text()
    rows = {row.split("`")[1]: row for row in page.splitlines() if row.startswith("| `")}
    missing = {
        kind: [name for name in schema_of(kind)["properties"] if name != "kind" and f"`{name}`" not in rows[kind]]
        for kind in KINDS
    }
    assert missing == {kind: [] for kind in KINDS}


def test_schema_of_a_kind_is_one_that_others_can_use() -> None:
    schema = schema_of("linear")
    assert schema["required"] == ["kind", "increment"]
    assert schema["properties"]["kind"] == {"const": "linear"}
    with pytest.raises(ProgressionProblem):
        check_progression([])


@pytest.mark.django_db
def test_slot_names_an_exercise_type_that_its_program_may_name(api: SchemaClient, alice: User, bob: User) -> None:
    day = make(ProgramDay, alice)
    bobs = make(ExerciseType, bob)
    body = {"day": as_id(day), "exercise_type": as_id(bobs)}
    check_error(api.post(SLOTS, body), 400, "does_not_exist", "exercise_type")
