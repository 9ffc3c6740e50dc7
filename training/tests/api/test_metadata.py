"""Metadata over REST: by the schema of the exercise type, whichever of the three is written."""

from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from catalog.models import ExerciseType
from catalog.tests.factories import make_canonical
from config.tests.contract import SchemaClient, check_error
from lib.tests.factories import make
from training.models import Exercise, Set

EXERCISES, SETS, TYPES = "/api/v1/exercises/", "/api/v1/sets/", "/api/v1/exercise-types/"
Json = dict[str, Any]


def with_limit(maximum: float) -> Json:
    return {"type": "object", "properties": {"incline": {"type": "number", "minimum": 0, "maximum": maximum}}}


@pytest.fixture
def treadmill(db: None) -> ExerciseType:
    return make_canonical("treadmill-running", metadata_schema=with_limit(40))


@pytest.fixture
def running(alice: User, treadmill: ExerciseType) -> Exercise:
    return make(Exercise, alice, exercise_type=treadmill.pk)


def type_id(limit: float) -> str:
    """Of one in the library that allows this much incline."""
    return str(make_canonical(f"up-to-{limit}", metadata_schema=with_limit(limit)).pk)


def url_of(row: Any) -> str:
    return f"{({Exercise: EXERCISES, Set: SETS, ExerciseType: TYPES})[type(row)]}{row.pk}/"


def errors(response: Any) -> list[tuple[str, str]]:
    assert response.status_code == 400, response.content
    return [(error["attr"], error["code"]) for error in response.json()["errors"]]


def test_metadata_are_kept_as_they_were_said(api: SchemaClient, treadmill: ExerciseType) -> None:
    of_exercise = {"incline": 5, "machine": {"name": "B4", "belts": [1, 2]}}
    exercise = api.post(EXERCISES, {"exercise_type": str(treadmill.pk), "metadata": of_exercise}).json()
    row = api.post(SETS, {"exercise": exercise["id"], "metadata": {"incline": 7.5}}).json()
    assert (exercise["metadata"], row["metadata"]) == (of_exercise, {"incline": 7.5})
    assert api.get(f"{SETS}{row['id']}/").json()["metadata"] == {"incline": 7.5}
    assert api.post(SETS, {"exercise": exercise["id"]}).json()["metadata"] == {}


def test_each_fault_has_its_path_and_its_code(api: SchemaClient, running: Exercise) -> None:
    said = {"exercise": str(running.pk), "metadata": {"incline": -1, "reps": -5}}
    expected = [("metadata.reps", "has_a_field"), ("metadata.incline", "metadata_invalid")]
    assert errors(api.post(SETS, said)) == expected
    of_exercise = {"exercise_type": str(running.exercise_type_id), "metadata": said["metadata"]}
    assert errors(api.post(EXERCISES, of_exercise)) == expected
    assert (Set.objects.count(), Exercise.objects.count()) == (0, 1)


def test_batch_names_the_item(api: SchemaClient, running: Exercise) -> None:
    said = [{"exercise": str(running.pk), "metadata": {"incline": value}} for value in (1, 41, 2, -1)]
    response = api.post(f"{SETS}batch/", {"items": said})
    assert errors(response) == [
        ("items.1.metadata.incline", "metadata_invalid"),
        ("items.3.metadata.incline", "metadata_invalid"),
    ]
    assert not Set.objects.exists()


def test_repeated_batch_changes_nothing(api: SchemaClient, running: Exercise) -> None:
    said = [{"id": str(uuid4()), "exercise": str(running.pk), "metadata": {"incline": 1}}]
    for _ in range(2):
        assert api.post(f"{SETS}batch/", {"items": said}).status_code == 201
    assert Set.objects.get().metadata == {"incline": 1}


@pytest.mark.parametrize(
    ("metadata", "code"),
    [
        (None, "null"), ([], "invalid"), ("text", "invalid"), ({"a": "x" * 2048}, "max_length"),
        ({"a": [[[[1]]]]}, "too_deep"), ({"a": "nul\0"}, "null_characters_not_allowed"), ({"a": 2**63}, "invalid"),
    ],
)  # fmt: skip
def test_metadata_are_a_small_object(api: SchemaClient, running: Exercise, metadata: Any, code: str) -> None:
    check_error(api.patch(url_of(running), {"metadata": metadata}), 400, code, "metadata")


def test_patch_is_held_to_the_schema(api: SchemaClient, alice: User, running: Exercise) -> None:
    row = make(Set, alice, exercise=running.pk, metadata={"incline": 1})
    for each in (row, running):
        check_error(api.patch(url_of(each), {"metadata": {"incline": 41}}), 400, "metadata_invalid", "metadata.incline")
        assert api.patch(url_of(each), {"metadata": {"incline": 40}}).json()["metadata"] == {"incline": 40}
        assert api.patch(url_of(each), {"metadata": {}}).json()["metadata"] == {}


# --- another type ---


def test_exercise_goes_to_another_type_with_what_its_sets_say(
    api: SchemaClient, alice: User, running: Exercise
) -> None:
    kept = make(Set, alice, exercise=running.pk, metadata={"incline": 12})
    make(Set, alice, exercise=running.pk)
    narrow, wide = (type_id(limit) for limit in (10, 15))
    response = api.patch(url_of(running), {"exercise_type": narrow})
    check_error(response, 400, "metadata_invalid", "exercise_type")
    assert "the metadata of 1 set of this exercise" in response.json()["errors"][0]["detail"]
    assert api.patch(url_of(running), {"exercise_type": wide}).status_code == 200
    assert api.patch(url_of(kept), {"metadata": {}}).status_code == 200
    assert api.patch(url_of(running), {"exercise_type": narrow}).status_code == 200


def test_exercise_goes_to_another_type_with_what_it_says_itself(api: SchemaClient, alice: User) -> None:
    row = make(Exercise, alice, exercise_type=type_id(40), metadata={"incline": 12})
    narrow = type_id(10)
    check_error(api.patch(url_of(row), {"exercise_type": narrow}), 400, "metadata_invalid", "metadata.incline")
    both = {"exercise_type": narrow, "metadata": {"incline": 9}}
    assert api.patch(url_of(row), both).json()["metadata"] == {"incline": 9}


def test_deleted_set_does_not_stand_in_the_way_of_another_type(
    api: SchemaClient, alice: User, running: Exercise
) -> None:
    row = make(Set, alice, exercise=running.pk, metadata={"incline": 12})
    assert api.delete(url_of(row)).status_code == 204
    narrow = type_id(10)
    assert api.patch(url_of(running), {"exercise_type": narrow}).status_code == 200


def test_set_moves_to_an_exercise_of_another_type(api: SchemaClient, alice: User, running: Exercise) -> None:
    row = make(Set, alice, exercise=running.pk, metadata={"incline": 12})
    narrow = make(Exercise, alice, exercise_type=type_id(10))
    check_error(api.patch(url_of(row), {"exercise": str(narrow.pk)}), 400, "metadata_invalid", "metadata.incline")
    both = {"exercise": str(narrow.pk), "metadata": {"incline": 9}}
    assert api.patch(url_of(row), both).status_code == 200


def test_stranger_learns_nothing_of_a_private_schema(bobs_api: SchemaClient, running: Exercise, alice: User) -> None:
    private = make(ExerciseType, alice, metadata_schema=with_limit(10))
    theirs = make(Exercise, alice, exercise_type=private.pk)
    said = {"metadata": {"incline": 99}}
    check_error(bobs_api.post(SETS, {"exercise": str(theirs.pk), **said}), 400, "does_not_exist", "exercise")
    check_error(
        bobs_api.post(EXERCISES, {"exercise_type": str(private.pk), **said}), 400, "does_not_exist", "exercise_type"
    )


# --- another schema ---


def test_schema_that_breaks_what_stands_is_refused_with_counts(api: SchemaClient, alice: User) -> None:
    own = make(ExerciseType, alice, metadata_schema=with_limit(40))
    exercise = make(Exercise, alice, exercise_type=own.pk, metadata={"incline": 30})
    for incline in (5, 12, 13):
        make(Set, alice, exercise=exercise.pk, metadata={"incline": incline})
    response = api.patch(url_of(own), {"metadata_schema": with_limit(10)})
    check_error(response, 400, "schema_breaks_metadata", "metadata_schema")
    assert response.json()["errors"][0]["detail"] == (
        "This schema does not allow the metadata of 1 exercise and 2 sets: see properties/incline/maximum."
    )
    assert api.patch(url_of(own), {"metadata_schema": with_limit(30)}).status_code == 200
    assert api.patch(url_of(own), {"metadata_schema": {}}).status_code == 200


def test_schema_minds_what_is_deleted_and_may_come_back(api: SchemaClient, alice: User) -> None:
    own = make(ExerciseType, alice, metadata_schema=with_limit(40))
    exercise = make(Exercise, alice, exercise_type=own.pk)
    make(Set, alice, exercise=exercise.pk, metadata={"incline": 12})
    assert api.delete(url_of(exercise)).status_code == 204
    response = api.patch(url_of(own), {"metadata_schema": with_limit(10)})
    check_error(response, 400, "schema_breaks_metadata", "metadata_schema")
    assert "1 set, 1 of them deleted: see" in response.json()["errors"][0]["detail"]


def test_schema_is_not_asked_about_the_sets_of_other_types(
    api: SchemaClient, alice: User, running: Exercise, bob: User
) -> None:
    make(Set, alice, exercise=running.pk, metadata={"incline": 12})
    own = make(ExerciseType, alice, metadata_schema=with_limit(40))
    assert api.patch(url_of(own), {"metadata_schema": with_limit(10)}).status_code == 200


# --- what it costs ---


def test_checks_cost_one_query_whatever_the_number(
    api: SchemaClient, running: Exercise, django_assert_num_queries: Any
) -> None:
    def batch(count: int, metadata: Json) -> Json:
        return {"items": [{"exercise": str(running.pk), "metadata": metadata} for _ in range(count)]}

    # the log-in, savepoint, head, reference, rows that stand, zones of none, insert, rows, release: without the check
    with django_assert_num_queries(8):
        assert api.post(f"{SETS}batch/", batch(3, {})).status_code == 201
    for count in (1, 300):  # and one more
        with django_assert_num_queries(9):
            assert api.post(f"{SETS}batch/", batch(count, {"incline": 1})).status_code == 201
