"""Bars 24 and 25: a day of the diary and a day of the planner, beside the same SQL by hand, after one year and after ten."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from django.db import transaction

from accounts.models import Settings, User
from benchmarks.athletes import Athlete
from benchmarks.bench import Bench
from benchmarks.measuring import Act, measure
from benchmarks.report import Result
from catalog.models import Food, Supplement
from lib.sqlfiles import load_sql
from lib.weekdays import WEEKDAYS
from nutrition.domain.people import ADULT_TO_LOOK_UP_Y
from nutrition.models import MealLog, MealLogItem, NutritionTarget, SupplementLog, SupplementPlan, WaterLog
from planner import queries
from planner.domain.blocks import REACH
from planner.models import Completion, Habit, LogEntry, ScheduleBlock, TopThreeItem
from training.models import Measurement

YEARS = (1, 10)
LAST = dt.date(2026, 6, 30)
DAYS = 365
# Of a year.
LOGS, ITEMS_OF_LOG, DOSES, COMPLETIONS = 1_500, 4, 700, 2_500
PLANS, HABITS, BLOCKS = 2, 4, 3
SLOTS = ("breakfast", "lunch", "dinner", "snack")
CHUNK = 5_000
Statement = tuple[str, Mapping[str, Any]]


class Bar(NamedTuple):
    number: str
    work: str
    url: str


def name_of(years: int) -> str:
    return f"diary {years}"


def fill_diary(athlete: Athlete, years: int) -> None:
    """Until LAST: what is eaten, taken, drunk, weighed, ticked and written, spread over the days evenly."""
    user = User.objects.get(pk=athlete.user_id)
    first = LAST - dt.timedelta(days=DAYS * years - 1)
    with transaction.atomic():  # not `writing`: who announces keeps a connection, and the database is to be copied
        born = dt.date(1990, 5, 4)
        Settings.objects.update_or_create(
            user=user, defaults={"sex": "female", "birth_date": born, "height_m": "1.700"}
        )
        _fill_nutrition(user, first, years)
        _fill_planner(user, first, years)


def _fill_nutrition(user: User, first: dt.date, years: int) -> None:
    foods = list(Food.objects.published().order_by("slug")[:200])
    logs = [
        MealLog(user=user, eaten_on=day, slot=SLOTS[n % len(SLOTS)], title="At home")
        for n, day in enumerate(_days(first, LOGS, years))
    ]
    items = (
        MealLogItem(user=user, meal_log=log, food=foods[(n + i * 7) % len(foods)], position=i, grams="120.00")
        for n, log in enumerate(logs)
        for i in range(ITEMS_OF_LOG)
    )
    supplements = list(Supplement.objects.published().order_by("slug")[:PLANS])
    plans = [
        SupplementPlan(user=user, supplement=one, starts_on=first, dose="10.0000", dose_unit="mg")
        for one in supplements
    ]
    doses = (
        SupplementLog(user=user, plan=plan, supplement=plan.supplement, taken_on=day, dose="10.0000", dose_unit="mg")
        for plan in plans
        for day in _days(first, DOSES // PLANS, years)
    )
    _write(MealLog, logs)
    _write(MealLogItem, items)
    _write(SupplementPlan, plans)
    _write(SupplementLog, doses)
    _write(WaterLog, (WaterLog(user=user, drunk_on=day, amount_ml=300) for day in _days(first, 3 * DAYS, years)))
    _write(Measurement, (_weighed(user, day) for day in _days(first, DAYS // 7, years)))
    kinds = {"training": "2500.0", "rest": "2200.0"}
    NutritionTarget.objects.bulk_create(
        NutritionTarget(user=user, day_kind=kind, starts_on=first, energy_kcal=energy, protein_g="130.0")
        for kind, energy in kinds.items()
    )


def _weighed(user: User, day: dt.date) -> Measurement:
    at = dt.datetime.combine(day, dt.time(6), tzinfo=dt.UTC)
    return Measurement(user=user, kind="body_weight", value="64.200", measured_at=at)


def _fill_planner(user: User, first: dt.date, years: int) -> None:
    habits = [Habit(user=user, title=f"Habit {n}", starts_on=first) for n in range(HABITS)]
    blocks = [
        ScheduleBlock(user=user, title=f"Block {n}", weekdays=list(WEEKDAYS), starts_at="09:00", ends_at="10:30")
        for n in range(BLOCKS)
    ]
    _write(Habit, habits)
    _write(ScheduleBlock, blocks)
    ticked: list[dict[str, Any]] = [*({"habit": habit} for habit in habits), *({"block": block} for block in blocks)]
    days = list(_days(first, COMPLETIONS // len(ticked), years))
    _write(Completion, (Completion(user=user, day=day, **what) for what in ticked for day in days))
    every_day = list(_days(first, DAYS, years))
    _write(
        TopThreeItem,
        (TopThreeItem(user=user, day=day, place=place, title="Call") for day in every_day for place in (1, 2, 3)),
    )
    _write(LogEntry, (LogEntry(user=user, day=day, text="Slept well.", mood=4) for day in every_day))


def _days(first: dt.date, of_a_year: int, years: int) -> Iterable[dt.date]:
    """So many days a year, in order; the last one is LAST. Not more than 365: each of them once."""
    count = of_a_year * years
    whole = DAYS * years - 1
    return (first + dt.timedelta(days=round(n * whole / (count - 1))) for n in range(count))


def _write(model: Any, rows: Iterable[Any]) -> None:
    """In chunks, so that ten years need no more memory than one."""
    rows = iter(rows)
    while chunk := list(islice(rows, CHUNK)):
        for row in chunk:
            row.take_derived_id()
        model.objects.bulk_create(chunk, batch_size=1000)


def day_of_the_diary(benches: Sequence[Bench], *, rounds: int) -> list[Result]:
    def by_hand(bench: Bench) -> Statement:
        given = {"user_id": bench.athlete.user_id, "day": LAST, "adult_y": ADULT_TO_LOOK_UP_Y}
        return load_sql("nutrition", "day"), given

    sizes = f"{LOGS:,} meal logs, {LOGS * ITEMS_OF_LOG:,} items, {DOSES} doses"
    bar = Bar("24", f"a day of a diary of {sizes} a year", "/api/v1/nutrition/day/")
    return _beside_sql(bar, by_hand, benches, rounds)


def day_of_the_planner(benches: Sequence[Bench], *, rounds: int) -> list[Result]:
    around = {"first": LAST, "last": LAST, "today": LAST, "low": LAST - REACH, "high": LAST + REACH}

    def by_hand(bench: Bench) -> Statement:
        return queries.statement(), {"user_id": bench.athlete.user_id, **around}

    sizes = f"{COMPLETIONS:,} completions"
    bar = Bar("25", f"a day of a planner of {sizes} a year", "/api/v1/planner/day/")
    return _beside_sql(bar, by_hand, benches, rounds)


def _beside_sql(bar: Bar, by_hand: Callable[[Bench], Statement], benches: Sequence[Bench], rounds: int) -> list[Result]:
    """One line for each size: of one year, and of ten."""
    found = []
    for years, bench in zip(YEARS, benches, strict=True):
        query, given = by_hand(bench)

        def ours(bench: Bench = bench) -> Act:
            return lambda: bench.http.get(bar.url, params={"date": str(LAST)}).raise_for_status().content

        def raw(bench: Bench = bench, query: str = query, given: Mapping[str, Any] = given) -> Act:
            return lambda: bench.raw.execute(query, given).fetchall()

        timings = measure({"ours": ours, "sql": raw}, rounds=rounds)
        ms, base = timings["ours"].median_ms, timings["sql"].median_ms
        line = f"{bar.work}, after {years} year{'s' * (years > 1)} / the same SQL by hand"
        found.append(Result(bar.number, line, ms / base, 2, 1.3, figures={"ms": ms, "SQL ms": base}))
    return found
