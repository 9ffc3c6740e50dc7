from django.db import models

from catalog.models import ProgramDay
from catalog.models.fields import title_field
from catalog.models.program import WEEKS_MAX
from lib.constraints import AtMostOne
from lib.fields import BoundedIntegerField, EnumField, NoteField, OwnedForeignKey
from lib.models import OwnedModel
from lib.rules import own_or_shared
from lib.wire import Wire
from training.enums import ScheduledStatus
from training.models.enrolment import Enrolment
from training.models.template import WorkoutTemplate
from training.models.workout import Workout


class ScheduledWorkout(OwnedModel):
    """What is to be trained on a day: a day of a program, a template, or something that only has a title."""

    wire = Wire(code=90)

    enrolment = OwnedForeignKey(Enrolment, null=True, blank=True, related_name="scheduled_workouts", db_index=False)
    program_day = models.ForeignKey(ProgramDay, models.RESTRICT, null=True, blank=True, related_name="+")
    week = BoundedIntegerField(
        min_value=1, max_value=WEEKS_MAX, null=True, blank=True, help_text="Of the program, within its round."
    )
    round = BoundedIntegerField(
        min_value=1, max_value=10_000, null=True, blank=True, help_text="Of a program that repeats: 1 is the first."
    )
    template = OwnedForeignKey(WorkoutTemplate, models.SET_NULL, null=True, blank=True, related_name="+")
    title = title_field()
    scheduled_on = models.DateField()
    status = EnumField(choices=ScheduledStatus, default=ScheduledStatus.SCHEDULED)
    workout = OwnedForeignKey(
        Workout, models.SET_NULL, null=True, blank=True, related_name="+", help_text="The one that fulfils it."
    )
    notes = NoteField(max_length=5000)

    class Meta(OwnedModel.Meta):
        constraints = [
            *OwnedModel.Meta.constraints,
            AtMostOne(
                fields=["workout"],
                name="training_scheduled_workout",
                code="fulfils_another",
                message="This workout fulfils another scheduled workout already.",
            ),
            models.CheckConstraint(
                condition=models.Q(template=None) | models.Q(program_day=None),
                name="training_scheduledworkout_of_one",
                violation_error_code="scheduled_twice",
                violation_error_message="A scheduled workout comes from a template or from a program, not from both.",
            ),
        ]
        indexes = [
            *OwnedModel.Meta.indexes,
            models.Index(
                fields=["user", "scheduled_on"], condition=models.Q(deleted_at=None), name="training_scheduled_calendar"
            ),  # the calendar, a range of days
            # ?enrolment=, in its order; what hangs on an enrolment
            models.Index(fields=["enrolment", "scheduled_on", "id"], name="training_scheduled_in_order"),
        ]
        triggers = [*OwnedModel.Meta.triggers, *own_or_shared("program_day")]

    def __str__(self) -> str:
        return self.title or super().__str__()
