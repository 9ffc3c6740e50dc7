from django.db import models

from accounts.enums import WeightUnit
from lib.constraints import AtMostOne
from lib.fields import BoundedDecimalField, BoundedIntegerField, EnumField, NoteField, OwnedForeignKey, SlugSetField
from lib.models import OwnedModel
from lib.together import Together
from lib.wire import Wire
from training.enums import GymItemKind

LADDERS = (GymItemKind.FIXED_DUMBBELLS, GymItemKind.STACK)


def weight_field(help_text: str, **kwargs: bool) -> BoundedDecimalField:
    return BoundedDecimalField(
        max_digits=8, decimal_places=3, min_value="0.000", max_value="25000.000", help_text=help_text, **kwargs
    )


class Gym(OwnedModel):
    """A place to train, with what is there. At most one is the default."""

    wire = Wire(code=70)

    name = models.CharField(max_length=100)
    is_default = models.BooleanField(default=False, db_default=False, help_text="What a new workout is planned for.")
    unit = EnumField(choices=WeightUnit, default=WeightUnit.KG, help_text="In which its weights are written.")
    equipment = SlugSetField(max_size=200, vocabulary="catalog.Equipment")
    notes = NoteField(max_length=2000)

    class Meta(OwnedModel.Meta):
        constraints = [
            *OwnedModel.Meta.constraints,
            AtMostOne(fields=["is_default"], name="training_gym_default"),
        ]


class GymItem(OwnedModel):
    """Plates of one weight, a bar, or a row of fixed weights: what a load is made of."""

    wire = Wire(code=72, together=(Together(("weight", "unit", "highest", "step")),))

    gym = OwnedForeignKey(Gym, related_name="items", db_index=False)
    kind = EnumField(choices=GymItemKind)
    name = models.CharField(max_length=100, blank=True, default="")
    weight = weight_field(
        "Of one plate; of the bar or the handle without plates; the lightest one of a rack or a stack."
    )
    unit = EnumField(choices=WeightUnit)
    highest = weight_field("The heaviest one of a rack or a stack.", null=True, blank=True)
    step = weight_field("From one weight of a rack or a stack to the next.", null=True, blank=True)
    count = BoundedIntegerField(
        min_value=0,
        max_value=1000,
        default=1,
        help_text="Plates: all of this weight. Handles: how many are loaded at once.",
    )
    sides = BoundedIntegerField(
        min_value=1,
        max_value=2,
        default=2,
        help_text="Of a bar, how many ends are loaded alike: 1 of a landmine or a pin.",
    )
    notes = NoteField(max_length=2000)

    class Meta(OwnedModel.Meta):
        constraints = [
            *OwnedModel.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(kind__in=LADDERS, highest__isnull=False, step__isnull=False, step__gt=0)
                | (~models.Q(kind__in=LADDERS) & models.Q(highest=None, step=None)),
                name="training_gymitem_ladder",
                violation_error_code="ladder_incomplete",
                violation_error_message="A rack and a stack need their highest weight and a step above 0; others have none.",
            ),
            models.CheckConstraint(
                condition=models.Q(highest=None) | models.Q(highest__gte=models.F("weight")),
                name="training_gymitem_rises",
                violation_error_code="highest_below_lowest",
                violation_error_message="The highest weight must not be below the lowest.",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind=GymItemKind.PLATE) | models.Q(weight__gt=0),
                name="training_gymitem_plate_weighs",
                violation_error_code="plate_without_weight",
                violation_error_message="A plate must weigh more than 0.",
            ),
        ]
        indexes = [
            *OwnedModel.Meta.indexes,
            models.Index(fields=["gym", "id"], name="training_gymitem_of_gym"),  # ?gym=; what hangs on a gym
        ]
