"""What holds of every history and every edit of it."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dropset_client import Device
from dropset_client.undoing import undo_import
from dropset_files.shared.model import Kind, LoggedExercise, LoggedSet, LoggedWorkout
from dropset_files.strong.render import S3, render
from tests.histories import ZONE, history, take

USER = "0c5f8b0e-8f5e-4f0e-9b55-6f7f0d1c2b3a"
Workouts = list[LoggedWorkout]


def histories_by_chance(test: Callable[[random.Random], None]) -> Callable[[], None]:
    """Whatever the seed; how long it takes is another matter."""
    return settings(deadline=None)(given(st.builds(random.Random, st.integers(0, 2**32)))(test))


@contextmanager
def offline() -> Iterator[Device]:
    """A device that was signed in once, without a file and without a server."""
    with Device.open(":memory:", "http://127.0.0.1:9") as device:
        device.store.sign_in(user_id=USER, access="", refresh="")
        yield device


def some_set(chance: random.Random) -> LoggedSet:
    return LoggedSet(
        index=0,
        kind=chance.choice((Kind.WARM_UP, Kind.WORKING, Kind.WORKING, Kind.DROP)),
        weight=chance.choice((Decimal(40), Decimal(60), Decimal("82.5"))),
        weight_unit="kg",
        reps=chance.randint(1, 4),
        rpe=chance.choice((None, Decimal(8))),
        rest_s=chance.choice((None, 60)),
        notes=chance.choice(("", "belt")),
    )


def some_exercise(chance: random.Random) -> LoggedExercise:
    sets = tuple(some_set(chance) for _ in range(chance.randint(1, 4)))
    return LoggedExercise(0, chance.choice(("Squat", "Bench", "Row", "Curl")), sets, chance.choice(("", "slow")))


def some_history(chance: random.Random) -> Workouts:
    days = sorted(chance.sample(range(31), chance.randint(1, 3)))
    return [
        LoggedWorkout(
            start=datetime(2026, 3, 1, 18, tzinfo=ZONE) + timedelta(days=day),
            name=chance.choice(("Push", "Pull")),
            exercises=numbered([some_exercise(chance) for _ in range(chance.randint(1, 3))]),
            duration_s=3600,
            notes=chance.choice(("", "cold")),
        )
        for day in days
    ]


def numbered(below: list[LoggedExercise]) -> tuple[LoggedExercise, ...]:
    """As the app numbers them; what would be read as one run is one."""
    found: list[LoggedExercise] = []
    for one in below:
        if not found or found[-1].name != one.name:
            sets = tuple(replace(item, index=index) for index, item in enumerate(one.sets, start=1))
            found.append(replace(one, index=len(found) + 1, sets=sets))
    return tuple(found)


def edited(chance: random.Random, workouts: Workouts) -> Workouts:
    """The same history after somebody corrected it in the app. No workout was taken out."""
    return [chance.choice((one, edited_workout(chance, one))) for one in workouts]


def edited_workout(chance: random.Random, workout: LoggedWorkout) -> LoggedWorkout:
    """Its start or its name is another one, or what it holds."""
    match chance.choice(("start", "name", "below")):
        case "start":
            return replace(workout, start=workout.start + timedelta(minutes=chance.randint(-90, 90)))
        case "name":
            return replace(workout, name="Legs", notes="warm")
    below = list(workout.exercises)
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(len(below))
        match chance.choice(("add", "drop", "swap", "sets", "notes")):
            case "add":
                below.insert(place, some_exercise(chance))
            case "drop" if len(below) > 1:
                del below[place]
            case "swap":
                below[0], below[place] = below[place], below[0]
            case "notes":
                below[place] = replace(below[place], notes="quick")
            case _:
                below[place] = replace(below[place], sets=edited_sets(chance, list(below[place].sets)))
    return replace(workout, exercises=numbered(below))


def edited_sets(chance: random.Random, found: list[LoggedSet]) -> tuple[LoggedSet, ...]:
    place = chance.randrange(len(found))
    match chance.choice(("add", "drop", "change")):
        case "add":
            found.insert(place, some_set(chance))
        case "drop" if len(found) > 1:
            del found[place]
        case _:
            found[place] = replace(found[place], reps=9, rpe=Decimal(9))
    return tuple(found)


def written(workouts: Workouts) -> str:
    return render(workouts, S3)


def state(device: Device) -> Any:
    """All that stands, with ids and without what is empty."""
    return {
        (entity, record.id): {name: value for name, value in (record.data or {}).items() if value not in (None, "")}
        for entity in ("workout", "exercise", "set", "exercise_type")
        for record in device.list(entity)
    }


@histories_by_chance
def test_an_edited_export_is_imported_as_if_it_were_the_first(chance: random.Random) -> None:
    before = some_history(chance)
    after = written(edited(chance, before))
    with offline() as device, offline() as fresh:
        take(device, written(before))
        report = take(device, after)
        take(fresh, after)

        assert report.problems == []
        assert history(device) == history(fresh)


@histories_by_chance
def test_importing_again_changes_nothing(chance: random.Random) -> None:
    before = some_history(chance)
    after = written(edited(chance, before))
    with offline() as device:
        take(device, written(before))
        take(device, after)
        queued = device.pending()
        again = take(device, after)

        assert (device.pending(), again.import_id, again.problems) == (queued, None, [])


@histories_by_chance
def test_undoing_brings_back_what_was(chance: random.Random) -> None:
    before = some_history(chance)
    with offline() as device:
        take(device, written(before))
        stood = state(device)
        take(device, written(edited(chance, before)))
        first, *others = device.store.imports.all()
        for one in others:
            undo_import(device, one)
        assert state(device) == stood

        undo_import(device, first)
        assert state(device) == {}


@histories_by_chance
def test_what_the_user_wrote_since_is_never_lost(chance: random.Random) -> None:
    before = some_history(chance)
    with offline() as device:
        take(device, written(before))
        own = chance.sample(device.list("set"), 1)[0]
        device.update("set", own.id, {"reps": 77, "tempo": "3-1-1-0"})
        take(device, written(edited(chance, before)))
        for one in reversed(device.store.imports.all()):
            undo_import(device, one)
        found = device.get("set", own.id)

        assert found is not None
        assert (found["reps"], found["tempo"]) == (77, "3-1-1-0")
        assert device.get("workout", device.get("exercise", found["exercise"])["workout"])  # type: ignore[index]
