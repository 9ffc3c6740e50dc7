"""Programs, and what is in them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from catalog.admin.base import CanonicalAdmin
from catalog.enums import Status
from catalog.models import Program, ProgramDay, ProgramSet, ProgramSlot, ProgramWeek
from catalog.services import programs
from lib.models import OwnedModel
from lib.writes import Catalogue, writing


@admin.register(Program)
class ProgramAdmin(CanonicalAdmin):
    """Each version by itself. What is in them has pages of its own."""

    search_fields = (*CanonicalAdmin.search_fields, "title", "slug")
    actions = ("make_new_version",)

    def __init__(self, model: type[OwnedModel], admin_site: admin.AdminSite) -> None:
        super().__init__(model, admin_site)
        self.list_display = ("title", "slug", "version", "status", "goal", "level", "updated_at")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"status": Status.DRAFT, **super().get_changeform_initial_data(request)}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        with writing(user=Catalogue(), source="admin"):
            super().save_model(request, obj, form, change)
            programs.retire_other_versions(program=obj)

    @admin.action(description="Make a new version, as a draft")
    def make_new_version(self, request: HttpRequest, queryset: QuerySet[Program]) -> None:
        for program in queryset:
            made = programs.new_version(program=program, source="admin")
            self.message_user(
                request, f"Version {made.version} of {made.title} is a draft: change it, then publish it."
            )


@admin.register(ProgramWeek, ProgramSlot, ProgramSet)
class ProgramPartAdmin(CanonicalAdmin):
    pass


@admin.register(ProgramDay)
class ProgramDayAdmin(CanonicalAdmin):
    search_fields = (*CanonicalAdmin.search_fields, "title")
