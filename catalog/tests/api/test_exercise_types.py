"""Private exercise types, beyond what every entity does."""

from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from catalog.enums import Status
from catalog.models import Equipment, ExerciseType, Muscle
from catalog.tests.factories import make_canonical, make_equipment, make_muscle
from config.tests.contract import SchemaClient, check_error
from lib.tests.factories import make
from lib.tests.refusals import refused
from training.models import Exercise

URL = "/api/v1/exercise-types/"
SCHEMA = {"type": "object", "properties": {"grip": {"type": "string"}}}


@pytest.fixture
def vocabulary(db: None) -> None:
    for slug in ("chest", "triceps"):
        make_muscle(slug)
    make_equipment("barbell")


def url_of(row: ExerciseType) -> str:
    return f"{URL}{row.pk}/"


def test_name_alone_makes_a_type(api: SchemaClient, alice: User) -> None:
    response = api.post(URL, {"name": "Towel curl"})
    assert response.status_code == 201
    row = ExerciseType.objects.get()
    assert (row.user, row.slug, row.status) == (alice, None, Status.PUBLISHED)


def test_private_type_is_usable_at_once_and_by_its_owner_alone(api: SchemaClient, bobs_api: SchemaClient) -> None:
    made = api.post(URL, {"name": "Towel curl"}).json()
    assert api.post("/api/v1/exercises/", {"exercise_type": made["id"]}).status_code == 201
    check_error(
        bobs_api.post("/api/v1/exercises/", {"exercise_type": made["id"]}), 400, "does_not_exist", "exercise_type"
    )


def test_every_field_of_a_type_can_be_said(vocabulary: None, api: SchemaClient) -> None:
    said = {
        "name": "Towel press",
        "names": {"de": "Handtuchdrücken"},
        "aliases": ["Beach press"],
        "category": "isometric",
        "movement_pattern": "horizontal_push",
        "mechanic": "compound",
        "force": "static",
        "level": "advanced",
        "laterality": "unilateral",
        "load_convention": "bodyweight",
        "bodyweight_share": "0.65",
        "primary_muscles": ["chest"],
        "secondary_muscles": ["triceps"],
        "equipment": ["barbell"],
        "instructions": "1. Press.",
        "media": [{"kind": "video", "url": "https://example.org/press"}],
        "metadata_schema": SCHEMA,
    }
    body = api.post(URL, said).json()
    assert {name: body[name] for name in said} == said


def test_list_holds_own_types_and_not_the_library(api: SchemaClient, alice: User, bob: User) -> None:
    own = make(ExerciseType, alice)
    make(ExerciseType, bob)
    make_canonical()
    assert [row["id"] for row in api.get(URL).json()["results"]] == [str(own.pk)]


def test_canonical_type_is_not_the_users_to_change(api: SchemaClient) -> None:
    row = make_canonical()
    check_error(api.get(url_of(row)), 404, "not_found")
    check_error(api.patch(url_of(row), {"name": "Mine"}), 404, "not_found")
    check_error(api.delete(url_of(row)), 404, "not_found")
    assert ExerciseType.objects.get().name == "Bench Press"


def test_id_of_a_canonical_type_is_taken(api: SchemaClient) -> None:
    row = make_canonical()
    check_error(api.post(URL, {"id": str(row.pk), "name": row.name}), 409, "id_taken", "id")


@pytest.mark.parametrize("name", ["slug", "status", "replaced_by", "user", "search"])
def test_what_curators_decide_cannot_be_said(api: SchemaClient, alice: User, name: str) -> None:
    check_error(api.post(URL, {"name": "Towel curl", name: "x"}), 400, "unknown_field", name)
    check_error(api.patch(url_of(make(ExerciseType, alice)), {name: "x"}), 400, "unknown_field", name)


def test_filter_by_category(api: SchemaClient, alice: User) -> None:
    make(ExerciseType, alice)
    run = make(ExerciseType, alice, name="Beach run", category="cardio")
    assert [row["id"] for row in api.get(f"{URL}?category=cardio").json()["results"]] == [str(run.pk)]


@pytest.mark.parametrize("name", ["primary_muscles", "secondary_muscles", "equipment"])
def test_slug_that_the_library_does_not_have_is_refused(
    vocabulary: None, api: SchemaClient, alice: User, name: str
) -> None:
    row = make(ExerciseType, alice)
    for response in (
        api.post(URL, {"name": "Towel curl", name: ["no-such-slug"]}),
        api.patch(url_of(row), {name: ["no-such-slug"]}),
        api.post(f"{URL}batch/", {"items": [{"name": "Towel curl"}, {"name": "Towel row", name: ["no-such-slug"]}]}),
    ):
        check_error(response, 400, "does_not_exist", name)
    assert ExerciseType.objects.get() == row


def test_set_of_muscles_is_sorted_and_without_doubles(vocabulary: None, api: SchemaClient) -> None:
    body = api.post(URL, {"name": "x", "primary_muscles": ["triceps", "chest", "triceps"]}).json()
    assert body["primary_muscles"] == ["chest", "triceps"]


@pytest.mark.parametrize(
    ("schema", "code"),
    [
        ({"type": "array"}, "invalid_schema"),
        ({"properties": {}}, "invalid_schema"),
        ({"type": "object", "properties": {"reps": {"type": "no-such-type"}}}, "invalid_schema"),
        ({"type": "object", "required": "reps"}, "invalid_schema"),
        ({"type": "object", "$ref": "#/$defs/missing"}, "invalid_schema"),
        ({"type": "object", "$ref": "https://example.org/schema.json"}, "invalid_schema"),
        ({"type": "object", "properties": {"a": {"pattern": "("}}}, "invalid_schema"),
        ([], "invalid_schema"),
        ("text", "invalid_schema"),
        (7, "invalid_schema"),
    ],
)
def test_metadata_schema_that_is_none_is_refused(api: SchemaClient, schema: Any, code: str) -> None:
    response = api.post(URL, {"name": "x", "metadata_schema": schema})
    check_error(response, 400, code, "metadata_schema")
    assert not ExerciseType.objects.exists()


@pytest.mark.parametrize(
    "schema", [{}, SCHEMA, {"type": "object", "$defs": {"a": {"type": "string"}}, "$ref": "#/$defs/a"}]
)
def test_metadata_schema_that_is_one_is_kept(api: SchemaClient, schema: Any) -> None:
    assert api.post(URL, {"name": "x", "metadata_schema": schema}).json()["metadata_schema"] == schema


@pytest.mark.parametrize(
    ("values", "attr"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "nul\0"}, "name"),
        ({"names": []}, "names"),
        ({"names": None}, "names"),
        ({"aliases": {}}, "aliases"),
        ({"aliases": ["x" * 17_000]}, "aliases"),
        ({"media": "https://example.org"}, "media"),
        ({"category": "yoga"}, "category"),
        ({"bodyweight_share": "1.01"}, "bodyweight_share"),
        ({"bodyweight_share": "-0.01"}, "bodyweight_share"),
        ({"bodyweight_share": "0.123"}, "bodyweight_share"),
        ({"primary_muscles": None}, "primary_muscles"),
        ({"primary_muscles": ["Not A Slug"]}, "primary_muscles.0"),
        ({"primary_muscles": [f"muscle-{n}" for n in range(13)]}, "primary_muscles"),
        ({"instructions": "x" * 5001}, "instructions"),
    ],
)
def test_bad_value_is_refused_with_its_field(api: SchemaClient, values: dict[str, Any], attr: str) -> None:
    response = api.post(URL, {"name": "x", **values})
    assert response.status_code == 400, response.content
    assert [error["attr"] for error in response.json()["errors"]] == [attr]
    assert not ExerciseType.objects.exists()


def test_deleted_type_stays_behind_old_logs_and_takes_no_new_ones(api: SchemaClient, alice: User) -> None:
    row = make(ExerciseType, alice)
    exercise = make(Exercise, alice, exercise_type=str(row.pk))
    assert api.delete(url_of(row)).status_code == 204
    assert api.get(f"/api/v1/exercises/{exercise.pk}/").json()["exercise_type"] == str(row.pk)
    check_error(api.post("/api/v1/exercises/", {"exercise_type": str(row.pk)}), 400, "does_not_exist", "exercise_type")


def test_retired_type_can_still_be_logged_and_a_draft_cannot(api: SchemaClient) -> None:
    retired, draft = make_canonical("old", status=Status.RETIRED), make_canonical("new", status=Status.DRAFT)
    assert api.post("/api/v1/exercises/", {"exercise_type": str(retired.pk)}).status_code == 201
    check_error(
        api.post("/api/v1/exercises/", {"exercise_type": str(draft.pk)}), 400, "does_not_exist", "exercise_type"
    )


def test_batch_takes_as_many_queries_for_thirty_as_for_three(
    vocabulary: None, api: SchemaClient, django_assert_num_queries: Any
) -> None:
    for count in (3, 30):
        items = [{"id": str(uuid4()), "name": f"Towel {n}", "primary_muscles": ["chest"]} for n in range(count)]
        with django_assert_num_queries(
            7
        ):  # the session; savepoint; the user's head; ids that stand; insert; rows; release
            assert api.post(f"{URL}batch/", {"items": items}).status_code == 201


# --- the rules of the database ---


@pytest.mark.parametrize("name", ["primary_muscles", "secondary_muscles"])
def test_muscle_in_use_cannot_be_deleted(vocabulary: None, alice: User, name: str) -> None:
    make(ExerciseType, alice, **{name: ["chest"]})
    with refused(f"catalog_exercisetype_{name}_in_use"):
        Muscle.objects.filter(slug="chest").delete()
    assert Muscle.objects.filter(slug="triceps").delete()[0] == 1


def test_equipment_in_use_cannot_be_deleted(vocabulary: None) -> None:
    make_canonical(equipment=["barbell"])
    with refused("catalog_exercisetype_equipment_in_use"):
        Equipment.objects.all().delete()


def test_replacement_is_canonical(alice: User, bob: User) -> None:
    row = make_canonical(status="retired")
    with refused("catalog_exercisetype_replaced_by_own_or_shared"):
        ExerciseType.objects.filter(pk=row.pk).update(replaced_by=make(ExerciseType, alice))


def test_slug_names_one_canonical_type(db: None) -> None:
    make_canonical("bench-press")
    with refused("catalog_exercisetype_slug"):
        make_canonical("bench-press")


def test_search_finds_own_types(api: SchemaClient, alice: User, bob: User) -> None:
    curl = make(ExerciseType, alice, name="Handtuch-Curl", names={"en": "Towel curl"})
    make(ExerciseType, alice, name="Beach run", category="cardio")
    make(ExerciseType, bob, name="Towel curl")
    make_canonical("towel-curl")

    def found(query: str) -> list[str]:
        return [row["id"] for row in api.get(f"{URL}?{query}").json()["results"]]

    assert found("search=towel") == found("search=handtuch cu") == [str(curl.pk)]
    assert found("search=towel&category=cardio") == found("search=💪") == []
