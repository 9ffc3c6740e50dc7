from django.db import models

from catalog.enums import WeekKind
from catalog.models.fields import rir_field, title_field
from lib.constraints import AtMostOne
from lib.fields import BoundedDecimalField, BoundedIntegerField, EnumField, NoteField, OwnedForeignKey
from lib.models import OwnedModel
from lib.together import Together
from lib.wire import Wire
from training.enums import MesocycleOutcome, MesocycleStatus
from training.models.enrolment import Enrolment

WEEKS_MAX = 52


def percentage_field(help_text: str) -> BoundedDecimalField:
    return BoundedDecimalField(
        max_digits=5, decimal_places=2, min_value="0.00", max_value="500.00", null=True, blank=True, help_text=help_text
    )


class Mesocycle(OwnedModel):
    """Some weeks with one aim: more work from week to week, then an easy one. At most one is under way."""

    wire = Wire(code=94, together=(Together(("outcome", "ended_on")),))

    title = title_field()
    enrolment = OwnedForeignKey(
        Enrolment,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="What is trained in it, if a program is.",
    )
    running = models.BooleanField(default=False, db_default=False, help_text="It is under way.")
    started_on = models.DateField(null=True, blank=True)
    current_week = BoundedIntegerField(min_value=1, max_value=WEEKS_MAX, null=True, blank=True)
    outcome = EnumField(choices=MesocycleOutcome, blank=True, default="")
    ended_on = models.DateField(null=True, blank=True)
    status = models.GeneratedField(
        expression=models.Case(
            models.When(~models.Q(outcome=""), then="outcome"),
            models.When(running=True, then=models.Value(MesocycleStatus.ACTIVE)),
            default=models.Value(MesocycleStatus.PLANNED),
        ),
        output_field=models.CharField(max_length=32, choices=MesocycleStatus.choices),
        db_persist=True,
    )
    notes = NoteField(max_length=5000)

    class Meta(OwnedModel.Meta):
        constraints = [
            *OwnedModel.Meta.constraints,
            AtMostOne(fields=["running"], name="training_mesocycle_running"),
            models.CheckConstraint(
                condition=models.Q(outcome="", ended_on=None)
                | (~models.Q(outcome="") & models.Q(ended_on__isnull=False)),
                name="training_mesocycle_end",
                violation_error_code="end_incomplete",
                violation_error_message="An end has a day and an outcome: write both, or neither.",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_on=None)
                | models.Q(started_on=None)
                | models.Q(ended_on__gte=models.F("started_on")),
                name="training_mesocycle_ends_after_start",
                violation_error_code="ends_before_start",
                violation_error_message="A mesocycle cannot end before it starts.",
            ),
        ]

    def __str__(self) -> str:
        return self.title or super().__str__()


class MesocycleWeek(OwnedModel):
    """What a week of a mesocycle is for, and how much there is to be in it."""

    wire = Wire(code=95, together=(Together(("min_percentage", "max_percentage")),))

    mesocycle = OwnedForeignKey(Mesocycle, related_name="weeks", db_index=False)
    number = BoundedIntegerField(min_value=1, max_value=WEEKS_MAX)
    kind = EnumField(choices=WeekKind, default=WeekKind.ACCUMULATION)
    target_sets = BoundedIntegerField(
        min_value=0, max_value=1000, null=True, blank=True, help_text="Hard sets of each muscle that is trained."
    )
    volume_percentage = percentage_field("Sets, in percent of those of the first week.")
    min_percentage = percentage_field("The lightest working sets, in percent of a one-repetition maximum.")
    max_percentage = percentage_field("The heaviest ones.")
    target_rir = rir_field()
    notes = NoteField(max_length=5000)

    class Meta(OwnedModel.Meta):
        constraints = [
            *OwnedModel.Meta.constraints,
            models.CheckConstraint(
                condition=(
                    models.Q(min_percentage=None)
                    | models.Q(max_percentage=None)
                    | models.Q(max_percentage__gte=models.F("min_percentage"))
                ),
                name="training_mesocycleweek_percentages",
                violation_error_code="max_below_min",
                violation_error_message="The heaviest sets must not be lighter than the lightest ones.",
            ),
        ]
        indexes = [
            *OwnedModel.Meta.indexes,
            # ?mesocycle=, in its order; what hangs on a mesocycle
            models.Index(fields=["mesocycle", "number", "id"], name="training_mesocycleweek_order"),
        ]
