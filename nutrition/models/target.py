from django.db import models

from lib.constraints import AtMostOne
from lib.fields import BoundedDecimalField, BoundedIntegerField, EnumField, NoteField
from lib.models import OwnedModel
from lib.wire import Wire
from nutrition.enums import DayKind, TargetMethod
from nutrition.models.fields import amounts_field

NUMBERS = ("energy_kcal", "protein_g", "fat_g", "carbohydrate_g", "fiber_g", "water_ml")


def mass_g_field() -> BoundedDecimalField:
    return BoundedDecimalField(
        max_digits=5, decimal_places=1, min_value="0.0", max_value="2000.0", null=True, blank=True
    )


class NutritionTarget(OwnedModel):
    """What to eat on days of a kind, from a day on until the next target of that kind. At most one a day and kind."""

    wire = Wire(code=118)

    starts_on = models.DateField(null=True, blank=True, help_text="Without a day it is a draft.")
    day_kind = EnumField(choices=DayKind, default=DayKind.EVERY)
    energy_kcal = BoundedDecimalField(
        max_digits=6, decimal_places=1, min_value="0.0", max_value="20000.0", null=True, blank=True
    )
    protein_g = mass_g_field()
    fat_g = mass_g_field()
    carbohydrate_g = mass_g_field()
    fiber_g = mass_g_field()
    water_ml = BoundedIntegerField(min_value=0, max_value=20_000, null=True, blank=True)
    nutrients = amounts_field('Of others, by slug of the nutrient and in its unit: {"iron": 18}.')
    method = EnumField(choices=TargetMethod, default=TargetMethod.MANUAL)
    reason = NoteField(max_length=2000)

    class Meta(OwnedModel.Meta):
        constraints = [
            *OwnedModel.Meta.constraints,
            AtMostOne(fields=["day_kind", "starts_on"], name="nutrition_target_from"),
            models.CheckConstraint(
                condition=~models.Q(**dict.fromkeys(NUMBERS), nutrients={}),
                name="nutrition_nutritiontarget_says_something",
                violation_error_code="target_empty",
                violation_error_message="A target has at least one number.",
            ),
        ]
