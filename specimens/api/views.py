from lib.api import OwnedViewSet
from specimens.api import serializers


class PlanViewSet(OwnedViewSet):
    serializer_class = serializers.PlanSerializer


class PlanDayViewSet(OwnedViewSet):
    serializer_class = serializers.PlanDaySerializer
    filterset_fields = {"plan": ["exact"]}


class PlanSlotViewSet(OwnedViewSet):
    serializer_class = serializers.PlanSlotSerializer
    filterset_fields = {"day": ["exact"]}


class RoomViewSet(OwnedViewSet):
    serializer_class = serializers.RoomSerializer


class RackViewSet(OwnedViewSet):
    serializer_class = serializers.RackSerializer


class DayNoteViewSet(OwnedViewSet):
    serializer_class = serializers.DayNoteSerializer


class KitViewSet(OwnedViewSet):
    serializer_class = serializers.KitSerializer


class ShelfViewSet(OwnedViewSet):
    serializer_class = serializers.ShelfSerializer


class CrateViewSet(OwnedViewSet):
    serializer_class = serializers.CrateSerializer
