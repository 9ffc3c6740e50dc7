"""The bookkeeping of sync, to look at: the version of a user's data, what was written and sent, what was refused."""

import contextlib
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.models import Device, User
from lib import wire
from lib.admin import ReadOnlyAdmin
from lib.big_tables import BigTableAdmin
from lib.wire import CATALOGUE
from sync.models import Conflict, DeviceState, Head, Import, LogRow, Mutation, MutationRow, RecordRow, Snapshot

NOTHING = Q(pk__in=[])
SHOWN_LINES = 200


def entity_name(code: int) -> str:
    return next((entity.name for entity in wire.entities() if entity.code == code), str(code))


def codes() -> list[int]:
    return [entity.code for entity in wire.entities()]


def pretty(text: str | None) -> SafeString | str:
    """JSON with its indents; as it came, where it is none."""
    if not text:
        return "-"
    with contextlib.suppress(ValueError):
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    return format_html('<pre style="white-space: pre-wrap; overflow-wrap: anywhere">{}</pre>', text)


def list_link(model: str, label: str, **query: str) -> SafeString:
    return _link(f"{reverse(f'admin:{model}_changelist')}?{urlencode(query)}", label)


def _link(url: str, label: str) -> SafeString:
    return format_html('<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>', url, label)


def lines(items: Iterable[tuple[str, str]]) -> SafeString | str:
    """Links, one below the other."""
    return format_html_join("\n", "<div>{}</div>", ((_link(url, label),) for url, label in items)) or "-"


def as_uuid(word: str) -> UUID | None:
    try:
        return UUID(word)
    except ValueError:
        return None


def owners(word: str) -> list[UUID]:
    """Whose address, id, or device's id it is."""
    if "@" in word:
        return list(User.objects.filter(email=word.lower()).values_list("pk", flat=True))
    named = as_uuid(word)
    if named is None:
        return []
    if named == CATALOGUE:
        return [CATALOGUE]
    devices = Device.objects.filter(pk=named).values_list("user_id", flat=True)
    return [*User.objects.filter(pk=named).values_list("pk", flat=True), *devices]


def senders(mutation_id: UUID) -> list[UUID]:
    return list(Mutation.objects.filter(mutation_id=mutation_id).values_list("user_id", flat=True))


@admin.register(Head)
class HeadAdmin(ReadOnlyAdmin):
    list_display = ["owner", "version", "min_version", "epoch"]
    search_fields = ["=user__email", "=user__id"]
    fields = ["owner", "epoch", "version", "last_ms", "min_version", "log_version", "everything"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Head]:
        """With the catalogue's head, which a join with the users would leave out."""
        email = User.objects.filter(pk=OuterRef("pk")).values("email")
        queryset: QuerySet[Head] = super().get_queryset(request)
        return queryset.annotate(email=Subquery(email))

    @admin.display(ordering="email")
    def owner(self, head: Any) -> str:
        return "the catalogue" if head.pk == CATALOGUE else head.email or str(head.pk)

    @admin.display(description="of this user")
    def everything(self, head: Any) -> SafeString:
        owner = str(head.pk)
        email = head.email or owner
        links = [
            list_link("accounts_device", "Devices", q=email),
            list_link("sync_devicestate", "How far they have come", q=email),
            list_link("sync_recordrow", "Records", q=owner),
            list_link("sync_logrow", "Log", q=owner),
            list_link("sync_mutationrow", "Mutations", q=owner),
            list_link("sync_mutationrow", "Refused and waiting", q=owner, refused="open"),
            list_link("sync_conflict", "Conflicts", q=email),
            list_link("sync_snapshot", "Snapshots", q=email),
            list_link("sync_import", "Imports", q=email),
        ]
        return format_html_join("\n", "<div>{}</div>", ((link,) for link in links))


@admin.register(DeviceState)
class DeviceStateAdmin(ReadOnlyAdmin):
    list_display = ["device", "user", "last_seq", "acked_version", "skew_ms", "seen_at"]
    list_select_related = ["device__user"]
    search_fields = ["=device__id", "=device__user__email"]

    @admin.display()
    def user(self, state: DeviceState) -> str:
        return str(state.device.user)


@admin.register(Conflict)
class ConflictAdmin(ReadOnlyAdmin):
    list_display = ["user", "kind", "entity", "record_id", "status", "created_at"]
    list_filter = ["kind", "status"]
    list_select_related = ["user"]
    search_fields = [
        "=id", "=record_id", "=winner_mutation", "=loser_mutation", "=resolution_mutation", "=user__email",
    ]  # fmt: skip
    search_help_text = "An id of a conflict, a record or a mutation, or the e-mail address of a user."
    exclude = ["fields"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*super().get_fields(request, obj), "contested", "mutations", "log"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["contested", "mutations", "log"]

    @admin.display(description="fields")
    def contested(self, conflict: Conflict) -> SafeString | str:
        return pretty(json.dumps(conflict.fields))

    @admin.display()
    def mutations(self, conflict: Conflict) -> SafeString | str:
        named = {
            "winner": conflict.winner_mutation,
            "loser": conflict.loser_mutation,
            "resolution": conflict.resolution_mutation,
        }
        base = reverse("admin:sync_mutationrow_changelist")
        return lines((f"{base}?q={pk}", f"{name}: {pk}") for name, pk in named.items() if pk is not None)

    @admin.display(description="log of the record")
    def log(self, conflict: Conflict) -> SafeString:
        return list_link("sync_logrow", str(conflict.record_id), q=str(conflict.record_id))


@admin.register(RecordRow)
class RecordAdmin(BigTableAdmin):
    key = ("entity", "id")
    ordering = ["-version"]
    list_display = ["named", "id", "user", "version", "deleted"]
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
    def document(self, row: Any) -> SafeString | str:
        return pretty(row.data)

    @admin.display()
    def log(self, row: Any) -> SafeString:
        return list_link("sync_logrow", str(row.id), q=str(row.id))


@admin.register(LogRow)
class LogAdmin(BigTableAdmin):
    key = ("entity", "record_id", "version", "n")
    ordering = ["-version", "entity", "record_id", "n"]
    list_display = ["named", "record_id", "version", "op", "source", "user", "device_id", "mutation_id"]
    fields = [
        "named", "record_id", "version", "n", "op", "user", "source", "device_id", "seq", "eff_ms", "logged_ms",
        "mutation", "written", "found",
    ]  # fmt: skip
    search_help_text = "The id of a record or a mutation, an e-mail address or id of a user, or several of these."

    def found_by(self, word: str) -> Q:
        named, whose = as_uuid(word), owners(word)
        found = Q(user_id__in=whose) if whose else NOTHING
        if named is None:
            return found
        return found | Q(entity__in=codes(), record_id=named) | Q(user_id__in=senders(named), mutation_id=named)

    @admin.display(description="entity")
    def named(self, row: Any) -> str:
        return entity_name(row.entity)

    @admin.display()
    def mutation(self, row: Any) -> SafeString | str:
        if row.mutation_id is None:
            return "-"
        return list_link("sync_mutationrow", str(row.mutation_id), q=str(row.mutation_id))

    @admin.display(description="what it wrote")
    def written(self, row: Any) -> SafeString | str:
        return pretty(row.patch)

    @admin.display(description="what it found")
    def found(self, row: Any) -> SafeString | str:
        return pretty(row.before)


class RefusedFilter(admin.SimpleListFilter):
    """What waits for the user has an index of its own; the other statuses are asked for beside a search."""

    title = "refused"
    parameter_name = "refused"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "Not settled"), ("settled", "Repaired or discarded")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in ("open", "settled"):
            return queryset
        return queryset.filter(status__in=["rejected", "deferred"], settled_at__isnull=self.value() == "open")


@admin.register(MutationRow)
class MutationAdmin(BigTableAdmin):
    key = ("user_id", "mutation_id")
    ordering = ["-received_at"]
    list_display = ["mutation_id", "user", "status", "seq", "device_id", "source", "received_at"]
    list_filter = [RefusedFilter, "status"]
    fields = [
        "mutation_id", "user", "device", "seq", "status", "source", "received_at", "settled_at", "repaired_by",
        "answer", "content", "log", "conflicts",
    ]  # fmt: skip
    search_help_text = "The id of a mutation or a device, an e-mail address or id of a user, or several of these."

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        if not search_term.strip() and request.GET.get("refused") == "open":
            return queryset, False
        return super().get_search_results(request, queryset, search_term)

    def found_by(self, word: str) -> Q:
        named, whose = as_uuid(word), owners(word)
        if named is None:
            return Q(user_id__in=whose) if whose else NOTHING
        if named in whose:
            return Q(user_id=named)
        return Q(user_id__in=whose, device_id=named) if whose else Q(mutation_id=named)

    @admin.display()
    def device(self, row: Any) -> SafeString:
        return list_link("accounts_device", str(row.device_id), q=str(row.device_id))

    @admin.display(description="result")
    def answer(self, row: Any) -> SafeString | str:
        return pretty(row.result)

    @admin.display(description="payload")
    def content(self, row: Any) -> SafeString | str:
        return pretty(row.payload)

    @admin.display(description="log lines")
    def log(self, row: Any) -> SafeString | str:
        written = LogRow.objects.filter(user_id=row.user_id, mutation_id=row.mutation_id)
        log_admin = self.admin_site.get_model_admin(LogRow)
        found = written.order_by("version", "entity", "record_id", "n")[:SHOWN_LINES]
        return lines(
            (log_admin.url_of(line), f"{line.op} {entity_name(line.entity)} {line.record_id}") for line in found
        )

    @admin.display()
    def conflicts(self, row: Any) -> SafeString | str:
        named = Q(winner_mutation=row.mutation_id) | Q(loser_mutation=row.mutation_id)
        named |= Q(resolution_mutation=row.mutation_id)
        found = Conflict.objects.filter(named, user_id=row.user_id).order_by("created_at")[:SHOWN_LINES]
        return lines(
            (reverse("admin:sync_conflict_change", args=(c.pk,)), f"{c.kind} {c.entity} {c.record_id}: {c.status}")
            for c in found
        )


@admin.register(Snapshot)
class SnapshotAdmin(ReadOnlyAdmin):
    list_display = ["user", "kind", "name", "version", "size_bytes", "created_at"]
    list_filter = ["kind"]
    list_select_related = ["user"]
    search_fields = ["=id", "=user__email"]


@admin.register(Import)
class ImportAdmin(ReadOnlyAdmin):
    list_display = ["user", "mode", "state", "done", "total", "created_at", "finished_at"]
    list_filter = ["mode", "state"]
    list_select_related = ["user"]
    search_fields = ["=id", "=user__email"]
