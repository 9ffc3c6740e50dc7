"""CSV of a library: export of what a list shows, and import with a look at the differences first."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.widgets import UnfoldAdminFileFieldWidget

from catalog.services import sheets

CHUNK_ROWS = 500
EXPORTED_MAX = 20_000
EXPORT_PATH = "export-sheet"


class SheetForm(forms.Form):
    file = forms.FileField(label="CSV file", widget=UnfoldAdminFileFieldWidget)

    def clean_file(self) -> tuple[str, str]:
        """Its name and its text."""
        given = self.cleaned_data["file"]
        if given.size > sheets.BYTES_MAX:
            raise forms.ValidationError(f"A sheet has at most {sheets.BYTES_MAX // 1024 // 1024} MB.")
        try:
            return given.name, given.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise forms.ValidationError("Save the sheet as CSV in UTF-8.") from error


class SheetAdmin(ModelAdmin):  # type: ignore[misc]  # unfold has no stubs
    """A library that has a sheet gets two buttons above its list."""

    actions_list: Any = ("export_sheet", "import_sheet")

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The button exports what the list shows, so its link has the list's search and filters."""
        page = super().changelist_view(request, *args, **kwargs)
        for button in (getattr(page, "context_data", None) or {}).get("actions_list", ()):
            if str(button.get("path", "")).endswith(f"/{EXPORT_PATH}/") and request.GET:
                button["path"] = f"{button['path']}?{request.GET.urlencode()}"
        return page

    def has_sheet_permission(self, request: HttpRequest) -> bool:
        return sheets.has_sheet(self.model) and bool(self.has_view_permission(request))

    def has_sheet_change_permission(self, request: HttpRequest) -> bool:
        return sheets.has_sheet(self.model) and bool(self.has_change_permission(request))

    @action(description="Export as CSV", url_path=EXPORT_PATH, permissions=["sheet"])  # type: ignore[untyped-decorator]  # no stubs
    def export_sheet(self, request: HttpRequest) -> HttpResponseBase:
        """What the list shows, with its search and filters."""
        sheet = sheets.sheet_of(self.model)
        assert sheet is not None
        rows = self.get_changelist_instance(request).get_queryset(request)[:EXPORTED_MAX]
        lines = sheets.exported(sheet, rows.iterator(chunk_size=CHUNK_ROWS))
        name = f"{self.opts.model_name}-{timezone.now():%Y-%m-%d}.csv"
        return StreamingHttpResponse(
            lines,
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    @action(description="Import a CSV file", url_path="import-sheet", permissions=["sheet_change"])  # type: ignore[untyped-decorator]  # no stubs
    def import_sheet(self, request: HttpRequest) -> HttpResponseBase:
        """First it only says what would change; the same again, by its digest, does it."""
        if "digest" in request.POST:
            return self._apply(
                request, request.POST.get("name", ""), request.POST.get("text", ""), request.POST["digest"]
            )
        form = SheetForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            name, text = form.cleaned_data["file"]
            return self._shown(request, form, name, text)
        return self._page(request, form)

    def _shown(self, request: HttpRequest, form: SheetForm, name: str, text: str) -> HttpResponse:
        sheet = sheets.sheet_of(self.model)
        assert sheet is not None
        try:
            diff = sheets.compared(sheet, text, may_change=self._may_change(request))
        except sheets.SheetRefused as refusal:
            form.add_error("file", str(refusal))
            return self._page(request, form)
        return self._page(request, SheetForm(), diff=diff, name=name, text=text)

    def _apply(self, request: HttpRequest, name: str, text: str, digest: str) -> HttpResponseBase:
        sheet = sheets.sheet_of(self.model)
        assert sheet is not None
        try:
            diff = sheets.apply_sheet(
                sheet,
                text,
                digest=digest,
                may_change=self._may_change(request),
                by=request.user,
                at=timezone.now(),
                file_name=name,
            )
        except (sheets.SheetChanged, sheets.SheetRefused) as refusal:
            messages.warning(request, str(refusal))
            return self._shown(request, SheetForm(), name, text)
        counts = diff.counts
        messages.success(
            request, f"{counts['new']} added as drafts, {counts['changed']} changed, {counts['refused']} left out."
        )
        return redirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))

    def _may_change(self, request: HttpRequest) -> Any:
        def may_change(row: Any) -> bool:
            return bool(self.has_add_permission(request) if row is None else self.has_change_permission(request, row))

        return may_change

    def _page(self, request: HttpRequest, form: SheetForm, **context: Any) -> HttpResponse:
        if not self.has_sheet_change_permission(request):
            raise PermissionDenied
        base = {**self.admin_site.each_context(request), "title": "Import a CSV file", "opts": self.opts, "form": form}
        limits = {"rows_max": sheets.ROWS_MAX, "megabytes": sheets.BYTES_MAX // 1024 // 1024}
        return render(request, "admin/catalog/sheet.html", {**base, **limits, **context})
