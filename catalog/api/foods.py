"""Foods: those of the library, the user's own, and what their devices keep of the library."""

from typing import ClassVar

from rest_framework import serializers

from catalog.api import filters
from catalog.api.library import RowSerializer, RowsViewSet
from catalog.api.suggestions import Suggesting
from catalog.models import Food, KeptFood
from catalog.models.food import MACROS
from lib.api import OwnedSerializer, OwnedViewSet


class FoodSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = Food


def in_100_g() -> serializers.FloatField:
    return serializers.FloatField(read_only=True, allow_null=True, help_text="In 100 g; null: not measured.")


class LibraryFoodSerializer(RowSerializer):
    more = MACROS

    energy_kcal = in_100_g()
    protein_g = in_100_g()
    fat_g = in_100_g()
    carbohydrate_g = in_100_g()
    fiber_g = in_100_g()

    class Meta(RowSerializer.Meta):
        model = Food


class KeptFoodSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = KeptFood


class LibraryFoodViewSet(RowsViewSet):
    """The published foods. There may be a million: search them here, devices hold those that their athlete uses."""

    serializer_class = LibraryFoodSerializer
    filterset_class = filters.LibraryFoodFilter
    facet_columns: ClassVar = {
        "category": "category",
        "diet": "diets",
        "allergen": "allergens",
        "brand": "brand",
        "source": "source",
    }


class FoodViewSet(Suggesting):
    """The user's own foods: private, and usable at once."""

    serializer_class = FoodSerializer
    filterset_fields = {"category": ["exact"], "barcode": ["exact"]}


class KeptFoodViewSet(OwnedViewSet):
    """Foods of the library that the user uses, as their devices hold them. The server alone writes these."""

    http_method_names = ["get", "head", "options"]
    serializer_class = KeptFoodSerializer
    filterset_fields = {"food": ["exact"], "barcode": ["exact"], "category": ["exact"]}
