"""The admin of big tables: rows are found by an index, and named by all columns of their key."""

from typing import Any

from django.contrib.admin.utils import quote
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from unfold.views import ChangeList

from lib.admin import ReadOnlyAdmin


class KeyedChangeList(ChangeList):  # type: ignore[misc]  # unfold has no stubs
    """Links each line by its real key, and sorts only by what has an index."""

    def url_for_result(self, result: Any) -> str:
        return str(self.model_admin.url_of(result))

    def _get_deterministic_ordering(self, ordering: list[str]) -> list[str]:
        return ordering


class BigTableAdmin(ReadOnlyAdmin):
    """A subclass says which columns are the key, and what a search looks for."""

    key: tuple[str, ...] = ()
    sortable_by = ()
    search_fields = ("pk",)  # not what is searched, but Django shows the box only where there is something
    list_per_page = 50
    list_select_related = ("user",)

    def url_of(self, row: Any) -> str:
        opts = self.model._meta
        key = ".".join(str(getattr(row, name)) for name in self.key)
        return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=(quote(key),))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KeyedChangeList]:
        return KeyedChangeList

    def rows_named(self, object_id: str) -> models.Q:
        """By its real key; Django's own links name one column of it, which finds one of its rows."""
        parts = object_id.split(".")
        if len(parts) == len(self.key):
            return models.Q(**dict(zip(self.key, parts, strict=True)))
        return self.found_by(object_id)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        try:
            return self.get_queryset(request).select_related("user").filter(self.rows_named(object_id)).first()
        except (ValidationError, ValueError):
            return None

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        for word in search_term.split():
            queryset = queryset.filter(self.found_by(word))
        return queryset, False

    def found_by(self, word: str) -> models.Q:
        """Which rows a word of the search asks for; none of them where it is nothing that can be looked for."""
        raise NotImplementedError
