"""Duplicates: found, compared, merged, and merges undone."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from unfold.decorators import action

from catalog.admin.comparing import sections_between
from catalog.admin.forms import MergeForm, row_of
from catalog.admin.translating import TranslatingAdmin
from catalog.admin.versions import VersionsAdmin
from catalog.enums import Status
from catalog.models import Food, Merge
from catalog.services import editorial, merging
from catalog.services.impact import impact_of
from lib.admin import ReadOnlyAdmin

LOOKED_AT = 1000  # rows for which duplicates are looked for at once, those that changed last
LOOKED_AT_OF = {Food: 25}  # of which there may be a million: each look takes a moment


class MergingAdmin(TranslatingAdmin, VersionsAdmin):
    """Of libraries whose rows have names."""

    actions: Any = (*VersionsAdmin.actions, "translate_missing")
    actions_detail: Any = (*VersionsAdmin.actions_detail, "duplicates")
    actions_list: Any = (*VersionsAdmin.actions_list, "all_duplicates")

    @action(description="Duplicates", permissions=["view"])  # type: ignore[untyped-decorator]  # no stubs
    def duplicates(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What may be the same; two side by side, if the address names the other; merged or kept apart, if that is posted."""
        row = self.row_or_404(request, object_id)
        if request.method == "POST":
            return self._decide(request, row)
        widget = row_of(self.model, required=False, label="").widget
        search = widget.render("other", None, attrs={"id": "id_other"})
        context = {"pairs": merging.duplicates_of([row]), "search": search, "media": widget.media}
        if request.GET.get("other"):
            context |= self._beside(request, row)
        return self.page(request, row, "duplicates", f"Duplicates: {row}", context)

    def _beside(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        other = self._other(request, request.GET["other"])
        form = MergeForm(initial={"other": other.pk, "keep": other.pk})
        form.fields["keep"].choices = [(each.pk, f"{each} ({each.slug})") for each in (row, other)]  # type: ignore[attr-defined]  # it is a ChoiceField
        impacts = [(each, impact_of(each)) for each in (row, other)]
        may = request.user.has_perm(editorial.PUBLISH)
        return {
            "other": other,
            "sections": sections_between(row, other),
            "impacts": impacts,
            "form": form if may else None,
        }

    def _decide(self, request: HttpRequest, row: Any) -> HttpResponse:
        if not self.has_step_permission(request):
            raise PermissionDenied
        other = self._other(request, request.POST.get("other", ""))
        by: Any = request.user
        if "apart" in request.POST:
            merging.keep_apart(first=row, second=other, by=by, at=timezone.now())
            messages.success(request, f"{row} and {other} are two things: they are not shown as duplicates again.")
            return redirect(request.path)
        winner, loser = (row, other) if request.POST.get("keep") == str(row.pk) else (other, row)
        made = merging.merge(
            loser=loser, winner=winner, by=by, at=timezone.now(), note=request.POST.get("note", "")[:1000]
        )
        messages.success(
            request, f"{loser} is merged into {winner}: {made.moved} rows of {made.athletes} athletes name it now."
        )
        return redirect(reverse("admin:catalog_merge_change", args=[made.pk]))

    def _other(self, request: HttpRequest, key: str) -> Any:
        try:
            return self.row_or_404(request, str(UUID(key)))
        except ValueError as error:
            raise Http404 from error

    @action(description="Duplicates", url_path="all-duplicates", permissions=["view"])  # type: ignore[untyped-decorator]  # no stubs
    def all_duplicates(self, request: HttpRequest) -> HttpResponse:
        looked_at = LOOKED_AT_OF.get(self.model, LOOKED_AT)
        rows = self.model.objects.canonical().exclude(status=Status.RETIRED).order_by("-updated_at", "id")[:looked_at]
        context = {**self.admin_site.each_context(request), "title": "Duplicates", "opts": self.opts}
        pairs = merging.duplicates_of(list(rows))
        return render(request, "admin/catalog/all_duplicates.html", {**context, "pairs": pairs, "looked_at": looked_at})


@admin.register(Merge)
class MergeAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "entity", "by", "at", "moved", "athletes", "undone_at")
    list_filter = ("entity",)
    list_select_related = ("by",)
    list_per_page = 50
    ordering = ("-at", "-id")
    fields = (
        *("entity", "loser_name", "loser_id", "winner_name", "winner_id", "moved", "athletes"),
        *("by", "at", "note", "undone_by", "undone_at"),
    )
    actions_detail = ("undo",)

    @action(description="Undo this merge", permissions=["undo"], attrs={"class": "text-red-600"})  # type: ignore[untyped-decorator]  # no stubs
    def undo(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Asks first; the same, posted, does it."""
        made = self.get_object(request, object_id)
        if made is None:
            raise Http404
        if request.method == "POST":
            by: Any = request.user
            moved = merging.undo(merge=made, by=by, at=timezone.now())
            messages.success(request, f"{made.loser_name} is what it was, and {moved} rows name it again.")
            return redirect(reverse("admin:catalog_merge_change", args=[made.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": "Undo this merge?",
            "opts": self.opts,
            "merge": made,
        }
        return render(request, "admin/catalog/undo_merge.html", context)

    def has_undo_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(request.user.has_perm(editorial.PUBLISH))
