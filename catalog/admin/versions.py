"""The versions of a row: listed, compared, and rolled back to."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime
from unfold.decorators import action

from catalog.admin.comparing import sections_of
from catalog.admin.forms import RollBackForm
from catalog.admin.tagging import TaggingAdmin
from catalog.exceptions import VersionUnknown
from catalog.models import Program
from catalog.services import versions

NOW = "now"


class VersionsAdmin(TaggingAdmin):
    actions_detail: Any = (*TaggingAdmin.actions_detail, "versions")

    @action(description="Versions", permissions=["view"])  # type: ignore[untyped-decorator]  # no stubs
    def versions(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """All of them; two side by side, if the address names them; back to one, if that is posted."""
        row = self.row_or_404(request, object_id)
        if request.method == "POST":
            return self._roll_back(request, row)
        context: dict[str, Any] = {"versions": versions.versions_of(row)}
        if "left" in request.GET:
            context |= self._compared(request, row)
        return self.page(request, row, "versions", f"Versions: {row}", context)

    def _compared(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        left, right = _moment(request.GET["left"]), _moment(request.GET.get("right", NOW))
        sections = sections_of(row, versions.content_at(row, left), versions.content_at(row, right))
        may = left is not None and self._may_roll_back(request, row)
        form = RollBackForm(initial={"version": left and left.isoformat()}) if may else None
        return {"sections": sections, "left_title": _named(left), "right_title": _named(right), "form": form}

    def _may_roll_back(self, request: HttpRequest, row: Any) -> bool:
        """Of a program that athletes can see it changes nothing: it makes a draft."""
        if isinstance(row, Program) and row.visible:
            return self.has_step_permission(request)
        return self.has_change_permission(request, row)

    def _roll_back(self, request: HttpRequest, row: Any) -> HttpResponse:
        if not self._may_roll_back(request, row):
            raise PermissionDenied
        form = RollBackForm(request.POST)
        if not form.is_valid():
            raise VersionUnknown
        asked = form.cleaned_data
        made = versions.roll_back(
            row=row, version=asked["version"], by=request.user, at=timezone.now(), note=asked["note"]
        )
        if made.pk == row.pk:
            messages.success(request, f"{made} is as it was then.")
            return redirect(request.path)
        messages.success(request, f"{made} is a draft of what stood then: publish it when it is right.")
        return redirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[made.pk]))


def _named(moment: dt.datetime | None) -> str:
    return "Now" if moment is None else date_format(localtime(moment), "DATETIME_FORMAT")


def _moment(text: str) -> dt.datetime | None:
    """None: what stands now."""
    if text == NOW:
        return None
    try:
        moment = parse_datetime(text)
    except ValueError as error:
        raise VersionUnknown from error
    if moment is None or moment.tzinfo is None:
        raise VersionUnknown
    return moment
