"""The contract that every endpoint keeps, as helpers: the error shape, and answers that fit the published schema."""

import re
from functools import cache
from typing import Any

import jsonschema
import yaml
from django.conf import settings
from rest_framework.test import APIClient

SCHEMA_FILE = "docs/openapi.yaml"
BODILESS = {204, 304}


@cache
def openapi() -> dict[str, Any]:
    text = (settings.BASE_DIR / SCHEMA_FILE).read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)  # safe_load, in C
    return found


def shared(found: dict[str, Any]) -> dict[str, Any]:
    """What a reference to a component stands for; anything else is itself."""
    for part in found.get("$ref", "#").split("/")[1:]:
        found = found[part] if part != "components" else openapi()["components"]
    return found


@cache
def _operations() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    """Addresses that are said in full come first: facets/ is no row."""
    paths = dict(sorted(openapi()["paths"].items(), key=lambda pair: pair[0].count("{")))
    return [(re.compile(re.sub(r"\{[^/]+\}", "[^/]+", path) + "$"), item) for path, item in paths.items()]


def schema_of(method: str, path: str, status: int) -> dict[str, Any] | None:
    """What the schema says of an answer; None where it knows no such operation. Fails for a status it does not name."""
    item = next((item for pattern, item in _operations() if pattern.match(path)), None)
    if item is None or method.lower() not in item:
        return None
    responses = item[method.lower()]["responses"]
    wanted = responses.get(str(status)) or responses.get(f"{str(status)[0]}XX")
    assert wanted is not None, f"The schema does not say that {method} {path} may answer {status}."
    wanted = shared(wanted)
    content = wanted.get("content", {}).get("application/json")
    return content["schema"] if content else None


def check_answer(method: str, path: str, response: Any) -> None:
    """The answer of an API address fits the schema."""
    if not path.startswith("/api/v1/") or response.status_code in BODILESS:
        return
    schema = schema_of(method, path, response.status_code)
    if schema is not None:
        resolved = {**schema, "components": openapi()["components"]}
        jsonschema.Draft202012Validator(resolved).validate(response.json())


def check_error(response: Any, status: int, code: str, attr: str | None = None) -> None:
    """One error, in the one shape."""
    assert response.status_code == status, response.content
    body = response.json()
    assert set(body) == {"type", "errors", "request_id"}
    assert [(e["code"], e["attr"]) for e in body["errors"]] == [(code, attr)], body


class SchemaClient(APIClient):
    """Every answer of the API is held to the schema that clients are generated from."""

    def request(self, **kwargs: Any) -> Any:
        response = super().request(**kwargs)
        check_answer(kwargs["REQUEST_METHOD"], kwargs["PATH_INFO"], response)
        return response
