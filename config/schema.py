"""The OpenAPI schema's hooks."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from catalog.api.pages import REMOVED

ERROR = {
    "type": "object",
    "required": ["type", "errors", "request_id"],
    "properties": {
        "type": {"type": "string", "enum": ["validation_error", "client_error", "server_error"]},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code", "detail", "attr"],
                "properties": {
                    "code": {"type": "string", "description": "Stable; decide by it."},
                    "detail": {"type": "string", "description": "For people."},
                    "attr": {"type": ["string", "null"], "description": "The field, with dots into lists and objects."},
                },
            },
        },
        "request_id": {"type": ["string", "null"]},
    },
    "example": {
        "type": "validation_error",
        "errors": [{"code": "min_value", "detail": "Ensure this value is greater than or equal to 0.", "attr": "reps"}],
        "request_id": "7d1c0c1e6f6b4d5e8a52b8f3d2a9c001",
    },
}


REFUSALS = {
    "4XX": ("Refused", "Refused; the code says why."),
    "503": ("NotNow", "Not now: wait for Retry-After."),
}
Schema = dict[str, Any]


def describe_errors(result: Schema, generator: Any, request: Any, public: bool) -> Schema:  # noqa: FBT001 - spectacular's signature
    """Every operation may answer with the one error shape."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Error"] = ERROR
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    components["responses"] = {name: {"description": text, "content": content} for name, text in REFUSALS.values()}
    for operation in _operations(result):
        for status, (name, _) in REFUSALS.items():
            operation["responses"].setdefault(status, {"$ref": f"#/components/responses/{name}"})
    return result


def share_components(result: Schema, generator: Any, request: Any, public: bool) -> Schema:  # noqa: FBT001 - spectacular's signature
    """What is the same in many places is said once: the usual security, parameters, and what schemas have in common."""
    result["security"] = [{"accessToken": []}]
    for operation in _operations(result):
        if operation.get("security") == result["security"]:
            del operation["security"]
    schemas = result["components"]["schemas"]
    _share_parameters(result, {frozenset(each["enum"]): name for name, each in schemas.items() if "enum" in each})
    _share_patches(schemas)
    _share_pages(schemas)
    if "'#/components/schemas/Removed'" in repr(result):  # where there are lists that tell changes
        schemas["Removed"] = REMOVED
    return result


def _operations(result: Schema) -> Iterator[Schema]:
    for path in result["paths"].values():
        yield from path.values()


def _share_parameters(result: Schema, enums: Mapping[frozenset[Any], str]) -> None:
    """A parameter of one name that is the same in several places. Where two of one name differ, the more frequent one."""
    operations = [operation for operation in _operations(result) if "parameters" in operation]
    for parameter in (parameter for operation in operations for parameter in operation["parameters"]):
        if parameter.get("required") is False:  # as it is without
            del parameter["required"]
        if parameter["in"] == "path" and parameter.get("description", "").startswith("A UUID string identifying"):
            del parameter["description"]
        known = enums.get(frozenset(parameter["schema"].get("enum", ())))
        if known is not None and "default" not in parameter["schema"]:
            parameter["schema"] = {"$ref": f"#/components/schemas/{known}"}
    counted = Counter(_key(parameter) for operation in operations for parameter in operation["parameters"])
    shared: Schema = {}
    for key, count in counted.most_common():
        parameter = json.loads(key)
        if count > 1:
            shared.setdefault(parameter["name"], parameter)
    result["components"]["parameters"] = dict(sorted(shared.items()))
    for operation in operations:
        operation["parameters"] = [
            {"$ref": f"#/components/parameters/{p['name']}"} if shared.get(p["name"]) == p else p
            for p in operation["parameters"]
        ]


def _key(parameter: Schema) -> str:
    return json.dumps(parameter, sort_keys=True)


def _share_patches(schemas: Schema) -> None:
    """A create is a change with fields that it needs."""
    for name, schema in schemas.items():
        patch = schemas.get(f"Patched{name}")
        if patch is not None and patch == {key: value for key, value in schema.items() if key != "required"}:
            needed = {"required": schema["required"]} if "required" in schema else {}
            schemas[name] = {"allOf": [{"$ref": f"#/components/schemas/Patched{name}"}, {"type": "object"} | needed]}


def _share_pages(schemas: Schema) -> None:
    """A page of a list is one of results, and says how to go on."""
    pages = {name: each for name, each in schemas.items() if name.startswith("Paginated") and name.endswith("List")}
    for name, page in pages.items():
        rest = {key: value for key, value in page["properties"].items() if key != "results"}
        shared = {"type": "object", "properties": rest, "required": [n for n in page["required"] if n != "results"]}
        kind = "LibraryPage" if "catalog_version" in rest else "Page"
        if schemas.setdefault(kind, shared) == shared:
            own = {"type": "object", "properties": {"results": page["properties"]["results"]}, "required": ["results"]}
            schemas[name] = {"allOf": [{"$ref": f"#/components/schemas/{kind}"}, own]}
