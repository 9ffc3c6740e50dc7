"""Files that were read into the library, and which of their rows need a person."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from catalog.models import ImportRun
from lib.admin import ReadOnlyAdmin


class WaitingFilter(admin.SimpleListFilter):
    title = "rows that need a person"
    parameter_name = "waiting"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Nobody has looked")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.waiting() if self.value() == "yes" else queryset


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    list_display = ("file_name", "format", "library", "state", "started_at", "by", "unmatched_count", "looked_at")
    list_filter = ("format", "state", WaitingFilter)
    list_select_related = ("by",)
    search_fields = ("file_name", "=file_digest")
    ordering = ("-started_at",)
    actions = ("looked_at_them",)
    readonly_fields = ("counted", "needing_a_person", "refused")
    fields = (
        *(
            "file_name",
            "file_digest",
            "format",
            "library",
            "source",
            "published",
            "by",
            "state",
            "started_at",
            "ended_at",
        ),
        *("counted", "needing_a_person", "refused", "looked_at"),
    )

    def has_looked_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("catalog.change_importrun"))

    @admin.action(description="I have dealt with their rows", permissions=["looked"])
    def looked_at_them(self, request: HttpRequest, queryset: QuerySet[ImportRun]) -> None:
        count = queryset.filter(looked_at=None).update(looked_at=timezone.now())
        self.message_user(request, f"{count} marked as dealt with.")

    @admin.display(description="Rows")
    def counted(self, run: ImportRun) -> str:
        return ", ".join(f"{count} {name}" for name, count in run.counts.items()) or "none"

    @admin.display(description="Need a person")
    def needing_a_person(self, run: ImportRun) -> SafeString:
        return _listed(run.unmatched, run.unmatched_count)

    @admin.display(description="Refused")
    def refused(self, run: ImportRun) -> SafeString:
        return _listed(run.problems, int(run.counts.get("refused", 0)))


def _listed(rows: list[dict[str, Any]], total: int) -> SafeString:
    lines = [(f"Line {row['line']}: {row['name']}: {row['why']}",) for row in rows]
    if total > len(rows):
        lines.append((f"And {total - len(rows)} more.",))
    return format_html_join("\n", "<div>{}</div>", lines)
