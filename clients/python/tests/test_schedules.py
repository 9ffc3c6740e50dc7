"""Programs on the calendar without a network: what the server would make, by the vectors that hold both."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dropset_client import schedules
from dropset_client.schedules import CannotSchedule, Program, workout_of_day

VECTORS = Path(__file__).resolve().parents[3] / "docs" / "vectors"


def vectors(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((VECTORS / f"{name}.json").read_text())["cases"]
    return found


def _schedule(program: Any, enrolment_id: str, starts_on: str, weekdays: list[str], until: str | None) -> Any:
    rows = schedules.scheduled(
        Program({"weeks": program["weeks"], "repeats": program["repeats"]}, program["days"]),
        enrolment_id=enrolment_id,
        starts_on=date.fromisoformat(starts_on),
        weekdays=weekdays,
        until=None if until is None else date.fromisoformat(until),
    )
    return {"rows": rows}


ACTS: dict[str, Any] = {
    "schedule": _schedule,
    "move": lambda row, to, rows: {"changes": schedules.moved(row, to=date.fromisoformat(to), rows=rows)},
    "swap": lambda one, other: {"changes": schedules.swapped(one, other)},
    "resume": lambda rows, starts_on, weekdays: {
        "changes": schedules.resumed(rows, starts_on=date.fromisoformat(starts_on), weekdays=weekdays)
    },
    "end": lambda rows, on: {"gone": schedules.left_open(rows, on=date.fromisoformat(on))},
    "fulfil": lambda row, workout: {"changes": schedules.fulfilled(row, workout)},
}


@pytest.mark.parametrize("vector", vectors("schedule"), ids=lambda vector: f"{vector['act']}: {vector['name']}")
def test_schedule_is_that_of_the_vector(vector: dict[str, Any]) -> None:
    try:
        found = ACTS[vector["act"]](**vector["given"])
    except CannotSchedule as error:
        found = {"error": error.code}
    assert found == {name: vector[name] for name in vector.keys() - {"act", "name", "given"}}


@pytest.mark.parametrize("vector", vectors("program_days"), ids=lambda vector: vector["name"])
def test_day_becomes_the_workout_of_the_vector(vector: dict[str, Any]) -> None:
    given, made = vector["given"], vector["made"]
    slots = [{**slot, "day": given["day"]["id"]} for slot in given["slots"]]
    program = Program({}, [given["day"]], slots, given["sets"])
    tree = workout_of_day(program, given["day"], root=made["root"], week=given["week"], states=given["states"])
    assert (tree.root, tree.exercises, tree.sets) == (made["root"], made["exercises"], made["sets"])
