from lib.api import OwnedSerializer
from specimens.models import Crate, DayNote, Kit, Plan, PlanDay, PlanSlot, Rack, Room, Shelf


class PlanSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = Plan


class PlanDaySerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = PlanDay


class PlanSlotSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = PlanSlot


class RoomSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = Room


class RackSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = Rack


class DayNoteSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = DayNote


class KitSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = Kit


class ShelfSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = Shelf


class CrateSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = Crate
