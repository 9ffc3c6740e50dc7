"""What is taken and drunk, and what an athlete aims at."""

from lib.api import OwnedViewSet
from nutrition.api import serializers


class SupplementPlanViewSet(OwnedViewSet):
    """What is to be taken, how much of it, and when."""

    serializer_class = serializers.SupplementPlanSerializer
    filterset_fields = {"supplement": ["exact"], "paused": ["exact"]}


class SupplementLogViewSet(OwnedViewSet):
    """Doses that were taken or left out.

    Of a `plan`, a day and a time there is one: its id follows from them, and may be left out. Who leaves `nutrients` empty gets
    what the supplement says of such a dose. Those of one `plan` are listed in the order of their days, all others the newest
    first.
    """

    serializer_class = serializers.SupplementLogSerializer
    filterset_fields = {
        "taken_on": ["exact", "gte", "lte"],
        "plan": ["exact"],
        "supplement": ["exact"],
        "status": ["exact"],
    }
    order_within = {"plan": ("taken_on", "due_time", "id")}


class WaterLogViewSet(OwnedViewSet):
    """Water that was drunk, beside what foods and drinks hold."""

    serializer_class = serializers.WaterLogSerializer
    filterset_fields = {"drunk_on": ["exact", "gte", "lte"]}


class NutritionTargetViewSet(OwnedViewSet):
    """What to eat on days of a kind, from a day on until the next target of that kind."""

    serializer_class = serializers.NutritionTargetSerializer
    filterset_fields = {"day_kind": ["exact"], "starts_on": ["exact", "gte", "lte"]}
