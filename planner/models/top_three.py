from django.db import models

from lib.constraints import DerivedId
from lib.fields import BoundedIntegerField, NoteField
from lib.models import OwnedModel
from lib.wire import Wire


class TopThreeItem(OwnedModel):
    """One of the three things that matter on a day. There is one for each place of a day."""

    wire = Wire(code=148)

    day = models.DateField()
    place = BoundedIntegerField(min_value=1, max_value=3)
    title = models.CharField(max_length=300)
    done = models.BooleanField(default=False)
    notes = NoteField(max_length=2000)

    class Meta(OwnedModel.Meta):
        constraints = [
            *OwnedModel.Meta.constraints,
            DerivedId("top_three_item", by=["day", "place"], name="planner_topthreeitem_id"),
        ]
        indexes = [
            *OwnedModel.Meta.indexes,
            # ?day=, in its order; the day and the week
            models.Index(fields=["user", "day", "place"], name="planner_top_three_of_day"),
        ]

    def __str__(self) -> str:
        return self.title
