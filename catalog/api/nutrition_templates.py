"""Nutrition templates: those of the library, and the user's own."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api import filters
from catalog.api.library import RowSerializer, RowsViewSet, usable_row
from catalog.models import NutritionTemplate, NutritionTemplateItem, NutritionTemplateMeal
from catalog.queries import trees
from lib.api import OwnedSerializer, OwnedViewSet


class NutritionTemplateSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = NutritionTemplate


class LibraryNutritionTemplateSerializer(RowSerializer):
    class Meta(RowSerializer.Meta):
        model = NutritionTemplate


class NutritionTemplateMealSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = NutritionTemplateMeal


class NutritionTemplateItemSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = NutritionTemplateItem


class MealTreeSerializer(NutritionTemplateMealSerializer):
    items = NutritionTemplateItemSerializer(many=True)

    def get_field_names(self, declared_fields: Any, info: Any) -> list[str]:
        return [*super().get_field_names(declared_fields, info), "items"]


class NutritionTemplateTreeSerializer(LibraryNutritionTemplateSerializer):
    """A template with its meals and their foods, each in their order."""

    meals = MealTreeSerializer(many=True)

    def get_field_names(self, declared_fields: Any, info: Any) -> list[str]:
        return [*super().get_field_names(declared_fields, info), "meals"]


class Trees(viewsets.GenericViewSet[Any]):
    """Templates that can be read whole."""

    @extend_schema(responses=NutritionTemplateTreeSerializer)
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def tree(self, request: Request, pk: Any = None) -> Response:
        """The template with its meals and what is eaten at each."""
        return Response(NutritionTemplateTreeSerializer(trees.nutrition_template_tree(usable_row(self))).data)


class LibraryNutritionTemplateViewSet(Trees, RowsViewSet):
    """The published ways to eat."""

    serializer_class = LibraryNutritionTemplateSerializer
    filterset_class = filters.LibraryNutritionTemplateFilter
    facet_columns: ClassVar = {
        "diet": "diet",
        "goal": "goal",
        "exclusion": "exclusions",
        "tag": "tags",
        "source": "source",
    }


class NutritionTemplateViewSet(Trees, OwnedViewSet):
    """The user's own ways to eat."""

    serializer_class = NutritionTemplateSerializer
    filterset_fields = {"diet": ["exact"], "goal": ["exact"]}


class NutritionTemplateMealViewSet(OwnedViewSet):
    """Meals of the user's own templates. Those of one `template` are listed in their order."""

    serializer_class = NutritionTemplateMealSerializer
    filterset_fields = {"template": ["exact"]}
    order_within = {"template": ("position", "id")}


class NutritionTemplateItemViewSet(OwnedViewSet):
    """Foods of meals. Those of one `meal`, or of one template (`meal__template`), are listed in their order."""

    serializer_class = NutritionTemplateItemSerializer
    filterset_fields = {"meal": ["exact"], "meal__template": ["exact"]}
    order_within = {
        "meal": ("position", "id"),
        "meal__template": ("meal__position", "meal_id", "position", "id"),
    }
