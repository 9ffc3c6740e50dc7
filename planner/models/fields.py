"""Fields that more than one model has, each with its limits in this one place."""

from django.db import models
from django.db.models.lookups import Exact

from lib.fields import SlugSetField
from lib.weekdays import WEEKDAYS


def weekdays_field(help_text: str) -> SlugSetField:
    return SlugSetField(max_size=7, help_text=f"{', '.join(WEEKDAYS)}. {help_text}")


def both_or_neither(first: str, second: str, *, name: str, code: str, message: str) -> models.CheckConstraint:
    """Of two texts."""
    return models.CheckConstraint(
        condition=models.Q((first, ""), (second, "")) | (~models.Q((first, "")) & ~models.Q((second, ""))),
        name=name,
        violation_error_code=code,
        violation_error_message=message,
    )


def ends_after_start(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=models.Q(ends_on=None) | models.Q(starts_on=None) | models.Q(ends_on__gte=models.F("starts_on")),
        name=name,
        violation_error_code="ends_before_start",
        violation_error_message="It cannot end before it starts.",
    )


def exactly_one(*fields: str, name: str, code: str, message: str) -> models.CheckConstraint:
    """Of several references."""
    count = models.Func(*fields, function="num_nonnulls", output_field=models.IntegerField())
    return models.CheckConstraint(
        condition=Exact(count, models.Value(1)),
        name=name,
        violation_error_code=code,
        violation_error_message=message,
    )
