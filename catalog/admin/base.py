"""What the pages of all libraries have in common."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.validators import RegexValidator
from django.db.models import QuerySet
from django.http import HttpRequest

from catalog.admin.merging import MergingAdmin
from catalog.admin.sheets import SheetAdmin
from catalog.admin.signing import SignedAdmin
from catalog.models.trees import root_of
from catalog.services import editorial
from lib.admin import OwnedAdmin
from lib.fields import SLUG_PATTERN
from lib.models import OwnedModel


class CatalogueAdmin(SheetAdmin, SignedAdmin):
    """Rows that are nobody's own, and have no workflow."""


class SluggedForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A slug is what clients write into their sets: lower case, digits and hyphens, as the wire requires."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:  # not there once it is written
            self.fields["slug"].required = True
            self.fields["slug"].validators.append(
                RegexValidator(SLUG_PATTERN, "Lower case letters, digits and hyphens.")
            )


class CanonicalAdmin(SignedAdmin, OwnedAdmin):
    """Rows of the library. Those that users made for themselves are theirs, and not shown here."""

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


class LibraryAdmin(MergingAdmin, CanonicalAdmin):
    """A library whose rows have a name and a slug."""

    search_fields = (*CanonicalAdmin.search_fields, "name", "slug")
