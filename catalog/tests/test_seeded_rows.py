"""Every row that seeding writes, as it stands in the database. What must hold of the files themselves is tested beside them."""

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from django.db import models

from catalog.domain.metadata import check_metadata_schema
from catalog.domain.nutrients import energy_of
from catalog.models import (
    ExerciseType,
    Food,
    Nutrient,
    NutritionTemplate,
    ReferenceIntake,
    Supplement,
    SupplementInteraction,
)
from catalog.models.library import folded
from catalog.services.seeding import LIBRARIES, seed
from catalog.services.seeding.data import read_csv, read_json

LANGUAGES = {"de", "es", "fr"}
NAMED = [library.model for library in LIBRARIES if hasattr(library.model, "aliases")]
PARTS = [part.model for library in LIBRARIES for part in library.parts]


@pytest.fixture
def library(db: None) -> None:
    seed()


def rows_of(model: Any) -> models.QuerySet[Any]:
    rows: models.QuerySet[Any] = model._default_manager.all()
    return rows


def test_every_row_is_what_its_fields_allow(library: None) -> None:
    for model in (*(one.model for one in LIBRARIES), *PARTS):
        assert rows_of(model).exists(), model
        for row in rows_of(model):
            row.clean_fields(exclude=["user"])
    for row in rows_of(ExerciseType):
        check_metadata_schema(row.metadata_schema)


def test_every_row_says_where_it_is_from(library: None) -> None:
    for model in (one.model for one in LIBRARIES if hasattr(one.model, "source")):
        assert list(rows_of(model).filter(source="").values_list("slug", flat=True)) == [], model
    assert set(Food.objects.values_list("source", flat=True)) == {"usda-sr28"}
    assert Food.objects.values("source_id").distinct().count() == Food.objects.count()


def test_every_row_is_published_in_its_languages(library: None) -> None:
    for model in NAMED:
        assert set(rows_of(model).values_list("status", flat=True)) == {"published"}
        assert [row.slug for row in rows_of(model) if set(row.names) != LANGUAGES] == [], model


def test_no_two_rows_of_a_library_are_called_the_same(library: None) -> None:
    for model in NAMED:
        counted = Counter(rows_of(model).annotate(called=folded("name")).values_list("called", flat=True))
        assert [name for name, count in counted.items() if count > 1] == [], model


def test_intakes_are_those_of_the_data(library: None) -> None:
    read = Counter(
        (
            *(row["nutrient"], row["kind"], row["sex"], row["stage"], Decimal(row["age_from_y"])),
            *(Decimal(row["age_below_y"]) if row["age_below_y"] else None, Decimal(row["value"])),
            *(row["unit"], row["applies_to"]),
        )
        for row in read_csv("reference_intakes")
    )
    names = ("nutrient_id", "kind", "sex", "stage", "age_from_y", "age_below_y", "value", "unit", "applies_to")
    assert Counter(ReferenceIntake.objects.values_list(*names)) == read
    assert len(read) > 1500


def test_foods_hold_what_the_data_say_and_no_more_than_there_can_be(library: None) -> None:
    known = set(Nutrient.objects.values_list("slug", flat=True))
    read = {row["slug"]: row["nutrients"] for row in read_json("foods")}
    for food in rows_of(Food):
        assert food.nutrients == read[food.slug], food.slug
        assert set(food.nutrients) <= known, food.slug
        energy = energy_of(food.nutrients)
        assert energy is not None, food.slug
        assert food.energy_kcal == pytest.approx(energy.kcal), food.slug
        macros = sum(food.nutrients.get(slug, 0) for slug in ("protein", "fat", "carbohydrate", "water", "alcohol"))
        assert macros <= 105, food.slug


def test_no_dose_is_above_its_limit_without_a_warning(library: None) -> None:
    over = Supplement.objects.filter(dose_unit=models.F("upper_limit_unit"), dose_high__gt=models.F("upper_limit"))
    assert list(over.filter(warnings=[]).values_list("slug", flat=True)) == []
    limited = Supplement.objects.exclude(upper_limit=None)
    assert limited.count() > 10
    assert list(limited.filter(upper_limit_unit="").values_list("slug", flat=True)) == []


def test_what_is_serious_sends_to_a_clinician(library: None) -> None:
    serious = SupplementInteraction.objects.filter(severity="serious")
    assert serious.count() > 10
    assert list(serious.filter(ask_clinician=False).values_list("supplement__slug", "with_name")) == []


def test_meals_of_a_template_are_a_whole_day(library: None) -> None:
    for template in rows_of(NutritionTemplate):
        shares = template.meals.live().aggregate(energy=models.Sum("energy_percent"))
        assert shares["energy"] == 100, template.slug
        assert template.meals.live().filter(items=None).count() == 0, template.slug
