"""Our renderer against DRF's: another encoder, the same JSON."""

import datetime as dt
import json
import math
from collections import OrderedDict
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import pytest
from django.utils.functional import lazystr
from django.utils.safestring import mark_safe
from hypothesis import given, settings
from hypothesis import strategies as st
from rest_framework.renderers import JSONRenderer
from rest_framework.test import APIClient
from rest_framework.utils.serializer_helpers import ReturnDict, ReturnList

from accounts.enums import WeightUnit
from lib.renderers import OrjsonRenderer


class Size(Enum):
    SMALL = "small"


def ours(data: Any) -> Any:
    return json.loads(OrjsonRenderer().render(data))


def theirs(data: Any) -> Any:
    return json.loads(JSONRenderer().render(data))


@pytest.mark.parametrize(
    "value",
    [
        None, True, 0, -1, 2**53, 2**63 - 1, 2**64 - 1, 2**64, -(2**63) - 1, 10**40, 0.1, -0.0, 1e-7, 1e22, 1e308,
        "", "text", "Bankdrücken 💪", 'quote " and \\ and \n and \x00 and \u2028', "<script>",
        Decimal("82.50"), Decimal(0), Decimal("-0.00"), Decimal("1E+5"), Decimal("1e-7"),
        UUID("cafe0000-0000-4000-8000-000000000000"),
        dt.date(2026, 3, 1), dt.time(7, 5),
        dt.timedelta(days=1, seconds=1, microseconds=5), dt.timedelta(0), dt.timedelta(seconds=-1),
        lazystr("later"), mark_safe("<b>safe</b>"), WeightUnit.KG,
        b"bytes", [], {}, (1, 2), {7}, frozenset({"a"}), [None, [{}]],
        OrderedDict(b=1, a=2), {1: "a", None: "b", True: "c", 0.5: "d"}, {"nested": {"set": {1}}},
    ],
    ids=repr,
)  # fmt: skip
def test_value_is_rendered_as_drf_does(value: Any) -> None:
    assert ours(value) == theirs(value) if value is not None else OrjsonRenderer().render(value) == b""


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (dt.datetime(2026, 3, 1, 10, 0, 0, 31_000, tzinfo=dt.UTC), "2026-03-01T10:00:00.031000Z"),
        (dt.datetime(2026, 3, 1, 10, tzinfo=dt.UTC), "2026-03-01T10:00:00.000000Z"),
        (dt.datetime(2026, 3, 1, 10, tzinfo=dt.timezone(dt.timedelta(hours=2))), "2026-03-01T08:00:00.000000Z"),
        (dt.datetime(1, 1, 1, tzinfo=dt.UTC), "0001-01-01T00:00:00.000000Z"),
    ],
)
def test_time_is_in_utc_with_microseconds_also_where_they_are_zero(time: dt.datetime, text: str) -> None:
    assert ours({"at": time}) == {"at": text}
    assert ours({"at": time, "by DRF's own": 2**70})["at"] == text


def test_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        OrjsonRenderer().render({"at": dt.datetime(2026, 3, 1, 10)})


def test_serializer_data_is_rendered_as_drf_does() -> None:
    serializer: Any = object()  # both only carry it along
    row = ReturnDict({"load_kg": Decimal("82.50")}, serializer=serializer)
    rows = ReturnList([row], serializer=serializer)
    assert ours(rows) == theirs(rows) == [{"load_kg": 82.5}]


def test_choice_is_rendered_by_its_value() -> None:
    assert ours({"unit": WeightUnit.LB, "size": Size.SMALL}) == {"unit": "lb", "size": "small"}


def test_indent_that_a_client_asks_for_is_given() -> None:
    rendered = OrjsonRenderer().render({"a": [1]}, "application/json; indent=4")
    assert rendered == b'{\n    "a": [\n        1\n    ]\n}'


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_number_that_json_does_not_have_is_null(value: float) -> None:
    assert ours({"value": value}) == {"value": None}


@pytest.mark.parametrize("value", ["\ud800", "half a 💪: \ud83d"])
def test_half_a_character_is_rendered_as_an_escape(value: str) -> None:
    assert ours({"detail": value, "é": 2**70}) == {"detail": value, "é": 2**70}


def test_what_is_no_data_is_refused() -> None:
    with pytest.raises(TypeError):
        OrjsonRenderer().render({"value": object()})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
    | st.decimals(allow_nan=False, allow_infinity=False) | st.uuids() | st.dates()
    | st.timedeltas() | st.frozensets(st.integers(), max_size=2),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=150, deadline=None, database=None, derandomize=True)
@given(JSON)
def test_any_data_is_rendered_as_drf_does(data: Any) -> None:
    wrapped = {"data": data}
    assert ours(wrapped) == theirs(wrapped)


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        *((None, 401), ("*/*", 401), ("application/json", 401), ("application/*", 401), ("text/html, */*;q=0.1", 401)),
        *(("text/html", 406), ("application/xml", 406)),
    ],
)
def test_client_gets_json_unless_it_will_not_take_it(db: None, accept: str | None, status: int) -> None:
    headers = {} if accept is None else {"Accept": accept}
    response = APIClient().post("/api/v1/auth/logout", {"refresh": "x"}, headers=headers)
    assert response.status_code == status
    assert response["Content-Type"].startswith("application/json")


@pytest.mark.parametrize(("name", "status"), [("json", 401), ("xml", 404)])
def test_format_in_the_address_is_heard(db: None, name: str, status: int) -> None:
    assert APIClient().post(f"/api/v1/auth/logout?format={name}", {"refresh": "x"}).status_code == status
