from django.db import models

from catalog.models.fields import position_field
from lib.constraints import DerivedId
from lib.fields import SLUG_PATTERN, EnumField, NoteField, PatternField
from lib.models import OwnedModel
from lib.wire import Wire
from planner.enums import PlanCategory


class Mechanism(OwnedModel):
    """A standing rule of the athlete: if this, then that. There is one for each key."""

    wire = Wire(code=150)

    key = PatternField(
        pattern=SLUG_PATTERN.strip("^$"), form="a slug such as evening-phone", max_length=64,
        help_text="What the athlete's devices know it by; it never changes.",
    )  # fmt: skip
    condition = NoteField(max_length=2000, help_text="If: it is late, and the phone is in the hand.")
    action = NoteField(max_length=2000, help_text="Then: it goes to the charger in the hall.")
    category = EnumField(choices=PlanCategory, default=PlanCategory.OTHER)
    active = models.BooleanField(default=True)
    position = position_field()

    class Meta(OwnedModel.Meta):
        constraints = [
            *OwnedModel.Meta.constraints,
            DerivedId("mechanism", by=["key"], name="planner_mechanism_id"),
        ]

    def __str__(self) -> str:
        return str(self.key)
