"""A program that is made, begun and trained on two phones without a network, moved by a week, abandoned and begun again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import cycle, islice

from dropset_client import training
from dropset_client.demo.scenario import ZONE, Phone, sync_until_quiet
from dropset_client.device import Device

WEEKS, A_WEEK = 12, ("monday", "tuesday", "thursday", "friday")
TRAINED_WEEKS = 3
_SLOTS, _SETS = 2, 3
_EVENING, _LENGTH = time(18, tzinfo=UTC), timedelta(minutes=55)


@dataclass(frozen=True, slots=True)
class Story:
    """What came of it: two enrolments of one program."""

    quiet: bool
    program_id: str
    abandoned_id: str
    restarted_id: str
    trained: int
    moved_to: date


def live_a_program(first: Phone, second: Phone, *, exercise_types: Sequence[str], today: date) -> Story:
    """The first phone makes and begins it; both train it, each every other day, and tell each other once a week."""
    starts_on = today - timedelta(weeks=TRAINED_WEEKS + 1, days=today.weekday())
    program_id = _make(first.device, exercise_types)
    program = training.program_of(first.device, program_id)
    enrolment = training.begin(first.device, program, starts_on=starts_on, weekdays=A_WEEK)
    quiet = sync_until_quiet([first, second])
    trained = 0
    for _week in range(TRAINED_WEEKS):
        for phone, number in zip(cycle([first, second]), range(trained, trained + len(A_WEEK)), strict=False):
            _train(phone.device, program_id, training.days_of(phone.device, enrolment)[number])
        trained += len(A_WEEK)
        quiet = sync_until_quiet([first, second]) and quiet

    next_day = training.days_of(second.device, enrolment)[trained]
    moved_to = date.fromisoformat(next_day["scheduled_on"]) + timedelta(weeks=1)
    training.move(second.device, next_day["id"], to=moved_to, following=True)
    quiet = sync_until_quiet([second, first]) and quiet

    training.end(first.device, enrolment, "abandoned", on=today)
    again = training.begin(first.device, program, starts_on=today, weekdays=A_WEEK)
    quiet = sync_until_quiet([first, second]) and quiet
    return Story(quiet, program_id, enrolment, again, trained, moved_to)


def _make(device: Device, exercise_types: Sequence[str]) -> str:
    with device.batch():
        program = device.create("program", {"title": "Demo: four days for twelve weeks", "weeks": WEEKS})
        types = cycle(exercise_types)
        for number in range(len(A_WEEK)):
            data = {"program": program, "title": f"Day {number + 1}", "position": number}
            day = device.create("program_day", data)
            for position, exercise_type in enumerate(islice(types, _SLOTS)):
                slot = device.create(
                    "program_slot",
                    {
                        "day": day,
                        "exercise_type": exercise_type,
                        "position": position,
                        "progression": {"kind": "linear", "increment": {"value": 2.5, "unit": "kg"}},
                    },
                )
                for place in range(_SETS):
                    device.create("program_set", {"slot": slot, "position": place, "target_reps": 5})
    return program


def _train(device: Device, program_id: str, day: dict[str, str]) -> None:
    """Starts the day, does what it prescribes, and is done."""
    began = datetime.combine(date.fromisoformat(day["scheduled_on"]), _EVENING)
    program = training.program_of(device, program_id)
    workout = training.start(device, program, day["id"], at=began, time_zone=ZONE.key)
    with device.batch():
        for exercise in device.list("exercise", workout=workout):
            for one in device.list("set", exercise=exercise.id):
                done = {"reps": one["target_reps"], "load_kg": "60.00", "completed_at": began}
                device.update("set", one.id, done)
    training.complete(device, workout, at=began + _LENGTH)
