from lib.api import OwnedSerializer
from planner.models import (
    BlockException,
    Completion,
    Habit,
    LogEntry,
    Mechanism,
    Reminder,
    ScheduleBlock,
    TopThreeItem,
)


class ScheduleBlockSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = ScheduleBlock


class BlockExceptionSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = BlockException


class HabitSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = Habit


class CompletionSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = Completion


class TopThreeItemSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = TopThreeItem


class MechanismSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = Mechanism


class LogEntrySerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = LogEntry


class ReminderSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = Reminder
