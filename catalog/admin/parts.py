"""What hangs on a row of a library: on the page of that row, and on a page of its own."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import InlineAdminFormSet
from django.db.models import Max, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin, StackedInline
from unfold.widgets import UnfoldAdminTextareaWidget

from catalog.admin.base import CanonicalAdmin
from catalog.admin.holding import held_back
from catalog.domain.reading import reading
from catalog.exceptions import ChangingNotAllowed
from lib.admin import readable_fields, readable_fieldsets
from lib.fields import NoteField, parents_of
from lib.models import OwnedModel
from lib.row_rules import hold_to_rules, row_change


class PartInline(StackedInline):  # type: ignore[misc]  # unfold has no stubs
    """Dragged into order. What is taken out is deleted as devices delete: softly."""

    extra = 0
    ordering_field = "position"
    hide_ordering_field = True
    show_change_link = True
    collapsible = True
    template_before = "admin/catalog/held_back.html"
    exclude = ("user",)
    formfield_overrides: Any = {
        **StackedInline.formfield_overrides,
        NoteField: {"widget": UnfoldAdminTextareaWidget(attrs={"rows": 3})},
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        queryset: QuerySet[Any] = super().get_queryset(request)
        return queryset.filter(user=None, deleted_at=None).order_by("position", "id")

    def in_words(self, name: str, value: Any) -> str:
        return reading(name, value)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return readable_fieldsets(self, super().get_fieldsets(request, obj), request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Of a formset Django makes no form of what it can only show, if it stands here."""
        fields = super().get_readonly_fields(request, obj)
        return fields if self.has_change_permission(request, obj) else (*fields, *readable_fields(self).values())

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(super().has_add_permission(request, obj)) and self._may(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(super().has_change_permission(request, obj)) and self._may(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(super().has_delete_permission(request, obj)) and self._may(request, obj)

    def _may(self, request: HttpRequest, obj: Any) -> bool:
        return obj is None or not held_back(obj, request.user)


class KeyedFormSet(InlineAdminFormSet):
    """Each form holds the id of its row. Django leaves it out where people could write ids, as if they did."""

    def __iter__(self) -> Iterator[Any]:
        for form in super().__iter__():
            vars(form)["needs_explicit_pk_field"] = True
            yield form


class WithParts(ModelAdmin):  # type: ignore[misc]  # unfold has no stubs
    """Its page shows what hangs on it, once it is there."""

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return () if obj is None else self.inlines

    def get_inline_formsets(self, request: HttpRequest, formsets: Any, inline_instances: Any, obj: Any = None) -> Any:
        found = super().get_inline_formsets(request, formsets, inline_instances, obj)
        return [
            KeyedFormSet(
                each.opts,
                each.formset,
                each.fieldsets,
                model_admin=each.model_admin,
                readonly_fields=each.readonly_fields,
                has_add_permission=each.has_add_permission,
                has_change_permission=each.has_change_permission,
                has_delete_permission=each.has_delete_permission,
                has_view_permission=each.has_view_permission,
            )
            for each in found
        ]

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        formset.save(commit=False)
        for row, names in formset.changed_objects:
            _hold_to_rules(row)
            row.save(update_fields=[*names, "updated_at"])
        for row in formset.new_objects:
            _place_last(row)
            _hold_to_rules(row)
            row.save(force_insert=True)
        gone = [row.pk for row in formset.deleted_objects]
        formset.model.objects.filter(pk__in=gone).tombstone()


class PartAdmin(CanonicalAdmin):
    """A subclass may say which columns its list has."""

    change_form_template = "admin/catalog/change_form.html"
    list_columns: tuple[str, ...] = ()

    def __init__(self, model: type[OwnedModel], admin_site: admin.AdminSite) -> None:
        super().__init__(model, admin_site)
        self.raw_id_fields = tuple(name for name in self.raw_id_fields if name not in self.autocomplete_fields)
        if self.list_columns:
            self.list_display = ("__str__", *self.list_columns, "updated_at")
            references = {field.name for field in model._meta.concrete_fields if field.is_relation}
            self.list_select_related = tuple(name for name in self.list_columns if name in references)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        part = self.get_object(request, object_id) if object_id else None
        why = held_back(part, request.user) if part is not None else ""
        if why and request.method == "POST" and self.has_view_permission(request, part):
            raise ChangingNotAllowed(why)
        told = why if self.has_change_permission(request) else ""
        return super().changeform_view(request, object_id, form_url, {**(extra_context or {}), "held_back": told})

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = bool(super().has_delete_permission(request, obj))
        return allowed and (obj is None or not held_back(obj, request.user))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        """To hang something on what is published is to change it."""
        why = held_back(obj, request.user)
        if why:
            raise ChangingNotAllowed(why)
        if not change:
            _place_last(obj)
        super().save_model(request, obj, form, change)


def _hold_to_rules(row: Any) -> None:
    standing = type(row).objects.filter(pk=row.pk).first()
    hold_to_rules([row_change(row)] if standing is None else [row_change(standing, vars(row))])


def _place_last(row: Any) -> None:
    """Unless somebody said where it stands."""
    if getattr(row, "position", 1):
        return
    (parent,) = parents_of(type(row))
    siblings = type(row).objects.live().filter(**{parent.attname: getattr(row, parent.attname)})
    last = siblings.aggregate(last=Max("position"))["last"]
    row.position = 0.0 if last is None else float(int(last) + 1)
