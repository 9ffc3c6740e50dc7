"""Workouts, and what is in them."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from unfold.decorators import action

from accounts.admin.athletes import AthleteAdmin
from accounts.admin.guarded import check_access
from accounts.admin.units import units_of, with_units
from training.admin.sheets import done, name_of_exercise, sheet_of_exercise, sheet_of_workout
from training.forms import ImportFileForm
from training.models import Exercise, Set, Workout
from training.services.files.taking import Sent, take_file

SHEET = "admin/training/sheet.html"


class SheetAdmin(AthleteAdmin):
    """Above the form stands what was done, to be read."""

    change_form_outer_before_template = SHEET

    def sheet_of(self, row: Any) -> Any:
        raise NotImplementedError

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        response = super().change_view(request, object_id, *args, **kwargs)
        context = getattr(response, "context_data", None) or {}
        if context.get("original") is not None:
            context["sheet"] = self.sheet_of(context["original"])
        return response


@admin.register(Workout)
class WorkoutAdmin(SheetAdmin):
    search_fields = (*AthleteAdmin.search_fields, "title__unaccent")
    columns = ("status", "local_date", "started_at", "ended_at")
    actions_list = ("import_file",)

    def name_of(self, row: Any) -> str:
        return row.title or (f"Workout of {row.local_date:%d %b %Y}" if row.local_date else str(row).capitalize())

    def sheet_of(self, row: Any) -> Any:
        return sheet_of_workout(row)

    @action(description="Import a file", url_path="import-file", permissions=["add"])  # type: ignore[untyped-decorator]  # no stubs
    def import_file(self, request: HttpRequest) -> HttpResponseBase:
        """First it only says what would happen; the same again does it. The report tells what the user logged."""
        form = ImportFileForm(request.POST or None, request.FILES or None)
        if not form.is_valid():
            return self._import_page(request, form)
        check_access(request, form.cleaned_data["user"].pk)
        sent = Sent(
            user=form.cleaned_data["user"],
            content=form.cleaned_data["file"],
            how=form.how(),
            take=form.take(),
            source="admin",
            at=timezone.now(),
            dry_run=not form.was_tried(),
        )
        report = take_file(sent)
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
class ExerciseAdmin(SheetAdmin):
    search_fields = (*AthleteAdmin.search_fields, "typed_name__unaccent", "exercise_type__name__unaccent")
    columns = ("workout", "performed_at", "notes")
    joined = ("exercise_type",)

    def name_of(self, row: Any) -> str:
        return name_of_exercise(row)

    def sheet_of(self, row: Any) -> Any:
        return sheet_of_exercise(row)


@admin.register(Set)
class SetAdmin(AthleteAdmin):
    columns = ("exercise", "kind", "completed_at", "notes")
    joined = ("exercise__exercise_type",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return with_units(super().get_queryset(request))

    def name_of(self, row: Any) -> str:
        return done(row, units_of(row)) or f"{row.get_kind_display()} set, not done"

    def place_of(self, row: Any) -> str:
        """Its number among the sets of the exercise. One query."""
        before = Set.objects.live().filter(exercise=row.exercise_id, position__lte=row.position).exclude(pk=row.pk)
        number = sum(
            1 for position, pk in before.values_list("position", "pk") if (position, pk) < (row.position, row.pk)
        )
        return f"set {number + 1}: {self.name_of(row)}"
