"""Muscles, equipment, nutrients, and how much of them people need."""

from functools import partial
from typing import Any

from catalog.models import Equipment, Muscle, Nutrient, ReferenceIntake
from catalog.services.seeding.data import Json, read_csv, read_json
from catalog.services.seeding.trees import Library, Tree


def _vocabulary(name: str, model: Any) -> Library:
    return Library(name, model, partial(read_json, name), lambda: lambda row, _version: Tree(model(**row)))


def _intakes() -> list[Json]:
    return [{**row, "slug": slug_of_intake(row)} for row in read_csv("reference_intakes")]


def slug_of_intake(row: Json) -> str:
    """All but the value: a corrected figure is the same row."""
    said = (row["nutrient"], row["kind"], row["sex"], row["stage"], row["age_from_y"], row["age_below_y"])
    return "-".join(word for word in said if word).replace(".", "-")


def _intake(row: Json, _version: int) -> Tree:
    row["nutrient_id"] = row.pop("nutrient")
    row["age_below_y"] = row["age_below_y"] or None
    return Tree(ReferenceIntake(**row))


MUSCLES = _vocabulary("muscles", Muscle)
EQUIPMENT = _vocabulary("equipment", Equipment)
NUTRIENTS = _vocabulary("nutrients", Nutrient)
REFERENCE_INTAKES = Library("reference_intakes", ReferenceIntake, _intakes, lambda: _intake)
