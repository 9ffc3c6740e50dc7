"""Nothing of a user's is anybody else's: every address is called with a stranger's token and alice's ids."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import count, product
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import models
from django.test import Client
from django.utils import timezone

from accounts.models import Device, Session, User
from accounts.services.devices import hash_instance_token
from accounts.services.tokens import start_session
from config.tests.contract import SchemaClient, check_error
from config.tests.routes import METHODS, Route, routes
from config.tests.stages import rows_of_a_module
from conftest import client_of
from lib import wire
from lib.api import OwnedViewSet
from lib.models import OwnedModel
from lib.tests.factories import example_of, make, make_user
from sync.models import DeviceState, Head, Import, Snapshot

MARK = "only alice knows"
NUMBER = re.compile(r"(?<![0-9a-f])77001(?![0-9a-f])")  # not in an id, nor in the fraction of a time
SECRET = "made on bob's phone, outside of backups"

# Whoever has no account may call these. Everything else under /api/v1/ answers 401 to them.
PUBLIC = {
    "/api/v1/auth/email/confirm",
    "/api/v1/auth/login",
    "/api/v1/auth/logout",
    "/api/v1/auth/password/reset",
    "/api/v1/auth/password/reset/confirm",
    "/api/v1/auth/refresh",
    "/api/v1/auth/register",
    "/api/v1/auth/verify-email",
    "/api/v1/calendar/<secret>.ics",
}
# Pages that are not part of the API: what an anonymous GET of them answers.
PAGES = {
    "/": 302,
    "/admin": 302,
    "/admin/login/": 200,
    "/api/docs/": 200,
    "/admin/password_change/": 302,
    "/api/schema/": 200,
    "/api/<rest>": 404,
    "/health/live": 200,
    "/health/ready": 200,
    "/change-email/<token>": 400,
    "/reset-password": 200,
    "/reset-password/<token>": 400,
    "/verify-email/<token>": 400,
}
ROUTES = routes()
API = [route for route in ROUTES if route.is_api]
ADMIN = sorted(
    (route for route in ROUTES if route.path.startswith("/admin/") and route.path not in PAGES),
    key=lambda route: (route.path == "/admin/logout/", route.path),  # this ends a session
)


def each(found: list[Route]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("route", found, ids=str)


@cache
def owning() -> tuple[tuple[type[models.Model], str], ...]:
    """Every table that says whose its rows are, and by which column."""
    found: list[tuple[type[models.Model], str]] = [(User, "id")]
    for model in apps.get_models():
        columns = [f.attname for f in model._meta.concrete_fields if f.related_model is User]
        found += [(model, columns[0])] if columns else []
    return tuple(found)


def fingerprint(user: User) -> str:
    """A hash of every row of the user, whichever table it stands in."""
    rows = [
        [model._meta.label, *sorted(map(str, model._default_manager.filter(**{column: user.pk}).values_list()))]
        for model, column in owning()
    ]
    devices = sorted(map(str, DeviceState.objects.filter(device__user=user).values_list()))
    return hashlib.sha256(repr([rows, devices]).encode()).hexdigest()


def text_values(model: type[OwnedModel]) -> dict[str, Any]:
    """Alice's mark in each free text of the entity that holds it. A portion goes with a number."""
    plain = ("CharField", "TextField", "NoteField")
    texts = [f for f in wire.entity_of(model).writable if type(f.field).__name__ in plain and f.name != "portion"]
    return {f.name: MARK for f in texts if f.field.max_length is None or f.field.max_length >= len(MARK)}


@dataclass(frozen=True)
class Stage:
    """alices: the ids of all that is hers, by what it is. standing: the fingerprint of it."""

    alice: User
    bob: User
    bobs_device: Device
    alices: dict[str, str]
    standing: str


@pytest.fixture(scope="module")
def stage(django_db_setup: None, django_db_blocker: Any) -> Iterator[Stage]:
    """All tests here begin with it, and find it as it was."""
    with rows_of_a_module(django_db_blocker):
        alice, bob = make_user("alice@example.org"), make_user("bob@example.org")
        alices = life_of(alice)
        device = Device.objects.create(
            id=uuid4(), user=bob, name="bob's", instance_token_hash=hash_instance_token(SECRET)
        )
        yield Stage(alice, bob, device, alices, fingerprint(alice))


def life_of(alice: User) -> dict[str, str]:
    """One row of each kind."""
    found: dict[str, str] = {"user": str(alice.pk)}
    for entity in wire.entities():
        if entity.wire.creatable:
            found[entity.name] = str(make(entity.model, alice, **text_values(entity.model)).pk)
        else:
            entity.model._default_manager.filter(user=alice).update(default_view=MARK)
            found[entity.name] = str(entity.model._default_manager.get(user=alice).pk)
    device = Device.objects.create(id=uuid4(), user=alice, name=MARK, instance_token_hash=hash_instance_token(SECRET))
    DeviceState.objects.create(device=device, last_seq=77_001, seen_at=timezone.now())
    start_session(user=alice, at=timezone.now())
    found["device"] = str(device.pk)
    kept = Snapshot.objects.create(user=alice, kind="named", name=MARK, created_at=timezone.now(), sha256="")
    found["snapshot"] = str(kept.pk)
    taken = Import.objects.create(user=alice, mode="merge", plan="merge", file_name=MARK, created_at=timezone.now())
    found["import"] = str(taken.pk)
    found["session"] = str(Session.objects.get(user=alice).pk)
    found["epoch"] = str(Head.objects.get(user=alice).epoch)
    return found


# --- what a stranger may send ---


def bodies(route: Route, alices: dict[str, str], bob: User, device: Device) -> Iterator[Any]:
    """Bodies that reach for what is alice's, as far into the view as they can."""
    yield {}
    view = getattr(route.view, "cls", None)
    if isinstance(view, type) and issubclass(view, OwnedViewSet):
        yield from _entity_bodies(wire.entity_of(view.serializer_class.Meta.model), alices, bob)
        yield {"workout": alices["workout"]}  # linking
    elif route.path.endswith("/sync/push"):
        yield from _pushes(alices, bob, device)
    elif "/sync/" in route.path:
        yield {"device_id": alices["device"]}
        yield {"id": alices["device"], "name": "mine", "instance_token": SECRET}
        yield {"id": alices["device"], "name": "mine", "instance_token": "another secret of bob's"}
    elif "/auth/" in route.path:
        yield {"email": "alice@example.org", "password": "correct horse battery"}
        yield {"refresh": alices["session"], "token": alices["user"]}


def _entity_bodies(entity: wire.Entity, alices: dict[str, str], bob: User) -> Iterator[Any]:
    if not entity.wire.creatable:
        yield dict(example_of(entity.model).patch)
        return
    document = example_of(entity.model).document(bob)
    reaching = [{field.name: alices[entity_named(field)]} for field in entity.references]
    for body in [{"id": alices[entity.name]}, {"user": alices["user"]}, *reaching]:
        yield document | body
        yield {"items": [document | body]}
    yield dict(example_of(entity.model).patch)


def entity_named(field: wire.WireField) -> str:
    target: Any = field.target
    return wire.entity_of(target).name


def _pushes(alices: dict[str, str], bob: User, device: Device) -> Iterator[Any]:
    seq = count(1)

    def push(device_id: str, mutations: list[dict[str, Any]]) -> dict[str, Any]:
        now = timezone.now().isoformat()
        numbered = [{"id": str(uuid4()), "seq": next(seq), "base_version": 0, "at": now, **m} for m in mutations]
        return {
            "protocol": 1, "schema_version": 1, "device_id": device_id, "instance_token": SECRET, "epoch": None,
            "client_now": now, "ack_version": 0, "mutations": numbered,
        }  # fmt: skip

    writable = [entity for entity in wire.entities() if not entity.wire.read_only and entity.wire.creatable]
    for entity in writable:
        record = {"entity": entity.name, "record_id": alices[entity.name]}
        document = example_of(entity.model).document(bob)
        patch = dict(example_of(entity.model).patch)
        reaching = [{field.name: alices[entity_named(field)]} for field in entity.references]
        yield push(str(device.pk), [{**record, "op": "create", "patch": document}])
        yield push(str(device.pk), [{**record, "op": "update", "patch": patch}])
        yield push(str(device.pk), [{**record, "op": op, "patch": {}} for op in ("delete", "restore")])
        for reference in reaching:
            yield push(
                str(device.pk),
                [{"entity": entity.name, "record_id": str(uuid4()), "op": "create", "patch": document | reference}],
            )
    yield push(alices["device"], [])
    yield push(str(device.pk), []) | {"epoch": alices["epoch"]}


def asked_for(route: Route, alices: dict[str, str]) -> list[str]:
    """Which of alice's ids may stand in the path: of the entity that the view serves, else any of them."""
    view = getattr(route.view, "cls", None)
    if isinstance(view, type) and issubclass(view, OwnedViewSet):
        return [wire.entity_of(view.serializer_class.Meta.model).name]
    return list(alices)


def queries(alices: dict[str, str]) -> list[str]:
    named = [f"{name}={alices[name]}" for name in ("workout", "exercise", "exercise_type")]
    return [
        f"device_id={alices['device']}",
        f"user={alices['user']}",
        f"exercise__workout={alices['workout']}",
        *named,
    ]


# --- the walk ---


@each(API)
def test_stranger_gets_at_nothing_of_alices(route: Route, stage: Stage, db: None) -> None:
    paths = sorted({route.filled(stage.alices[name]) for name in asked_for(route, stage.alices)})
    for method in METHODS:
        client: Any = client_of(stage.bob)  # a new one each time: some of these end his session
        client.raise_request_exception = False
        for sent, response in answers(route, method, paths, stage, client):
            shows_nothing(response, sent, stage.alices)
    assert fingerprint(stage.alice) == stage.standing


def answers(
    route: Route, method: str, paths: list[str], stage: Stage, client: SchemaClient
) -> Iterator[tuple[Any, Any]]:
    """(what bob sends, what he gets). Filters know nothing of the path: they are tried on one."""
    ask = getattr(client, method)
    if method == "get":
        asked = [*paths, *(f"{paths[0]}?{query}" for query in queries(stage.alices))]
        yield from ((None, ask(address)) for address in asked)
        return
    for path in paths:
        for body in bodies(route, stage.alices, stage.bob, stage.bobs_device):
            response = ask(path, body)
            yield body, response
            if response.status_code == 405:
                return  # whatever else is asked in this way


def shows_nothing(response: Any, sent: Any, alices: dict[str, str]) -> None:
    assert response.status_code < 500, (sent, response.content)
    content = b"".join(response.streaming_content) if response.streaming else response.content
    text = content.decode(errors="replace")  # a ZIP is not text
    assert MARK not in text, sent
    assert not NUMBER.search(text), sent
    shown = {name for name, value in alices.items() if value in text and value not in str(sent)}
    assert shown == set(), sent


def test_anonymous_is_asked_to_log_in(anonymous: SchemaClient) -> None:
    for route, method in product(API, METHODS):
        response = getattr(anonymous, method)(route.filled("cafe0000-0000-4000-8000-000000000000"))
        if route.path.startswith("/api/v1/library/"):
            assert response.status_code in (200, 404, 405), (route, method)
        elif route.path in PUBLIC:
            assert response.status_code in (400, 404, 405), (route, method)
        else:
            assert response.status_code == 401, (route, method)
            check_error(response, 401, "not_authenticated")


def test_public_addresses_are_all_there() -> None:
    assert {route.path for route in API} >= PUBLIC
    assert len(API) >= 30


def test_address_is_a_part_of_the_api_a_known_page_or_the_admin() -> None:
    assert {route.path for route in ROUTES} - {str(route) for route in (*API, *ADMIN)} == set(PAGES)


@pytest.mark.parametrize(("path", "status"), PAGES.items())
def test_page_is_open_to_all(client: Client, db: None, path: str, status: int) -> None:
    assert client.get(path.replace("<token>", "x")).status_code == status


def test_admin_is_closed_to_athletes_and_the_anonymous(stage: Stage, db: None) -> None:
    bob = Client()
    bob.force_login(stage.bob)
    for route, (who, client), method in product(ADMIN, [("bob", bob), ("anonymous", Client())], ["get", "post"]):
        response = getattr(client, method)(route.filled(str(stage.alice.pk)))
        assert response.status_code in (302, 403, 404, 405), (route, who, method)
        if response.status_code == 302:
            assert response["Location"].startswith("/admin/"), (route, who, response["Location"])
        assert "alice@example.org" not in response.content.decode(), (route, who, method)
    assert fingerprint(stage.alice) == stage.standing


@pytest.mark.parametrize(
    "path", ["/no-such", "/api/v1/no-such", "/api/v1/workouts", "/api/v2/workouts/", "/.env", "/%00"]
)
def test_address_that_there_is_not_answers_in_the_one_shape(client: Client, db: None, path: str) -> None:
    check_error(client.get(path), 404, "not_found")


@pytest.mark.parametrize("method", ["post", "patch", "put", "delete"])
def test_unknown_address_is_unknown_to_every_method(method: str) -> None:
    """Also where a browser's protection against forged requests is on."""
    client = Client(enforce_csrf_checks=True)
    check_error(getattr(client, method)("/api/v1/nowhere"), 404, "not_found")
