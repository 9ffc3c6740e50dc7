"""What stands in the database about the days of an athlete: the answer of planner/sql/days.sql."""

import datetime as dt

import msgspec

from planner.domain.blocks import Difference

Json = msgspec.Raw  # as PostgreSQL wrote it


class PlannedBlock(msgspec.Struct, frozen=True):
    id: str
    title: str
    category: str
    colour: str
    on_date: dt.date | None
    weekdays: list[str]
    starts_on: dt.date | None
    ends_on: dt.date | None
    every_weeks: int
    starts_at: str
    ends_at: str
    time_zone: str
    template: str | None
    meal: str | None
    notes: str


class DifferentDay(msgspec.Struct, frozen=True):
    id: str
    block: str
    day: dt.date
    different: Difference


class Tick(msgspec.Struct, frozen=True):
    """of: the block or the habit."""

    of: str
    day: dt.date
    document: Json


class KeptHabit(msgspec.Struct, frozen=True):
    """done, skipped: the ordinals of all days ever."""

    id: str
    title: str
    weekdays: list[str]
    times_per_week: int | None
    target_count: int
    unit: str
    starts_on: dt.date
    ends_on: dt.date | None
    archived: bool
    done: list[int]
    skipped: list[int]


class SetReminder(msgspec.Struct, frozen=True):
    """of: the block, the habit or the supplement plan."""

    id: str
    of: str
    minutes_before: int | None
    at_time: str
    channel: str


class Dated(msgspec.Struct, frozen=True):
    day: dt.date
    document: Json


class Trained(msgspec.Struct, frozen=True):
    date: dt.date
    entries: Json


class TakenPlan(msgspec.Struct, frozen=True):
    """A supplement plan."""

    id: str
    supplement: str
    title: str
    weekdays: frozenset[str]
    times: tuple[str, ...]
    cycle_days_on: int | None
    cycle_days_off: int | None
    starts_on: dt.date
    ends_on: dt.date | None
    paused: bool
    dose: str | None
    dose_unit: str
    with_food: str


class LoggedDose(msgspec.Struct, frozen=True):
    plan: str
    day: dt.date
    time: str
    document: Json


class Facts(msgspec.Struct, frozen=True):
    blocks: list[PlannedBlock]
    differences: list[DifferentDay]
    completions: list[Tick]
    habits: list[KeptHabit]
    reminders: list[SetReminder]
    top_three: list[Dated]
    log_entries: list[Dated]
    plans: list[TakenPlan]
    doses: list[LoggedDose]
    meals: list[Dated]
    mechanisms: Json
    training: list[Trained]
