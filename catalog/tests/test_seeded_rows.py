"""Every row that seeding writes, as it stands in the database. What must hold of the files themselves is tested beside them."""

import re
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.db import models

from catalog.domain.metadata import check_metadata_schema
from catalog.domain.nutrients import energy_of
from catalog.models import (
    ExerciseType,
    Food,
    Muscle,
    Nutrient,
    NutritionTemplate,
    ReferenceIntake,
    Supplement,
    SupplementInteraction,
)
from catalog.models.library import folded
from catalog.services.seeding import LIBRARIES
from catalog.services.seeding.data import read_csv, read_json
from catalog.tests.test_data import TYPES, names_of, without_marks
from catalog.tests.test_importing import SAMPLES, run

pytestmark = pytest.mark.usefixtures("seeded", "db")

LANGUAGES = {"de", "es", "fr"}
NAMED = [library.model for library in LIBRARIES if hasattr(library.model, "aliases")]
PARTS = [part.model for library in LIBRARIES for part in library.parts]


def rows_of(model: Any) -> models.QuerySet[Any]:
    rows: models.QuerySet[Any] = model._default_manager.all()
    return rows


def test_every_row_is_what_its_fields_allow() -> None:
    for model in (*(one.model for one in LIBRARIES), *PARTS):
        assert rows_of(model).exists(), model
        for row in rows_of(model):
            row.clean_fields(exclude=["user"])
    for row in rows_of(ExerciseType):
        check_metadata_schema(row.metadata_schema)


def test_every_row_says_where_it_is_from() -> None:
    for model in (one.model for one in LIBRARIES if hasattr(one.model, "source")):
        assert list(rows_of(model).filter(source="").values_list("slug", flat=True)) == [], model
    assert set(Food.objects.values_list("source", flat=True)) == {"usda-sr28"}
    assert Food.objects.values("source_id").distinct().count() == Food.objects.count()


def test_every_row_is_published_in_its_languages() -> None:
    for model in NAMED:
        assert set(rows_of(model).values_list("status", flat=True)) == {"published"}
        assert [row.slug for row in rows_of(model) if set(row.names) != LANGUAGES] == [], model


def test_no_two_rows_of_a_library_are_called_the_same() -> None:
    for model in NAMED:
        counted = Counter(rows_of(model).annotate(called=folded("name")).values_list("called", flat=True))
        assert [name for name, count in counted.items() if count > 1] == [], model


def test_intakes_are_those_of_the_data() -> None:
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


def test_foods_hold_what_the_data_say_and_no_more_than_there_can_be() -> None:
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


def test_no_dose_is_above_its_limit_without_a_warning() -> None:
    over = Supplement.objects.filter(dose_unit=models.F("upper_limit_unit"), dose_high__gt=models.F("upper_limit"))
    assert list(over.filter(warnings=[]).values_list("slug", flat=True)) == []
    limited = Supplement.objects.exclude(upper_limit=None)
    assert limited.count() > 10
    assert list(limited.filter(upper_limit_unit="").values_list("slug", flat=True)) == []


def test_what_is_serious_sends_to_a_clinician() -> None:
    serious = SupplementInteraction.objects.filter(severity="serious")
    assert serious.count() > 10
    assert list(serious.filter(ask_clinician=False).values_list("supplement__slug", "with_name")) == []


def test_meals_of_a_template_are_a_whole_day() -> None:
    for template in rows_of(NutritionTemplate):
        shares = template.meals.live().aggregate(energy=models.Sum("energy_percent"))
        assert shares["energy"] == 100, template.slug
        assert template.meals.live().filter(items=None).count() == 0, template.slug


def test_every_muscle_of_the_release_is_on_the_body() -> None:
    picture = (settings.BASE_DIR / "templates/admin/catalog/forms/body.html").read_text()
    drawn = re.findall(r'data-muscle="([\w-]+)"', picture)
    assert len(drawn) == len(set(drawn))
    assert set(Muscle.objects.values_list("slug", flat=True)) <= set(drawn)


# --- finding it ---


def found_by(slug: str, asked: Iterable[str]) -> bool:
    """Whether each of these searches finds the type. In one query: there are thousands of names."""
    rows = ExerciseType.objects.filter(slug=slug)
    for text in asked:
        rows = rows.search(text)
    return bool(rows.exists())


def test_every_type_is_found_by_each_of_its_names() -> None:
    assert [row["slug"] for row in TYPES if not found_by(row["slug"], names_of(row))] == []


def test_every_type_is_found_by_each_of_its_names_without_accents() -> None:
    assert [row["slug"] for row in TYPES if not found_by(row["slug"], map(without_marks, names_of(row)))] == []


def test_every_type_is_found_by_each_word_of_its_name() -> None:
    words = {row["slug"]: re.findall(r"\w+", row["name"].upper()) for row in TYPES}
    assert [slug for slug, asked in words.items() if not found_by(slug, asked)] == []


def test_a_type_is_not_found_by_the_name_of_another() -> None:
    assert not found_by("barbell-bench-press", ["Bankdrücken", "Kniebeuge"])


# --- real files ---


@pytest.mark.skipif(not SAMPLES.exists(), reason="the samples are not in this checkout")
def test_real_free_exercise_db_finds_its_types(capsys: Any) -> None:
    lines = run(SAMPLES / "samples/free-exercise-db.exercises.json", "free-exercise-db", "--dry-run", capsys=capsys)
    new, matched = (int(part.split()[0]) for part in lines[-1].removeprefix("Nothing was written. ").split(", ")[:2])
    assert new + matched == 873
    assert matched > 200


@pytest.mark.skipif(not SAMPLES.exists(), reason="the samples are not in this checkout")
def test_real_usda_sr_finds_the_foods_of_the_release(capsys: Any) -> None:
    lines = run(SAMPLES / "data/usda_sr.csv", "usda-sr", capsys=capsys)
    assert "0 changed, 0 left, 0 refused; 0 need a person." in lines[-1]
    assert Food.objects.filter(source="usda-sr28").count() == int(lines[-1].split()[0]) + 744
