"""The workflow's page of a row, and its steps for many rows."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from unfold.decorators import action

from catalog.admin.forms import StepForm
from catalog.admin.saved_filters import SavedFiltersAdmin
from catalog.admin.sheets import SheetAdmin
from catalog.admin.signing import SignedAdmin
from catalog.enums import Status
from catalog.services import editorial
from catalog.services.impact import impact_of
from lib.errors import DomainError

MANY_MAX = 200
STEPS_SHOWN = 50
OF_THE_WORKFLOW = ("status", "publish_at", "published_at", "replaced_by")


class WorkflowAdmin(SavedFiltersAdmin, SheetAdmin, SignedAdmin):
    """Rows begin as drafts, and go on by steps alone."""

    actions_detail: Any = ("workflow",)
    actions: Any = ("submit_many", "publish_many", "retire_many")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        slug = () if obj is None else ("slug",)
        return tuple(dict.fromkeys((*fields, *OF_THE_WORKFLOW, *slug)))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """To change what is published is to publish."""
        allowed = bool(super().has_change_permission(request, obj))
        return allowed and (obj is None or editorial.may_change(obj, request.user))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was published is retired: logs may name it."""
        return bool(super().has_delete_permission(request, obj)) and (obj is None or obj.published_at is None)

    def has_step_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Of those who edit the library, also where this row is not theirs to edit."""
        return bool(super().has_change_permission(request))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        if not change:
            obj.status = Status.DRAFT
        super().save_model(request, obj, form, change)
        if not change:
            editorial.began(row=obj, by=request.user, at=timezone.now())

    @action(description="Workflow", permissions=["view"])  # type: ignore[untyped-decorator]  # no stubs
    def workflow(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Where it stands, how it came there, what would notice, and where to next."""
        row = self.row_or_404(request, object_id)
        steps = editorial.next_steps(row, request.user) if self.has_step_permission(request) else []
        form = StepForm(request.POST or None, model=self.model, steps=steps) if steps else None
        if form is not None and form.is_valid():
            try:
                self._take_step(request, row, form.cleaned_data)
            except DomainError as error:
                form.add_error(error.attr if error.attr in form.fields else None, error.detail)
            else:
                return redirect(request.path)
        context = {"form": form, "steps": editorial.steps_of(row)[:STEPS_SHOWN], "impact": impact_of(row)}
        return self.page(request, row, "workflow", f"Workflow: {row}", context)

    def _take_step(self, request: HttpRequest, row: Any, asked: dict[str, Any]) -> None:
        by: Any = request.user
        editorial.move(
            row=row,
            to=asked["to"],
            by=by,
            at=timezone.now(),
            note=asked["note"],
            publish_at=asked.get("publish_at"),
            replaced_by=asked.get("replaced_by"),
        )
        messages.success(request, f"{row} is {str(Status(asked['to']).label).lower()}.")

    @admin.action(description="Submit for review", permissions=["step"])
    def submit_many(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._move_many(request, queryset, Status.IN_REVIEW)

    @admin.action(description="Publish", permissions=["step"])
    def publish_many(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._move_many(request, queryset, Status.PUBLISHED)

    @admin.action(description="Retire", permissions=["step"])
    def retire_many(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._move_many(request, queryset, Status.RETIRED)

    def _move_many(self, request: HttpRequest, queryset: QuerySet[Any], to: Status) -> None:
        """Each by itself: what is refused says why, and holds up none of the others."""
        by: Any = request.user
        moved = 0
        for row in queryset[:MANY_MAX]:
            try:
                editorial.move(row=row, to=to, by=by, at=timezone.now())
            except DomainError as error:
                messages.warning(request, f"{row}: {error.detail}")
            else:
                moved += 1
        if moved:
            messages.success(request, f"{moved} of them {'is' if moved == 1 else 'are'} {str(to.label).lower()} now.")
        if queryset.count() > MANY_MAX:
            messages.warning(request, f"Only the first {MANY_MAX} were looked at. Choose the rest and repeat it.")

    def row_or_404(self, request: HttpRequest, object_id: str) -> Any:
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        return row

    def page(self, request: HttpRequest, row: Any, name: str, title: str, context: dict[str, Any]) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "title": title, "opts": self.opts, "original": row}
        return render(request, f"admin/catalog/{name}.html", {**shared, **context})
