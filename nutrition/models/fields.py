"""Fields that more than one model has, each with its limits in this one place."""

from django.db import models

from catalog.models.food import NUTRIENTS_BYTES
from catalog.validators import validate_nutrients
from lib.fields import BoundedDecimalField, JsonField
from lib.together import Together

GRAMS_MAX, PORTIONS_MAX = "100000.00", "9999.999"
PORTION_TOGETHER = Together(("grams", "portion", "portion_count"), leading="grams")


def grams_field(**kwargs: bool) -> BoundedDecimalField:
    return BoundedDecimalField(max_digits=8, decimal_places=2, min_value="0.00", max_value=GRAMS_MAX, **kwargs)


def portion_field() -> models.CharField[str, str]:
    return models.CharField(
        max_length=100,
        blank=True,
        default="",
        help_text="What it was measured in: slice. The grams are of all of them.",
    )


def portion_count_field() -> BoundedDecimalField:
    return BoundedDecimalField(
        max_digits=7, decimal_places=3, min_value="0.000", max_value=PORTIONS_MAX, null=True, blank=True
    )


def portion_constraint() -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=models.Q(portion="", portion_count=None)
        | (~models.Q(portion="") & models.Q(portion_count__isnull=False)),
        name="%(app_label)s_%(class)s_portion",
        violation_error_code="portion_incomplete",
        violation_error_message="A portion has a name and a count: write both, or neither.",
    )


def servings_field(help_text: str) -> BoundedDecimalField:
    return BoundedDecimalField(
        max_digits=6, decimal_places=2, min_value="0.01", max_value="1000.00", default="1.00", help_text=help_text
    )


def amounts_field(help_text: str) -> JsonField:
    return JsonField(max_bytes=NUTRIENTS_BYTES, validators=[validate_nutrients], help_text=help_text)
