import datetime as dt
from itertools import count
from typing import Any

from accounts.models import User
from lib import wire
from lib.models import OwnedModel
from lib.tests.factories import Example, Row, as_id, make, register
from nutrition.models import SupplementPlan
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

NO_ID = "00000000-0000-4000-8000-000000000000"
numbers = count()


def another_day() -> str:
    """Of what there is once a day, each example is of another one."""
    return str(dt.date(2026, 12, 1) + dt.timedelta(days=next(numbers) % 100_000))


register(
    Example(
        ScheduleBlock,
        document=lambda user: {"title": "Deep work", "weekdays": ["monday", "thursday"]},
        patch={"starts_at": "09:00", "ends_at": "11:30", "time_zone": "Europe/Berlin", "colour": "#1f6feb"},
        breaks={
            "planner_scheduleblock_weekdays_known": {"weekdays": ["someday"]},
            "planner_scheduleblock_ends_after_start": {"starts_on": "2026-12-02", "ends_on": "2026-12-01"},
            "planner_scheduleblock_weeks_count": {"every_weeks": 2},
            "planner_scheduleblock_one_date": {"on_date": "2026-12-01", "starts_on": "2026-12-01"},
            "planner_scheduleblock_times": {"starts_at": "09:00"},
        },
    )
)


def _exception(user: User) -> dict[str, Any]:
    return {"block": as_id(make(ScheduleBlock, user)), "day": "2026-12-03"}


register(
    Example(
        BlockException,
        document=_exception,
        patch={"moved_to": "2026-12-04", "starts_at": "10:00", "ends_at": "12:00"},
        breaks={
            "planner_blockexception_id": {"day": "2026-12-07"},
            "planner_blockexception_times": {"ends_at": "09:00"},
        },
    )
)
register(
    Example(
        Habit,
        document=lambda user: {"title": "Read", "starts_on": "2026-12-01"},
        patch={"weekdays": ["friday", "monday"], "target_count": 20, "unit": "pages"},
        breaks={
            "planner_habit_weekdays_known": {"weekdays": ["someday"]},
            "planner_habit_ends_after_start": {"ends_on": "2026-11-30"},
            "planner_habit_rule": {"streak_rule": "weeks"},
        },
    )
)


def _completion(user: User) -> dict[str, Any]:
    return {"habit": as_id(make(Habit, user)), "day": "2026-12-01"}


register(
    Example(
        Completion,
        document=_completion,
        patch={"status": "skipped", "notes": "Travelled all day."},
        breaks={
            "planner_completion_id": {"day": "2026-12-02"},
            "planner_completion_of_one": {"habit": None},
        },
    )
)
register(
    Example(
        TopThreeItem,
        document=lambda user: {"day": another_day(), "place": 1, "title": "Call the bank"},
        patch={"done": True},
        breaks={"planner_topthreeitem_id": {"place": 2}},
    )
)
register(
    Example(
        Mechanism,
        document=lambda user: {
            "key": f"evening-phone-{next(numbers)}",
            "condition": "It is ten.",
            "action": "Phone away.",
        },
        patch={"active": False, "category": "sleep"},
        breaks={"planner_mechanism_id": {"key": "morning-phone"}},
    )
)
register(
    Example(
        LogEntry,
        document=lambda user: {"day": "2026-12-01", "text": "Slept well."},
        patch={"mood": 4, "energy": 3, "tags": ["sleep"]},
    )
)
register(
    Example(
        Reminder,
        document=lambda user: {"block": as_id(make(ScheduleBlock, user)), "minutes_before": 15},
        patch={"channel": "email"},
        breaks={
            "planner_reminder_of_one": {"block": None},
            "planner_reminder_one_time": {"at_time": "08:00"},
            "planner_reminder_before_what": {"block": None, "habit": NO_ID},
        },
    )
)


# --- of a block or a habit that is there ---


def tick(user: User, row: ScheduleBlock | Habit, day: str, **values: Any) -> Completion:
    return _of(Completion, user, row, day=day, **values)


def differ(user: User, block: ScheduleBlock, day: str, **values: Any) -> BlockException:
    return _of(BlockException, user, block, day=day, **values)


def remind(user: User, row: ScheduleBlock | Habit | SupplementPlan, **values: Any) -> Reminder:
    return _of(Reminder, user, row, **values)


def _of(model: type[Row], user: User, row: OwnedModel, **values: Any) -> Row:
    name = wire.entity_of(type(row)).name
    found = model(user=user, **values, **{name.removeprefix("schedule_"): row})
    found.take_derived_id()
    found.save(force_insert=True)
    return found
