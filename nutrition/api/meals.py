"""Meals that an athlete keeps, and what is in them."""

from lib.api import OwnedViewSet
from nutrition.api import serializers


class MealViewSet(OwnedViewSet):
    """Meals to be logged again and again: recipes, and foods that are often eaten together."""

    serializer_class = serializers.MealSerializer
    filterset_fields = {"slot": ["exact"]}


class MealItemViewSet(OwnedViewSet):
    """Foods of meals. Those of one `meal` are listed in their order, all others the newest first."""

    serializer_class = serializers.MealItemSerializer
    filterset_fields = {"meal": ["exact"], "food": ["exact"]}
    order_within = {"meal": ("position", "id")}
