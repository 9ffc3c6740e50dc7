from django.db import models

from catalog.models import ExerciseType
from lib.models import OwnedModel
from lib.rules import own_or_shared
from lib.wire import Wire


class ExerciseAlias(OwnedModel):
    """A name by which the user's files call an exercise type, because they said so: imports file it there from then on."""

    wire = Wire(code=86)

    name = models.CharField(
        max_length=300, help_text="As the other app writes it; case, signs and order do not matter."
    )
    exercise_type = models.ForeignKey(ExerciseType, models.RESTRICT, related_name="+")

    class Meta(OwnedModel.Meta):
        verbose_name_plural = "exercise aliases"
        triggers = [*OwnedModel.Meta.triggers, *own_or_shared("exercise_type")]

    def __str__(self) -> str:
        return self.name
