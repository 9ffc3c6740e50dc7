"""Conflicts, told as people would tell them: what stood, what was kept, what lost, and who wrote it."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from accounts.admin.guarded import GuardedAdmin, Listing
from accounts.admin.links import lines, list_link, list_url
from accounts.admin.units import units_of, with_units
from accounts.domain.quantities import in_words, label
from accounts.models import Device
from lib import wire
from lib.admin import ReadOnlyAdmin
from sync.admin.searching import NO_DEVICE, as_uuid
from sync.domain import telling
from sync.enums import ConflictStatus
from sync.models import Conflict
from sync.services.push.losses import read_losses


@admin.register(Conflict)
class ConflictAdmin(GuardedAdmin, ReadOnlyAdmin):
    list_display = ["told", "user", "kind", "status", "created_at"]
    list_filter = ["kind", "status"]
    list_select_related = ["user"]
    search_fields = [
        "=id", "=record_id", "=winner_mutation", "=loser_mutation", "=resolution_mutation", "=user__email",
    ]  # fmt: skip
    search_help_text = "An id of a conflict, a record or a mutation, or the e-mail address of a user."
    change_form_outer_before_template = "admin/sync/conflict.html"
    fields = ["record", "user", "kind", "status", "resolution", "created_at", "code", "detail", "log", "mutations"]

    def listings(self) -> list[Listing]:
        is_open = Q(status=ConflictStatus.OPEN, deleted_at=None)
        return [*super().listings(), Listing("Open conflicts", {"status__exact": ConflictStatus.OPEN.value}, is_open)]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = with_units(super().get_queryset(request))
        return rows

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        response = super().change_view(request, object_id, *args, **kwargs)
        context = getattr(response, "context_data", None) or {}
        conflict = context.get("original")
        if conflict is not None:
            fields = contested_of(conflict, names_of_devices(conflict))
            context |= {"contested": fields, "sentence": sentence_of(conflict, fields)}
        return response

    @admin.display(description="what")
    def told(self, conflict: Any) -> str:
        """In a list nobody's device is named: each would be a query."""
        return sentence_of(conflict, contested_of(conflict, {}))

    @admin.display()
    def record(self, conflict: Any) -> SafeString | str:
        entity = wire.entities_by_name().get(conflict.entity)
        rows: Any = None if entity is None else entity.model._default_manager.filter(pk=conflict.record_id)
        row = None if rows is None else rows.first()
        if row is None:
            return f"a {said(conflict.entity)} that is gone"
        admin_of_it: Any = self.admin_site._registry.get(type(row))  # noqa: SLF001 - None where there is none
        place = getattr(admin_of_it, "place", None)
        return str(row) if place is None else place(row)

    @admin.display(description="log")
    def log(self, conflict: Any) -> SafeString:
        return list_link("sync_logrow", "What happened to the record", q=str(conflict.record_id))

    @admin.display()
    def mutations(self, conflict: Any) -> SafeString | str:
        named = {
            "The one that was kept": conflict.winner_mutation,
            "The one that lost": conflict.loser_mutation,
            "The decision": conflict.resolution_mutation,
        }
        return lines((list_url("sync_mutationrow", q=str(pk)), name) for name, pk in named.items() if pk is not None)


def said(entity: str) -> str:
    return entity.replace("_", " ")


def contested_of(conflict: Any, devices: dict[UUID, str]) -> list[telling.Contested]:
    """Empty where a file brought fields of another form."""
    units = units_of(conflict)

    def who(device_id: str | None) -> str:
        if device_id is None:
            return NO_DEVICE
        named = as_uuid(device_id)
        return devices.get(named, "a device") if named else "a device"

    try:
        losses = read_losses(conflict.fields)
    except ValueError:
        return []
    return telling.contested(losses, says=lambda name, value: in_words(name, value, units), labels=label, who=who)


def names_of_devices(conflict: Any) -> dict[UUID, str]:
    """Of all that the conflict names. One query."""
    return dict(Device.objects.filter(user_id=conflict.user_id).values_list("pk", "name"))


def sentence_of(conflict: Any, fields: list[telling.Contested]) -> str:
    if not fields:
        return f"{conflict.get_kind_display()}. What it holds is of no form that the server knows."
    sentence = telling.sentence(kind=conflict.kind, what=said(conflict.entity), fields=fields, detail=conflict.detail)
    return capfirst(sentence)
