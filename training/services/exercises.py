"""Exercises and the workouts that they belong to. What is added to a planned workout starts it.

These are acts of somebody who is online. A synced document says its workout's status itself: the device knows better.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from training.enums import WorkoutStatus
from training.models import Exercise, Workout
from training.services.scheduled import follow_workouts


def add_exercises(*, exercises: Sequence[Exercise], at: dt.datetime) -> None:
    """Inserts exercises and starts the planned workouts among theirs."""
    Exercise.objects.bulk_create(exercises)
    start_planned({e.workout_id for e in exercises if e.workout_id is not None}, at=at)


def link_exercise(*, exercise: Exercise, workout: Workout, position: float | None, at: dt.datetime) -> None:
    """Makes a performance part of a workout. Both must be the same user's; the database holds to it."""
    exercise.workout = workout
    if position is not None:
        exercise.position = position
    exercise.save(update_fields=["workout", "position", "updated_at"])
    start_planned({workout.pk}, at=at)


def unlink_exercise(*, exercise: Exercise) -> None:
    """Lets a performance stand on its own. It keeps the time and the zone of the workout that it leaves."""
    if exercise.workout_id is None:
        return
    values = {**kept_on_leaving(exercise), "workout": None}
    for name, value in values.items():
        setattr(exercise, name, value)
    exercise.save(update_fields=[*values, "updated_at"])


def kept_on_leaving(exercise: Exercise) -> dict[str, Any]:
    """The time and the zone that an exercise has only through its workout. Asks for the workout."""
    workout = exercise.workout
    if workout is None or workout.started_at is None or exercise.performed_at is not None:
        return {}
    return {"performed_at": workout.started_at, "time_zone": workout.time_zone}


def start_planned(workout_ids: Iterable[UUID | Any], *, at: dt.datetime) -> None:
    """Those of the workouts that are planned are in progress from now on; nothing happens to the others."""
    ids = set(workout_ids)
    planned = Workout.objects.live().filter(pk__in=ids, status=WorkoutStatus.PLANNED)
    if planned.update(status=WorkoutStatus.IN_PROGRESS, started_at=at, updated_at=at):
        follow_workouts(workout_ids=ids)
