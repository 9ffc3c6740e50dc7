"""Programs that athletes are doing, and how far each of their exercises has come."""

from django.db import models

from catalog.models import Program, ProgramSlot
from catalog.models.fields import load_kg_field, reps_field, title_field, weekdays_known
from lib.constraints import AtMostOne
from lib.fields import BoundedIntegerField, EnumField, NoteField, OwnedForeignKey, SlugSetField
from lib.models import OwnedModel
from lib.rules import own_or_shared
from lib.together import Together
from lib.wire import Wire
from training.enums import EnrolmentOutcome, EnrolmentStatus, ProgressionOutcome
from training.models.gym import Gym
from training.models.workout import Workout


def counter_field(help_text: str) -> BoundedIntegerField:
    return BoundedIntegerField(min_value=0, max_value=10_000, default=0, help_text=help_text)


class Enrolment(OwnedModel):
    """A program that the athlete is doing, or did. What a curator does to the program changes none."""

    wire = Wire(code=88, together=(Together(("outcome", "ended_on")),))

    program = models.ForeignKey(Program, models.RESTRICT, related_name="+")
    title = title_field()
    started_on = models.DateField()
    weekdays = SlugSetField(max_size=7, help_text="On which days to train: monday to sunday. Empty: on no fixed days.")
    gym = OwnedForeignKey(Gym, models.SET_NULL, null=True, blank=True, related_name="+")
    running = models.BooleanField(
        default=True, db_default=True, help_text="It is being done; false: it is paused, or at its end."
    )
    paused_on = models.DateField(null=True, blank=True)
    outcome = EnumField(choices=EnrolmentOutcome, blank=True, default="")
    ended_on = models.DateField(null=True, blank=True)
    status = models.GeneratedField(
        expression=models.Case(
            models.When(~models.Q(outcome=""), then="outcome"),
            models.When(running=True, then=models.Value(EnrolmentStatus.ACTIVE)),
            default=models.Value(EnrolmentStatus.PAUSED),
        ),
        output_field=models.CharField(max_length=32, choices=EnrolmentStatus.choices),
        db_persist=True,
    )
    notes = NoteField(max_length=5000)

    class Meta(OwnedModel.Meta):
        constraints = [
            *OwnedModel.Meta.constraints,
            AtMostOne(
                fields=["program", "running"],
                name="training_enrolment_running",
                code="enrolled_already",
                message="You are doing this program already. Finish, pause or abandon that enrolment first.",
            ),
            weekdays_known("training_enrolment_weekdays_known"),
            models.CheckConstraint(
                condition=models.Q(outcome="", ended_on=None)
                | (~models.Q(outcome="") & models.Q(ended_on__isnull=False)),
                name="training_enrolment_end",
                violation_error_code="end_incomplete",
                violation_error_message="An end has a day and an outcome: write both, or neither.",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_on=None) | models.Q(ended_on__gte=models.F("started_on")),
                name="training_enrolment_ends_after_start",
                violation_error_code="ends_before_start",
                violation_error_message="An enrolment cannot end before it starts.",
            ),
        ]
        indexes = [
            *OwnedModel.Meta.indexes,
            models.Index(fields=["user", "program"], name="training_enrolment_of_program"),  # ?program=; is there one?
        ]
        triggers = [*OwnedModel.Meta.triggers, *own_or_shared("program")]

    def __str__(self) -> str:
        return self.title or super().__str__()


class ProgressionState(OwnedModel):
    """How far an exercise of a program has come: what is to be done next, and why."""

    wire = Wire(code=92)

    enrolment = OwnedForeignKey(Enrolment, related_name="progression_states", db_index=False)
    slot = models.ForeignKey(ProgramSlot, models.RESTRICT, related_name="+")
    load_kg = load_kg_field()
    training_max_kg = load_kg_field()
    reps = reps_field()
    sets = BoundedIntegerField(min_value=0, max_value=1000, null=True, blank=True)
    stage = counter_field("Of a progression by stages: 0 is the first one.")
    successes = counter_field("Since the load changed last.")
    failures = counter_field("Since the load changed last.")
    outcome = EnumField(
        choices=ProgressionOutcome, blank=True, default="", help_text="Of the workout that counted last."
    )
    workout = OwnedForeignKey(
        Workout, models.SET_NULL, null=True, blank=True, related_name="+", help_text="The one that counted last."
    )
    reason = NoteField(max_length=1000, help_text="Why the numbers are what they are, for the athlete to read.")

    class Meta(OwnedModel.Meta):
        indexes = [
            *OwnedModel.Meta.indexes,
            # ?enrolment=; what hangs on an enrolment
            models.Index(fields=["enrolment", "id"], name="training_progression_of_enrol"),
        ]
        triggers = [*OwnedModel.Meta.triggers, *own_or_shared("slot")]
