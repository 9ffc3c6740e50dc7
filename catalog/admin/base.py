"""What the pages of all libraries have in common."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.validators import RegexValidator
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from lib.admin import OwnedAdmin
from lib.fields import SLUG_PATTERN
from lib.models import OwnedModel
from lib.writes import Catalogue, writing


class CatalogueAdmin(ModelAdmin):  # type: ignore[misc]  # unfold has no stubs
    """Shared rows are written as those of users are: the head of the catalogue is locked first, and the log says by whom."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        with writing(user=Catalogue(), source="admin"):
            super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        with writing(user=Catalogue(), source="admin"):
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        with writing(user=Catalogue(), source="admin"):
            super().delete_queryset(request, queryset)


class SluggedForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A slug is what clients write into their sets: lower case, digits and hyphens, as the wire requires."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:  # not there once it is written
            self.fields["slug"].required = True
            self.fields["slug"].validators.append(
                RegexValidator(SLUG_PATTERN, "Lower case letters, digits and hyphens.")
            )


class CanonicalAdmin(OwnedAdmin):
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


class LibraryAdmin(CanonicalAdmin):
    """A library whose rows have a name and a slug."""

    search_fields = (*CanonicalAdmin.search_fields, "name", "slug")
