"""Exercise types."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminSelect2MultipleWidget

from catalog.admin.base import SluggedForm
from catalog.admin.merging import MergingAdmin
from catalog.admin.vocabularies import VOCABULARIES
from catalog.models import ExerciseType
from lib.admin import BoundedPaginator, fill_emptied_json, show_faults


class SlugsWidget(UnfoldAdminSelect2MultipleWidget):  # type: ignore[misc]  # unfold has no stubs
    """Searched by typing. Without the class by which Django's own script would ask the server for what is here already."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.attrs["class"] = "unfold-admin-autocomplete"


class ExerciseTypeForm(SluggedForm):
    class Meta:
        model = ExerciseType
        fields = "__all__"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, model in VOCABULARIES.items():
            if name not in self.fields:  # the page can only be read
                continue
            rows: Any = model._default_manager.order_by("name")
            choices = [(row.slug, row.name) for row in rows]
            self.fields[name] = forms.MultipleChoiceField(
                choices=choices, required=False, widget=SlugsWidget, label=self.fields[name].label
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in VOCABULARIES:
            cleaned[name] = sorted(cleaned.get(name, []))
        fill_emptied_json(self, cleaned)
        show_faults(self, cleaned)
        return cleaned


@admin.register(ExerciseType)
class ExerciseTypeAdmin(MergingAdmin):
    """The canonical types. Those that users made for themselves are theirs, and not shown here."""

    form = ExerciseTypeForm
    show_full_result_count = False
    paginator = BoundedPaginator  # private types are in the same table
    list_display = ["name", "category", "movement_pattern", "level", "status"]
    list_filter = ["status", "category", "movement_pattern", "level", "mechanic"]
    search_fields = ["name", "slug", "aliases"]
    autocomplete_fields = ["replaced_by"]
    ordering = ["name"]
    fieldsets = [
        (None, {"fields": ["name", "slug", "status", "publish_at", "replaced_by", "names", "aliases"]}),
        ("Movement", {"fields": ["category", "movement_pattern", "mechanic", "force", "level", "laterality"]}),
        ("Load", {"fields": ["load_convention", "bodyweight_share", "metadata_schema"]}),
        ("Muscles and equipment", {"fields": ["primary_muscles", "secondary_muscles", "equipment"]}),
        ("For the reader", {"fields": ["instructions", "media"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ExerciseType]:
        queryset: QuerySet[ExerciseType] = super().get_queryset(request)
        return queryset.filter(user=None, deleted_at=None)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # retired, not deleted: logs refer to it
