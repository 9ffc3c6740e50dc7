"""Where curators keep the library."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from catalog.models import Equipment, ExerciseType, Muscle


class VocabularyAdmin(ModelAdmin):  # type: ignore[misc]  # unfold has no stubs
    """Slugs are keys that exercise types hold: written once. The database refuses to delete one in use."""

    list_display = ["name", "slug"]
    search_fields = ["name", "slug"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [] if obj is None else ["slug"]


@admin.register(Muscle)
class MuscleAdmin(VocabularyAdmin):
    list_display = ["name", "slug", "body_region", "side"]
    list_filter = ["body_region", "side"]


@admin.register(Equipment)
class EquipmentAdmin(VocabularyAdmin):
    list_display = ["name", "slug", "kind"]
    list_filter = ["kind"]


class ExerciseTypeForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    class Meta:
        model = ExerciseType
        fields = "__all__"  # noqa: DJ007 - fieldsets name them

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        vocabularies = {"primary_muscles": Muscle, "secondary_muscles": Muscle, "equipment": Equipment}
        for name, model in vocabularies.items():
            choices = [(row.slug, row.name) for row in model._default_manager.order_by("name")]
            self.fields[name] = forms.MultipleChoiceField(
                choices=choices, required=False, widget=forms.CheckboxSelectMultiple, label=name.replace("_", " ")
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in ("primary_muscles", "secondary_muscles", "equipment"):
            cleaned[name] = sorted(cleaned.get(name, []))
        if not cleaned.get("slug"):
            self.add_error("slug", "A canonical type needs a slug.")
        return cleaned


@admin.register(ExerciseType)
class ExerciseTypeAdmin(ModelAdmin):  # type: ignore[misc]  # unfold has no stubs
    """The canonical types. What users made for themselves is not shown here: it is theirs."""

    form = ExerciseTypeForm
    list_display = ["name", "category", "movement_pattern", "level", "status"]
    list_filter = ["status", "category", "movement_pattern", "level", "mechanic"]
    search_fields = ["name", "slug", "aliases"]
    autocomplete_fields = ["replaced_by"]
    ordering = ["name"]
    fieldsets = [
        (None, {"fields": ["name", "slug", "status", "replaced_by", "names", "aliases"]}),
        ("Movement", {"fields": ["category", "movement_pattern", "mechanic", "force", "level", "laterality"]}),
        ("Load", {"fields": ["load_convention", "bodyweight_share", "metadata_schema"]}),
        ("Muscles and equipment", {"fields": ["primary_muscles", "secondary_muscles", "equipment"]}),
        ("For the reader", {"fields": ["instructions", "media"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ExerciseType]:
        queryset: QuerySet[ExerciseType] = super().get_queryset(request)
        return queryset.filter(user=None, deleted_at=None)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [] if obj is None else ["slug"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # retired, not deleted: logs refer to it
