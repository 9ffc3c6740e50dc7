"""What the pages of all libraries have in common."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from catalog.admin.lists import FaultFilter, SearchedAdmin
from catalog.admin.merging import MergingAdmin
from catalog.admin.sheets import SheetAdmin
from catalog.admin.signing import SignedAdmin
from catalog.forms.editors import EditorForm, LibraryForm
from catalog.models.trees import root_of
from catalog.services import editorial
from lib.admin import OwnedAdmin
from lib.models import OwnedModel


class CatalogueAdmin(SheetAdmin, SignedAdmin):
    """Rows that are nobody's own, and have no workflow."""


class CanonicalAdmin(SignedAdmin, OwnedAdmin):
    """Rows of the library. Those that users made for themselves are theirs, and not shown here."""

    form = EditorForm
    exclude = ("user",)
    search_help_text = "An id or words."
    search_fields: tuple[str, ...] = ("=id",)

    def __init__(self, model: type[OwnedModel], admin_site: admin.AdminSite) -> None:
        super().__init__(model, admin_site)
        self.list_display = tuple(name for name in self.list_display if name != "user")
        self.list_select_related = tuple(name for name in self.raw_id_fields if name in self.list_display)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(user=None, deleted_at=None)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return tuple(name for name in super().get_readonly_fields(request, obj) if name != "user")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """To change a part of what is published is to publish."""
        allowed = bool(super().has_change_permission(request, obj))
        return allowed and (obj is None or editorial.may_change(root_of(obj), request.user))


class LibraryAdmin(SearchedAdmin, MergingAdmin, CanonicalAdmin):
    """A library whose rows have a name and a slug."""

    form = LibraryForm
    search_fields = ("name",)  # that there is a search; SearchedAdmin says where
    list_columns: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    autocomplete_fields = ("replaced_by",)
    ordering = ("name", "id")
    sortable_by = ("name",)  # what an index gives, however many there are

    def __init__(self, model: type[OwnedModel], admin_site: admin.AdminSite) -> None:
        super().__init__(model, admin_site)
        self.raw_id_fields = tuple(name for name in self.raw_id_fields if name not in self.autocomplete_fields)
        self.list_display = ("name", *self.list_columns, "status", "updated_at")
        self.list_filter = ("status", *self.filters, FaultFilter)  # type: ignore[arg-type]  # names, and a filter

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).order_by(*self.ordering)
