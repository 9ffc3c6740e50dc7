from django.db import models
from django.db.models.functions import Coalesce

from accounts.enums import WeightUnit
from catalog.models import ExerciseType
from catalog.models.fields import (
    distance_m_field,
    duration_s_field,
    load_kg_field,
    metadata_field,
    position_field,
    reps_field,
    rir_field,
    rpe_field,
    superset_group_field,
    title_field,
    typed_load_field,
    typed_name_field,
)
from catalog.models.prescription import (
    PRESCRIBED_TOGETHER,
    Prescription,
    load_as_typed_constraints,
    prescription_constraints,
)
from lib.fields import EnumField, MomentField, NoteField, OwnedForeignKey, TimeZoneField
from lib.models import OwnedModel
from lib.rules import on_write, own_or_shared
from lib.together import Together
from lib.wire import Wire
from training.enums import WorkoutStatus
from training.models.expressions import LocalDate
from training.rules import WorkoutNotFull


class Workout(OwnedModel):
    """A training session: planned, under way, done or skipped."""

    wire = Wire(code=30, distinct=("planned_on",), together=(Together(("started_at", "time_zone")),))

    title = title_field()
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
        return self.title or super().__str__()


class Exercise(OwnedModel):
    """One performance of an exercise type: a part of a workout, or on its own."""

    wire = Wire(code=40, together=(Together(("performed_at", "time_zone")),))

    workout = OwnedForeignKey(Workout, null=True, blank=True, related_name="exercises", db_index=False)
    exercise_type = models.ForeignKey(ExerciseType, models.RESTRICT, related_name="+")
    typed_name = typed_name_field()
    position = position_field()
    superset_group = superset_group_field()
    performed_at = MomentField(null=True, blank=True, help_text="When it stands outside of a workout.")
    time_zone = TimeZoneField()
    notes = NoteField(max_length=5000)
    metadata = metadata_field()

    class Meta(OwnedModel.Meta):
        indexes = [
            *OwnedModel.Meta.indexes,
            models.Index(fields=["user", "exercise_type"], name="training_exercise_by_type"),  # the history of one type
            # ?workout=, in its order; what hangs on a workout
            models.Index(fields=["workout", "position", "id"], name="training_exercise_in_order"),
            models.Index(  # whether a new schema of the type fits what stands
                fields=["exercise_type"], condition=~models.Q(metadata={}), name="training_exercise_metadata"
            ),
        ]
        triggers = [*OwnedModel.Meta.triggers, *own_or_shared("exercise_type"), *on_write(WorkoutNotFull, "workout")]


class Set(Prescription, OwnedModel):
    """One set: what was aimed at and what was done. Loads are in kg; what the user typed is kept beside them.

    `target_load_kg` may stand beside a percentage, an RPE or an RIR: it is what these come to.
    """

    wire = Wire(
        code=50,
        together=(Together(("load_kg", "typed_load", "typed_load_unit"), leading="load_kg"), *PRESCRIBED_TOGETHER),
    )

    exercise = OwnedForeignKey(Exercise, related_name="sets", db_index=False)
    reps = reps_field()
    load_kg = load_kg_field()
    typed_load = typed_load_field()
    typed_load_unit = EnumField(choices=WeightUnit, blank=True, default="")
    rpe = rpe_field()
    rir = rir_field()
    duration_s = duration_s_field()
    distance_m = distance_m_field()
    completed_at = MomentField(null=True, blank=True)
    metadata = metadata_field()

    class Meta(OwnedModel.Meta):
        constraints = [*OwnedModel.Meta.constraints, *prescription_constraints(), *load_as_typed_constraints()]
        indexes = [
            *OwnedModel.Meta.indexes,
            # ?exercise=, in its order; ?exercise__workout=; what hangs on an exercise
            models.Index(fields=["exercise", "position", "id"], name="training_set_in_order"),
            # whether the schema of a type, or another type, fits what stands
            models.Index(fields=["exercise"], condition=~models.Q(metadata={}), name="training_set_metadata"),
        ]
