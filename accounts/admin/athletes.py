"""The admin of what athletes log: guarded, and every row under a name that people know."""

from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from unfold.widgets import UnfoldForeignKeyRawIdWidget

from accounts.admin.guarded import GuardedAdmin, accesses_of
from accounts.admin.links import link, row_link
from lib import wire
from lib.admin import OwnedAdmin
from lib.models import OwnedModel

SHOWN_COLUMNS = 4


class GuardedRawIdWidget(UnfoldForeignKeyRawIdWidget):  # type: ignore[misc]  # unfold has no stubs
    """Beside an id it says whose row that is: not, where it belongs to an athlete who is closed."""

    opened: Collection[UUID] = ()

    def label_and_url_for_value(self, value: Any) -> tuple[str, str]:
        rows: Any = self.rel.model._default_manager
        try:
            is_open = rows.filter(models.Q(user=None) | models.Q(user__in=self.opened), pk=value).exists()
        except (ValidationError, ValueError):
            is_open = False
        return super().label_and_url_for_value(value) if is_open else ("", "")


class AthleteAdmin(GuardedAdmin, OwnedAdmin):
    """A subclass may say what a row is called, which columns its list has, and what these must join."""

    columns: tuple[str, ...] = ()  # of the wire; the first ones, if nothing is said
    joined: tuple[str, ...] = ()

    def __init__(self, model: type[OwnedModel], admin_site: admin.AdminSite) -> None:
        super().__init__(model, admin_site)
        entity = wire.entity_of(model)
        names = self.columns or entity.field_names[:SHOWN_COLUMNS]
        targets = {f.column.removesuffix("_id"): f for f in entity.references}
        references = [name for name in names if name in targets]
        columns: list[Any] = [_reference_column(admin_site, name) if name in targets else name for name in names]
        self.list_display = ("named", "user", *columns, "updated_at")
        self.list_select_related = tuple(dict.fromkeys(("user", *references, *self.joined)))
        self.parents = tuple(f.column.removesuffix("_id") for f in entity.parents)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.raw_id_fields and issubclass(db_field.related_model, OwnedModel):
            kwargs["widget"] = GuardedRawIdWidget(db_field.remote_field, self.admin_site, using=kwargs.get("using"))
            kwargs["widget"].opened = tuple(accesses_of(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def name_of(self, row: Any) -> str:
        """What people call the row. May read what `joined` names."""
        return str(row)

    def place_of(self, row: Any) -> str:
        """The same, for who sees already what it hangs on."""
        return self.name_of(row)

    @admin.display(description="what")
    def named(self, row: Any) -> str:
        return self.name_of(row)

    @admin.display(description="where")
    def place(self, row: Any) -> Any:
        """What the row hangs on, from the athlete down. Queries each parent."""
        parents = [row_link(self.admin_site, parent) for parent in self._above(row)]
        whose = link(reverse("admin:accounts_user_change", args=(row.user_id,)), str(row.user))
        return format_html_join(" / ", "{}", ((step,) for step in (whose, *parents, self.place_of(row))))

    def _above(self, row: Any) -> list[Any]:
        above = next((found for name in self.parents if (found := getattr(row, name)) is not None), None)
        if above is None:
            return []
        admin_of_it: Any = self.admin_site.get_model_admin(type(above))
        return [*admin_of_it._above(above), above]  # noqa: SLF001 - another one of ours

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        fields = super().get_readonly_fields(request, obj)
        return fields if obj is None else ("place", *(name for name in fields if name != "user"))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The place says what the row hangs on. It is a field too for whoever may move the row."""
        fields = super().get_fields(request, obj)
        if obj is None:
            return fields
        hidden = {"user"} if self.has_change_permission(request, obj) else {"user", *self.parents}
        return ["place", *(name for name in fields if name != "place" and name not in hidden)]


def _reference_column(site: admin.AdminSite, name: str) -> Callable[[Any], Any]:
    @admin.display(description=name.replace("_", " "))
    def column(row: models.Model) -> Any:
        target = getattr(row, name)
        return "-" if target is None else row_link(site, target)

    return column
