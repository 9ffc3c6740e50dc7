"""The page of a row that athletes can see, for those who may not change it alone: what they change is kept as a proposal."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from catalog.admin.forms import ProposeForm
from catalog.admin.holding import held_back
from catalog.admin.workflow import WorkflowAdmin
from catalog.exceptions import ChangingNotAllowed, NothingProposed
from catalog.services import editorial, proposals


class ProposingAdmin(WorkflowAdmin):
    change_form_template = "admin/catalog/change_form.html"

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        row = self.get_object(request, object_id) if object_id else None
        if row is None or not self.has_view_permission(request, row):
            return super().changeform_view(request, object_id, form_url, extra_context)
        context = {**(extra_context or {}), "proposals": proposals.waiting_for(row)}
        if self.inlines and self.has_step_permission(request):
            context["held_back"] = held_back(row, request.user)
        if self.has_step_permission(request) and not editorial.may_change(row, request.user):
            request.proposes = True  # type: ignore[attr-defined]  # for has_change_permission, while this page is made
            sent = self._sent(request, row) if request.method == "POST" else None
            if sent is not None:
                return sent
            asked = ProposeForm(request.POST or None)
            context |= {"propose_form": asked, "show_save_and_continue": False, "show_save_and_add_another": False}
        return super().changeform_view(request, object_id, form_url, context)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """On the page of a row that they may propose changes of, the boxes are there."""
        if getattr(request, "proposes", False):
            return self.has_step_permission(request)
        return super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        if getattr(request, "proposes", False):
            raise ChangingNotAllowed
        super().save_model(request, obj, form, change)

    def _sent(self, request: HttpRequest, row: Any) -> HttpResponse | None:
        """None where the page is to show what is wrong with it."""
        form_class = self.get_form(request, row, change=True)
        form = form_class(request.POST, request.FILES, instance=self.get_object(request, str(row.pk)))
        asked = ProposeForm(request.POST)
        if not (form.is_valid() and asked.is_valid()):
            return None
        names = [row._meta.get_field(name).attname for name in form.changed_data]
        values = {name: getattr(form.instance, name) for name in names}
        note, by = asked.cleaned_data["proposal_note"], request.user
        try:
            proposals.propose(row=row, values=values, by=by, at=timezone.now(), note=note)
        except NothingProposed as nothing:
            messages.warning(request, nothing.detail)
        else:
            messages.success(request, f"{row} stays as it is until somebody else has applied your change.")
        return redirect(request.path)
