from django.db import models

from lib.fields import BoundedIntegerField, MomentField, TimeZoneField
from lib.models import OwnedModel
from lib.together import Together
from lib.wire import Wire


class WaterLog(OwnedModel):
    """Water that was drunk, beside what foods and drinks hold."""

    wire = Wire(code=124, together=(Together(("drunk_at", "time_zone")),))

    drunk_on = models.DateField(
        help_text="The day by the athlete's own calendar; a later change of zone moves nothing."
    )
    drunk_at = MomentField(null=True, blank=True)
    time_zone = TimeZoneField()
    amount_ml = BoundedIntegerField(min_value=1, max_value=20_000)

    class Meta(OwnedModel.Meta):
        indexes = [
            *OwnedModel.Meta.indexes,
            # a day, a range of days
            models.Index(
                fields=["user", "drunk_on"], condition=models.Q(deleted_at=None), name="nutrition_waterlog_days"
            ),
        ]
