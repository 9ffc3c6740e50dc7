"""What metadata may say: nothing that has a field of its own."""

from typing import Any

import orjson
import pytest

from lib import wire
from training.domain.metadata import FIELDS, MAX_LEVELS, OF_EXERCISES, OF_SETS, problems_of
from training.models import Exercise, Set


def problems(metadata: dict[str, Any], schema: Any) -> list[tuple[str, str]]:
    return [(problem.path, problem.code) for problem in problems_of(metadata, orjson.dumps(schema).decode())]


def test_names_with_a_field_are_those_of_the_models() -> None:
    of_sets, of_exercises = ({field.name for field in wire.entity_of(model).writable} for model in (Set, Exercise))
    assert of_sets | of_exercises == set(OF_SETS) | set(OF_EXERCISES)
    assert set(FIELDS.values()) <= of_sets | of_exercises


@pytest.mark.parametrize("name", ["reps", "load_kg", "weight", "weight_kg", "load", "rpe", "side", "notes", "workout"])
@pytest.mark.parametrize(
    "schema", [{}, {"type": "object"}, {"type": "object", "properties": {"reps": {"minimum": -9}}}]
)
def test_what_has_a_field_is_not_metadata_whatever_the_schema_says(name: str, schema: Any) -> None:
    assert problems({name: -5}, schema) == [(name, "has_a_field")]


@pytest.mark.parametrize("schema", [{}, {"type": "object", "required": ["incline"]}, {"type": "nonsense"}])
def test_who_says_nothing_is_never_wrong(schema: Any) -> None:
    assert problems({}, schema) == []


def test_type_without_a_schema_allows_any_small_object() -> None:
    assert problems({"machine": "B4", "seat": {"height": 3, "angle": -5}, "tags": ["new"]}, {}) == []


def test_depth_is_limited() -> None:
    deep: Any = 1
    for _ in range(MAX_LEVELS - 1):
        deep = [deep]
    assert problems({"a": deep}, {}) == []
    assert problems({"a": [deep]}, {}) == [("", "too_deep")]


def test_schema_of_another_time_that_cannot_be_used_is_said() -> None:
    remote = {"type": "object", "$ref": "https://example.org/schema.json"}
    assert problems({"incline": 1}, remote) == [("", "invalid_schema")]


def test_all_that_is_wrong_is_said_at_once() -> None:
    schema = {"type": "object", "properties": {"incline": {"minimum": 0}, "level": {"type": "integer"}}}
    said = {"incline": -1, "level": "x", "reps": 5}
    assert problems(said, schema) == [
        ("reps", "has_a_field"),
        ("incline", "metadata_invalid"),
        ("level", "metadata_invalid"),
    ]
