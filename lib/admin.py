"""The admin of owned rows: found by id, never counted as a whole, deleted softly."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.postgres.fields import ArrayField
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest
from django.utils.functional import cached_property
from unfold.admin import ModelAdmin

from lib import wire
from lib.fields import JsonField
from lib.models import OwnedModel
from lib.references import missing_references
from lib.row_rules import faults_in, hold_to_rules, is_ruled, row_change
from lib.singles import take_flags, taken_claims
from lib.texts import text_of
from lib.writes import Catalogue, writing

COUNTED_ROWS_MAX = 10_000
TOLD_MAX = 80  # characters of a value in the history


class BoundedPaginator(Paginator[Any]):
    """Counts up to a limit: COUNT(*) of a big table costs more than the page."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[:COUNTED_ROWS_MAX].count())


class ToldChanges:
    """Mixin: the history of a row says what stood there, and what stands there now."""

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        messages = super().construct_change_message(request, form, formsets, add)  # type: ignore[misc]  # of ModelAdmin
        told = [_change_of(form, name) for name in form.changed_data]
        of_itself = [message["changed"] for message in messages if "name" not in message.get("changed", {"name": ""})]
        for changed in of_itself if told else []:
            changed["fields"] = told
        return messages


class ReadablePages(ModelAdmin):  # type: ignore[misc]  # no stubs
    """Who may only read a page reads lists and objects as people write them, not as JSON."""

    def in_words(self, name: str, value: Any) -> str:
        return text_of(value)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return readable_fieldsets(self, super().get_fieldsets(request, obj), request, obj)


def readable_fieldsets(shown_by: Any, fieldsets: Any, request: HttpRequest, obj: Any) -> Any:
    """Of a page or an inline of it."""
    if obj is None or shown_by.has_change_permission(request, obj):
        return fieldsets
    readable = readable_fields(shown_by)
    return [
        (title, {**options, "fields": list(dict.fromkeys(_replaced(options["fields"], readable)))})
        for title, options in fieldsets
    ]


def readable_fields(shown_by: Any) -> dict[str, Callable[[Any], str]]:
    """What shows such a field, by its name: the same each time, for Django compares them."""
    found: dict[str, Callable[[Any], str]] = vars(shown_by).setdefault("_readable_fields", {})
    if not found:
        for field in shown_by.model._meta.concrete_fields:
            if isinstance(field, models.JSONField | ArrayField):
                found[field.name] = _readable(shown_by, field)
    return found


def _readable(shown_by: Any, field: Any) -> Callable[[Any], str]:
    @admin.display(description=str(field.verbose_name))
    def readable(row: Any) -> str:
        return shown_by.in_words(field.name, getattr(row, field.attname)) or "-"

    return readable


def _replaced(fields: Any, readable: dict[str, Any]) -> Iterator[Any]:
    for name in fields:
        yield tuple(_replaced(name, readable)) if isinstance(name, list | tuple) else readable.get(name, name)


def _change_of(form: Any, name: str) -> str:
    field = form.fields.get(name)
    if field is None:  # a password, of which nothing is told
        return name
    before, after = (_as_text(field, value) for value in (form.initial.get(name), form.cleaned_data.get(name)))
    return f"{field.label or name} from {before} to {after}"


def _as_text(field: Any, value: Any) -> str:
    """As people know it: the words of a choice, the name of a row."""
    if isinstance(field, forms.ModelChoiceField) and value and not isinstance(value, models.Model | models.QuerySet):
        keys = value if isinstance(value, list | tuple) else [value]
        rows: Any = field.queryset
        value = rows.filter(pk__in=[getattr(key, "pk", key) for key in keys])
    if isinstance(value, models.QuerySet | list | tuple | set):
        value = ", ".join(sorted(map(str, value)))
    elif isinstance(field, forms.ChoiceField):
        value = dict(_flat(field.choices)).get(value, value)
    text = "nothing" if value is None or value == "" else f"“{value}”"
    return text if len(text) <= TOLD_MAX else f"{text[:TOLD_MAX]}…”"


def _flat(choices: Any) -> Iterator[tuple[Any, Any]]:
    for value, label in choices:
        yield from _flat(label) if isinstance(label, list | tuple) else [(value, label)]


class OwnedForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """Shows, at its field, what the database would refuse: a reference into somebody else's rows, a second of what there is
    one of.
    """

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        user = self.instance.user if self.instance.user_id else cleaned.get("user")
        model: Any = self._meta.model
        entity = wire.entity_of(model)
        chosen = {f.column: getattr(cleaned.get(f.name), "pk", None) for f in entity.references}
        for _, name in missing_references(entity, user, [chosen]) if user or entity.is_shared else []:
            self.add_error(name, "This row belongs to somebody else, or is deleted.")
        for single in taken_claims(entity, user, cleaned, but=self.instance.pk) if user else []:
            self.add_error(single.gives_way, str(single.get_violation_error_message()))
        fill_emptied_json(self, cleaned)
        show_faults(self, cleaned)
        return cleaned


def fill_emptied_json(form: Any, cleaned: dict[str, Any]) -> None:
    """An empty box says nothing; to a JSON form field it means null."""
    for field in form.instance._meta.concrete_fields:
        if isinstance(field, JsonField) and cleaned.get(field.name, "") is None:
            cleaned[field.name] = field.get_default()


def show_faults(form: Any, cleaned: dict[str, Any]) -> None:
    """What rules that Python holds say of the row, each at its field."""
    row: OwnedModel = form.instance
    values = {}
    for field in wire.entity_of(type(row)).writable:
        value = cleaned.get(field.name, getattr(row, field.column))
        values[field.column] = value.pk if isinstance(value, models.Model) else value
    change = row_change(row, values)
    is_new = row._state.adding  # noqa: SLF001 - Django has no other word for it
    if is_new:
        change = replace(change, before=None, user_id=getattr(cleaned.get("user"), "pk", None))
    faults = faults_in([change])
    for fault in (fault for found in faults.values() for fault in found):
        name, _, path = fault.attr.partition(".")
        form.add_error(name, f"{path}: {fault.detail}" if path else fault.detail)


class OwnedAdmin(ToldChanges, ReadablePages):
    """Columns, filters and raw ids derive from the entity; a subclass names what to search."""

    form = OwnedForm
    show_full_result_count = False
    paginator = BoundedPaginator
    list_per_page = 50
    list_select_related: tuple[str, ...]
    readonly_fields = ("created_at", "updated_at", "deleted_at")
    search_fields: tuple[str, ...] = ("=id", "=user__email")
    search_help_text = "An id or the e-mail address of its user."

    def __init__(self, model: type[OwnedModel], admin_site: admin.AdminSite) -> None:
        fields = model._meta.concrete_fields
        references = tuple(f.name for f in fields if isinstance(f, models.ForeignKey))
        self.raw_id_fields = references
        self.list_display = ("__str__", "user", *wire.entity_of(model).field_names[:4], "updated_at")
        self.list_select_related = tuple(name for name in references if name in self.list_display)
        self.list_filter = tuple(f.name for f in fields if f.choices)
        super().__init__(model, admin_site)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        queryset: models.QuerySet[Any] = super().get_queryset(request)
        return queryset.order_by("-updated_at")

    def rows_named(self, object_id: str) -> models.Q:
        """Which row an address names."""
        return models.Q(pk=object_id)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.readonly_fields if obj is None else ("id", "user", *self.readonly_fields)

    def save_model(self, request: HttpRequest, obj: OwnedModel, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        with writing(user=obj.user or Catalogue(), source="admin"):
            self._hold_to_rules(obj)  # again: the user's phone may have written since the form looked
            take_flags(obj)
            written = [*form.changed_data, *_empty_copies(obj, form.changed_data)] if change else []
            obj.save(update_fields=[*written, "updated_at"] if change else None)

    def _hold_to_rules(self, obj: OwnedModel) -> None:
        entity = wire.entity_of(type(obj))
        if not is_ruled(entity.name):
            return
        standing = type(obj)._default_manager.filter(pk=obj.pk).first()
        values = {field.column: getattr(obj, field.column) for field in entity.writable}
        hold_to_rules([row_change(obj) if standing is None else row_change(standing, values)])

    def delete_model(self, request: HttpRequest, obj: OwnedModel) -> None:
        with writing(user=obj.user or Catalogue(), source="admin"):
            type(obj)._default_manager.filter(pk=obj.pk).tombstone()

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        queryset.tombstone()


def _empty_copies(row: OwnedModel, changed: Sequence[str]) -> list[str]:
    """The fields that are copied again because of what changed: they are emptied. Asks for the row as it stands."""
    copied = [each for each in row.wire.copied if each.field not in changed]
    if not copied:
        return []
    standing = type(row)._default_manager.get(pk=row.pk)
    patch = {name: getattr(row, name) for name in changed}
    stale = [each.field for each in copied if each.is_stale(patch, lambda name: getattr(standing, name))]
    for name in stale:
        setattr(row, name, row._meta.get_field(name).get_default())  # type: ignore[union-attr]  # a column
    return stale


class ReadOnlyAdmin(ReadablePages):
    """What the server keeps for itself: it can be looked at, never edited."""

    show_full_result_count = False
    paginator = BoundedPaginator

    def rows_named(self, object_id: str) -> models.Q:
        """Which row an address names."""
        return models.Q(pk=object_id)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
