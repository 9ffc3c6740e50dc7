"""What was eaten, or is to be."""

from typing import Any
from uuid import uuid4

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from lib.api import OwnedViewSet, answer_made, said_of_new, told
from lib.writes import writing
from nutrition.api import serializers
from nutrition.api.meals import new_log
from nutrition.domain.copies import NewLog, NewMeal
from nutrition.models import MealLog, MealLogItem
from nutrition.services import diary

COPY_EXAMPLES = [OpenApiExample("to the next day", {"eaten_on": "2026-03-03"}, request_only=True)]
SAVE_EXAMPLES = [OpenApiExample("with a name", {"name": "Porridge with berries"}, request_only=True)]
DAY_EXAMPLES = [
    OpenApiExample(
        "same as yesterday",
        {"id": "0b7c8f52-7d39-4b0e-9d7a-0c6a4f9a5a11", "from_date": "2026-03-01", "to_date": "2026-03-02"},
        request_only=True,
    ),
    OpenApiExample(
        "the same breakfast",
        {"from_date": "2026-03-01", "to_date": "2026-03-02", "slot": "breakfast"},
        request_only=True,
    ),
]


class MealLogViewSet(OwnedViewSet):
    """What was eaten at one time, or is planned."""

    serializer_class = serializers.MealLogSerializer
    filterset_fields = {"eaten_on": ["exact", "gte", "lte"], "slot": ["exact"], "status": ["exact"], "meal": ["exact"]}

    @extend_schema(
        request=serializers.CopyLogSerializer, responses={201: serializers.MealLogSerializer}, examples=COPY_EXAMPLES
    )
    @action(detail=True, methods=["post"])
    def copy(self, request: Request, pk: Any = None) -> Response:
        """Makes another log of the same, with the same values. Repeating it with the same `id` changes nothing."""
        new = new_log(said_of_new(serializers.CopyLogSerializer, request))
        with writing(user=request.user, source="api"):
            log: Any = self.locked_object(request)
            diary.copy_log(log=log, new=new)
        return answer_made(serializers.MealLogSerializer, new.log_id)

    @extend_schema(
        request=serializers.NewMealSerializer, responses={201: serializers.MealSerializer}, examples=SAVE_EXAMPLES
    )
    @action(detail=True, methods=["post"], url_path="save-as-meal")
    def save_as_meal(self, request: Request, pk: Any = None) -> Response:
        """Makes a meal of what was eaten. Repeating it with the same `id` changes nothing."""
        said = said_of_new(serializers.NewMealSerializer, request)
        with writing(user=request.user, source="api"):
            log: Any = self.locked_object(request)
            new = NewMeal(said["id"], said.get("name", log.title), said.get("slot"))
            diary.save_as_meal(log=log, new=new, foods_only=said["foods_only"])
        return answer_made(serializers.MealSerializer, new.meal_id)

    @extend_schema(request=None, responses={200: serializers.TakenOverSerializer})
    @action(detail=True, methods=["post"], url_path="take-over")
    def take_over(self, request: Request, pk: Any = None) -> Response:
        """Its items take over the values that their foods have now. Numbers of the whole stay as they are."""
        with writing(user=request.user, source="api"):
            log: Any = self.locked_object(request)
            diary.take_over_all(log=log, at=timezone.now())
        items = MealLogItem.objects.for_user(request.user).filter(meal_log=log).order_by("position", "id")
        return Response(serializers.TakenOverSerializer({"results": items}).data)


class MealLogItemViewSet(OwnedViewSet):
    """Foods that were eaten, with the values that they had then.

    Who names a food and leaves `nutrients` empty gets those of the food, also when the food becomes another one. Those of one
    `meal_log` are listed in their order, all others the newest first.
    """

    serializer_class = serializers.MealLogItemSerializer
    filterset_fields = {"meal_log": ["exact"], "food": ["exact"], "meal_log__eaten_on": ["exact", "gte", "lte"]}
    order_within = {"meal_log": ("position", "id")}

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], url_path="take-over")
    def take_over(self, request: Request, pk: Any = None) -> Response:
        """The item takes over the values that its food has now."""
        with writing(user=request.user, source="api"):
            item: Any = self.locked_object(request)
            diary.take_over(item=item, at=timezone.now())
        return self.answer_with(item)


class CopyDayView(APIView):
    """One day made from another."""

    @extend_schema(
        operation_id="nutrition_days_copy_create",
        request=serializers.CopyDaySerializer,
        responses={201: serializers.CopiedDaySerializer},
        examples=DAY_EXAMPLES,
        tags=["nutrition"],
    )
    def post(self, request: Request) -> Response:
        """Copies the logs of a day to another one, with the same values. What was skipped is left out.

        What is logged on that day already stays. The ids of the copies follow from the `id`: repeating it with the same one
        changes nothing.
        """
        said = told(serializers.CopyDaySerializer, request)
        act_id = said.get("id") or uuid4()
        to = NewLog(log_id=act_id, eaten_on=said["to_date"], status=said.get("status"))
        with writing(user=request.user, source="api"):
            made = diary.copy_day(user=request.user, act_id=act_id, day=said["from_date"], slot=said.get("slot"), to=to)
        found = MealLog.objects.for_user(request.user).in_bulk(made)
        copies = {"results": [found[key] for key in made if key in found]}
        return Response(serializers.CopiedDaySerializer(copies).data, status=status.HTTP_201_CREATED)
