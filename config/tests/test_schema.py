"""The API's document: what is the same in many places is said once, and what is said once is found."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import jsonschema

from config.schema import share_components
from config.tests.contract import openapi, shared

Json = dict[str, Any]


def operations() -> Iterator[Json]:
    for path in openapi()["paths"].values():
        yield from path.values()


def references(found: Any) -> Iterator[str]:
    if isinstance(found, dict):
        yield from [found["$ref"]] if isinstance(found.get("$ref"), str) else []
        found = list(found.values())
    for each in found if isinstance(found, list) else []:
        yield from references(each)


def test_every_reference_leads_somewhere() -> None:
    named = set(references(openapi()))
    assert {"#/components/responses/Refused", "#/components/parameters/id", "#/components/schemas/Page"} <= named
    assert [name for name in named if not shared({"$ref": name})] == []


def test_every_operation_may_refuse_in_the_one_shape() -> None:
    for operation in operations():
        for status in ("4XX", "503"):
            content = shared(operation["responses"][status])["content"]
            assert content == {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}


def test_no_parameter_is_said_twice() -> None:
    """Of two that differ under one name, only the more frequent one can be shared."""
    inline = Counter(
        json.dumps(p, sort_keys=True) for each in operations() for p in each.get("parameters", []) if "$ref" not in p
    )
    names = openapi()["components"]["parameters"]
    assert [text for text, count in inline.items() if count > 1 and json.loads(text)["name"] not in names] == []


def test_operations_want_the_access_token_unless_they_say_otherwise() -> None:
    assert openapi()["security"] == [{"accessToken": []}]
    open_to_all = {each["operationId"] for each in operations() if each.get("security") == [{}]}
    assert {"auth_login", "auth_register"} <= open_to_all
    assert not {"workouts_list", "auth_change_email"} & open_to_all


def document(**schemas: Json) -> Json:
    return {"paths": {}, "components": {"schemas": schemas}}


def validates(result: Json, name: str, value: Json) -> bool:
    schema = {"$ref": f"#/components/schemas/{name}", "components": result["components"]}
    return bool(jsonschema.Draft202012Validator(schema).is_valid(value))


def test_shared_schemas_say_what_they_said() -> None:
    fields = {"a": {"type": "string"}, "b": {"type": "integer"}}
    page = {
        "type": "object",
        "required": ["next", "results"],
        "properties": {
            "next": {"type": ["string", "null"]},
            "results": {"type": "array", "items": {"type": "integer"}},
        },
    }
    schemas = {
        "XRequest": {"type": "object", "properties": fields, "required": ["a"]},
        "PatchedXRequest": {"type": "object", "properties": fields},
        "PaginatedXList": page,
    }
    before = document(**json.loads(json.dumps(schemas)))
    after = share_components(document(**schemas), None, None, public=True)
    assert "Page" in after["components"]["schemas"]
    values: list[Json] = [
        {},
        {"a": "x"},
        {"b": 1},
        {"a": 1},
        {"a": "x", "b": "y"},
        {"next": None},
        {"results": [1], "next": None},
    ]
    values += [{"results": ["x"], "next": None}, {"results": [1], "next": 1}]
    for name in schemas:
        assert [validates(after, name, v) for v in values] == [validates(before, name, v) for v in values], name


def test_patch_with_other_fields_is_left_as_it_is() -> None:
    schemas: Json = {
        "XRequest": {"type": "object", "properties": {"a": {"type": "string"}}},
        "PatchedXRequest": {"type": "object", "properties": {"a": {"type": "integer"}}},
    }
    after = share_components(document(**schemas), None, None, public=True)
    assert after["components"]["schemas"] == schemas
