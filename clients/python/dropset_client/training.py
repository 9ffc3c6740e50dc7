"""What an athlete does with programs, on a device without a network: begins one, trains, moves days, ends it."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from dropset_client import schedules
from dropset_client.device import Device
from dropset_client.errors import RecordMissing
from dropset_client.schedules import Changes, Program
from dropset_client.shapes import shape
from dropset_client.wire import Record


def program_of(device: Device, program_id: str) -> Program:
    """One of the athlete's own, from the device. Raises RecordMissing."""
    days = _documents(device, "program_day", program=program_id)
    slots = [slot for day in days for slot in _in_order(_documents(device, "program_slot", day=day["id"]))]
    sets = [one for slot in slots for one in _in_order(_documents(device, "program_set", slot=slot["id"]))]
    return Program(_document(device, "program", program_id), days, slots, sets)


def program_of_library(device: Device, program_id: str) -> Program:
    """A published one, from the server."""
    tree = device.fetch(f"library/programs/{program_id}/tree/")
    slots = [slot for day in tree["days"] for slot in day["slots"]]
    return Program(tree, tree["days"], slots, [one for slot in slots for one in slot["sets"]])


def begin(
    device: Device,
    program: Program,
    *,
    starts_on: date,
    weekdays: Iterable[str],
    until: date | None = None,
    enrolment_id: str | None = None,
) -> str:
    """The enrolment with its scheduled workouts; gives its id. Raises CannotSchedule."""
    key, chosen = enrolment_id or str(uuid4()), sorted(weekdays)
    rows = schedules.scheduled(program, enrolment_id=key, starts_on=starts_on, weekdays=chosen, until=until)
    enrolment = {
        "program": program.data["id"], "title": program.data["title"], "started_on": starts_on, "weekdays": chosen,
    }  # fmt: skip
    with device.batch():
        device.create("enrolment", enrolment, id=key)
        _create_all(device, "scheduled_workout", rows)
    return key


def days_of(device: Device, enrolment_id: str) -> list[dict[str, Any]]:
    """The scheduled workouts, in their order."""
    rows = _documents(device, "scheduled_workout", enrolment=enrolment_id)
    return sorted(rows, key=lambda row: (row["scheduled_on"], row["id"]))


def start(device: Device, program: Program, scheduled_id: str, *, at: datetime, time_zone: str) -> str:
    """A workout of what the day prescribes, in progress; gives its id, that of the first time if it was started before."""
    row = _document(device, "scheduled_workout", scheduled_id)
    standing = row["workout"]
    if standing is not None and device.get("workout", standing) is not None:
        return str(standing)
    first = schedules.workout_id_of(scheduled_id)
    workout_id = str(uuid4()) if standing == first else first  # that workout was deleted, and ids are used once
    day = next(day for day in program.days if day["id"] == row["program_day"])
    root = {
        "id": workout_id, "title": row["title"], "notes": day["notes"], "status": "in_progress",
        "started_at": at, "time_zone": time_zone,
    }  # fmt: skip
    states = {state["slot"]: state for state in _documents(device, "progression_state", enrolment=row["enrolment"])}
    tree = schedules.workout_of_day(program, day, root=root, week=row["week"], states=states)
    with device.batch():
        _create_all(device, "workout", [tree.root])
        _create_all(device, "exercise", tree.exercises)
        _create_all(device, "set", tree.sets)
        device.update("scheduled_workout", scheduled_id, schedules.fulfilled(row, root))
    return str(root["id"])


def complete(device: Device, workout_id: str, *, at: datetime) -> None:
    """The workout is done, and with it the day that it fulfils."""
    with device.batch():
        device.update("workout", workout_id, {"status": "completed", "ended_at": at})
        for row in _documents(device, "scheduled_workout", workout=workout_id):
            changes = schedules.fulfilled(row, {"id": workout_id, "status": "completed"})
            device.update("scheduled_workout", row["id"], changes)


def move(device: Device, scheduled_id: str, *, to: date, following: bool = False) -> None:
    """One day; with `following`, all open days of its enrolment from it on."""
    row = _document(device, "scheduled_workout", scheduled_id)
    rows = days_of(device, row["enrolment"]) if following and row["enrolment"] else []
    _write(device, schedules.moved(row, to=to, rows=rows))


def pause(device: Device, enrolment_id: str, *, on: date) -> None:
    device.update("enrolment", enrolment_id, {"running": False, "paused_on": on})


def resume(device: Device, enrolment_id: str, *, on: date) -> None:
    """Its open days move to its weekdays from that day on."""
    weekdays = _document(device, "enrolment", enrolment_id)["weekdays"]
    with device.batch():
        device.update("enrolment", enrolment_id, {"running": True, "paused_on": None})
        _write(device, schedules.resumed(days_of(device, enrolment_id), starts_on=on, weekdays=weekdays))


def end(device: Device, enrolment_id: str, outcome: str, *, on: date) -> None:
    """Finishes or abandons it; open days that are still to come go."""
    with device.batch():
        ended = {"running": False, "paused_on": None, "outcome": outcome, "ended_on": on}
        device.update("enrolment", enrolment_id, ended)
        for gone in schedules.left_open(days_of(device, enrolment_id), on=on):
            device.delete("scheduled_workout", gone)


def _write(device: Device, changes: Changes) -> None:
    with device.batch():
        for key, patch in changes.items():
            device.update("scheduled_workout", key, patch)


def _create_all(device: Device, entity: str, documents: Iterable[dict[str, Any]]) -> None:
    for document in documents:
        device.create(entity, {name: value for name, value in document.items() if name != "id"}, id=document["id"])


def _document(device: Device, entity: str, record_id: str) -> dict[str, Any]:
    record = device.get(entity, record_id)
    if record is None:
        raise RecordMissing(f"this device shows no {entity} {record_id}")
    return _whole(record)


def _documents(device: Device, entity: str, **equals: object) -> list[dict[str, Any]]:
    return [_whole(record) for record in device.list(entity, **equals)]


def _whole(record: Record) -> dict[str, Any]:
    """With its id. What a document lacks has its default: this device may have made it, and said no more."""
    fields = shape(record.entity).fields
    written = {name: field.default for name, field in fields.items() if not (field.read_only or field.required)}
    return {**written, **(record.data or {}), "id": record.id}


def _in_order(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (row["position"], row["id"]))
