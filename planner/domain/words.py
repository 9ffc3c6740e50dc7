"""What is planned, in words: "Mon, Wed, every other week, 07:30 to 08:15"."""

from collections.abc import Collection
from typing import Any

from lib.weekdays import WEEKDAYS


def days_of_block(block: Any) -> str:
    """block: whatever has the fields of a schedule block."""
    if block.on_date is not None:
        days = f"{block.on_date:%a %d %b %Y}"
    elif block.weekdays:
        days = ", ".join(filter(None, (_weekdays(block.weekdays), _weeks(block.every_weeks))))
    else:
        return "no day yet"
    times = f"{block.starts_at} to {block.ends_at}" if block.starts_at else "all day"
    return " ".join(filter(None, (f"{days}, {times}", block.time_zone)))


def days_of_habit(habit: Any) -> str:
    """habit: whatever has the fields of a habit."""
    days = _weekdays(habit.weekdays) if habit.weekdays else "every day"
    often = f", {habit.times_per_week} times a week" if habit.times_per_week else ""
    return f"{days}{often}"


def time_of_reminder(reminder: Any) -> str:
    """reminder: whatever has the fields of a reminder."""
    if reminder.minutes_before is None:
        return f"At {reminder.at_time}"
    return f"{reminder.minutes_before} minutes before" if reminder.minutes_before else "At its start"


def _weekdays(chosen: Collection[str]) -> str:
    if len(chosen) == len(WEEKDAYS):
        return "every day"
    return ", ".join(day[:3].capitalize() for day in WEEKDAYS if day in chosen)


def _weeks(every: int) -> str:
    match every:
        case 1:
            return ""
        case 2:
            return "every other week"
    return f"every {every} weeks"
