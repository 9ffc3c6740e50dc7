"""Fields that more than one model has, each with its limits in this one place."""

from django.db import models

from lib.fields import BoundedDecimalField, BoundedFloatField, BoundedIntegerField, JsonField, PatternField
from lib.weekdays import WEEKDAYS

POSITION_LIMIT = 1e9
METADATA_BYTES = 2048
CLOCK_TIME = "([01][0-9]|2[0-3]):[0-5][0-9]"


def title_field() -> models.CharField[str, str]:
    return models.CharField(max_length=200, blank=True, default="")


def typed_name_field() -> models.CharField[str, str]:
    return models.CharField(
        max_length=300,
        blank=True,
        default="",
        help_text="What the user called it, here or in another app, whatever the type is called.",
    )


def position_field() -> BoundedFloatField:
    """Where a child stands among its siblings: a fraction, so that one can move between two others and touch no third."""
    return BoundedFloatField(min_value=-POSITION_LIMIT, max_value=POSITION_LIMIT, default=0.0)


def superset_group_field() -> BoundedIntegerField:
    return BoundedIntegerField(min_value=1, max_value=1000, null=True, blank=True)


def metadata_field() -> JsonField:
    return JsonField(
        max_bytes=METADATA_BYTES,
        help_text="What has no field of its own, by the metadata_schema of the exercise type. {} says nothing.",
    )


def reps_field() -> BoundedIntegerField:
    return BoundedIntegerField(min_value=0, max_value=10_000, null=True, blank=True)


def load_kg_field() -> BoundedDecimalField:
    return BoundedDecimalField(
        max_digits=7, decimal_places=2, min_value="0.00", max_value="10000.00", null=True, blank=True
    )


def typed_load_field() -> BoundedDecimalField:
    return BoundedDecimalField(
        max_digits=8, decimal_places=3, min_value="0.000", max_value="25000.000", null=True, blank=True
    )


def rpe_field() -> BoundedDecimalField:
    return BoundedDecimalField(max_digits=3, decimal_places=1, min_value="1.0", max_value="10.0", null=True, blank=True)


def rir_field() -> BoundedDecimalField:
    return BoundedDecimalField(max_digits=3, decimal_places=1, min_value="0.0", max_value="20.0", null=True, blank=True)


def duration_s_field() -> BoundedIntegerField:
    return BoundedIntegerField(min_value=0, max_value=604_800, null=True, blank=True)


def distance_m_field() -> BoundedDecimalField:
    return BoundedDecimalField(
        max_digits=9, decimal_places=2, min_value="0.00", max_value="2000000.00", null=True, blank=True
    )


def rest_s_field() -> BoundedIntegerField:
    return BoundedIntegerField(min_value=0, max_value=86_400, null=True, blank=True)


def clock_field(help_text: str = "") -> PatternField:
    """A time on the wall, of no zone by itself. Empty: none."""
    return PatternField(
        pattern=CLOCK_TIME, form="a time of the clock such as 07:30", max_length=5, blank=True, default="",
        help_text=help_text,
    )  # fmt: skip


def weekdays_known(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=models.Q(weekdays__contained_by=list(WEEKDAYS)),
        name=name,
        violation_error_code="invalid_choice",
        violation_error_message=f"Weekdays are {', '.join(WEEKDAYS)}.",
    )
