from django.contrib import admin

from lib.admin import OwnedAdmin
from training.models import (
    Enrolment,
    Exercise,
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
    Set,
    TemplateExercise,
    TemplateSet,
    Workout,
    WorkoutTemplate,
)


@admin.register(Workout)
class WorkoutAdmin(OwnedAdmin):
    search_fields = (*OwnedAdmin.search_fields, "title")


@admin.register(Exercise)
class ExerciseAdmin(OwnedAdmin):
    list_select_related = ("user", "workout", "exercise_type")


@admin.register(Set)
class SetAdmin(OwnedAdmin):
    list_select_related = ("user", "exercise")


@admin.register(Measurement)
class MeasurementAdmin(OwnedAdmin):
    pass


@admin.register(Gym)
class GymAdmin(OwnedAdmin):
    search_fields = (*OwnedAdmin.search_fields, "name")


@admin.register(GymItem)
class GymItemAdmin(OwnedAdmin):
    list_select_related = ("user", "gym")


@admin.register(WorkoutTemplate)
class WorkoutTemplateAdmin(OwnedAdmin):
    search_fields = (*OwnedAdmin.search_fields, "title", "folder")


@admin.register(TemplateExercise)
class TemplateExerciseAdmin(OwnedAdmin):
    list_select_related = ("user", "template", "exercise_type")


@admin.register(TemplateSet)
class TemplateSetAdmin(OwnedAdmin):
    list_select_related = ("user", "template_exercise")


@admin.register(Enrolment)
class EnrolmentAdmin(OwnedAdmin):
    list_select_related = ("user", "program", "gym")
    search_fields = (*OwnedAdmin.search_fields, "title")


@admin.register(ProgressionState)
class ProgressionStateAdmin(OwnedAdmin):
    list_select_related = ("user", "enrolment", "slot", "workout")


@admin.register(ScheduledWorkout)
class ScheduledWorkoutAdmin(OwnedAdmin):
    list_select_related = ("user", "enrolment", "program_day", "template", "workout")
    search_fields = (*OwnedAdmin.search_fields, "title")


@admin.register(Mesocycle)
class MesocycleAdmin(OwnedAdmin):
    list_select_related = ("user", "enrolment")
    search_fields = (*OwnedAdmin.search_fields, "title")


@admin.register(MesocycleWeek)
class MesocycleWeekAdmin(OwnedAdmin):
    list_select_related = ("user", "mesocycle")


@admin.register(Favourite)
class FavouriteAdmin(OwnedAdmin):
    list_select_related = ("user", "exercise_type", "template", "program")


@admin.register(Goal)
class GoalAdmin(OwnedAdmin):
    list_select_related = ("user", "exercise_type")
    search_fields = (*OwnedAdmin.search_fields, "title")


@admin.register(ExerciseAlias)
class ExerciseAliasAdmin(OwnedAdmin):
    search_fields = (*OwnedAdmin.search_fields, "name")
    list_select_related = ("user", "exercise_type")
