from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import Device, Session, User
from accounts.services.devices import DEVICES_MAX
from accounts.services.tokens import start_session
from config.tests.contract import SchemaClient, check_error
from conftest import client_of
from lib.tests.factories import make_user
from lib.tests.running import at_once

URL = "/api/v1/sync/devices"
ME_URL = "/api/v1/auth/me"
SECRET = "made on the phone, outside of its backups"
OTHER_SECRET = "made on another phone, from a backup"


def phone(**values: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "name": "Ada's phone", "platform": "ios 26", "instance_token": SECRET, **values}


def make_device(user: User, **values: Any) -> Device:
    return Device.objects.create(id=uuid4(), user=user, **{"name": "phone", "instance_token_hash": "0" * 64, **values})


def url_of(device: Device | dict[str, Any]) -> str:
    return f"{URL}/{device.pk if isinstance(device, Device) else device['id']}"


def test_device_is_registered_under_the_id_that_it_made(api: SchemaClient, alice: User) -> None:
    body = phone()
    response = api.post(URL, body)
    assert response.status_code == 201
    assert set(response.json()) == {"id", "name", "platform", "created_at", "revoked_at"}
    assert response.json() | {"created_at": None} == {
        "id": body["id"],
        "name": "Ada's phone",
        "platform": "ios 26",
        "created_at": None,
        "revoked_at": None,
    }
    assert Device.objects.get().user == alice


def test_instance_token_is_neither_kept_nor_shown(api: SchemaClient) -> None:
    body = phone()
    answers = [api.post(URL, body), api.get(URL), api.get(url_of(body))]
    assert all(SECRET not in answer.content.decode() for answer in answers)
    assert all("hash" not in answer.content.decode() for answer in answers)
    assert SECRET not in str(Device.objects.values().get())


def test_registering_again_is_the_same_device(api: SchemaClient) -> None:
    body = phone()
    first, second = api.post(URL, body), api.post(URL, body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert Device.objects.count() == 1


def test_registering_again_under_another_name_renames(api: SchemaClient) -> None:
    body = phone()
    api.post(URL, body)
    renamed = api.post(URL, body | {"name": "Ada's old phone", "platform": "ios 27"})
    assert renamed.status_code == 200
    assert (renamed.json()["name"], renamed.json()["platform"]) == ("Ada's old phone", "ios 27")
    assert api.get(url_of(body)).json() == renamed.json()


def test_restored_copy_is_told_from_its_origin(api: SchemaClient) -> None:
    body = phone()
    api.post(URL, body)
    check_error(api.post(URL, body | {"instance_token": OTHER_SECRET, "name": "copy"}), 409, "device_forked")
    assert Device.objects.get().name == "Ada's phone"


def test_id_of_somebody_elses_device_is_taken(api: SchemaClient, bobs_api: SchemaClient, alice: User) -> None:
    body = phone()
    api.post(URL, body)
    check_error(bobs_api.post(URL, body), 409, "id_taken", "id")
    check_error(bobs_api.post(URL, body | {"instance_token": OTHER_SECRET}), 409, "id_taken", "id")
    assert Device.objects.get().user == alice


@pytest.mark.django_db(transaction=True)
def test_device_registered_twice_at_once_is_one() -> None:
    client_headers = {
        "Authorization": f"Bearer {start_session(user=make_user('a@example.org'), at=timezone.now()).access}"
    }
    body = phone()
    answers = at_once([lambda: SchemaClient().post(URL, body, headers=client_headers) for _ in range(3)])
    assert sorted(answer.status_code for answer in answers) == [200, 200, 201]


def test_user_has_a_bounded_number_of_devices(api: SchemaClient, bobs_api: SchemaClient, alice: User) -> None:
    known = phone()
    api.post(URL, known)
    Device.objects.bulk_create(
        Device(id=uuid4(), user=alice, name="old", instance_token_hash="0" * 64) for _ in range(DEVICES_MAX - 1)
    )
    check_error(api.post(URL, phone()), 409, "too_many_devices")
    assert Device.objects.filter(user=alice).count() == DEVICES_MAX
    assert api.post(URL, known).status_code == 200
    assert bobs_api.post(URL, phone()).status_code == 201
    api.delete(url_of(Device.objects.filter(name="old")[0]))
    assert api.post(URL, phone()).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_number_of_devices_holds_for_those_that_register_at_once() -> None:
    ada = make_user("ada@example.org")
    Device.objects.bulk_create(
        Device(id=uuid4(), user=ada, name="old", instance_token_hash="0" * 64) for _ in range(DEVICES_MAX - 2)
    )
    clients = [client_of(ada) for _ in range(5)]
    answers = at_once([partial(client.post, URL, phone()) for client in clients])
    assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409, 409]


@pytest.mark.parametrize(
    ("values", "attr", "code"),
    [
        ({"id": "x"}, "id", "invalid"),
        ({"name": ""}, "name", "blank"),
        ({"name": "x" * 101}, "name", "max_length"),
        ({"platform": "x" * 51}, "platform", "max_length"),
        ({"instance_token": "too short"}, "instance_token", "min_length"),
        ({"instance_token": "x" * 201}, "instance_token", "max_length"),
        ({"instance_token": None}, "instance_token", "null"),
        ({"name": "nul\0"}, "name", "null_characters_not_allowed"),
    ],
)
def test_bad_device_is_refused(api: SchemaClient, values: dict[str, Any], attr: str, code: str) -> None:
    check_error(api.post(URL, phone(**values)), 400, code, attr)
    assert not Device.objects.exists()


def test_platform_may_be_left_out(api: SchemaClient) -> None:
    body = phone()
    del body["platform"]
    assert api.post(URL, body).json()["platform"] == ""


def test_session_belongs_to_the_device_that_registers_on_it(api: SchemaClient) -> None:
    body = phone()
    api.post(URL, body)
    assert str(Session.objects.get().device_id) == body["id"]


def test_revoking_a_device_ends_its_sessions_and_no_others(alice: User, bob: User) -> None:
    client, elsewhere, bobs = client_of(alice), client_of(alice), client_of(bob)
    body = phone()
    client.post(URL, body)
    bobs.post(URL, phone())
    assert elsewhere.delete(url_of(body)).status_code == 204
    check_error(client.get(ME_URL), 401, "token_not_valid")
    assert elsewhere.get(ME_URL).status_code == bobs.get(ME_URL).status_code == 200
    assert elsewhere.get(url_of(body)).json()["revoked_at"] is not None


def test_revoking_again_keeps_the_first_time(api: SchemaClient, alice: User) -> None:
    device = make_device(alice)
    api.delete(url_of(device))
    first = Device.objects.get().revoked_at
    assert api.delete(url_of(device)).status_code == 204
    assert Device.objects.get().revoked_at == first


def test_revoked_device_cannot_come_back(alice: User) -> None:
    client, elsewhere = client_of(alice), client_of(alice)
    body = phone()
    client.post(URL, body)
    elsewhere.delete(url_of(body))
    check_error(elsewhere.post(URL, body), 409, "device_revoked")


def test_devices_of_others_are_neither_shown_nor_revoked(api: SchemaClient, alice: User, bob: User) -> None:
    own, bobs = make_device(alice), make_device(bob, name="bob's")
    assert [device["id"] for device in api.get(URL).json()["results"]] == [str(own.pk)]
    check_error(api.get(url_of(bobs)), 404, "not_found")
    check_error(api.delete(url_of(bobs)), 404, "not_found")
    assert Device.objects.get(pk=bobs.pk).revoked_at is None


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_two_queries_however_long(
    api: SchemaClient, alice: User, count: int, django_assert_num_queries: Any
) -> None:
    devices = [make_device(alice) for _ in range(count)]
    with django_assert_num_queries(2):  # the session with its user; the page
        response = api.get(URL)
    assert [row["id"] for row in response.json()["results"]] == [str(device.pk) for device in reversed(devices)]


def test_id_that_is_no_uuid_is_not_found(api: SchemaClient) -> None:
    check_error(api.get(f"{URL}/not-a-uuid"), 404, "not_found")
    check_error(api.delete(f"{URL}/not-a-uuid"), 404, "not_found")


def test_device_cannot_be_patched(api: SchemaClient, alice: User) -> None:
    check_error(api.patch(url_of(make_device(alice)), {"name": "x"}), 405, "method_not_allowed")


@pytest.mark.parametrize("method", ["get", "post"])
def test_collection_refuses_the_anonymous(anonymous: SchemaClient, alice: User, method: str) -> None:
    check_error(getattr(anonymous, method)(URL), 401, "not_authenticated")
    check_error(anonymous.delete(url_of(make_device(alice))), 401, "not_authenticated")
