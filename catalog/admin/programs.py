"""Programs, and what is in them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from unfold.decorators import action

from catalog.admin.base import CanonicalAdmin
from catalog.admin.builder import builder_urls
from catalog.admin.lists import FaultFilter, SearchedAdmin
from catalog.admin.parts import PartAdmin
from catalog.admin.versions import VersionsAdmin
from catalog.forms.editors import ProgramForm
from catalog.models import Program, ProgramDay, ProgramSet, ProgramSlot, ProgramWeek
from catalog.services import editorial, programs
from lib.models import OwnedModel


@admin.register(Program)
class ProgramAdmin(SearchedAdmin, VersionsAdmin, CanonicalAdmin):
    """Each version by itself. What is in them has pages of its own."""

    form = ProgramForm
    search_fields = ("title",)  # that there is a search; SearchedAdmin says where
    actions = (*VersionsAdmin.actions, "make_new_version")
    actions_detail = ("build", *VersionsAdmin.actions_detail)
    fieldsets = (
        (None, {"fields": ("title", "slug", "version", "status", "publish_at", "replaced_by")}),
        ("For whom", {"fields": (("goal", "level"), ("days_per_week", "session_minutes"), "equipment", "tags")}),
        ("Length", {"fields": (("weeks", "repeats"),)}),
        ("For the reader", {"fields": ("summary", "description")}),
        ("Where it comes from", {"fields": ("source", "source_id", "attribution")}),
    )

    def __init__(self, model: type[OwnedModel], admin_site: admin.AdminSite) -> None:
        super().__init__(model, admin_site)
        self.list_display = ("title", "slug", "version", "status", "goal", "level", "updated_at")
        self.list_filter = ("status", "goal", "level", FaultFilter)  # type: ignore[assignment]  # names, and a filter

    def get_urls(self) -> Any:
        return [*builder_urls(self), *super().get_urls()]

    @action(description="Build", url_path="build", permissions=["view"])  # type: ignore[untyped-decorator]  # no stubs
    def build(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect("admin:catalog_program_builder", object_id)

    @admin.action(description="Make a new version, as a draft")
    def make_new_version(self, request: HttpRequest, queryset: QuerySet[Program]) -> None:
        for program in queryset:
            made = programs.new_version(program=program, source="admin")
            editorial.began(row=made, by=request.user, at=timezone.now(), note=f"From version {program.version}")
            self.message_user(
                request, f"Version {made.version} of {made.title} is a draft: change it, then publish it."
            )


@admin.register(ProgramWeek, ProgramSlot, ProgramSet)
class ProgramPartAdmin(PartAdmin):
    pass


@admin.register(ProgramDay)
class ProgramDayAdmin(PartAdmin):
    search_fields = (*PartAdmin.search_fields, "title")
