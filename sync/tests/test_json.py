"""Free JSON: the same limits by every way, so that what one way takes does not break another."""

from typing import Any
from uuid import uuid4

import pytest

from config.tests.contract import SchemaClient, check_error
from sync.tests.devices import Json, Phone

TYPES = "/api/v1/exercise-types/"


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"a": value}
    return value


def exercise_type(**values: Any) -> Json:
    return {"id": str(uuid4()), "name": "Zercher squat", **values}


def test_json_at_the_limit_travels_by_every_way(api: SchemaClient, phone: Phone) -> None:
    row = exercise_type(media=[nested(63), 2**63 - 1, -(2**63), 1e-300], names={"de": "a\\u0000b"})
    assert api.post(TYPES, row).status_code == 201
    version = phone.records()["exercise_type", row["id"]]["version"]
    patch = {"media": [nested(63), "b"], "names": {"de": "c\\u0000d"}}
    result = phone.one("update", "exercise_type", row["id"], patch, base_version=version)
    assert result["status"] == "applied", result
    data = phone.records()["exercise_type", row["id"]]["data"]
    assert {name: data[name] for name in patch} == patch
    assert api.get(f"{TYPES}{row['id']}/").json()["names"] == {"de": "c\\u0000d"}
    assert phone.one("delete", "exercise_type", row["id"], base_version=version)["status"] == "applied"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"media": [nested(64)]}, "invalid"),
        ({"media": [nested(200)]}, "invalid"),
        ({"media": [{"n": 2**63}]}, "invalid"),
        ({"media": [{"n": -(2**63) - 2000}]}, "invalid"),
        ({"media": [{"n": 1e30}]}, "invalid"),
        ({"names": {"de": "a\0b"}}, "null_characters_not_allowed"),
        ({"names": {"a\0b": "de"}}, "null_characters_not_allowed"),
    ],
)
def test_json_beyond_the_limit_is_refused_by_every_way(
    api: SchemaClient, phone: Phone, values: Json, code: str
) -> None:
    field = next(iter(values))
    check_error(api.post(TYPES, exercise_type(**values)), 400, code, field)
    result = phone.one("create", "exercise_type", str(uuid4()), {"name": "Zercher squat", **values})
    assert (result["status"], result["error"]["code"], set(result["error"]["fields"])) == ("rejected", code, {field})


def test_json_that_rest_took_never_stops_a_push(api: SchemaClient, phone: Phone) -> None:
    row = exercise_type(media=[nested(300)])
    api.post(TYPES, row)
    results = phone.push(
        phone.mutation("create", "workout", str(uuid4()), {"title": "Legs"}),
        phone.mutation("update", "exercise_type", row["id"], {"name": "Squat"}),
    )
    assert [r["status"] for r in results] == ["applied", "conflict"]
