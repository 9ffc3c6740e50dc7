"""Programs, and what is in them."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from catalog.admin.base import CanonicalAdmin
from catalog.admin.versions import VersionsAdmin
from catalog.models import Program, ProgramDay, ProgramSet, ProgramSlot, ProgramWeek
from catalog.services import editorial, programs
from lib.models import OwnedModel


@admin.register(Program)
class ProgramAdmin(VersionsAdmin, CanonicalAdmin):
    """Each version by itself. What is in them has pages of its own."""

    search_fields = (*CanonicalAdmin.search_fields, "title", "slug")
    actions = (*VersionsAdmin.actions, "make_new_version")

    def __init__(self, model: type[OwnedModel], admin_site: admin.AdminSite) -> None:
        super().__init__(model, admin_site)
        self.list_display = ("title", "slug", "version", "status", "goal", "level", "updated_at")

    @admin.action(description="Make a new version, as a draft")
    def make_new_version(self, request: HttpRequest, queryset: QuerySet[Program]) -> None:
        for program in queryset:
            made = programs.new_version(program=program, source="admin")
            editorial.began(row=made, by=request.user, at=timezone.now(), note=f"From version {program.version}")
            self.message_user(
                request, f"Version {made.version} of {made.title} is a draft: change it, then publish it."
            )


@admin.register(ProgramWeek, ProgramSlot, ProgramSet)
class ProgramPartAdmin(CanonicalAdmin):
    pass


@admin.register(ProgramDay)
class ProgramDayAdmin(CanonicalAdmin):
    search_fields = (*CanonicalAdmin.search_fields, "title")
