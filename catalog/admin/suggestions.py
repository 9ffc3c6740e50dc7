"""What athletes offer, and the answers."""

from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from unfold.decorators import action

from catalog.admin.comparing import sections_between
from catalog.admin.forms import AnswerForm
from catalog.enums import SuggestionState
from catalog.models import EditorialStep, Suggestion
from catalog.services import editorial, merging, suggestions
from catalog.services.following import own_row
from lib.admin import ReadOnlyAdmin
from lib.errors import DomainError


@admin.register(Suggestion)
class SuggestionAdmin(ReadOnlyAdmin):
    """The queue, the oldest first. Who suggested it is nobody's business here."""

    list_display = ("name", "kind", "state", "created_at", "answered_by", "answered_at")
    list_filter = ("state", "kind")
    list_select_related = ("answered_by",)
    search_fields = ("=id", "name")
    ordering = ("created_at", "id")
    fields = (
        *("name", "kind", "row_id", "message", "state"),
        *("created_at", "answer", "answered_by", "answered_at", "library_id"),
    )
    actions_detail = ("answer",)

    @action(description="Answer", permissions=["answer"])  # type: ignore[untyped-decorator]  # no stubs
    def answer(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What it holds, what the library has like it, and what to say."""
        suggestion = self.get_object(request, object_id)
        own = suggestion and own_row(suggestion)
        if own is None:
            raise Http404
        may_publish = request.user.has_perm(editorial.PUBLISH)
        form = AnswerForm(
            request.POST or None, initial={"slug": slugify(own.name)}, model=type(own), may_publish=may_publish
        )
        if form.is_valid():
            try:
                return self._answer(request, suggestion, form.cleaned_data)
            except DomainError as error:
                form.add_error(error.attr if error.attr in form.fields else None, error.detail)
        context = {**self.admin_site.each_context(request), "title": f"Suggestion: {suggestion}", "opts": self.opts}
        found = {"pairs": merging.duplicates_of([own]), "sections": sections_between(own, own)}
        pending = suggestion.state == SuggestionState.PENDING
        shown = {"suggestion": suggestion, "form": form if pending else None, **found}
        return render(request, "admin/catalog/suggestion.html", {**context, **shown})

    def _answer(self, request: HttpRequest, suggestion: Suggestion, asked: dict[str, Any]) -> HttpResponse:
        said: dict[str, Any] = {
            "suggestion": suggestion, "by": request.user, "at": timezone.now(), "answer": asked["answer"],
        }  # fmt: skip
        match asked["decision"]:
            case "decline":
                suggestions.decline(**said)
            case "merge":
                suggestions.merge_into(row=asked["row"], **said)
            case decision:
                suggestions.accept(slug=asked["slug"], publish=decision == "publish", **said)
        messages.success(request, f"{suggestion} is answered.")
        return redirect(reverse("admin:catalog_suggestion_changelist"))

    def has_answer_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(request.user.has_perm("catalog.change_suggestion"))


@admin.register(EditorialStep)
class EditorialStepAdmin(ReadOnlyAdmin):
    list_display = ("entity", "row_id", "from_status", "to_status", "by", "at", "note")
    list_filter = ("to_status", "entity")
    list_select_related = ("by",)
    search_fields = ("=row_id",)
    list_per_page = 50
    ordering = ("-at", "-id")
