"""What REST takes of JSON: what sync takes, for the same thing, and nothing for what it is not."""

from functools import cache
from typing import Any

import pytest
from django.urls import resolve
from hypothesis import given, settings
from hypothesis import strategies as st
from rest_framework.exceptions import ValidationError

from accounts.models import Device, User
from config.tests.contract import SchemaClient, check_error
from config.tests.routes import routes
from config.tests.test_entities import CREATABLE, WRITABLE, collection_of, entities, existing, url_of
from lib import wire
from lib.patches import PatchError, check_patch
from lib.tests.factories import example_of, make
from lib.tests.test_wire import values_of
from training.models import Exercise, Workout

REFUSED = "(refused)"
ID = "cafe0000-0000-4000-8000-000000000000"
ODD_IDS = [0, 1, 0.0, True, False, "", "0", None, [], {}, [ID], f"{{{ID}}}", f"urn:uuid:{ID}"]
ALMOST = [
    0, 1, 8.0, -0.0, True, False, "", " ", "0", "1", "8", " 8", "8 ", "1_0", "٣", "1e2", "+5", "NaN", "Infinity", "true", "null",
    "2026-03-01", "2026-3-1", "20260301", "2026-W09-7", "2026-03-01T10:00:00Z", "2026-03-01 10:00:00+01:00", "2026-03-01T10:00",
    1772359200, ID, ID.upper(), ID.replace("-", ""), f"{{{ID}}}", f"urn:uuid:{ID}", "kg", "KG", "kg ", "UTC", "utc", "barbell",
    [], {}, [0], [""], ["barbell"], ["barbell", "barbell"], ["a b"], [None], {"de": 1}, "x" * 300,
]  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
JSON = st.sampled_from(ALMOST) | st.recursive(
    SCALARS | TEXTS,
    lambda deeper: st.lists(deeper, max_size=2) | st.dictionaries(TEXTS, deeper, max_size=2),
    max_leaves=4,
)


@cache
def serializer_at(url: str) -> Any:
    """One for all values: a model's serializer takes far longer to make than to use."""
    view: Any = resolve(url).func
    return view.cls.serializer_class(partial=True)


def taken_by_rest(entity: wire.Entity, field: wire.WireField, value: Any) -> Any:
    """The wire form of what REST would write; None of a value that it refuses is not NULL."""
    try:
        taken = serializer_at(collection_of(entity)).run_validation({field.name: value})[field.field.attname]
    except ValidationError:
        return REFUSED
    return None if taken is None else field.to_wire(taken)


def taken_by_sync(entity: wire.Entity, field: wire.WireField, value: Any) -> Any:
    try:
        return check_patch(entity, {field.name: value})[field.name]
    except PatchError:
        return REFUSED


@entities(WRITABLE)
@settings(max_examples=25, deadline=None)
@given(value=JSON)
def test_rest_takes_nothing_that_sync_refuses_or_reads_otherwise(entity: wire.Entity, value: Any) -> None:
    for field in entity.writable:
        taken = taken_by_rest(entity, field, value)
        assert taken in (REFUSED, taken_by_sync(entity, field, value)), field.name


@entities(WRITABLE)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_rest_takes_every_value_that_a_field_allows(entity: wire.Entity, data: st.DataObject) -> None:
    for field in entity.writable:
        value = data.draw(values_of(field), label=field.name)
        assert taken_by_rest(entity, field, value) == taken_by_sync(entity, field, value) != REFUSED, field.name


@entities(CREATABLE)
def test_id_is_the_text_of_a_uuid(entity: wire.Entity, api: SchemaClient, alice: User) -> None:
    document = example_of(entity.model).document(alice)
    standing = entity.model._default_manager.count()
    for value in ODD_IDS:
        response = api.post(collection_of(entity), {**document, "id": value})
        assert response.status_code == 400, (value, response.content)
        assert [error["attr"] for error in response.json()["errors"]] == ["id"], value
    assert entity.model._default_manager.count() == standing


@pytest.mark.parametrize("name", ["id", "name", "platform", "instance_token"])
@pytest.mark.parametrize("value", [0, 1234567890123456789, 0.5, True, False, None, [], {}, ["x" * 20]])
def test_device_is_not_made_of_what_is_no_text(api: SchemaClient, name: str, value: Any) -> None:
    device = {"id": ID, "name": "phone", "platform": "ios", "instance_token": "made once on this device"}
    response = api.post("/api/v1/sync/devices", device | {name: value})
    assert response.status_code == 400, response.content
    assert [error["attr"] for error in response.json()["errors"]] == [name]
    assert not Device.objects.exists()


@pytest.mark.parametrize(
    ("name", "value"), [("workout", 0), ("workout", True), ("position", "1"), ("position", True), ("position", [])]
)
def test_link_takes_an_id_and_a_number(api: SchemaClient, alice: User, name: str, value: Any) -> None:
    exercise = make(Exercise, alice)
    body = {"workout": str(make(Workout, alice).pk), "position": 1, name: value}
    check_error(api.post(f"/api/v1/exercises/{exercise.pk}/link/", body), 400, "invalid", name)


# --- no body, and bodies of another kind ---


@entities(WRITABLE)
def test_request_without_a_body_writes_nothing(entity: wire.Entity, api: SchemaClient, alice: User) -> None:
    row = existing(entity, alice)
    before = entity.model._default_manager.count()
    calls = [("patch", url_of(entity, row))]
    if entity.wire.creatable:
        calls += [("post", collection_of(entity)), ("post", f"{collection_of(entity)}batch/")]
    for method, url in calls:
        for content_type in ("application/json", "text/plain", ""):
            check_error(api.generic(method, url, "", content_type=content_type), 400, "parse_error")
    assert entity.model._default_manager.count() == before


def test_empty_object_makes_a_workout_of_defaults(api: SchemaClient) -> None:
    assert api.post("/api/v1/workouts/", {}).status_code == 201


# What takes files of any kind, or nothing at all.
TAKES_ANYTHING = {"/api/v1/import", "/api/v1/import/file", "/api/v1/sync/snapshots"}
TAKES_NOTHING = {
    "/api/v1/auth/verify-email/resend",
    "/api/v1/calendar/address",
    "/api/v1/exercises/<pk>/unlink/",
    "/api/v1/meal-log-items/<pk>/take-over/",
    "/api/v1/meal-logs/<pk>/take-over/",
    "/api/v1/mesocycles/<pk>/deload/",
    "/api/v1/scheduled-workouts/<pk>/skip/",
}
LOOKS_FIRST = {  # and finds no such thing
    "/api/v1/exercise-types/<pk>/suggest/",
    "/api/v1/foods/<pk>/suggest/",
    "/api/v1/sync/snapshots/<snapshot_id>/restore",
}


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "application/x-www-form-urlencoded", ""])
def test_body_of_another_kind_is_refused_everywhere(api: SchemaClient, alice: User, content_type: str) -> None:
    for route in routes():
        if not route.is_api or route.path in TAKES_ANYTHING | TAKES_NOTHING | LOOKS_FIRST:
            continue
        for method in ("post", "patch"):
            response = api.generic(method, route.filled(ID), "{}", content_type=content_type)
            code = "unsupported_media_type" if response.status_code != 405 else "method_not_allowed"
            check_error(response, 405 if response.status_code == 405 else 415, code)


def test_json_may_say_how_its_letters_are_written(api: SchemaClient) -> None:
    for route in ("/api/v1/workouts/", "/api/v1/sync/push"):
        response = api.generic("post", route, "{", content_type="application/json; charset=utf-8")
        assert (response.status_code, response.json()["errors"][0]["attr"]) == (400, None)
