"""The days of an athlete, put together from what stands in the database. docs/planner.md says what each part is."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

import msgspec

from planner.domain.blocks import DAY, Difference, Occurrence, occurrences
from planner.domain.facts import Dated, Facts, Json, KeptHabit, PlannedBlock, SetReminder
from planner.domain.streaks import Rule, is_due, streak
from planner.domain.supplements import SupplementOfDay, supplements_of
from planner.domain.walls import clock, moment

NOTHING = Json(b"[]")


class BlockOfDay(msgspec.Struct, frozen=True):
    block: str
    title: str
    category: str
    colour: str
    template: str | None
    meal: str | None
    notes: str
    day: dt.date
    starts_at: str | None
    ends_at: str | None
    began_before: bool
    moved: bool
    cancelled: bool
    exception: str | None
    completion: Json | None


class StreakOfHabit(msgspec.Struct, frozen=True):
    current: int
    best: int
    counts: str  # days or weeks


class HabitOfDay(msgspec.Struct, frozen=True):
    habit: str
    title: str
    target_count: int
    unit: str
    due: bool
    completion: Json | None
    streak: StreakOfHabit


class ReminderOfDay(msgspec.Struct, frozen=True):
    """of: the block, the habit or the supplement plan. day: the one of its completion or its log."""

    reminder: str
    of: str
    day: dt.date
    at: str
    channel: str


class Day(msgspec.Struct, frozen=True):
    date: dt.date
    blocks: list[BlockOfDay]
    habits: list[HabitOfDay]
    top_three: list[Json]
    log_entries: list[Json]
    supplements: list[SupplementOfDay]
    meals: list[Json]
    training: Json
    reminders: list[ReminderOfDay]


class Frame(msgspec.Struct, frozen=True):
    """From where the days are looked at. first_weekday: ISO, of the athlete's weeks."""

    first: dt.date
    last: dt.date
    today: dt.date
    zone: ZoneInfo
    first_weekday: int


class Placed(msgspec.Struct, frozen=True):
    block: PlannedBlock
    on: Occurrence


def days(facts: Facts, frame: Frame) -> list[Day]:
    """Those of the frame, each with all that is on it."""
    put = _Together(facts, frame)
    return [put.day(frame.first + n * DAY) for n in range((frame.last - frame.first).days + 1)]


class _Together:
    """The facts, by what they are asked for."""

    def __init__(self, facts: Facts, frame: Frame) -> None:
        self.frame, self.habits, self.plans, self.doses = frame, facts.habits, facts.plans, facts.doses
        self.ticks = {(tick.of, tick.day): tick.document for tick in facts.completions}
        self.different = {(found.block, found.day): found.id for found in facts.differences}
        self.placed = sorted(_placed(facts, frame), key=_place)
        self.streaks = {habit.id: _streak(habit, frame) for habit in facts.habits}
        self.top_three, self.log_entries = _by_day(facts.top_three), _by_day(facts.log_entries)
        self.meals = _by_day(facts.meals)
        self.training = {found.date: found.entries for found in facts.training}
        self.reminders: dict[str, list[SetReminder]] = defaultdict(list)
        for reminder in facts.reminders:
            self.reminders[reminder.of].append(reminder)

    def day(self, date: dt.date) -> Day:
        here = [one for one in self.placed if one.on.from_date <= date <= one.on.to_date]
        habits = [one for one in self.habits if _is_due(one, date) or (one.id, date) in self.ticks]
        supplements = supplements_of(self.plans, self.doses, date)
        reminders = [
            *self._of_blocks(here, date),
            *self._of_habits(habits, date),
            *self._of_supplements(supplements, date),
        ]
        return Day(
            date=date,
            blocks=[self._block(one, date) for one in here],
            habits=[self._habit(one, date) for one in habits],
            top_three=self.top_three[date],
            log_entries=self.log_entries[date],
            supplements=supplements,
            meals=self.meals[date],
            training=self.training.get(date, NOTHING),
            reminders=sorted(reminders, key=lambda one: (one.at, one.reminder)),
        )

    def _block(self, one: Placed, date: dt.date) -> BlockOfDay:
        block, on = one.block, one.on
        return BlockOfDay(
            block=block.id,
            title=block.title,
            category=block.category,
            colour=block.colour,
            template=block.template,
            meal=block.meal,
            notes=block.notes,
            day=on.day,
            starts_at=None if on.starts_at is None else _text(on.starts_at),
            ends_at=None if on.ends_at is None else _text(on.ends_at),
            began_before=on.from_date < date,
            moved=on.moved,
            cancelled=on.cancelled,
            exception=self.different.get((block.id, on.day)),
            completion=self.ticks.get((block.id, on.day)),
        )

    def _habit(self, habit: KeptHabit, date: dt.date) -> HabitOfDay:
        return HabitOfDay(
            habit=habit.id,
            title=habit.title,
            target_count=habit.target_count,
            unit=habit.unit,
            due=_is_due(habit, date),
            completion=self.ticks.get((habit.id, date)),
            streak=self.streaks[habit.id],
        )

    def _of_blocks(self, here: Iterable[Placed], date: dt.date) -> Iterator[ReminderOfDay]:
        """Nobody is reminded of what was cancelled, done or skipped."""
        for block, on in ((one.block, one.on) for one in here):
            if on.from_date < date or on.cancelled or (block.id, on.day) in self.ticks:
                continue
            starts_at = on.starts_at or moment(date, dt.time(), self.frame.zone)
            for reminder in self.reminders[block.id]:
                before = None if reminder.minutes_before is None else dt.timedelta(minutes=reminder.minutes_before)
                at = moment(date, clock(reminder.at_time), self.frame.zone) if before is None else starts_at - before
                yield _reminder(reminder, on.day, at)

    def _of_habits(self, habits: Iterable[KeptHabit], date: dt.date) -> Iterator[ReminderOfDay]:
        """Nor of a habit of which the day says something already."""
        for habit in habits:
            for reminder in self.reminders[habit.id] if (habit.id, date) not in self.ticks else ():
                yield _reminder(reminder, date, moment(date, clock(reminder.at_time), self.frame.zone))

    def _of_supplements(self, supplements: Iterable[SupplementOfDay], date: dt.date) -> Iterator[ReminderOfDay]:
        """Of each dose that is open: before its time, where it has one; at a time, once for all of a plan."""
        told = set()
        for one in supplements:
            for reminder in self.reminders[one.plan] if one.due and one.log is None else ():
                if reminder.minutes_before is None:
                    at = moment(date, clock(reminder.at_time), self.frame.zone)
                elif one.time:
                    at = moment(date, clock(one.time), self.frame.zone) - dt.timedelta(minutes=reminder.minutes_before)
                else:
                    continue
                if (reminder.id, at) not in told:
                    told.add((reminder.id, at))
                    yield _reminder(reminder, date, at)


def _placed(facts: Facts, frame: Frame) -> Iterator[Placed]:
    different: dict[str, dict[dt.date, Difference]] = defaultdict(dict)
    for found in facts.differences:
        different[found.block][found.day] = found.different
    ticked: dict[str, set[dt.date]] = defaultdict(set)
    for tick in facts.completions:
        ticked[tick.of].add(tick.day)
    for block in facts.blocks:
        for on in occurrences(
            block, differences=different[block.id], ticked=ticked[block.id],
            first=frame.first, last=frame.last, zone=frame.zone,
        ):  # fmt: skip
            yield Placed(block, on)


def _place(one: Placed) -> tuple[bool, str, str]:
    """What takes the whole day comes first."""
    return one.on.starts_at is not None, _text(one.on.starts_at) if one.on.starts_at else "", one.block.id


def _rule(habit: KeptHabit, first_weekday: int = 1) -> Rule:
    return Rule(habit.weekdays, habit.starts_on, habit.ends_on, habit.times_per_week, first_weekday)


def _is_due(habit: KeptHabit, date: dt.date) -> bool:
    return not habit.archived and is_due(_rule(habit), date)


def _streak(habit: KeptHabit, frame: Frame) -> StreakOfHabit:
    rule = _rule(habit, frame.first_weekday)
    found = streak(rule, done=habit.done, skipped=habit.skipped, today=frame.today)
    return StreakOfHabit(found.current, found.best, "days" if habit.times_per_week is None else "weeks")


def _by_day(found: Iterable[Dated]) -> dict[dt.date, list[Json]]:
    by_day: dict[dt.date, list[Json]] = defaultdict(list)
    for one in found:
        by_day[one.day].append(one.document)
    return by_day


def _reminder(reminder: SetReminder, day: dt.date, at: dt.datetime) -> ReminderOfDay:
    return ReminderOfDay(reminder.id, reminder.of, day, _text(at), reminder.channel)


def _text(at: dt.datetime) -> str:
    """As in documents. at: in UTC."""
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")
