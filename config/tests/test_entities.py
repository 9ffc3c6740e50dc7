"""The contract of every entity, proven from its registration alone: what a new entity forgets fails here with what to do."""

import datetime as dt
import subprocess
import sys
from functools import cache
from typing import Any

import orjson
import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.db import IntegrityError, models, transaction
from django.urls import get_resolver, reverse

from accounts.models import User
from config.tests.contract import SchemaClient, check_error
from lib import wire
from lib.api import OwnedViewSet
from lib.fields import CheckedField, MomentField
from lib.models import OwnedModel
from lib.tests.factories import as_id, columns_of, example_of, make, make_many, new_document
from ops.checkout import environment
from sync.models import LogEntry, Record

ENTITIES = wire.entities()
WRITABLE = [entity for entity in ENTITIES if not entity.wire.read_only]
CREATABLE = [entity for entity in WRITABLE if entity.wire.creatable]


def entities(found: Any) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("entity", found, ids=lambda entity: entity.name)


def collection_of(entity: wire.Entity) -> str:
    return _collection_of(entity.model)


@cache
def _collection_of(model: type[OwnedModel]) -> str:
    for pattern in list_patterns(get_resolver()):
        view: Any = getattr(pattern.callback, "cls", object)
        if issubclass(view, OwnedViewSet) and view.serializer_class.Meta.model is model:
            return reverse(pattern.name)
    raise AssertionError(f"{model.__name__} has no endpoints: add a view set to {model._meta.app_label}/api/.")


def list_patterns(resolver: Any) -> list[Any]:
    found: list[Any] = []
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            found += list_patterns(pattern)
        elif str(pattern.name).endswith("-list"):
            found.append(pattern)
    return found


def existing(entity: wire.Entity, user: User) -> OwnedModel:
    """A row of the user: one of their own making, or the one that came with the account."""
    if entity.wire.creatable:
        return make(entity.model, user)
    found: OwnedModel = entity.model._default_manager.get(user=user)
    return found


def implied_constraints(entity: wire.Entity) -> dict[str, Any]:
    """The constraints that fields imply, each with its field."""
    prefix = f"{entity.model._meta.app_label}_{entity.model._meta.model_name}"
    fields = [field for field in entity.model._meta.concrete_fields if isinstance(field, CheckedField)]
    return {f"{prefix}_{field.name}_{field.fact}": field for field in fields}


def url_of(entity: wire.Entity, row: OwnedModel) -> str:
    return f"{collection_of(entity)}{row.pk}/"


# --- completeness ---


@entities(ENTITIES)
def test_entity_has_an_example_of_every_constraint(entity: wire.Entity) -> None:
    checks = {c.name for c in entity.model._meta.constraints if isinstance(c, models.CheckConstraint)}
    missing = checks - set(implied_constraints(entity)) - set(example_of(entity.model).breaks)
    assert not missing, f"No test breaks {missing}: add values to `breaks` of the example of {entity.name}."


@entities(ENTITIES)
def test_entity_is_in_the_admin(entity: wire.Entity) -> None:
    registered = admin.site.is_registered(entity.model)
    assert registered, f"{entity.name} is not in the admin: register it in the admin of {entity.model._meta.app_label}."


def test_entity_docs_are_up_to_date() -> None:
    command = [sys.executable, "manage.py", "entity_docs", "--check"]
    product = environment(DEBUG="true")  # its settings: those of the tests have more entities
    ran = subprocess.run(command, env=product, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


# --- the REST contract ---


@entities(WRITABLE)
def test_collection_refuses_the_anonymous(entity: wire.Entity, anonymous: SchemaClient, alice: User) -> None:
    row = existing(entity, alice)
    for url in (collection_of(entity), url_of(entity, row)):
        check_error(anonymous.get(url), 401, "not_authenticated")
    check_error(anonymous.patch(url_of(entity, row), {}), 401, "not_authenticated")


@entities(WRITABLE)
def test_row_of_a_stranger_is_not_found(entity: wire.Entity, bobs_api: SchemaClient, alice: User) -> None:
    row = existing(entity, alice)
    before = entity.model._default_manager.filter(pk=row.pk).values().get()
    check_error(bobs_api.get(url_of(entity, row)), 404, "not_found")
    check_error(bobs_api.patch(url_of(entity, row), dict(example_of(entity.model).patch)), 404, "not_found")
    assert bobs_api.delete(url_of(entity, row)).status_code in (404, 405)
    assert str(row.pk) not in bobs_api.get(collection_of(entity)).content.decode()
    assert entity.model._default_manager.filter(pk=row.pk).values().get() == before


@entities(CREATABLE)
def test_garbage_is_refused_and_writes_nothing(entity: wire.Entity, api: SchemaClient) -> None:
    for body in ("[]", "7", '"text"', "null", '{"id": 5', '{"no_such_field": 1}'):
        response = api.post(collection_of(entity), body, content_type="application/json")
        assert response.status_code == 400, (body, response.content)
        assert set(response.json()) == {"type", "errors", "request_id"}, body
    assert not entity.model._default_manager.exclude(user=None).exists()


@entities(CREATABLE)
def test_wrong_types_are_refused_field_by_field(entity: wire.Entity, api: SchemaClient) -> None:
    wrong = {field.name: {"not": ["a", "value"]} for field in entity.writable if field.sql_type != "jsonb"}
    response = api.post(collection_of(entity), wrong)
    assert response.status_code == 400
    assert {error["attr"].split(".")[0] for error in response.json()["errors"]} == set(wrong)


@entities(WRITABLE)
def test_row_has_exactly_the_fields_of_the_wire(entity: wire.Entity, api: SchemaClient, alice: User) -> None:
    body = api.get(url_of(entity, existing(entity, alice))).json()
    retired = {"deleted_at"} if entity.wire.stays_readable else set()
    assert set(body) == {"id", *entity.field_names, "created_at", "updated_at", *retired}


@entities(WRITABLE)
def test_row_reads_as_in_sync(entity: wire.Entity, api: SchemaClient, alice: User) -> None:
    row = existing(entity, alice)
    body = api.get(url_of(entity, row)).json()
    document = orjson.loads(Record.objects.get(entity=entity.code, id=row.pk).data)
    assert {name: body[name] for name in document} == document


@entities(WRITABLE)
def test_list_takes_two_queries_however_long(
    entity: wire.Entity, api: SchemaClient, alice: User, django_assert_num_queries: Any
) -> None:
    url = collection_of(entity)
    existing(entity, alice)
    for more in (0, 2 if entity.wire.creatable else 0):
        make_many(entity.model, alice, more)
        with django_assert_num_queries(2):  # the session with its user; the page
            response = api.get(url)
        assert len(response.json()["results"]) == entity.model._default_manager.for_user(alice).count()


@entities(CREATABLE)
def test_create_is_idempotent_by_id(entity: wire.Entity, api: SchemaClient, alice: User) -> None:
    document = new_document(entity.model, alice)
    first = api.post(collection_of(entity), document)
    second = api.post(collection_of(entity), document)
    assert (first.status_code, second.status_code) == (201, 201), first.content
    assert first.json() == second.json()
    other = {**document, **example_of(entity.model).patch}
    check_error(api.post(collection_of(entity), other), 409, "id_taken", "id")


@entities(CREATABLE)
def test_id_of_a_stranger_cannot_be_taken(entity: wire.Entity, bobs_api: SchemaClient, alice: User, bob: User) -> None:
    row = make(entity.model, alice)
    document = {"id": as_id(row), **example_of(entity.model).document(bob)}
    check_error(bobs_api.post(collection_of(entity), document), 409, "id_taken", "id")
    assert entity.model._default_manager.get(pk=row.pk).user_id == alice.pk


@entities(CREATABLE)
def test_batch_creates_all_or_none(entity: wire.Entity, api: SchemaClient, alice: User) -> None:
    url = f"{collection_of(entity)}batch/"
    good = [new_document(entity.model, alice) for _ in range(3)]
    standing = entity.model._default_manager.count()
    bad = api.post(url, {"items": [*good, {"no_such_field": 1}]})
    check_error(bad, 400, "unknown_field", "items.3.no_such_field")
    assert entity.model._default_manager.count() == standing
    response = api.post(url, {"items": good})
    assert [row["id"] for row in response.json()["results"]] == [row["id"] for row in good]
    assert entity.model._default_manager.count() == standing + 3


@entities(WRITABLE)
def test_patch_changes_what_it_names_alone(entity: wire.Entity, api: SchemaClient, alice: User) -> None:
    row = existing(entity, alice)
    before = api.get(url_of(entity, row))
    patch = dict(example_of(entity.model).patch)
    after = api.patch(url_of(entity, row), patch)
    assert after.status_code == 200, after.content
    changed = {name for name, value in after.json().items() if before.json()[name] != value}
    assert changed <= {*patch, "updated_at"}
    assert {name: after.json()[name] for name in patch} == patch


@entities(WRITABLE)
def test_patch_on_an_old_state_is_refused(entity: wire.Entity, api: SchemaClient, alice: User) -> None:
    row = existing(entity, alice)
    tag = api.get(url_of(entity, row))["ETag"]
    patch = dict(example_of(entity.model).patch)
    assert api.patch(url_of(entity, row), patch, headers={"If-Match": tag}).status_code == 200
    check_error(api.patch(url_of(entity, row), patch, headers={"If-Match": tag}), 412, "precondition_failed")


@entities(CREATABLE)
def test_deleted_row_is_gone_and_leaves_a_tombstone(entity: wire.Entity, api: SchemaClient, alice: User) -> None:
    row = make(entity.model, alice)
    assert api.delete(url_of(entity, row)).status_code == 204
    if entity.wire.stays_readable:
        assert api.get(url_of(entity, row)).json()["deleted_at"] is not None
        assert api.get(collection_of(entity)).json()["results"] == []
    else:
        check_error(api.get(url_of(entity, row)), 404, "not_found")
    assert Record.objects.get(entity=entity.code, id=row.pk).deleted


# --- the database ---


@entities(ENTITIES)
def test_every_limit_of_a_field_holds_in_the_database(entity: wire.Entity, alice: User) -> None:
    row = existing(entity, alice)
    manager = entity.model._default_manager
    rules = list(example_of(entity.model).breaks)
    for name, field in implied_constraints(entity).items():
        with pytest.raises(IntegrityError, match="|".join([name, *rules])), transaction.atomic():
            manager.filter(pk=row.pk).update(**{field.name: beyond(field)})


def beyond(field: Any) -> Any:
    """A value just outside of what the field allows, that its column could hold."""
    match field.fact:
        case "range":
            return field.min_value - (dt.timedelta(days=1) if isinstance(field, MomentField) else 1)
        case "known":
            return "no-such-choice"
        case "form":
            return "?"
        case "length":
            return "x" * (field.max_length + 1)
        case "size":
            return [f"slug-{n}" for n in range(field.max_size + 1)]
        case "shape":
            return [] if field.shape == "object" else {}
    raise AssertionError(field.fact)


@entities(ENTITIES)
def test_every_rule_of_the_model_holds_in_the_database(entity: wire.Entity, alice: User) -> None:
    row = existing(entity, alice)
    for name, values in example_of(entity.model).breaks.items():
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            entity.model._default_manager.filter(pk=row.pk).update(**columns_of(entity.model, values))


@entities(ENTITIES)
def test_reference_cannot_point_into_another_users_data(entity: wire.Entity, alice: User, bob: User) -> None:
    for field in entity.references:
        target: Any = field.target
        stranger = make(target, bob)
        row = existing(entity, alice)
        with pytest.raises(IntegrityError), transaction.atomic():
            entity.model._default_manager.filter(pk=row.pk).update(**{field.column: stranger.pk})


@entities(ENTITIES)
def test_every_way_to_write_is_captured(entity: wire.Entity, alice: User) -> None:
    row = existing(entity, alice)
    assert Record.objects.filter(entity=entity.code, id=row.pk, user=alice).exists()
    before = Record.objects.get(entity=entity.code, id=row.pk)
    entity.model._default_manager.filter(pk=row.pk).update(**columns_of(entity.model, example_of(entity.model).patch))
    after = Record.objects.get(entity=entity.code, id=row.pk)
    assert after.version == before.version if after.data == before.data else after.version >= before.version
    assert after.data != before.data
    assert LogEntry.objects.filter(entity=entity.code, record_id=row.pk).exists()


def test_every_owned_model_is_an_entity() -> None:
    owned = {model for model in apps.get_models() if issubclass(model, OwnedModel)}
    assert owned == {entity.model for entity in ENTITIES}
