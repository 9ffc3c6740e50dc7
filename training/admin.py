from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from unfold.decorators import action

from lib.admin import OwnedAdmin
from training.forms import ImportFileForm
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
from training.services.files.importing import import_file
from training.services.files.reports import report_of


@admin.register(Workout)
class WorkoutAdmin(OwnedAdmin):
    search_fields = (*OwnedAdmin.search_fields, "title")
    actions_list = ("import_file",)

    @action(description="Import a file", url_path="import-file", permissions=["add"])  # type: ignore[untyped-decorator]  # no stubs
    def import_file(self, request: HttpRequest) -> HttpResponseBase:
        """First it only says what would happen; the same again does it."""
        form = ImportFileForm(request.POST or None, request.FILES or None)
        if not form.is_valid():
            return self._import_page(request, form)
        outcome = import_file(
            user=form.cleaned_data["user"],
            content=form.cleaned_data["file"],
            how=form.how(),
            take=form.take(),
            source="admin",
            at=timezone.now(),
            dry_run=not form.was_tried(),
        )
        report = report_of(outcome, dry_run=not form.was_tried())
        if report["dry_run"]:
            return self._import_page(request, form.to_be_sent_again(), report)
        made = ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in report["made"].items())
        messages.success(request, f"Imported: {made}. {report['problems_total']} lines were not taken.")
        return redirect("admin:training_workout_changelist")

    def _import_page(
        self, request: HttpRequest, form: ImportFileForm, report: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "title": "Import a file", "opts": self.opts}
        return render(request, "admin/training/import_file.html", {**context, "form": form, "report": report})


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
