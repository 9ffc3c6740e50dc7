"""Meals that an athlete keeps, and what is in them."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from lib.api import OwnedViewSet, answer_made, said_of_new
from lib.writes import writing
from nutrition.api import serializers
from nutrition.domain.copies import NewLog
from nutrition.services import diary, totals

LOG_EXAMPLES = [
    OpenApiExample("half of a recipe for four", {"eaten_on": "2026-03-02", "servings": "2.00"}, request_only=True),
    OpenApiExample("planned", {"eaten_on": "2026-03-03", "slot": "lunch", "status": "planned"}, request_only=True),
]
TOTALS_EXAMPLE = OpenApiExample(
    "oats and milk for two",
    {
        "servings": 2.0,
        "grams": 480.0,
        "energy": {"amount": 551.2, "per_serving": 275.6, "coverage": 1.0, "is_complete": True},
        "macros": {
            "protein": {"amount": 24.4, "per_serving": 12.2, "coverage": 1.0, "is_complete": True},
            "fat": None,
            "carbohydrate": None,
            "fiber": None,
        },
        "nutrients": {"iron": {"amount": 3.4, "per_serving": 1.7, "coverage": 0.1667, "is_complete": False}},
    },
    response_only=True,
)


def new_log(said: dict[str, Any]) -> NewLog:
    """What was said of a log that is to be made."""
    return NewLog(log_id=said.pop("id"), **said)


class MealViewSet(OwnedViewSet):
    """Meals to be logged again and again: recipes, and foods that are often eaten together."""

    serializer_class = serializers.MealSerializer
    filterset_fields = {"slot": ["exact"]}

    @extend_schema(
        request=serializers.LogMealSerializer, responses={201: serializers.MealLogSerializer}, examples=LOG_EXAMPLES
    )
    @action(detail=True, methods=["post"])
    def log(self, request: Request, pk: Any = None) -> Response:
        """Makes a log of so many servings, one if nothing else is said, with the values that the foods have now.

        Its items get ids that follow from its own. Repeating it with the same `id` changes nothing.
        """
        user: Any = request.user
        said = said_of_new(serializers.LogMealSerializer, request)
        new = new_log(said if "time_zone" in said else {**said, "time_zone": user.home_zone()})
        with writing(user=user, source="api"):
            meal: Any = self.locked_object(request)
            diary.log_meal(meal=meal, new=new)
        return answer_made(serializers.MealLogSerializer, new.log_id)

    @extend_schema(responses={200: serializers.MealTotalsSerializer}, examples=[TOTALS_EXAMPLE], filters=False)
    @action(detail=True, pagination_class=None)
    def totals(self, request: Request, pk: Any = None) -> Response:
        """What the meal holds: energy, macronutrients and every nutrient of which something is known, of all and of a serving."""
        meal: Any = self.get_object()
        return Response(serializers.MealTotalsSerializer(totals.totals_of(meal)).data)


class MealItemViewSet(OwnedViewSet):
    """Foods of meals. Those of one `meal` are listed in their order, all others the newest first."""

    serializer_class = serializers.MealItemSerializer
    filterset_fields = {"meal": ["exact"], "food": ["exact"]}
    order_within = {"meal": ("position", "id")}
