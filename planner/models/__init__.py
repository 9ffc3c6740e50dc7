from planner.models.block import BlockException, ScheduleBlock
from planner.models.completion import Completion
from planner.models.habit import Habit
from planner.models.log_entry import LogEntry
from planner.models.mechanism import Mechanism
from planner.models.reminder import Reminder
from planner.models.top_three import TopThreeItem

__all__ = [
    "BlockException",
    "Completion",
    "Habit",
    "LogEntry",
    "Mechanism",
    "Reminder",
    "ScheduleBlock",
    "TopThreeItem",
]
