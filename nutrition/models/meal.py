"""Meals that an athlete keeps: recipes, and what they often eat together."""

from django.db import models

from catalog.enums import MealSlot
from catalog.models import Food
from catalog.models.fields import position_field, typed_name_field
from catalog.rules import keeps_food
from lib.fields import EnumField, NoteField, OwnedForeignKey, SlugSetField
from lib.models import OwnedModel
from lib.rules import own_or_shared
from lib.wire import Wire
from nutrition.models.fields import (
    PORTION_TOGETHER,
    grams_field,
    portion_constraint,
    portion_count_field,
    portion_field,
    servings_field,
)


class Meal(OwnedModel):
    """Foods in their amounts, to be logged again and again."""

    wire = Wire(code=110)

    name = models.CharField(max_length=200)
    slot = EnumField(choices=MealSlot, blank=True, default="", help_text="When it is eaten as a rule.")
    servings = servings_field("How many it makes.")
    instructions = NoteField(max_length=10_000)
    tags = SlugSetField(max_size=20)

    def __str__(self) -> str:
        return self.name


class MealItem(OwnedModel):
    """A food of a meal. Its nutrients are those that the food has now."""

    wire = Wire(code=112, together=(PORTION_TOGETHER,))

    meal = OwnedForeignKey(Meal, related_name="items", db_index=False)
    food = models.ForeignKey(Food, models.RESTRICT, related_name="+")
    typed_name = typed_name_field()
    position = position_field()
    grams = grams_field()
    portion = portion_field()
    portion_count = portion_count_field()
    notes = NoteField(max_length=2000)

    class Meta(OwnedModel.Meta):
        constraints = [*OwnedModel.Meta.constraints, portion_constraint()]
        indexes = [
            *OwnedModel.Meta.indexes,
            # ?meal=, in its order; what hangs on a meal
            models.Index(fields=["meal", "position", "id"], name="nutrition_mealitem_in_order"),
        ]
        triggers = [*OwnedModel.Meta.triggers, *own_or_shared("food"), *keeps_food("food")]
