"""What athletes keep beside their workouts: plans, places, goals, measurements."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin.athletes import AthleteAdmin
from accounts.admin.units import units_of, with_units
from training.admin.sheets import aimed, name_of_exercise
from training.models import (
    Enrolment,
    ExerciseAlias,
    Favourite,
    Goal,
    Gym,
    GymItem,
    Measurement,
    Mesocycle,
    MesocycleWeek,
    ProgressionState,
    ScheduledWorkout,
    TemplateExercise,
    TemplateSet,
    WorkoutTemplate,
)


@admin.register(Measurement)
class MeasurementAdmin(AthleteAdmin):
    pass


@admin.register(Gym)
class GymAdmin(AthleteAdmin):
    search_fields = (*AthleteAdmin.search_fields, "name__unaccent")

    def name_of(self, row: Any) -> str:
        return str(row.name)


@admin.register(GymItem)
class GymItemAdmin(AthleteAdmin):
    columns = ("gym", "kind", "weight", "unit")

    def name_of(self, row: Any) -> str:
        return str(row.name or row.get_kind_display())


@admin.register(WorkoutTemplate)
class WorkoutTemplateAdmin(AthleteAdmin):
    search_fields = (*AthleteAdmin.search_fields, "title__unaccent", "folder__unaccent")


@admin.register(TemplateExercise)
class TemplateExerciseAdmin(AthleteAdmin):
    columns = ("template", "position", "notes")
    joined = ("exercise_type",)

    def name_of(self, row: Any) -> str:
        return name_of_exercise(row)


@admin.register(TemplateSet)
class TemplateSetAdmin(AthleteAdmin):
    columns = ("template_exercise", "kind", "notes")
    joined = ("template_exercise__exercise_type",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return with_units(super().get_queryset(request))

    def name_of(self, row: Any) -> str:
        return aimed(row, units_of(row)) or f"{row.get_kind_display()} set"


@admin.register(Enrolment)
class EnrolmentAdmin(AthleteAdmin):
    search_fields = (*AthleteAdmin.search_fields, "title__unaccent")
    columns = ("program", "status", "gym")

    def name_of(self, row: Any) -> str:
        return row.title or str(row.program)

    joined = ("program",)


@admin.register(ProgressionState)
class ProgressionStateAdmin(AthleteAdmin):
    columns = ("enrolment", "workout")
    joined = ("enrolment__program", "slot__exercise_type")

    def name_of(self, row: Any) -> str:
        return str(row.slot.exercise_type)


@admin.register(ScheduledWorkout)
class ScheduledWorkoutAdmin(AthleteAdmin):
    search_fields = (*AthleteAdmin.search_fields, "title__unaccent")
    joined = ("program_day", "template", "enrolment__program")

    def name_of(self, row: Any) -> str:
        return row.title or str(row.program_day or row.template or row)


@admin.register(Mesocycle)
class MesocycleAdmin(AthleteAdmin):
    search_fields = (*AthleteAdmin.search_fields, "title__unaccent")
    joined = ("enrolment__program",)


@admin.register(MesocycleWeek)
class MesocycleWeekAdmin(AthleteAdmin):
    columns = ("mesocycle", "kind", "notes")

    def name_of(self, row: Any) -> str:
        return f"Week {row.number}"


@admin.register(Favourite)
class FavouriteAdmin(AthleteAdmin):
    columns = ("position",)
    joined = ("exercise_type", "template", "program", "food")

    def name_of(self, row: Any) -> str:
        return str(row.exercise_type or row.template or row.program or row.food or row)


@admin.register(Goal)
class GoalAdmin(AthleteAdmin):
    search_fields = (*AthleteAdmin.search_fields, "title__unaccent")
    joined = ("exercise_type",)

    def name_of(self, row: Any) -> str:
        return row.title or f"{row.get_kind_display()} {row.exercise_type or ''}".strip()


@admin.register(ExerciseAlias)
class ExerciseAliasAdmin(AthleteAdmin):
    search_fields = (*AthleteAdmin.search_fields, "name__unaccent")
    columns = ("exercise_type",)
    joined = ("exercise_type",)
