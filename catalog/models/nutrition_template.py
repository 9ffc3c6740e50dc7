"""Ways to eat: how much of what, and a day of meals as an example."""

from django.db import models

from catalog import enums
from catalog.models.fields import position_field
from catalog.models.food import Food
from catalog.models.history import keeps_versions
from catalog.models.library import NOT_ON_THE_WIRE, LibraryModel
from catalog.rules import VersionedRoot
from lib.fields import BoundedDecimalField, EnumField, NoteField, OwnedForeignKey, SlugSetField
from lib.rules import own_or_shared
from lib.shared import SharedChild
from lib.wire import Wire


def share_field(help_text: str = "", max_value: str = "100.0") -> BoundedDecimalField:
    return BoundedDecimalField(
        max_digits=4, decimal_places=1, min_value="0.0", max_value=max_value, null=True, blank=True, help_text=help_text
    )


def per_kg_field() -> BoundedDecimalField:
    return BoundedDecimalField(
        max_digits=4, decimal_places=2, min_value="0.00", max_value="20.00", null=True, blank=True
    )


@keeps_versions
class NutritionTemplate(LibraryModel):
    wire = Wire(code=28, internal=NOT_ON_THE_WIRE, shown=("slug", "status", "replaced_by"), stays_readable=True)

    summary = NoteField(max_length=500, help_text="In a sentence or two, for a list.")
    description = NoteField(max_length=10_000, help_text="Markdown.")
    diet = EnumField(choices=enums.Diet, default=enums.Diet.OMNIVORE)
    goal = EnumField(choices=enums.NutritionGoal, default=enums.NutritionGoal.MAINTENANCE)
    energy_percent = BoundedDecimalField(
        max_digits=4,
        decimal_places=1,
        min_value="50.0",
        max_value="150.0",
        default="100.0",
        help_text="Of what the athlete expends: 100 keeps the weight.",
    )
    protein_g_per_kg = per_kg_field()
    fat_g_per_kg_min = per_kg_field()
    fat_energy_percent_min = share_field()
    fat_energy_percent_max = share_field()
    carbohydrate_g_per_kg = per_kg_field()
    fiber_g_per_1000_kcal = BoundedDecimalField(
        max_digits=4, decimal_places=1, min_value="0.0", max_value="100.0", null=True, blank=True
    )
    exclusions = SlugSetField(max_size=20)
    tags = SlugSetField(max_size=20)

    class Meta(LibraryModel.Meta):
        constraints = [
            *LibraryModel.Meta.constraints,
            models.CheckConstraint(
                condition=(
                    models.Q(fat_energy_percent_max=None)
                    | models.Q(fat_energy_percent_min=None)
                    | models.Q(fat_energy_percent_max__gte=models.F("fat_energy_percent_min"))
                ),
                name="catalog_nutritiontemplate_fat_in_order",
                violation_error_code="max_below_min",
                violation_error_message="The largest share of fat must not be below the least.",
            ),
        ]


@keeps_versions
class NutritionTemplateMeal(SharedChild):
    """A meal of the day, and its share of it."""

    wire = Wire(code=34)

    template = OwnedForeignKey(NutritionTemplate, related_name="meals", db_index=False)
    position = position_field()
    name = models.CharField(max_length=120)
    slot = EnumField(choices=enums.MealSlot)
    energy_percent = share_field("Of the day's energy.")
    protein_percent = share_field("Of the day's protein.")
    notes = NoteField(max_length=2000)

    class Meta(SharedChild.Meta):
        indexes = [
            *SharedChild.Meta.indexes,
            # ?template=, in its order; what hangs on a template
            models.Index(fields=["template", "position", "id"], name="catalog_templatemeal_in_order"),
        ]
        triggers = [*SharedChild.Meta.triggers, VersionedRoot(name="versioned_root")]

    def __str__(self) -> str:
        return self.name


@keeps_versions
class NutritionTemplateItem(SharedChild):
    """A food of a meal, as an example."""

    wire = Wire(code=36)

    meal = OwnedForeignKey(NutritionTemplateMeal, related_name="items", db_index=False)
    position = position_field()
    food = models.ForeignKey(Food, models.RESTRICT, related_name="+")
    typed_name = models.CharField(
        max_length=120, blank=True, default="", help_text="What it is called here, whatever the food is called."
    )
    grams = BoundedDecimalField(max_digits=7, decimal_places=1, min_value="0.1", max_value="10000.0")
    notes = NoteField(max_length=2000)

    class Meta(SharedChild.Meta):
        indexes = [
            *SharedChild.Meta.indexes,
            # ?meal=, in its order; what hangs on a meal
            models.Index(fields=["meal", "position", "id"], name="catalog_templateitem_in_order"),
        ]
        triggers = [*SharedChild.Meta.triggers, *own_or_shared("food"), VersionedRoot(name="versioned_root")]

    def __str__(self) -> str:
        """Asks for the food, where it has no name of its own here."""
        return f"{float(self.grams):g} g of {self.typed_name or self.food}"
