from django.db import models

from lib.fields import BoundedDecimalField, EnumField, MomentField, NoteField, TimeZoneField
from lib.models import OwnedModel
from lib.together import Together
from lib.wire import Wire
from training.domain import measurements
from training.enums import MeasurementKind
from training.models.expressions import LocalDate


class Measurement(OwnedModel):
    """One number about the body at one moment: weight, a girth, resting heart rate, sleep."""

    wire = Wire(code=60, together=(Together(("measured_at", "time_zone")),))

    kind = EnumField(choices=MeasurementKind)
    value = BoundedDecimalField(
        max_digits=10,
        decimal_places=3,
        min_value="0.000",
        max_value="999999.999",
        help_text=f"In the unit of its kind: {measurements.described()}.",
    )
    measured_at = MomentField()
    time_zone = TimeZoneField()
    local_date = models.GeneratedField(
        expression=LocalDate("measured_at", "time_zone"), output_field=models.DateField(), db_persist=True
    )
    notes = NoteField(max_length=2000)

    class Meta(OwnedModel.Meta):
        constraints = [
            *OwnedModel.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(
                    *(models.Q(kind=kind, value__range=(r.low, r.high)) for kind, r in measurements.RANGES.items()),
                    _connector=models.Q.OR,
                ),
                name="training_measurement_possible",
                violation_error_code="out_of_range",
                violation_error_message="The value is not possible for its kind, in the unit of that kind.",
            ),
        ]
        indexes = [
            *OwnedModel.Meta.indexes,
            models.Index(
                fields=["user", "kind", "-measured_at"], name="training_measurement_series"
            ),  # the series of one kind
        ]
