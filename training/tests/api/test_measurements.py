"""Numbers about the body, as series over time."""

from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from config.tests.contract import SchemaClient, check_error
from lib.tests.factories import make
from training.domain.measurements import RANGES
from training.enums import MeasurementKind
from training.models import Measurement

URL = "/api/v1/measurements/"


def weigh(user: User, day: int, value: str = "82.500", **values: Any) -> Measurement:
    return make(Measurement, user, measured_at=f"2026-03-{day:02}T07:00:00Z", value=value, **values)


def found(api: SchemaClient, query: str) -> list[str]:
    response = api.get(f"{URL}?{query}")
    assert response.status_code == 200, response.content
    return sorted(row["measured_at"][8:10] for row in response.json()["results"])


def test_series_of_one_kind_is_narrowed_by_time(api: SchemaClient, alice: User, bob: User) -> None:
    for day in (1, 2, 3, 4):
        weigh(alice, day)
    weigh(alice, 2, kind="waist", value="0.810")
    weigh(bob, 2)
    assert found(api, "kind=body_weight") == ["01", "02", "03", "04"]
    assert found(api, "kind=waist") == ["02"]
    assert found(api, "kind=body_weight&measured_at__gte=2026-03-02T07:00:00Z") == ["02", "03", "04"]
    assert found(api, "kind=body_weight&measured_at__lt=2026-03-02T07:00:00Z") == ["01"]
    assert found(api, "kind=body_weight&local_date__gte=2026-03-02&local_date__lte=2026-03-03") == ["02", "03"]


def test_day_of_a_measurement_is_the_one_on_the_users_wall(api: SchemaClient) -> None:
    body = {"kind": "steps", "value": "9000", "measured_at": "2026-03-01T23:30:00Z", "time_zone": "Europe/Berlin"}
    assert api.post(URL, body).json()["local_date"] == "2026-03-02"


@pytest.mark.parametrize(
    ("values", "attr"),
    [
        ({"value": "-0.001"}, "value"),
        ({"value": "1000000"}, "value"),
        ({"value": "1.2345"}, "value"),
        ({"value": None}, "value"),
        ({"value": "NaN"}, "value"),
        ({"kind": "mood"}, "kind"),
        ({"kind": ""}, "kind"),
        ({"measured_at": None}, "measured_at"),
        ({"measured_at": "yesterday"}, "measured_at"),
        ({"time_zone": "Europe/Atlantis"}, "time_zone"),
    ],
)
def test_bad_measurement_is_refused(api: SchemaClient, values: dict[str, Any], attr: str) -> None:
    good = {"kind": "body_weight", "value": "82.5", "measured_at": "2026-03-01T07:00:00Z"}
    response = api.post(URL, good | values)
    assert response.status_code == 400
    assert [error["attr"] for error in response.json()["errors"]] == [attr]
    assert not Measurement.objects.exists()


@pytest.mark.parametrize("name", ["kind", "value", "measured_at"])
def test_measurement_needs_its_number_kind_and_time(api: SchemaClient, name: str) -> None:
    good = {"kind": "body_weight", "value": "82.5", "measured_at": "2026-03-01T07:00:00Z"}
    del good[name]
    response = api.post(URL, good)
    assert [(error["code"], error["attr"]) for error in response.json()["errors"]] == [("required", name)]


def test_value_has_three_decimals_however_it_is_written(api: SchemaClient) -> None:
    for value in ("82.5", 82.5, "82.500", "8.25e1"):
        body = {"kind": "body_weight", "value": value, "measured_at": "2026-03-01T07:00:00Z"}
        assert api.post(URL, body).json()["value"] == "82.500"


def test_batch_takes_as_many_queries_for_thirty_as_for_three(api: SchemaClient, django_assert_num_queries: Any) -> None:
    for count in (3, 30):
        items = [{"kind": "steps", "value": n, "measured_at": "2026-03-01T07:00:00Z"} for n in range(count)]
        # the session; savepoint; the user's head; ids that stand; the zone of the settings; insert; the rows; release
        with django_assert_num_queries(8):
            assert api.post(f"{URL}batch/", {"items": items}).status_code == 201


@pytest.mark.parametrize("kind", MeasurementKind.values)
def test_kind_takes_what_is_possible_in_its_unit(api: SchemaClient, kind: str) -> None:
    """The ends are possible; a thousandth beyond them is not."""
    found = RANGES[kind]
    step = Decimal("0.001")
    body = {"kind": kind, "measured_at": "2026-03-01T07:00:00Z"}
    for value in (found.low, found.high):
        assert api.post(URL, {**body, "value": str(value)}).status_code == 201
    for value in (found.low - step, found.high + step):
        assert api.post(URL, {**body, "value": str(value)}).status_code == 400


@pytest.mark.parametrize(("kind", "value"), [("waist", "85"), ("body_fat", "150"), ("body_weight", "80000")])
def test_value_in_another_unit_is_refused_by_its_code(api: SchemaClient, kind: str, value: str) -> None:
    body = {"kind": kind, "value": value, "measured_at": "2026-03-01T07:00:00Z"}
    check_error(api.post(URL, body), 400, "out_of_range", "non_field_errors")
