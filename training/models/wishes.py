"""What an athlete wants: favourites to find again, goals to reach."""

from django.db import models
from django.db.models.lookups import LessThanOrEqual

from catalog.models import ExerciseType, Food, Program
from catalog.models.fields import position_field, title_field
from catalog.rules import keeps_food
from lib.constraints import AtMostOne
from lib.fields import BoundedDecimalField, EnumField, NoteField, OwnedForeignKey
from lib.models import OwnedModel
from lib.rules import own_or_shared
from lib.wire import Wire
from training.enums import GoalKind, MeasurementKind
from training.models.template import WorkoutTemplate

OF_AN_EXERCISE = (GoalKind.ONE_REP_MAX, GoalKind.LOAD, GoalKind.REPS, GoalKind.DURATION, GoalKind.DISTANCE)


def value_field(help_text: str, **kwargs: bool) -> BoundedDecimalField:
    return BoundedDecimalField(
        max_digits=10, decimal_places=3, min_value="0.000", max_value="999999.999", help_text=help_text, **kwargs
    )


class Favourite(OwnedModel):
    """An exercise type, a template, a program or a food that the athlete wants at hand. Each at most once."""

    wire = Wire(code=96)

    exercise_type = models.ForeignKey(ExerciseType, models.RESTRICT, null=True, blank=True, related_name="+")
    template = OwnedForeignKey(WorkoutTemplate, null=True, blank=True, related_name="favourites")
    program = models.ForeignKey(Program, models.RESTRICT, null=True, blank=True, related_name="+")
    food = models.ForeignKey(Food, models.RESTRICT, null=True, blank=True, related_name="+")
    position = position_field()

    class Meta(OwnedModel.Meta):
        constraints = [
            *OwnedModel.Meta.constraints,
            AtMostOne(fields=["exercise_type"], name="training_favourite_exercise_type"),
            AtMostOne(fields=["template"], name="training_favourite_template"),
            AtMostOne(fields=["program"], name="training_favourite_program"),
            AtMostOne(fields=["food"], name="training_favourite_food"),
            models.CheckConstraint(
                condition=LessThanOrEqual(
                    models.Func(
                        *("exercise_type", "template", "program", "food"),
                        function="num_nonnulls",
                        output_field=models.IntegerField(),
                    ),
                    models.Value(1),
                ),
                name="training_favourite_of_one",
                violation_error_code="several_favourites",
                violation_error_message="A favourite is one thing: an exercise type, a template, a program or a food.",
            ),
        ]
        triggers = [
            *OwnedModel.Meta.triggers,
            *own_or_shared("exercise_type"),
            *own_or_shared("program"),
            *own_or_shared("food"),
            *keeps_food("food"),
        ]


class Goal(OwnedModel):
    """A number to reach, by a day."""

    wire = Wire(code=98)

    title = title_field()
    kind = EnumField(choices=GoalKind, help_text="What the numbers are of, and their unit.")
    measurement_kind = EnumField(choices=MeasurementKind, blank=True, default="")
    exercise_type = models.ForeignKey(ExerciseType, models.RESTRICT, null=True, blank=True, related_name="+")
    start_value = value_field("Where it began.", null=True, blank=True)
    target_value = value_field("What to reach; below start_value where less is better.")
    starts_on = models.DateField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    achieved_on = models.DateField(null=True, blank=True)
    notes = NoteField(max_length=5000)

    class Meta(OwnedModel.Meta):
        constraints = [
            *OwnedModel.Meta.constraints,
            models.CheckConstraint(
                condition=(
                    models.Q(kind=GoalKind.MEASUREMENT) & ~models.Q(measurement_kind="")
                    | ~models.Q(kind=GoalKind.MEASUREMENT) & models.Q(measurement_kind="")
                ),
                name="training_goal_measurement",
                violation_error_code="goal_incomplete",
                violation_error_message="A goal of a measurement says which one; others do not.",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=OF_AN_EXERCISE, exercise_type__isnull=False)
                | (~models.Q(kind__in=OF_AN_EXERCISE) & models.Q(exercise_type=None)),
                name="training_goal_exercise",
                violation_error_code="goal_incomplete",
                violation_error_message="A goal of an exercise says which one; others do not.",
            ),
            models.CheckConstraint(
                condition=models.Q(due_on=None)
                | models.Q(starts_on=None)
                | models.Q(due_on__gte=models.F("starts_on")),
                name="training_goal_due_after_start",
                violation_error_code="due_before_start",
                violation_error_message="A goal cannot be due before it starts.",
            ),
        ]
        triggers = [*OwnedModel.Meta.triggers, *own_or_shared("exercise_type")]
