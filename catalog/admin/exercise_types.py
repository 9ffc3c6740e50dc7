"""Exercise types."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import path

from catalog.admin.lists import FaultFilter, SearchedAdmin
from catalog.admin.merging import MergingAdmin
from catalog.admin.previews import preview
from catalog.forms.editors import ExerciseTypeForm
from catalog.models import ExerciseType
from lib.admin import BoundedPaginator


@admin.register(ExerciseType)
class ExerciseTypeAdmin(SearchedAdmin, MergingAdmin):
    """The canonical types. Those that users made for themselves are theirs, and not shown here."""

    form = ExerciseTypeForm
    show_full_result_count = False
    paginator = BoundedPaginator  # private types are in the same table
    list_display = ["name", "category", "movement_pattern", "level", "status"]
    list_filter = ["status", "category", "movement_pattern", "level", "mechanic", FaultFilter]
    search_fields = ["name"]  # that there is a search; SearchedAdmin says where
    autocomplete_fields = ["replaced_by"]
    ordering = ["name", "id"]
    fieldsets = [
        (None, {"fields": ["name", "slug", "status", "publish_at", "replaced_by", "names", "aliases"]}),
        ("Movement", {"fields": ["category", "movement_pattern", "mechanic", "force", "level", "laterality"]}),
        ("Load", {"fields": ["load_convention", "bodyweight_share", "metadata_schema"]}),
        ("Muscles and equipment", {"fields": ["primary_muscles", "secondary_muscles", "equipment"]}),
        ("For the reader", {"fields": ["instructions", "media"]}),
        ("Where it comes from", {"fields": ["source", "source_id", "attribution"]}),
    ]

    def get_urls(self) -> Any:
        return [path("preview/", self.admin_site.admin_view(preview), name="catalog_preview"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ExerciseType]:
        queryset: QuerySet[ExerciseType] = super().get_queryset(request)
        return queryset.filter(user=None, deleted_at=None)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # retired, not deleted: logs refer to it
