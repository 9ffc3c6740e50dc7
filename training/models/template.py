from django.db import models

from catalog.models import ExerciseType
from catalog.models.fields import position_field, rest_s_field, superset_group_field, title_field, typed_name_field
from catalog.models.prescription import (
    PRESCRIBED_TOGETHER,
    Prescription,
    one_load_constraint,
    prescription_constraints,
)
from lib.fields import NoteField, OwnedForeignKey, SlugSetField
from lib.models import OwnedModel
from lib.rules import own_or_shared
from lib.wire import Wire


class WorkoutTemplate(OwnedModel):
    """A workout to be done again and again: its exercises in order, with the sets that they prescribe."""

    wire = Wire(code=74)

    title = title_field()
    folder = models.CharField(
        max_length=100, blank=True, default="", help_text="Where the user keeps it; empty: nowhere."
    )
    tags = SlugSetField(max_size=20)
    notes = NoteField(max_length=10_000)

    class Meta(OwnedModel.Meta):
        indexes = [
            *OwnedModel.Meta.indexes,
            models.Index(fields=["user", "folder"], name="training_template_by_folder"),  # ?folder=
        ]

    def __str__(self) -> str:
        return self.title or super().__str__()


class TemplateExercise(OwnedModel):
    """An exercise of a template: its type, its place, and the rest between its sets where these say nothing else."""

    wire = Wire(code=76)

    template = OwnedForeignKey(WorkoutTemplate, related_name="exercises", db_index=False)
    exercise_type = models.ForeignKey(ExerciseType, models.RESTRICT, related_name="+")
    typed_name = typed_name_field()
    position = position_field()
    superset_group = superset_group_field()
    rest_s = rest_s_field()
    notes = NoteField(max_length=5000)

    class Meta(OwnedModel.Meta):
        indexes = [
            *OwnedModel.Meta.indexes,
            # ?template=, in its order; what hangs on a template
            models.Index(fields=["template", "position", "id"], name="training_template_exercise_ord"),
        ]
        triggers = [*OwnedModel.Meta.triggers, *own_or_shared("exercise_type")]


class TemplateSet(Prescription, OwnedModel):
    """A set of a template: what it prescribes. Its load is prescribed in one way, or in none."""

    wire = Wire(code=78, together=PRESCRIBED_TOGETHER)

    template_exercise = OwnedForeignKey(TemplateExercise, related_name="sets", db_index=False)

    class Meta(OwnedModel.Meta):
        constraints = [*OwnedModel.Meta.constraints, *prescription_constraints(), one_load_constraint()]
        indexes = [
            *OwnedModel.Meta.indexes,
            # ?template_exercise=, in its order; ?template_exercise__template=; what hangs on an exercise of a template
            models.Index(fields=["template_exercise", "position", "id"], name="training_template_set_in_order"),
        ]
