"""Supplements that an athlete takes: when they mean to, and what became of it."""

from django.db import models

from catalog.enums import DoseUnit, WithFood
from catalog.models import Supplement
from catalog.models.fields import clock_field, typed_name_field, weekdays_known
from catalog.models.supplement import dose_field
from lib.constraints import DerivedId
from lib.fields import (
    BoundedIntegerField,
    EnumField,
    JsonField,
    MomentField,
    NoteField,
    OwnedForeignKey,
    SlugSetField,
    TimeZoneField,
)
from lib.models import OwnedModel
from lib.rules import own_or_shared
from lib.together import Copied, Together
from lib.wire import Wire
from nutrition.enums import SupplementLogStatus
from nutrition.models.fields import amounts_field
from nutrition.rules import CopiesDose
from nutrition.validators import validate_times

DOSE_TOGETHER = Together(("dose", "dose_unit"))


def cycle_field(help_text: str) -> BoundedIntegerField:
    return BoundedIntegerField(min_value=1, max_value=365, null=True, blank=True, help_text=help_text)


def dose_unit_field() -> EnumField:
    return EnumField(choices=DoseUnit, blank=True, default="")


def dose_constraint() -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=models.Q(dose=None, dose_unit="") | (models.Q(dose__isnull=False) & ~models.Q(dose_unit="")),
        name="%(app_label)s_%(class)s_dose_unit",
        violation_error_code="unit_missing",
        violation_error_message="A dose has an amount and its unit: write both, or neither.",
    )


class SupplementPlan(OwnedModel):
    """What is to be taken, how much of it, and when."""

    wire = Wire(code=120, together=(DOSE_TOGETHER, Together(("cycle_days_on", "cycle_days_off"))))

    supplement = models.ForeignKey(Supplement, models.RESTRICT, related_name="+")
    typed_name = typed_name_field()
    dose = dose_field()
    dose_unit = dose_unit_field()
    weekdays = SlugSetField(max_size=7, help_text="On which days: monday to sunday. Empty: on every day.")
    times = JsonField(
        default=list,
        max_bytes=256,
        validators=[validate_times],
        help_text='When, by the clock where the athlete is: ["08:00", "20:00"]. Empty: once a day, at any time.',
    )
    with_food = EnumField(choices=WithFood, default=WithFood.EITHER)
    cycle_days_on = cycle_field(
        "It is taken for so many days from starts_on on, then left for cycle_days_off, and so on."
    )
    cycle_days_off = cycle_field("Without a cycle, both are empty.")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True, help_text="The last day.")
    paused = models.BooleanField(default=False, db_default=False)
    notes = NoteField(max_length=2000)

    class Meta(OwnedModel.Meta):
        constraints = [
            *OwnedModel.Meta.constraints,
            dose_constraint(),
            weekdays_known("nutrition_supplementplan_weekdays_known"),
            models.CheckConstraint(
                condition=models.Q(cycle_days_on=None, cycle_days_off=None)
                | models.Q(cycle_days_on__isnull=False, cycle_days_off__isnull=False),
                name="nutrition_supplementplan_cycle",
                violation_error_code="cycle_incomplete",
                violation_error_message="A cycle has days on and days off: write both, or neither.",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")),
                name="nutrition_supplementplan_ends_after_start",
                violation_error_code="ends_before_start",
                violation_error_message="A plan cannot end before it starts.",
            ),
        ]
        triggers = [*OwnedModel.Meta.triggers, *own_or_shared("supplement")]

    def __str__(self) -> str:
        return self.typed_name or super().__str__()


class SupplementLog(OwnedModel):
    """A dose that was taken or left out, with what it held then. That of a plan, a day and a time is there once."""

    wire = Wire(
        code=122,
        together=(Together(("taken_at", "time_zone")), DOSE_TOGETHER),
        copied=(Copied("nutrients", ("supplement", "dose", "dose_unit")),),
    )

    # Not a parent: what was taken stays in the log when nobody means to take it any more.
    plan = OwnedForeignKey(SupplementPlan, models.RESTRICT, null=True, blank=True, related_name="+", db_index=False)
    supplement = models.ForeignKey(Supplement, models.RESTRICT, related_name="+")
    status = EnumField(choices=SupplementLogStatus, default=SupplementLogStatus.TAKEN)
    taken_on = models.DateField(
        help_text="The day by the athlete's own calendar; a later change of zone moves nothing."
    )
    due_time = clock_field('Of a plan with times: the one that it is about, such as "08:00".')
    taken_at = MomentField(null=True, blank=True)
    time_zone = TimeZoneField()
    dose = dose_field()
    dose_unit = dose_unit_field()
    nutrients = amounts_field(
        'What the dose held, by slug of the nutrient and in its unit: {"zinc": 15}. '
        "Left empty: what the supplement says when it is logged."
    )
    notes = NoteField(max_length=2000)

    class Meta(OwnedModel.Meta):
        constraints = [
            *OwnedModel.Meta.constraints,
            dose_constraint(),
            DerivedId(
                "supplement_log", within=["plan"], by=["taken_on", "due_time"], name="nutrition_supplementlog_id"
            ),
        ]
        indexes = [
            *OwnedModel.Meta.indexes,
            # a day, a range of days
            models.Index(
                fields=["user", "taken_on"], condition=models.Q(deleted_at=None), name="nutrition_supplementlog_days"
            ),
            # ?plan=, in the order of its days
            models.Index(fields=["plan", "taken_on", "due_time", "id"], name="nutrition_supplementlog_of_plan"),
        ]
        triggers = [*OwnedModel.Meta.triggers, *own_or_shared("supplement"), CopiesDose(name="copies_dose")]
