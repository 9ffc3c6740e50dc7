from decimal import Decimal

from django.db import models
from django.db.models.functions import Coalesce

from accounts.enums import WeightUnit
from catalog.models import ExerciseType
from lib.fields import (
    BoundedDecimalField,
    BoundedFloatField,
    BoundedIntegerField,
    EnumField,
    MomentField,
    NoteField,
    OwnedForeignKey,
    TimeZoneField,
)
from lib.models import OwnedModel
from lib.rules import own_or_shared
from lib.together import Together
from lib.wire import Wire
from training.enums import SetKind, WorkoutStatus
from training.models.expressions import LocalDate

POSITION_LIMIT = 1e9
ROUNDING_KG = Decimal("0.01")  # of a typed load, by whatever rule a client rounds it


def load_as_typed(unit: WeightUnit) -> models.Q:
    """The load is what was typed, in kg."""
    typed_kg = models.F("typed_load") * unit.in_kg
    known = models.Q(typed_load_unit=unit, load_kg__isnull=False)  # a comparison with NULL would refuse nothing
    return known & models.Q(load_kg__gte=typed_kg - ROUNDING_KG, load_kg__lte=typed_kg + ROUNDING_KG)


def position_field() -> BoundedFloatField:
    """Where a child stands among its siblings: a fraction, so that one can move between two others and touch no third."""
    return BoundedFloatField(min_value=-POSITION_LIMIT, max_value=POSITION_LIMIT, default=0.0)


class Workout(OwnedModel):
    """A training session: planned, under way, done or skipped."""

    wire = Wire(code=30, distinct=("planned_on",), together=(Together(("started_at", "time_zone")),))

    title = models.CharField(max_length=200, blank=True, default="")
    status = EnumField(choices=WorkoutStatus, default=WorkoutStatus.PLANNED)
    planned_on = models.DateField(null=True, blank=True)
    started_at = MomentField(null=True, blank=True)
    ended_at = MomentField(null=True, blank=True)
    time_zone = TimeZoneField()
    local_date = models.GeneratedField(
        expression=Coalesce(LocalDate("started_at", "time_zone"), "planned_on"),
        output_field=models.DateField(),
        db_persist=True,
        null=True,
    )
    notes = NoteField(max_length=10_000)

    class Meta(OwnedModel.Meta):
        constraints = [
            *OwnedModel.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("started_at")),
                name="training_workout_ends_after_start",
                violation_error_code="ends_before_start",
                violation_error_message="A workout cannot end before it starts.",
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(status=WorkoutStatus.PLANNED, started_at=None, ended_at=None)
                    | models.Q(status=WorkoutStatus.IN_PROGRESS, started_at__isnull=False, ended_at=None)
                    | models.Q(status=WorkoutStatus.COMPLETED, started_at__isnull=False, ended_at__isnull=False)
                    | models.Q(status=WorkoutStatus.SKIPPED)
                ),
                name="training_workout_status_times",
                violation_error_code="status_contradicts_times",
                violation_error_message=(
                    "A planned workout has no times, one in progress has a start, a completed one has a start and an end."
                ),
            ),
        ]
        indexes = [
            *OwnedModel.Meta.indexes,
            models.Index(
                fields=["user", "-local_date"], name="training_workout_calendar"
            ),  # the calendar, a range of days
            models.Index(  # what else is planned for the day that a device planned offline
                fields=["user", "planned_on"],
                condition=models.Q(deleted_at=None, planned_on__isnull=False),
                name="training_workout_planned",
            ),
        ]

    def __str__(self) -> str:
        return self.title or f"workout {self.pk}"


class Exercise(OwnedModel):
    """One performance of an exercise type: a part of a workout, or on its own."""

    wire = Wire(code=40, together=(Together(("performed_at", "time_zone")),))

    workout = OwnedForeignKey(Workout, null=True, blank=True, related_name="exercises", db_index=False)
    exercise_type = models.ForeignKey(ExerciseType, models.RESTRICT, related_name="+")
    typed_name = models.CharField(
        max_length=300,
        blank=True,
        default="",
        help_text="What the user called it, here or in another app, whatever the type is called.",
    )
    position = position_field()
    superset_group = BoundedIntegerField(min_value=1, max_value=1000, null=True, blank=True)
    performed_at = MomentField(null=True, blank=True, help_text="When it stands outside of a workout.")
    time_zone = TimeZoneField()
    notes = NoteField(max_length=5000)

    class Meta(OwnedModel.Meta):
        indexes = [
            *OwnedModel.Meta.indexes,
            models.Index(fields=["user", "exercise_type"], name="training_exercise_by_type"),  # the history of one type
            # ?workout=, in its order; what hangs on a workout
            models.Index(fields=["workout", "position", "id"], name="training_exercise_in_order"),
        ]
        triggers = [*OwnedModel.Meta.triggers, *own_or_shared("exercise_type")]


class Set(OwnedModel):
    """One set: what was aimed at and what was done. Loads are in kg; what the user typed is kept beside them."""

    wire = Wire(code=50, together=(Together(("load_kg", "typed_load", "typed_load_unit"), leading="load_kg"),))

    exercise = OwnedForeignKey(Exercise, related_name="sets", db_index=False)
    position = position_field()
    kind = EnumField(choices=SetKind, default=SetKind.WORKING)
    target_reps = BoundedIntegerField(min_value=0, max_value=10_000, null=True, blank=True)
    reps = BoundedIntegerField(min_value=0, max_value=10_000, null=True, blank=True)
    target_load_kg = BoundedDecimalField(
        max_digits=7, decimal_places=2, min_value="0.00", max_value="10000.00", null=True, blank=True
    )
    load_kg = BoundedDecimalField(
        max_digits=7, decimal_places=2, min_value="0.00", max_value="10000.00", null=True, blank=True
    )
    typed_load = BoundedDecimalField(
        max_digits=8, decimal_places=3, min_value="0.000", max_value="25000.000", null=True, blank=True
    )
    typed_load_unit = EnumField(choices=WeightUnit, blank=True, default="")
    rpe = BoundedDecimalField(max_digits=3, decimal_places=1, min_value="1.0", max_value="10.0", null=True, blank=True)
    rir = BoundedDecimalField(max_digits=3, decimal_places=1, min_value="0.0", max_value="20.0", null=True, blank=True)
    duration_s = BoundedIntegerField(min_value=0, max_value=604_800, null=True, blank=True)
    distance_m = BoundedDecimalField(
        max_digits=9, decimal_places=2, min_value="0.00", max_value="2000000.00", null=True, blank=True
    )
    rest_s = BoundedIntegerField(min_value=0, max_value=86_400, null=True, blank=True)
    tempo = models.CharField(max_length=20, blank=True, default="", help_text="Down, pause, up, pause in s: 3-1-1-0.")
    completed_at = MomentField(null=True, blank=True)
    notes = NoteField(max_length=2000)

    class Meta(OwnedModel.Meta):
        constraints = [
            *OwnedModel.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(typed_load=None, typed_load_unit="")
                | (models.Q(typed_load__isnull=False) & ~models.Q(typed_load_unit="")),
                name="training_set_typed_load_unit",
                violation_error_code="unit_missing",
                violation_error_message="What was typed needs its number and its unit, or neither.",
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(typed_load=None)
                    | models.Q(typed_load_unit="")  # the constraint above says so
                    | load_as_typed(WeightUnit.KG)
                    | load_as_typed(WeightUnit.LB)
                ),
                name="training_set_load_as_typed",
                violation_error_code="load_not_as_typed",
                violation_error_message=(
                    "load_kg must be typed_load in kg, to 0.01 kg. Write load_kg, typed_load and typed_load_unit together."
                ),
            ),
        ]
        indexes = [
            *OwnedModel.Meta.indexes,
            # ?exercise=, in its order; ?exercise__workout=; what hangs on an exercise
            models.Index(fields=["exercise", "position", "id"], name="training_set_in_order"),
        ]
