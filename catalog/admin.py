"""Where curators maintain the library."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.validators import RegexValidator
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSelect2MultipleWidget

from catalog.enums import Status
from catalog.models import (
    Equipment,
    ExerciseType,
    Food,
    KeptFood,
    Muscle,
    Nutrient,
    NutritionTemplate,
    NutritionTemplateItem,
    NutritionTemplateMeal,
    Program,
    ProgramDay,
    ProgramSet,
    ProgramSlot,
    ProgramWeek,
    RecommendationRule,
    ReferenceIntake,
    Supplement,
    SupplementInteraction,
)
from catalog.services import programs
from lib.admin import BoundedPaginator, OwnedAdmin, fill_emptied_json, show_faults
from lib.fields import SLUG_PATTERN
from lib.models import OwnedModel
from lib.writes import Catalogue, writing

VOCABULARIES = {"primary_muscles": Muscle, "secondary_muscles": Muscle, "equipment": Equipment}


class CatalogueAdmin(ModelAdmin):  # type: ignore[misc]  # unfold has no stubs
    """Shared rows are written as those of users are: the head of the catalogue is locked first, and the log says by whom."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        with writing(user=Catalogue(), source="admin"):
            super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        with writing(user=Catalogue(), source="admin"):
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        with writing(user=Catalogue(), source="admin"):
            super().delete_queryset(request, queryset)


class SluggedForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A slug is what clients write into their sets: lower case, digits and hyphens, as the wire requires."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:  # not there once it is written
            self.fields["slug"].required = True
            self.fields["slug"].validators.append(
                RegexValidator(SLUG_PATTERN, "Lower case letters, digits and hyphens.")
            )


class VocabularyAdmin(CatalogueAdmin):
    """Slugs are keys that exercise types hold: written once. The database refuses to delete one in use."""

    form = SluggedForm
    list_display = ["name", "slug"]
    search_fields = ["name", "slug"]
    ordering = ["name"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [] if obj is None else ["slug"]

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Names the types that stand in the way, where Django would only meet the database's refusal."""
        doomed, counts, perms_needed, protected = super().get_deleted_objects(objs, request)
        return doomed, counts, perms_needed, [*protected, *self._types_that_name([obj.pk for obj in objs])]

    def _types_that_name(self, slugs: list[str]) -> list[str]:
        sets = [name for name, vocabulary in VOCABULARIES.items() if vocabulary is self.model]
        naming = ExerciseType.objects.filter(Q(*((f"{name}__overlap", slugs) for name in sets), _connector=Q.OR))
        names = [f"Exercise type: {row.name}" for row in naming.filter(user=None).order_by("name")]
        private = naming.exclude(user=None).count()
        return [*names, f"Private exercise types: {private}"] if private else names


@admin.register(Muscle)
class MuscleAdmin(VocabularyAdmin):
    list_display = ["name", "slug", "body_region", "side"]
    list_filter = ["body_region", "side"]


@admin.register(Equipment)
class EquipmentAdmin(VocabularyAdmin):
    list_display = ["name", "slug", "kind"]
    list_filter = ["kind"]


class SlugsWidget(UnfoldAdminSelect2MultipleWidget):  # type: ignore[misc]  # unfold has no stubs
    """Searched by typing. Without the class by which Django's own script would ask the server for what is here already."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.attrs["class"] = "unfold-admin-autocomplete"


class ExerciseTypeForm(SluggedForm):
    class Meta:
        model = ExerciseType
        fields = "__all__"  # noqa: DJ007 - fieldsets name them

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["replaced_by"].queryset = ExerciseType.objects.canonical().exclude(pk=self.instance.pk)  # type: ignore[attr-defined]  # it is a ModelChoiceField
        for name, model in VOCABULARIES.items():
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
class ExerciseTypeAdmin(CatalogueAdmin):
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


class CanonicalAdmin(OwnedAdmin):
    """Rows of the library. Those that users made for themselves are theirs, and not shown here."""

    exclude = ("user",)
    search_help_text = "An id or words."
    search_fields: tuple[str, ...] = ("=id",)

    def __init__(self, model: type[OwnedModel], admin_site: admin.AdminSite) -> None:
        super().__init__(model, admin_site)
        self.list_display = tuple(name for name in self.list_display if name != "user")
        self.list_select_related = tuple(name for name in self.raw_id_fields if name in self.list_display)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(user=None, deleted_at=None)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return tuple(name for name in super().get_readonly_fields(request, obj) if name != "user")


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


@admin.register(Food, Supplement, NutritionTemplate, RecommendationRule)
class LibraryAdmin(CanonicalAdmin):
    search_fields = (*CanonicalAdmin.search_fields, "name", "slug")


@admin.register(SupplementInteraction, NutritionTemplateMeal, NutritionTemplateItem)
class LibraryPartAdmin(CanonicalAdmin):
    pass


@admin.register(Nutrient)
class NutrientAdmin(VocabularyAdmin):
    list_display = ["name", "slug", "unit", "category"]
    list_filter = ["category"]


@admin.register(ReferenceIntake)
class ReferenceIntakeAdmin(CatalogueAdmin):
    list_display = ["nutrient", "kind", "sex", "stage", "age_from_y", "age_below_y", "value", "unit"]
    list_filter = ["kind", "sex", "stage"]
    list_select_related = ["nutrient"]
    search_fields = ["nutrient__name"]
    ordering = ["slug"]


@admin.register(KeptFood)
class KeptFoodAdmin(OwnedAdmin):
    pass
