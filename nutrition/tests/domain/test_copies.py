"""Meals, logs and days copied, by the vectors that clients check themselves by, and by their laws."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from lib import wire
from nutrition.domain.copies import NewLog, NewMeal, Tree, copies_of, copy_of, log_of, meal_of
from nutrition.models import Meal, MealItem, MealLog, MealLogItem
from training.tests.domain.vectors import parsed, plain, vectors

DECIMALS = {"servings", "grams", "portion_count"}
ENVELOPE = {"id"}


def read(value: Any) -> Any:
    """With ids, days and decimals as Python has them."""
    match value:
        case dict():
            return {
                name: Decimal(item) if name in DECIMALS and item is not None else read(item)
                for name, item in value.items()
            }
        case list():
            return [read(item) for item in value]
    return parsed(value)


def written(value: Any) -> Any:
    match value:
        case Tree():
            return {"root": written(value.root), "items": written(value.items)}
        case Mapping():
            return {name: written(item) for name, item in value.items()}
        case list():
            return [written(item) for item in value]
        case Decimal():
            return str(value)
    return plain(value)


def made_by(act: str, origin: Any, given: Any) -> Any:
    if act == "copy-day":
        return copies_of([Tree(**log) for log in origin], act_id=given["id"], to=NewLog(given["id"], given["to_date"]))
    if act == "save":
        return meal_of(Tree(**origin), NewMeal(**given))
    return {"log": log_of, "copy": copy_of}[act](Tree(**origin), NewLog(**given))


@pytest.mark.parametrize("vector", vectors("meals"), ids=lambda vector: f"{vector['act']}: {vector['name']}")
def test_tree_is_that_of_the_vector(vector: dict[str, Any]) -> None:
    assert written(made_by(vector["act"], read(vector["origin"]), read(vector["given"]))) == vector["made"]


def test_every_field_is_copied_or_left_on_purpose() -> None:
    """A new field of a model asks here what becomes of it."""
    vector = next(vector for vector in vectors("meals") if vector["act"] == "copy")
    left = {"source", "notes"}
    assert set(vector["made"]["root"]) | left == {field.name for field in wire.entity_of(MealLog).writable} | ENVELOPE
    assert set(vector["made"]["items"][0]) == {field.name for field in wire.entity_of(MealLogItem).writable} | ENVELOPE
    vector = next(vector for vector in vectors("meals") if vector["act"] == "save")
    assert set(vector["made"]["root"]) == {field.name for field in wire.entity_of(Meal).writable} | ENVELOPE
    assert set(vector["made"]["items"][0]) == {field.name for field in wire.entity_of(MealItem).writable} | ENVELOPE


def test_log_of_a_saved_log_is_the_same_food() -> None:
    origin = read(next(vector["origin"] for vector in vectors("meals") if vector["act"] == "save"))
    meal = meal_of(Tree(**origin), NewMeal(UUID(int=1), "Again"))
    again = log_of(meal, NewLog(UUID(int=2), origin["root"]["eaten_on"], servings=origin["root"]["servings"]))
    assert [(row["food"], row["grams"]) for row in again.items] == [
        (row["food"], row["grams"]) for row in origin["items"] if row["food"] is not None
    ]
