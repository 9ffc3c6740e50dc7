"""What was eaten, or is to be."""

from django.db import models

from catalog.enums import MealSlot
from catalog.models import Food
from catalog.models.fields import position_field, title_field, typed_name_field
from catalog.rules import keeps_food
from lib.fields import EnumField, MomentField, NoteField, OwnedForeignKey, TimeZoneField
from lib.models import OwnedModel
from lib.rules import own_or_shared
from lib.together import Copied, Together
from lib.wire import Wire
from nutrition.enums import MealLogStatus, NutrientBasis
from nutrition.models.fields import (
    PORTION_TOGETHER,
    amounts_field,
    grams_field,
    portion_constraint,
    portion_count_field,
    portion_field,
    servings_field,
)
from nutrition.models.meal import Meal
from nutrition.rules import CopiesFood


class MealLog(OwnedModel):
    """Something eaten at one time: a meal of a day, or a part of one."""

    wire = Wire(
        code=114,
        distinct=("eaten_on", "slot", "meal"),
        together=(Together(("eaten_at", "time_zone")),),
    )

    status = EnumField(choices=MealLogStatus, default=MealLogStatus.EATEN)
    eaten_on = models.DateField(
        help_text="The day by the athlete's own calendar; a later change of zone moves nothing."
    )
    slot = EnumField(choices=MealSlot, blank=True, default="")
    eaten_at = MomentField(null=True, blank=True)
    time_zone = TimeZoneField()
    title = title_field()
    meal = OwnedForeignKey(
        Meal, models.SET_NULL, null=True, blank=True, related_name="+", help_text="Of what it was made."
    )
    servings = servings_field("Of the meal. The grams of the items are those of all servings.")
    source = models.CharField(max_length=60, blank=True, default="", help_text="The app that it was imported from.")
    notes = NoteField(max_length=5000)

    class Meta(OwnedModel.Meta):
        indexes = [
            *OwnedModel.Meta.indexes,
            # a day, a range of days; what else a device logged offline for the day
            models.Index(
                fields=["user", "eaten_on"], condition=models.Q(deleted_at=None), name="nutrition_meallog_days"
            ),
        ]

    def __str__(self) -> str:
        return self.title or super().__str__()


class MealLogItem(OwnedModel):
    """A food that was eaten, with the values that it had then; or numbers alone."""

    wire = Wire(
        code=116,
        together=(PORTION_TOGETHER, Together(("nutrients", "basis"))),
        copied=(Copied("nutrients", ("food",), only=("basis", NutrientBasis.PER_100_G)),),
    )

    meal_log = OwnedForeignKey(MealLog, related_name="items", db_index=False)
    food = models.ForeignKey(Food, models.RESTRICT, null=True, blank=True, related_name="+")
    typed_name = typed_name_field()
    position = position_field()
    grams = grams_field(null=True, blank=True)
    portion = portion_field()
    portion_count = portion_count_field()
    nutrients = amounts_field(
        'Amounts by slug of the nutrient and in its unit, of what `basis` says: {"protein": 20.5}. '
        "Left empty beside a food: those that the food has when it is logged."
    )
    basis = EnumField(
        choices=NutrientBasis,
        default=NutrientBasis.PER_100_G,
        help_text="Whether `nutrients` are those of 100 g, as foods have them, or of the whole item.",
    )
    notes = NoteField(max_length=2000)

    class Meta(OwnedModel.Meta):
        constraints = [
            *OwnedModel.Meta.constraints,
            portion_constraint(),
            models.CheckConstraint(
                condition=models.Q(basis=NutrientBasis.WHOLE) | models.Q(grams__isnull=False),
                name="nutrition_meallogitem_weighed",
                violation_error_code="grams_missing",
                violation_error_message="Nutrients of 100 g need the grams that were eaten. Without them, the basis is whole.",
            ),
        ]
        indexes = [
            *OwnedModel.Meta.indexes,
            # ?meal_log=, in its order; what hangs on a log
            models.Index(fields=["meal_log", "position", "id"], name="nutrition_meallogitem_in_order"),
        ]
        triggers = [
            *OwnedModel.Meta.triggers,
            *own_or_shared("food"),
            *keeps_food("food"),
            CopiesFood(name="copies_food"),
        ]
