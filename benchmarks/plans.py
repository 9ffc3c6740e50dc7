"""Bars 20 and 21: a year in the calendar beside the same SQL by hand, and a program on the calendar beside plain inserts."""

import datetime as dt
import itertools
from typing import Any
from uuid import UUID, uuid4

import psycopg
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from benchmarks.athletes import Athlete
from benchmarks.bench import Bench
from benchmarks.measuring import Act, measure
from benchmarks.report import Result
from catalog.models import ExerciseType, Program, ProgramDay
from lib.sqlfiles import load_sql
from training.domain import schedule
from training.domain.schedule import Span
from training.models import Enrolment, Exercise, ScheduledWorkout, Set, Workout

FIRST = dt.date(2026, 1, 1)
WORKOUTS, EXERCISES, SETS = 200, 5, 5  # of the year, of a workout, of an exercise
OPEN_DAYS = 50  # beside those that a workout fulfils
WEEKS, WEEKDAYS = 12, ("monday", "tuesday", "thursday", "friday")


def fill_year(athlete: Athlete) -> None:
    """200 workouts with 5,000 sets, each fulfilling a scheduled day, and 50 open days."""
    user = User.objects.get(pk=athlete.user_id)
    with transaction.atomic():  # not `writing`: who announces keeps a connection, and the database is to be copied
        exercise_type = ExerciseType.objects.create(user=user, name="Squat")
        workouts, exercises, sets, days = [], [], [], []
        for n in range(WORKOUTS):
            began = dt.datetime.combine(FIRST + dt.timedelta(days=n), dt.time(17), tzinfo=dt.UTC)
            ended = began + dt.timedelta(hours=1)
            workout = Workout(user=user, title="Upper", status="completed", started_at=began, ended_at=ended)
            workouts.append(workout)
            days.append(
                ScheduledWorkout(
                    user=user, title="Upper", scheduled_on=began.date(), status="completed", workout=workout
                )
            )
            for _ in range(EXERCISES):
                exercise = Exercise(user=user, workout=workout, exercise_type=exercise_type)
                exercises.append(exercise)
                sets += [Set(user=user, exercise=exercise, reps=5, load_kg="100.00") for _ in range(SETS)]
        for n in range(OPEN_DAYS):
            day = FIRST + dt.timedelta(days=WORKOUTS + n)
            days.append(ScheduledWorkout(user=user, title="Lower", scheduled_on=day))
        tables: tuple[tuple[Any, list[Any]], ...] = (
            (Workout, workouts),
            (Exercise, exercises),
            (Set, sets),
            (ScheduledWorkout, days),
        )
        for model, rows in tables:
            model.objects.bulk_create(rows, batch_size=1000)
        program = Program.objects.create(user=user, title="Four days", weeks=WEEKS)
        for n in range(len(WEEKDAYS)):
            ProgramDay.objects.create(user=user, program=program, title=f"Day {n}", position=n)


def calendar_of_a_year(bench: Bench, *, rounds: int) -> list[Result]:
    last = FIRST + dt.timedelta(days=364)
    query = {"from": str(FIRST), "to": str(last)}
    given = {"user_id": bench.athlete.user_id, "first": FIRST, "last": last, "today": timezone.now().date()}
    text = load_sql("training", "calendar")

    def ours() -> Act:
        return lambda: bench.http.get("/api/v1/calendar", params=query).raise_for_status().content

    def by_hand() -> Act:
        return lambda: bench.raw.execute(text, given).fetchall()

    timings = measure({"calendar": ours, "sql": by_hand}, rounds=rounds)
    found, base = timings["calendar"].median_ms, timings["sql"].median_ms
    work = "a year in the calendar: 200 workouts, 5,000 sets, 250 scheduled days / the same SQL by hand"
    return [Result("20", work, found / base, 2, 1.2, figures={"ms": found, "SQL ms": base})]


def program_on_the_calendar(bench: Bench, *, rounds: int) -> list[Result]:
    """Twelve weeks of four days: an enrolment and 48 scheduled workouts."""
    user_id = bench.athlete.user_id
    program = Program.objects.get(user=user_id, title="Four days")
    starts = (FIRST + dt.timedelta(weeks=n) for n in itertools.count(100))
    body = {"weekdays": WEEKDAYS}

    def ours() -> Act:
        Enrolment.objects.filter(user=user_id, running=True).update(running=False)
        asked = body | {"starts_on": str(next(starts))}
        url = f"/api/v1/programs/{program.pk}/schedule/"
        return lambda: bench.http.post(url, json=asked).raise_for_status()

    def plain() -> Act:
        rows = _rows(program, starts_on=next(starts))
        return lambda: _insert(bench.raw, user_id, program.pk, rows)

    timings = measure({"schedule": ours, "raw": plain}, rounds=rounds)
    found, base = timings["schedule"].median_ms, timings["raw"].median_ms
    work = "a program of 12 weeks and 4 days scheduled / plain inserts of its 49 rows, pipelined"
    return [Result("21", work, found / base, 3, 2, figures={"ms": found, "raw ms": base})]


def _rows(program: Program, *, starts_on: dt.date) -> list[dict[str, object]]:
    """As the server makes them: what is compared is the way they are written."""
    days = [
        {"id": day.pk, "week": day.week, "position": day.position, "title": day.title}
        for day in ProgramDay.objects.filter(program=program)
    ]
    return schedule.scheduled(
        program=schedule.Program(program.weeks, program.repeats, days),
        enrolment_id=uuid4(),
        span=Span(starts_on, frozenset(WEEKDAYS)),
    )


def _insert(
    connection: psycopg.Connection[tuple[object, ...]], user_id: UUID, program_id: UUID, rows: list[dict[str, object]]
) -> None:
    enrolment = {"id": rows[0]["enrolment"], "user_id": user_id, "program": program_id, "on": rows[0]["scheduled_on"]}
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(load_sql("benchmarks", "insert_enrolment"), enrolment)
        cursor.executemany(load_sql("benchmarks", "insert_scheduled"), [row | {"user_id": user_id} for row in rows])
