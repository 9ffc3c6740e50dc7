from django.contrib import admin

from lib.admin import OwnedAdmin
from training.models import (
    Exercise,
    Gym,
    GymItem,
    Measurement,
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
