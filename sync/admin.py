"""The bookkeeping of sync, to be looked at."""

from django.contrib import admin

from lib.admin import ReadOnlyAdmin
from sync.models import Conflict, DeviceState, Head


@admin.register(Head)
class HeadAdmin(ReadOnlyAdmin):
    list_display = ["user", "version", "min_version", "epoch"]
    list_select_related = ["user"]
    search_fields = ["=user__email", "=user__id"]


@admin.register(DeviceState)
class DeviceStateAdmin(ReadOnlyAdmin):
    list_display = ["device", "last_seq", "acked_version", "skew_ms", "seen_at"]
    list_select_related = ["device"]
    search_fields = ["=device__id", "=device__user__email"]


@admin.register(Conflict)
class ConflictAdmin(ReadOnlyAdmin):
    list_display = ["user", "kind", "entity", "record_id", "status", "created_at"]
    list_filter = ["kind", "status"]
    list_select_related = ["user"]
    search_fields = ["=id", "=record_id", "=winner_mutation", "=loser_mutation", "=user__email"]
