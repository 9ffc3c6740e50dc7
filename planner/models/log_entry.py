from django.db import models

from lib.fields import BoundedIntegerField, MomentField, NoteField, SlugSetField, TimeZoneField
from lib.models import OwnedModel
from lib.together import Together
from lib.wire import Wire


class LogEntry(OwnedModel):
    """What the athlete wrote about a day: a text, how they felt, or both. A day may have many."""

    wire = Wire(code=152, together=(Together(("written_at", "time_zone")),))

    day = models.DateField()
    written_at = MomentField(null=True, blank=True)
    time_zone = TimeZoneField()
    text = NoteField(max_length=20_000)
    tags = SlugSetField(max_size=20)
    mood = BoundedIntegerField(min_value=1, max_value=5, null=True, blank=True, help_text="1 is bad, 5 is very good.")
    energy = BoundedIntegerField(min_value=1, max_value=5, null=True, blank=True, help_text="1 is none, 5 is a lot.")

    class Meta(OwnedModel.Meta):
        indexes = [
            *OwnedModel.Meta.indexes,
            # ?day=; the day and the week
            models.Index(fields=["user", "day"], condition=models.Q(deleted_at=None), name="planner_logentry_of_day"),
        ]
