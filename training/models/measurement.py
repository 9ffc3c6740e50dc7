from django.db import models

from lib.fields import BoundedDecimalField, EnumField, MomentField, NoteField, TimeZoneField
from lib.models import OwnedModel
from lib.together import Together
from lib.wire import Wire
from training.enums import MeasurementKind
from training.models.expressions import LocalDate


class Measurement(OwnedModel):
    """One number about the body at one moment: weight, a girth, resting heart rate, sleep."""

    wire = Wire(code=60, together=(Together(("measured_at", "time_zone")),))

    kind = EnumField(choices=MeasurementKind)
    value = BoundedDecimalField(max_digits=10, decimal_places=3, min_value="0.000", max_value="999999.999")
    measured_at = MomentField()
    time_zone = TimeZoneField()
    local_date = models.GeneratedField(
        expression=LocalDate("measured_at", "time_zone"), output_field=models.DateField(), db_persist=True
    )
    notes = NoteField(max_length=2000)

    class Meta(OwnedModel.Meta):
        indexes = [
            *OwnedModel.Meta.indexes,
            models.Index(
                fields=["user", "kind", "-measured_at"], name="training_measurement_series"
            ),  # the series of one kind
        ]
