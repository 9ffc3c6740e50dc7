"""The OpenAPI schema's hooks."""

from typing import Any

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


def describe_errors(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:  # noqa: FBT001 - spectacular's signature
    """Every operation may answer with the one error shape."""
    result.setdefault("components", {}).setdefault("schemas", {})["Error"] = ERROR
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    for path in result["paths"].values():
        for operation in path.values():
            operation["responses"].setdefault("4XX", {"description": "Refused; the code says why.", "content": content})
            operation["responses"].setdefault(
                "503", {"description": "Not now: wait for Retry-After.", "content": content}
            )
    return result
