"""The words of the library, and how much of a nutrient is enough."""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest

from catalog.admin.base import CatalogueAdmin, SluggedForm
from catalog.models import Equipment, ExerciseType, Muscle, Nutrient, ReferenceIntake

VOCABULARIES = {"primary_muscles": Muscle, "secondary_muscles": Muscle, "equipment": Equipment}


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
