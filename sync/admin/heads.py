"""Where users' data stand, how far their devices have come, and whole states that come and go."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from accounts.admin.guarded import GuardedAdmin, OfAthlete
from accounts.admin.links import link, list_link
from accounts.models import User
from lib.admin import ReadOnlyAdmin
from lib.wire import CATALOGUE
from sync.domain.times import as_text
from sync.enums import MutationStatus
from sync.models import DeviceState, Head, Import, Mutation, Snapshot

SECONDS = 19  # characters of a moment, up to its seconds


class WaitingFilter(admin.SimpleListFilter):
    """Users to whom something waits to be repaired or discarded. It has an index of its own."""

    title = "refused or waiting"
    parameter_name = "waiting"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Something was refused or waits")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() != "yes":
            return queryset
        statuses = [MutationStatus.REJECTED, MutationStatus.DEFERRED]
        return queryset.filter(
            Exists(Mutation.objects.filter(user=OuterRef("pk"), status__in=statuses, settled_at=None))
        )


@admin.register(Head)
class HeadAdmin(OfAthlete, ReadOnlyAdmin):
    list_display = ["whose", "version", "min_version", "changed"]
    list_filter = [WaitingFilter]
    search_fields = ["=user__email", "=user__id"]
    fields = ["whose", "epoch", "version", "changed", "min_version", "log_version", "everything"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Head]:
        """With the catalogue's head, which a join with the users would leave out."""
        email = User.objects.filter(pk=OuterRef("pk")).values("email")
        queryset: QuerySet[Head] = super().get_queryset(request)
        return queryset.annotate(email=Subquery(email))

    @admin.display(ordering="email", description="owner")
    def whose(self, head: Any) -> str:
        return "the catalogue" if head.pk == CATALOGUE else head.email or "a user who is gone"

    @admin.display(ordering="last_ms", description="last change")
    def changed(self, head: Head) -> str:
        return as_text(head.last_ms)[:SECONDS].replace("T", " ") if head.last_ms else "-"

    @admin.display(description="what is theirs")
    def everything(self, head: Any) -> SafeString | str:
        if head.pk == CATALOGUE:
            return list_link("sync_recordrow", "Records", q=str(CATALOGUE))
        return link(reverse("admin:accounts_user_change", args=(head.pk,)), str(head.email)) if head.email else "-"


@admin.register(DeviceState)
class DeviceStateAdmin(OfAthlete, ReadOnlyAdmin):
    owner = "device__user"
    list_display = ["device", "user", "last_seq", "acked_version", "skew_ms", "seen_at"]
    list_select_related = ["device__user"]
    search_fields = ["=device__id", "=device__user__email"]

    @admin.display()
    def user(self, state: DeviceState) -> str:
        return str(state.device.user)


@admin.register(Snapshot)
class SnapshotAdmin(GuardedAdmin, ReadOnlyAdmin):
    list_display = ["named", "user", "kind", "version", "size_bytes", "created_at"]
    list_filter = ["kind"]
    list_select_related = ["user"]
    search_fields = ["=id", "=user__email", "name__unaccent"]

    @admin.display(description="name")
    def named(self, snapshot: Snapshot) -> str:
        return snapshot.name or str(snapshot)


@admin.register(Import)
class ImportAdmin(GuardedAdmin, ReadOnlyAdmin):
    list_display = ["named", "user", "mode", "state", "done", "total", "created_at", "finished_at"]
    list_filter = ["mode", "state"]
    list_select_related = ["user", "snapshot"]
    search_fields = ["=id", "=user__email", "file_name__unaccent"]

    @admin.display(description="of")
    def named(self, taken: Import) -> str:
        return taken.file_name or str(taken.snapshot or "a file without a name")
