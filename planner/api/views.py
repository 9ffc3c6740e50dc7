from lib.api import OwnedViewSet
from planner.api import serializers

DAYS = ["exact", "gte", "lte"]


class ScheduleBlockViewSet(OwnedViewSet):
    """Parts of the day that are kept for something: on one date, or on weekdays again and again."""

    serializer_class = serializers.ScheduleBlockSerializer
    filterset_fields = {"category": ["exact"], "on_date": [*DAYS, "isnull"], "template": ["exact"], "meal": ["exact"]}


class BlockExceptionViewSet(OwnedViewSet):
    """Days of blocks that are different: cancelled, moved, or at other times. The id follows from the block and the day."""

    serializer_class = serializers.BlockExceptionSerializer
    filterset_fields = {"block": ["exact"], "day": DAYS, "moved_to": DAYS}
    order_within = {"block": ("day", "id")}


class HabitViewSet(OwnedViewSet):
    """What the user does again and again."""

    serializer_class = serializers.HabitSerializer
    filterset_fields = {"archived": ["exact"]}


class CompletionViewSet(OwnedViewSet):
    """What was done or skipped on a day. The id follows from the block or the habit, and the day: to untick is to delete."""

    serializer_class = serializers.CompletionSerializer
    filterset_fields = {"block": ["exact"], "habit": ["exact"], "day": DAYS, "status": ["exact"]}
    order_within = {"block": ("day", "id"), "habit": ("day", "id")}


class TopThreeItemViewSet(OwnedViewSet):
    """The three things that matter on a day. The id follows from the day and the place."""

    serializer_class = serializers.TopThreeItemSerializer
    filterset_fields = {"day": DAYS, "done": ["exact"]}
    order_within = {"day": ("place", "id")}


class MechanismViewSet(OwnedViewSet):
    """Standing rules: if this, then that. The id follows from the key."""

    serializer_class = serializers.MechanismSerializer
    filterset_fields = {"key": ["exact"], "active": ["exact"], "category": ["exact"]}


class LogEntryViewSet(OwnedViewSet):
    """What the user wrote about a day, and how they felt."""

    serializer_class = serializers.LogEntrySerializer
    filterset_fields = {"day": DAYS}


class ReminderViewSet(OwnedViewSet):
    """When to remind the user of a block, a habit or a supplement plan. The server keeps them; it sends none yet."""

    serializer_class = serializers.ReminderSerializer
    filterset_fields = {"block": ["exact"], "habit": ["exact"], "supplement_plan": ["exact"], "enabled": ["exact"]}
