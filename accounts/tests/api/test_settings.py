from typing import Any

import pytest

from accounts.models import Settings, User
from accounts.tests.factories import settings_of
from config.tests.contract import SchemaClient, check_error

URL = "/api/v1/settings/"


def test_settings_come_with_the_account(api: SchemaClient, alice: User) -> None:
    (row,) = api.get(URL).json()["results"]
    assert row["id"] == str(settings_of(alice).pk)
    assert (row["weight_unit"], row["distance_unit"], row["first_weekday"], row["time_zone"]) == ("kg", "km", 1, "UTC")


def test_settings_can_be_neither_made_nor_deleted(api: SchemaClient, alice: User) -> None:
    row = settings_of(alice)
    check_error(api.post(URL, {}), 405, "method_not_allowed")
    check_error(api.delete(f"{URL}{row.pk}/"), 405, "method_not_allowed")
    assert api.post(f"{URL}batch/", {"items": [{}]}).status_code in (404, 405)
    assert Settings.objects.get(user=alice).deleted_at is None


@pytest.mark.parametrize(
    ("patch", "attr"),
    [
        ({"weight_unit": "stone"}, "weight_unit"),
        ({"first_weekday": 0}, "first_weekday"),
        ({"first_weekday": 8}, "first_weekday"),
        ({"time_zone": "Europe/Atlantis"}, "time_zone"),
        ({"notify_before_h": -1}, "notify_before_h"),
        ({"height_m": "3.00"}, "height_m"),
        ({"birth_date": "1990-02-30"}, "birth_date"),
        ({"equipment": ["Not A Slug"]}, "equipment.0"),
        ({"equipment": [f"thing-{n}" for n in range(101)]}, "equipment"),
        ({"language": ""}, "language"),
        ({"user": "cafe0000-0000-4000-8000-000000000000"}, "user"),
    ],
)
def test_bad_settings_are_refused(api: SchemaClient, alice: User, patch: dict[str, Any], attr: str) -> None:
    response = api.patch(f"{URL}{settings_of(alice).pk}/", patch)
    assert response.status_code == 400
    assert [error["attr"] for error in response.json()["errors"]] == [attr]


def test_equipment_is_kept_as_a_sorted_set(api: SchemaClient, alice: User) -> None:
    response = api.patch(f"{URL}{settings_of(alice).pk}/", {"equipment": ["rack", "barbell", "rack"]})
    assert response.json()["equipment"] == ["barbell", "rack"]
