"""What foods are made of, and how much of it people need."""

from django.db import models

from catalog import enums
from lib.capture import capture_triggers
from lib.fields import BoundedDecimalField, BoundedIntegerField, EnumField, JsonField
from lib.wire import Wire

AGE_MAX_Y = 150


class Nutrient(models.Model):
    wire = Wire(code=16, read_only=True)

    slug = models.SlugField(primary_key=True, max_length=64)
    name = models.CharField(max_length=100)
    names = JsonField(help_text='Names in other languages: {"de": "Eiweiß"}.')
    unit = EnumField(choices=enums.NutrientUnit)
    category = EnumField(choices=enums.NutrientCategory)
    fdc_id = BoundedIntegerField(
        min_value=1, max_value=10_000_000, null=True, blank=True, help_text="Its number in FoodData Central."
    )
    position = BoundedIntegerField(min_value=0, max_value=10_000, default=0, help_text="Where labels show it.")
    source = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        triggers = capture_triggers()

    def __str__(self) -> str:
        return f"{self.name} ({self.get_unit_display()})"


class ReferenceIntake(models.Model):
    """How much of a nutrient people of an age need a day, or should not exceed."""

    wire = Wire(code=18, read_only=True)

    slug = models.SlugField(primary_key=True, max_length=100)
    nutrient = models.ForeignKey(Nutrient, models.RESTRICT, related_name="reference_intakes")
    kind = EnumField(choices=enums.IntakeKind)
    sex = EnumField(choices=enums.IntakeSex, default=enums.IntakeSex.BOTH)
    stage = EnumField(choices=enums.IntakeStage, blank=True, default="")
    age_from_y = BoundedDecimalField(
        max_digits=5, decimal_places=2, min_value="0.00", max_value="150.00", help_text="Years; 0.50 is six months."
    )
    age_below_y = BoundedDecimalField(
        max_digits=5, decimal_places=2, min_value="0.00", max_value="150.00", null=True, blank=True
    )
    value = BoundedDecimalField(max_digits=12, decimal_places=4, min_value="0.0000", max_value="10000000.0000")
    unit = EnumField(choices=enums.IntakeUnit, help_text="A day. g/kg: by body weight.")
    applies_to = models.CharField(
        max_length=300, blank=True, default="", help_text="Of an upper limit: which sources count. Empty: all."
    )
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(age_below_y=None) | models.Q(age_below_y__gt=models.F("age_from_y")),
                name="catalog_referenceintake_ages_in_order",
                violation_error_code="max_below_min",
                violation_error_message="An age ends after it begins.",
            ),
        ]
        indexes = [
            # the intakes of a nutrient, in the order of ages
            models.Index(fields=["nutrient", "kind", "age_from_y"], name="catalog_intake_of_nutrient"),
        ]
        triggers = capture_triggers()

    def __str__(self) -> str:
        return f"{self.nutrient_id} {self.kind} {self.value} {self.unit}"
