"""What athletes plan, by day."""

from typing import Any

from django.contrib import admin

from accounts.admin.athletes import AthleteAdmin
from planner.domain.words import days_of_block, days_of_habit, time_of_reminder
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

DAY = "%a %d %b %Y"


@admin.register(ScheduleBlock)
class ScheduleBlockAdmin(AthleteAdmin):
    search_fields = (*AthleteAdmin.search_fields, "title__unaccent")
    columns = ("category", "when")

    def name_of(self, row: Any) -> str:
        return row.title or f"{row.get_category_display()} block"

    @admin.display(description="when")
    def when(self, row: Any) -> str:
        return days_of_block(row)


@admin.register(BlockException)
class BlockExceptionAdmin(AthleteAdmin):
    columns = ("block", "cancelled", "moved_to", "starts_at", "ends_at")

    def name_of(self, row: Any) -> str:
        return f"{row.day:{DAY}}"


@admin.register(Habit)
class HabitAdmin(AthleteAdmin):
    search_fields = (*AthleteAdmin.search_fields, "title__unaccent")
    columns = ("when", "archived")

    def name_of(self, row: Any) -> str:
        return row.title or str(row).capitalize()

    @admin.display(description="when")
    def when(self, row: Any) -> str:
        return days_of_habit(row)


@admin.register(Completion)
class CompletionAdmin(AthleteAdmin):
    columns = ("block", "habit", "status", "count")

    def name_of(self, row: Any) -> str:
        return f"{row.day:{DAY}}"


@admin.register(TopThreeItem)
class TopThreeItemAdmin(AthleteAdmin):
    search_fields = (*AthleteAdmin.search_fields, "title__unaccent")
    columns = ("day", "place", "done")


@admin.register(Mechanism)
class MechanismAdmin(AthleteAdmin):
    columns = ("category", "active", "position")

    def name_of(self, row: Any) -> str:
        return f"If {row.condition[:80]}" if row.condition else row.key


@admin.register(LogEntry)
class LogEntryAdmin(AthleteAdmin):
    columns = ("mood", "energy", "tags")

    def name_of(self, row: Any) -> str:
        return f"Log of {row.day:{DAY}}"


@admin.register(Reminder)
class ReminderAdmin(AthleteAdmin):
    columns = ("block", "habit", "supplement_plan", "channel", "enabled")

    def name_of(self, row: Any) -> str:
        return time_of_reminder(row)
