"""Filters of a list that a person wants again: saved under a name, shown above the list."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import path, reverse
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin

from catalog.models.saved_filter import SAVED_MAX, SavedFilter

NOT_SAVED = ("p", "_changelist_filters", "e")  # the page, and what Django adds


class SaveForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    class Meta:
        model = SavedFilter
        fields = ["name", "query"]


class SavedFiltersAdmin(ModelAdmin):  # type: ignore[misc]  # unfold has no stubs
    list_before_template = "admin/catalog/saved_filters.html"

    def get_urls(self) -> Any:
        views = {"save-filter": self.save_filter, "forget-filter": self.forget_filter}
        wrapped = {name: require_POST(self.admin_site.admin_view(view)) for name, view in views.items()}
        mine = [path(f"{name}/", view, name=self._url_name(name)) for name, view in wrapped.items()]
        return [*mine, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        current = _without_place(request.GET)
        saved = [
            {"name": kept.name, "query": kept.query, "here": kept.query == current} for kept in self._saved(request)
        ]
        context = {
            "saved_filters": saved,
            "current_filter": "" if any(kept["here"] for kept in saved) else current,
            "save_filter_url": reverse(f"admin:{self._url_name('save-filter')}"),
            "forget_filter_url": reverse(f"admin:{self._url_name('forget-filter')}"),
        }
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def save_filter(self, request: HttpRequest) -> HttpResponse:
        """Under a name that is there already, it takes the place of that one."""
        self._check(request)
        form = SaveForm(request.POST)
        if not form.is_valid() or not form.cleaned_data["query"]:
            messages.error(request, "A saved filter has a name of at most 60 characters, and something to filter by.")
            return self._list("")
        query = _without_place(QueryDict(form.cleaned_data["query"]))
        if self._saved(request).exclude(name=form.cleaned_data["name"]).count() >= SAVED_MAX:
            messages.error(request, f"{SAVED_MAX} filters are saved here. Forget one of them first.")
            return self._list(query)
        key = {"user": request.user, "library": self.opts.model_name, "name": form.cleaned_data["name"]}
        SavedFilter.objects.update_or_create(**key, defaults={"query": query})
        return self._list(query)

    def forget_filter(self, request: HttpRequest) -> HttpResponse:
        self._check(request)
        self._saved(request).filter(name=request.POST.get("name", "")).delete()
        return self._list("")

    def _saved(self, request: HttpRequest) -> Any:
        return SavedFilter.objects.filter(user=request.user.pk, library=self.opts.model_name).order_by("name")

    def _check(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _list(self, query: str) -> HttpResponse:
        there = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        return redirect(f"{there}?{query}" if query else there)

    def _url_name(self, name: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{name.replace('-', '_')}"


def _without_place(query: QueryDict) -> str:
    """Sorted, so that the same filters are the same text."""
    pairs = sorted(
        (name, value) for name, values in query.lists() for value in values if name not in NOT_SAVED and value
    )
    kept = QueryDict(mutable=True)
    for name, value in pairs:
        kept.appendlist(name, value)
    return kept.urlencode()
