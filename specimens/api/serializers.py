from lib.api import OwnedSerializer
from specimens.models import Plan, PlanDay, PlanSlot


class PlanSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = Plan


class PlanDaySerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = PlanDay


class PlanSlotSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = PlanSlot
