"""A zone that nobody said is where the athlete is at home."""

import pytest

from accounts.models import Settings, User
from config.tests.contract import SchemaClient

pytestmark = pytest.mark.django_db

URL = "/api/v1/measurements/"
BODY = {"kind": "body_weight", "value": "80", "measured_at": "2026-03-01T23:30:00Z"}


@pytest.fixture(autouse=True)
def at_home(alice: User) -> None:
    Settings.objects.filter(user=alice).update(time_zone="Europe/Berlin")


def test_zone_that_was_not_said_is_that_of_the_settings(api: SchemaClient) -> None:
    row = api.post(URL, BODY).json()
    assert (row["time_zone"], row["local_date"]) == ("Europe/Berlin", "2026-03-02")


def test_zone_that_was_said_stands(api: SchemaClient) -> None:
    assert api.post(URL, {**BODY, "time_zone": "UTC"}).json()["time_zone"] == "UTC"


def test_each_row_of_a_batch_has_its_own(api: SchemaClient) -> None:
    answer = api.post(f"{URL}batch/", {"items": [BODY, {**BODY, "time_zone": "Asia/Tokyo"}]}).json()
    assert [row["time_zone"] for row in answer["results"]] == ["Europe/Berlin", "Asia/Tokyo"]


def test_repeated_post_is_the_same_row_after_a_move(api: SchemaClient, alice: User) -> None:
    body = {**BODY, "id": "0190b2a4-8f00-7000-8000-000000000001"}
    first = api.post(URL, body).json()
    Settings.objects.filter(user=alice).update(time_zone="Asia/Tokyo")
    assert api.post(URL, body).json() == first
