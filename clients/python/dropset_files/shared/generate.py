"""A training history that nobody lived, as a Strong export: the demo's and the tests' own data."""

import random
from datetime import datetime, timedelta
from decimal import Decimal

from dropset_files.shared.model import Kind, LoggedExercise, LoggedSet, LoggedWorkout, WeightUnit

# name, starting weight in kg, repetitions
_DAYS: dict[str, tuple[tuple[str, int, int], ...]] = {
    "Push": (
        ("Bench Press (Barbell)", 60, 5),
        ("Overhead Press (Barbell)", 40, 6),
        ("Incline Bench Press (Dumbbell)", 24, 10),
        ("Triceps Extension (Cable)", 25, 12),
    ),
    "Pull": (
        ("Deadlift (Barbell)", 100, 5),
        ("Pull Up", 0, 8),
        ("Bent Over Row (Barbell)", 55, 8),
        ("Bicep Curl (Dumbbell)", 12, 12),
    ),
    "Legs": (
        ("Squat (Barbell)", 80, 5),
        ("Romanian Deadlift (Barbell)", 70, 8),
        ("Sandbag Carry Medley", 40, 4),
        ("Plank", 0, 0),
    ),
}


def generate_workouts(
    seed: int, *, until: datetime, workouts: int = 40, weight_unit: WeightUnit = "kg"
) -> list[LoggedWorkout]:
    """Workouts on every second day before `until`, some 18 sets each, with warm-ups, rests, RPE and slow progress."""
    chance = random.Random(seed)  # noqa: S311  made-up loads, no secrets
    days = list(_DAYS)
    history = []
    for number in range(workouts):
        moment = until - timedelta(days=2 * (workouts - number), seconds=chance.randrange(4 * 3600))
        name = days[number % len(days)]
        history.append(_workout(chance, moment.replace(microsecond=0), name, number, weight_unit))
    return history


def _workout(chance: random.Random, start: datetime, name: str, number: int, unit: WeightUnit) -> LoggedWorkout:
    exercises = tuple(
        LoggedExercise(
            index=index,
            name=exercise,
            sets=_sets(chance, Decimal(weight), reps, number, unit),
            notes="felt strong" if chance.random() < 0.05 else "",  # noqa: PLR2004  a note now and then
        )
        for index, (exercise, weight, reps) in enumerate(_DAYS[name], start=1)
    )
    return LoggedWorkout(
        start=start, name=name, exercises=exercises, duration_s=60 * chance.randint(40, 95), notes="generated"
    )


def _sets(chance: random.Random, weight: Decimal, reps: int, number: int, unit: WeightUnit) -> tuple[LoggedSet, ...]:
    if not reps:
        held = (LoggedSet(i, Kind.TIMED, None, unit, None, duration_s=chance.randint(30, 120)) for i in range(1, 4))
        return tuple(held)
    load = weight and weight + Decimal("2.5") * (number // 6)
    warm_up = [LoggedSet(1, Kind.WARM_UP, load / 2, unit, reps, rest_s=60)] if load else []
    working = [
        LoggedSet(
            index=index,
            kind=Kind.WORKING,
            weight=load,
            weight_unit=unit,
            reps=max(1, reps - chance.randint(0, 2)),
            rpe=Decimal(chance.choice(("7", "7.5", "8", "8.5", "9"))),
            rest_s=chance.choice((90, 120, 180)),
        )
        for index in range(len(warm_up) + 1, len(warm_up) + 5)
    ]
    return (*warm_up, *working)
