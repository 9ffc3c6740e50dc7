"""Foods: a library of as many as an operator imports, and athletes' own."""

from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Cast, Coalesce

from catalog import enums
from catalog.models.history import keeps_versions
from catalog.models.library import IN_THE_LIBRARY, NAME_MAX_LENGTH, NOT_ON_THE_WIRE, LibraryModel, folded, found_by
from catalog.rules import MarksStale
from catalog.validators import validate_nutrients, validate_portions
from lib.fields import EnumField, JsonField, SlugSetField
from lib.models import OwnedModel
from lib.rules import own_or_shared
from lib.wire import Wire

NUTRIENTS_BYTES = 8192
PORTIONS_BYTES = 8192
MACROS = ("energy_kcal", "protein_g", "fat_g", "carbohydrate_g", "fiber_g")


def per_100_g(slug: str) -> Cast:
    """An amount of the food's, NULL where it was not measured."""
    return Cast(models.fields.json.KeyTextTransform(slug, "nutrients"), models.FloatField())


def generated_amount(expression: Any) -> models.GeneratedField:
    return models.GeneratedField(expression=expression, output_field=models.FloatField(), db_persist=True)


def energy_kcal() -> Coalesce:
    """Measured; else by the factors of its kind, by the general ones, or 4, 4, 9 and 7 kcal/g of the macronutrients."""
    measured = [per_100_g(slug) for slug in ("energy", "energy-atwater-specific", "energy-atwater-general")]
    alcohol = Coalesce(per_100_g("alcohol"), models.Value(0.0))
    by_macros = per_100_g("protein") * 4.0 + per_100_g("carbohydrate") * 4.0 + per_100_g("fat") * 9.0 + alcohol * 7.0
    return Coalesce(*measured, by_macros)


@keeps_versions
class Food(LibraryModel):
    """What 100 g of it hold. A nutrient that was not measured is absent, not zero.

    A canonical food is not captured: there may be a million. Devices have those that their athlete uses, as KeptFood.
    """

    wire = Wire(
        code=22,
        internal=NOT_ON_THE_WIRE | frozenset(MACROS),
        shown=("slug", "status", "replaced_by"),
        stays_readable=True,
        canonical_captured=False,
    )

    brand = models.CharField(max_length=120, blank=True, default="")
    barcode = models.CharField(max_length=14, blank=True, default="", help_text="GTIN: 8, 12, 13 or 14 digits.")
    category = EnumField(choices=enums.FoodCategory, default=enums.FoodCategory.OTHER)
    diets = SlugSetField(max_size=10)
    allergens = SlugSetField(max_size=20)
    nutrients = JsonField(
        max_bytes=NUTRIENTS_BYTES,
        validators=[validate_nutrients],
        help_text='Amounts in 100 g, by slug of the nutrient and in its unit: {"protein": 20.5}.',
    )
    portions = JsonField(
        default=list,
        max_bytes=PORTIONS_BYTES,
        validators=[validate_portions],
        help_text='What it is measured in: [{"name": "slice", "grams": 25}].',
    )
    energy_kcal = generated_amount(energy_kcal())
    protein_g = generated_amount(per_100_g("protein"))
    fat_g = generated_amount(per_100_g("fat"))
    carbohydrate_g = generated_amount(per_100_g("carbohydrate"))
    fiber_g = generated_amount(per_100_g("fiber"))
    search = found_by("name", "names", "aliases", "brand")

    class Meta(LibraryModel.Meta):
        indexes = [
            *LibraryModel.Meta.indexes,
            # ?barcode=
            models.Index(fields=["barcode"], condition=~models.Q(barcode=""), name="catalog_food_barcode"),
            GinIndex(fields=["diets"], name="catalog_food_diets"),  # ?diet=
            # ?category=, and ?brand=, each in the order of the library
            models.Index("category", "name", "id", condition=IN_THE_LIBRARY, name="catalog_food_of_category"),
            models.Index(
                "brand", "name", "id", condition=IN_THE_LIBRARY & ~models.Q(brand=""), name="catalog_food_of_brand"
            ),
            # imports: is this food of that source here?
            models.Index(
                fields=["source", "source_id"],
                condition=models.Q(user=None) & ~models.Q(source_id=""),
                name="catalog_food_of_source",
            ),
            # imports: is there one that is called this, and is of no brand?
            models.Index(folded("name"), condition=models.Q(user=None, brand=""), name="catalog_food_folded_name"),
        ]
        triggers = [*LibraryModel.Meta.triggers, MarksStale(name="marks_stale")]


class KeptFood(OwnedModel):
    """A canonical food that an athlete uses, as their devices hold it. Triggers make it and keep it up to date; its id follows
    from theirs.
    """

    wire = Wire(code=24, read_only=True)

    food = models.ForeignKey(Food, models.RESTRICT, related_name="+", db_index=False)
    name = models.CharField(max_length=NAME_MAX_LENGTH)
    names = JsonField()
    brand = models.CharField(max_length=120, blank=True, default="")
    barcode = models.CharField(max_length=14, blank=True, default="")
    category = EnumField(choices=enums.FoodCategory, default=enums.FoodCategory.OTHER)
    nutrients = JsonField(max_bytes=NUTRIENTS_BYTES)
    portions = JsonField(default=list, max_bytes=PORTIONS_BYTES)
    attribution = models.CharField(max_length=500, blank=True, default="")

    class Meta(OwnedModel.Meta):
        indexes = [
            *OwnedModel.Meta.indexes,
            models.Index(fields=["food"], name="catalog_keptfood_of_food"),  # who keeps a food that changes?
        ]
        triggers = [*OwnedModel.Meta.triggers, *own_or_shared("food")]

    def __str__(self) -> str:
        return self.name


class StaleFood(models.Model):
    """A canonical food that changed while athletes keep it, until the job has brought their copies up to date."""

    food = models.OneToOneField(Food, models.CASCADE, primary_key=True, related_name="+")
    catalog_version = models.BigIntegerField(help_text="Under which it changed last.")

    def __str__(self) -> str:
        return f"{self.food_id} since {self.catalog_version}"
