"""The words of the library, and how much of a nutrient is enough."""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest

from catalog.admin.base import CatalogueAdmin
from catalog.admin.translating import TranslatingAdmin
from catalog.forms.editors import NamedForm, SluggedForm
from catalog.models import Equipment, Muscle, Nutrient, ReferenceIntake
from catalog.models.relations import relations_to

NAMED_MAX = 100
VOCABULARIES = {"primary_muscles": Muscle, "secondary_muscles": Muscle, "equipment": Equipment}


class VocabularyAdmin(CatalogueAdmin):
    """Slugs are keys that rows of the libraries hold: written once. The database refuses to delete one in use."""

    form = SluggedForm
    list_display = ["name", "slug"]
    search_fields = ["name", "slug"]
    ordering = ["name"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [] if obj is None else ["slug"]

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Names the rows that stand in the way, where Django would only meet the database's refusal."""
        doomed, counts, perms_needed, protected = super().get_deleted_objects(objs, request)
        return doomed, counts, perms_needed, [*protected, *self._rows_that_name([obj.pk for obj in objs])]

    def _rows_that_name(self, slugs: list[str]) -> list[str]:
        named: list[str] = []
        relations = relations_to(self.model)
        for model in dict.fromkeys(relation.model for relation in relations):
            sets = [Q((f"{relation.field}__overlap", slugs)) for relation in relations if relation.model is model]
            naming = model._default_manager.live().filter(Q(*sets, _connector=Q.OR))
            kind, kinds = model._meta.verbose_name, model._meta.verbose_name_plural
            named += sorted(f"{str(kind).capitalize()}: {row}" for row in naming.filter(user=None)[:NAMED_MAX])
            private = naming.exclude(user=None).count()
            named += [f"Private {kinds}: {private}"] if private else []
        return named


@admin.register(Muscle)
class MuscleAdmin(VocabularyAdmin):
    list_display = ["name", "slug", "body_region", "side"]
    list_filter = ["body_region", "side"]


@admin.register(Equipment)
class EquipmentAdmin(VocabularyAdmin):
    list_display = ["name", "slug", "kind"]
    list_filter = ["kind"]


@admin.register(Nutrient)
class NutrientAdmin(TranslatingAdmin, VocabularyAdmin):
    actions = ("translate_missing",)
    form = NamedForm
    list_display = ["name", "slug", "unit", "category"]
    list_filter = ["category"]


@admin.register(ReferenceIntake)
class ReferenceIntakeAdmin(CatalogueAdmin):
    list_display = ["nutrient", "kind", "sex", "stage", "age_from_y", "age_below_y", "value", "unit"]
    list_filter = ["kind", "sex", "stage"]
    list_select_related = ["nutrient"]
    search_fields = ["nutrient__name"]
    ordering = ["slug"]
