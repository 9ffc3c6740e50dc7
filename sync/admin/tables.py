"""The big tables: records, the log of what was written, and what devices sent."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from accounts.admin.guarded import GuardedAdmin, Listing
from accounts.admin.links import lines, list_link
from accounts.admin.units import units_of, with_units
from accounts.domain.quantities import label
from lib.big_tables import BigTableAdmin
from lib.wire import CATALOGUE
from sync.admin.searching import (
    NOTHING,
    as_uuid,
    codes,
    device_name,
    entity_name,
    loaded,
    owners,
    pretty,
    senders,
    short,
    with_device_name,
)
from sync.domain.telling import OPERATIONS, names_in
from sync.enums import MutationStatus
from sync.models import Conflict, LogRow, MutationRow, RecordRow
from sync.services.push.rejected import content_of

SHOWN_LINES = 200
REFUSED = [MutationStatus.REJECTED, MutationStatus.DEFERRED]


class OfSyncAdmin(GuardedAdmin, BigTableAdmin):
    """Rows come with the units of their user."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = with_units(super().get_queryset(request))
        return rows


@admin.register(RecordRow)
class RecordAdmin(OfSyncAdmin):
    key = ("entity", "id")
    also_shown = (CATALOGUE,)
    ordering = ["-version"]
    list_display = ["named", "content", "user", "version", "deleted"]
    fields = ["named", "id", "user", "version", "modified_ms", "deleted", "document", "log"]
    search_help_text = "An e-mail address or id of a user, the id of a record, or both."

    def found_by(self, word: str) -> Q:
        named = as_uuid(word)
        found = Q(user_id__in=owners(word)) if owners(word) else NOTHING
        return found if named is None else found | Q(entity__in=codes(), id=named)

    @admin.display(description="entity")
    def named(self, row: Any) -> str:
        return entity_name(row.entity)

    @admin.display()
    def content(self, row: Any) -> str:
        return short(row.data, units_of(row)) or "-"

    @admin.display()
    def document(self, row: Any) -> SafeString | str:
        return pretty(row.data)

    @admin.display()
    def log(self, row: Any) -> SafeString:
        return list_link("sync_logrow", "What happened to it", q=str(row.id))


@admin.register(LogRow)
class LogAdmin(OfSyncAdmin):
    key = ("entity", "record_id", "version", "n")
    also_shown = (CATALOGUE,)
    ordering = ["-version", "entity", "record_id", "n"]
    list_display = ["happened", "content", "version", "device", "source", "user", "mutation"]
    fields = [
        "happened", "content", "record_id", "version", "n", "user", "source", "device", "seq", "eff_ms", "logged_ms",
        "mutation", "written", "found",
    ]  # fmt: skip
    search_help_text = "The id of a record or a mutation, an e-mail address or id of a user, or several of these."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = with_device_name(super().get_queryset(request))
        return rows

    def found_by(self, word: str) -> Q:
        named, whose = as_uuid(word), owners(word)
        found = Q(user_id__in=whose) if whose else NOTHING
        if named is None:
            return found
        return found | Q(entity__in=codes(), record_id=named) | Q(user_id__in=senders(named), mutation_id=named)

    @admin.display(description="what happened")
    def happened(self, row: Any) -> str:
        return f"{entity_name(row.entity)} {OPERATIONS.get(row.op, row.op)}"

    @admin.display(description="what it says")
    def content(self, row: Any) -> str:
        """What was written; of what was not pushed the log has only what stood before."""
        if row.patch:
            return short(row.patch, units_of(row)) or names_in(loaded(row.patch), labels=label) or "-"
        return f"before: {stood}" if (stood := short(row.before, units_of(row))) else "-"

    @admin.display()
    def device(self, row: Any) -> str:
        return device_name(row)

    @admin.display()
    def mutation(self, row: Any) -> SafeString | str:
        if row.mutation_id is None:
            return "-"
        return list_link("sync_mutationrow", "The mutation", q=str(row.mutation_id))

    @admin.display(description="what it wrote")
    def written(self, row: Any) -> SafeString | str:
        return pretty(row.patch)

    @admin.display(description="what it found")
    def found(self, row: Any) -> SafeString | str:
        return pretty(row.before)


class RefusedFilter(admin.SimpleListFilter):
    """What waits for the user, whether it was refused or cannot be taken yet, and what they have settled."""

    title = "refused"
    parameter_name = "refused"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "Not settled"), ("settled", "Repaired or discarded")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in ("open", "settled"):
            return queryset
        return queryset.filter(status__in=REFUSED, settled_at__isnull=self.value() == "open")


@admin.register(MutationRow)
class MutationAdmin(OfSyncAdmin):
    key = ("user_id", "mutation_id")
    ordering = ["-received_at"]
    list_display = ["what", "user", "status", "reason", "device", "seq", "source", "received_at"]
    list_filter = [RefusedFilter, "status"]
    fields = [
        "what", "mutation_id", "user", "device", "seq", "status", "reason", "source", "received_at", "settled_at",
        "repaired_by", "answer", "content", "log", "conflicts",
    ]  # fmt: skip
    search_help_text = "The id of a mutation or a device, an e-mail address or id of a user, or several of these."

    def listings(self) -> list[Listing]:
        is_open = Q(status__in=REFUSED, settled_at=None)
        return [*super().listings(), Listing("Refused and waiting", {"refused": "open"}, is_open)]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = with_device_name(super().get_queryset(request))
        return rows

    def found_by(self, word: str) -> Q:
        named, whose = as_uuid(word), owners(word)
        if named is None:
            return Q(user_id__in=whose) if whose else NOTHING
        if named in whose:
            return Q(user_id=named)
        return Q(user_id__in=whose, device_id=named) if whose else Q(mutation_id=named)

    @admin.display()
    def what(self, row: Any) -> str:
        """As far as what was sent can be read; what is settled for long is emptied."""
        sent = content_of(row)
        patch = sent.get("patch")
        fields = names_in(patch, labels=label) if isinstance(patch, dict) else ""
        done = " ".join(str(sent[name]).replace("_", " ") for name in ("op", "entity") if sent.get(name))
        return ": ".join(filter(None, (done or "a mutation that is not kept any more", fields)))

    @admin.display()
    def reason(self, row: Any) -> str:
        error = loaded(row.result).get("error")
        return f"{error['detail']} ({error['code']})" if error else "-"

    @admin.display()
    def device(self, row: Any) -> SafeString:
        return list_link("accounts_device", device_name(row), q=str(row.device_id))

    @admin.display(description="result")
    def answer(self, row: Any) -> SafeString | str:
        return pretty(row.result)

    @admin.display(description="payload")
    def content(self, row: Any) -> SafeString | str:
        return pretty(row.payload)

    @admin.display(description="log lines")
    def log(self, row: Any) -> SafeString | str:
        written = with_units(LogRow.objects.filter(user_id=row.user_id, mutation_id=row.mutation_id))
        log_admin = self.admin_site.get_model_admin(LogRow)
        found = written.order_by("version", "entity", "record_id", "n")[:SHOWN_LINES]
        said = (
            (line, f"{log_admin.happened(line)}, version {line.version}: {log_admin.content(line)}") for line in found
        )
        return lines((log_admin.url_of(line), text) for line, text in said)

    @admin.display()
    def conflicts(self, row: Any) -> SafeString | str:
        named = Q(winner_mutation=row.mutation_id) | Q(loser_mutation=row.mutation_id)
        named |= Q(resolution_mutation=row.mutation_id)
        found = with_units(Conflict.objects.filter(named, user_id=row.user_id)).order_by("created_at")[:SHOWN_LINES]
        told = self.admin_site.get_model_admin(Conflict)
        return lines(
            (reverse("admin:sync_conflict_change", args=(c.pk,)), f"{told.told(c)} ({c.status})") for c in found
        )
