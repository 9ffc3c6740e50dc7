"""Schemas of metadata: which are taken, what they find, and that none can make a check hang or ask the network."""

import gc
import time
from typing import Any

import jsonschema_rs
import orjson
import pytest

from catalog.domain import metadata
from catalog.domain.metadata import (
    MAX_FAULTS,
    MAX_PARTS,
    MAX_PATTERNS,
    VALIDATORS_KEPT,
    Fault,
    SchemaProblem,
    check_metadata_schema,
    faults_of,
    metadata_schema,
)

TREADMILL = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "incline": {"type": "number", "minimum": -10, "maximum": 40},
        "splits": {"type": "array", "items": {"$ref": "#/$defs/split"}},
        "level": {"enum": ["easy", "hard"]},
        "code": {"pattern": "^[A-Z]{2}[0-9]+$"},
    },
    "required": ["incline"],
    "additionalProperties": False,
    "$defs": {"split": {"type": "object", "properties": {"pace": {"type": "number", "exclusiveMinimum": 0}}}},
}


def of_object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def doubling(levels: int) -> dict[str, Any]:
    """Each level refers to the next one twice: a check would take twice as long with each."""
    defs: dict[str, Any] = {f"a{n}": {"allOf": [{"$ref": f"#/$defs/a{n + 1}"}] * 2} for n in range(levels)}
    return {"type": "object", "$ref": "#/$defs/a0", "$defs": {**defs, f"a{levels}": {}}}


def nested_unevaluated(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"unevaluatedProperties": False}
    for _ in range(levels):
        schema = {"if": schema, "then": {}, "unevaluatedProperties": False}
    return {"type": "object", **schema}


def text(schema: Any) -> str:
    return orjson.dumps(schema).decode()


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "object"},
        TREADMILL,
        metadata_schema(["reps", "load"]),
        {"type": "object", "$id": "https://example.org/mine", "$ref": "#/$defs/a~1b", "$defs": {"a/b": {}}},
        {"type": "object", "allOf": [{"$ref": "#/allOf/1"}, {"required": ["a"]}]},
        of_object(**{"$ref": {"type": "string"}, "$id": {"type": "string"}}),
        of_object(a={"pattern": r"^\p{L}+$"}),
        of_object(a={"format": "date"}),
        doubling(3),
    ],
    ids=lambda schema: text(schema)[:60],
)
def test_schema_is_taken(schema: dict[str, Any]) -> None:
    check_metadata_schema(schema)
    faults_of({}, text(schema))  # it can be used


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "array"}, '"type": "object"'),
        ({"properties": {}}, '"type": "object"'),
        ([], '"type": "object"'),
        (of_object(a={"type": "nonsense"}), "Not a JSON Schema"),
        (of_object(a={"minimum": "0"}), "Not a JSON Schema"),
        ({"type": "object", "$schema": "http://json-schema.org/draft-07/schema#"}, "$schema"),
        ({"type": "object", "$schema": "https://example.org/my-dialect"}, "$schema"),
        (of_object(a={"$ref": "https://example.org/a.json"}), "$ref"),
        (of_object(a={"$ref": "file:///etc/passwd"}), "$ref"),
        (of_object(a={"$ref": "other.json"}), "$ref"),
        (of_object(a={"$ref": "#named"}), "$ref"),
        (of_object(a={"$dynamicRef": "#a"}), "$ref"),
        (of_object(a={"$anchor": "named"}), "$ref"),
        (of_object(a={"$id": "https://example.org/a.json"}), "$ref"),
        (of_object(a={"$ref": "#/$defs/none"}), "leads nowhere"),
        (of_object(a={"$ref": "#/type/a"}), "leads nowhere"),
        (of_object(a={"$ref": "#"}), "$ref"),
        (of_object(a={"$ref": "#/properties/a"}), "refers to itself"),
        (of_object(a={"$ref": "#/properties"}), "refers to itself"),
        (doubling(60), "refers to itself"),
        (of_object(**{f"p{n}": {} for n in range(MAX_PARTS)}), f"more than {MAX_PARTS}"),
        (of_object(**{f"p{n}": {"pattern": "a"} for n in range(MAX_PATTERNS + 1)}), "patterns"),
        ({"type": "object", "patternProperties": {f"a{n}": {} for n in range(MAX_PATTERNS + 1)}}, "patterns"),
        (nested_unevaluated(20), "unevaluated"),
        (of_object(a={"pattern": "("}), "Not a JSON Schema"),
        (of_object(a={"pattern": "(?=a)b"}), "Not a JSON Schema"),  # not one of those that run in linear time
        (of_object(a={"pattern": r"(a)\1"}), "Not a JSON Schema"),
        (of_object(a={"pattern": "(x{500}){500}"}), "Not a JSON Schema"),  # of a few letters, and a few megabytes
    ],
    ids=lambda value: text(value)[:60],
)
def test_schema_is_refused(schema: Any, words: str) -> None:
    with pytest.raises(SchemaProblem) as caught:
        check_metadata_schema(schema)
    assert words in str(caught.value)


def test_metrics_without_a_field_are_metadata_under_their_names() -> None:
    schema = text(metadata_schema(["duration", "incline"]))
    assert set(orjson.loads(schema)["properties"]) == {"duration_s", "incline"}
    assert faults_of({"incline": -5.5}, schema) == []
    assert [fault.path for fault in faults_of({"incline": 101}, schema)] == ["incline"]


def test_no_schema_makes_a_check_hang() -> None:
    """The worst of what is taken. Without the limits, each of them takes minutes."""
    evil = of_object(a={"pattern": "^(a+)+$"}, b={"pattern": "^(a|a)*$"}, c={"pattern": "^(.*)*x$"})
    worst = [evil, doubling(3), nested_unevaluated(1)]
    document = dict.fromkeys("abc", "a" * 600 + "!")
    began = time.process_time()
    for schema in worst:
        check_metadata_schema(schema)
        faults_of(document, text(schema))
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("said", "faults"),
    [
        ({"incline": 5}, []),
        ({"incline": 5.5, "level": "hard", "code": "AB1"}, []),
        ({"incline": -11}, [("incline", "properties/incline/minimum")]),
        ({"incline": "5"}, [("incline", "properties/incline/type")]),
        ({"level": "easy"}, [("", "required")]),
        ({"incline": 1, "color": "red"}, [("", "additionalProperties")]),
        ({"incline": 1, "splits": [{"pace": 4}, {"pace": 0}]}, [("splits.1.pace", "exclusiveMinimum")]),
        ({"incline": 41, "level": "mild"}, [("incline", "maximum"), ("level", "enum")]),
    ],
)
def test_each_fault_is_named_with_its_place(said: dict[str, Any], faults: list[tuple[str, str]]) -> None:
    found = faults_of(said, text(TREADMILL))
    assert [(fault.path, fault.rule.endswith(rule)) for fault, (_, rule) in zip(found, faults, strict=True)] == [
        (path, True) for path, _ in faults
    ]


def test_faults_are_named_up_to_a_number_and_in_few_words() -> None:
    schema = of_object(a={"items": {"type": "integer"}}, b={"enum": [f"value {n}" for n in range(500)]})
    found = faults_of({"a": ["x"] * 300, "b": ""}, text(schema))
    assert len(found) == MAX_FAULTS
    (fault,) = faults_of({"b": ""}, text(schema))
    assert len(fault.detail) < 400


def test_what_is_recorded_elsewhere_cannot_be_required_here() -> None:
    schema = text({**of_object(reps={}, incline={}), "required": ["reps", "incline"]})
    assert faults_of({"incline": 1}, schema, without=["reps"]) == []
    assert faults_of({"a": 1}, schema, without=["reps"]) == [Fault("", '"incline" is a required property', "required")]


def validators_in_memory() -> int:
    gc.collect()
    return sum(type(found) is jsonschema_rs.Draft202012Validator for found in gc.get_objects())


def test_validators_are_kept_by_content_and_not_without_end() -> None:
    cache = metadata._validator
    cache.cache_clear()
    others = validators_in_memory()  # of progressions
    for maximum in (1, 2, 1):
        faults_of({"a": 2}, text(of_object(a={"maximum": maximum})))
    assert (cache.cache_info().hits, cache.cache_info().misses) == (1, 2)
    for maximum in range(2 * VALIDATORS_KEPT):
        faults_of({"a": 2}, text(of_object(a={"maximum": maximum})))
    assert cache.cache_info().currsize == VALIDATORS_KEPT
    assert validators_in_memory() - others <= VALIDATORS_KEPT
