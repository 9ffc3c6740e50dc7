"""Lists of libraries: searched as athletes search them, and filtered by what is wrong."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.admin import ShowFacets
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from catalog.models.library import has_words
from catalog.services.quality import fault_of, faults


class FaultFilter(admin.SimpleListFilter):
    """Rows that have a fault of the quality check."""

    title = "fault"
    parameter_name = "fault"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(fault.code, fault.words) for fault in faults() if fault.model is model_admin.model]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        fault = fault_of(queryset.model, self.value() or "")
        return queryset if fault is None else queryset.filter(pk__in=fault.rows().values("pk"))


class SearchedAdmin:
    """Finds rows by the beginnings of the words of their names, by slug or by id. Words within words are not found."""

    search_help_text = "Words of a name or alias, a slug or an id."
    show_facets = ShowFacets.NEVER  # each number would be a count of the whole table

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        text = search_term.replace("\x00", "").strip()
        return (queryset.filter(self._found(text)) if text else queryset), False

    def _found(self, text: str) -> Q:
        found = Q(has_words(text)) | Q(slug=text)
        try:
            return found | Q(pk=UUID(text))
        except ValueError:
            return found
