"""Mesocycles, held to the vectors that apps check themselves by."""

from typing import Any

import pytest

from lib.errors import DomainError
from training.domain.mesocycles import advanced, ended, started, with_deload
from training.tests.domain.vectors import parsed, plain, vectors


def _deload(mesocycle: Any, weeks: Any) -> Any:
    moved, new = with_deload(mesocycle, weeks)
    return {"weeks": moved, "new": new}


ACTS: dict[str, Any] = {
    "start": lambda mesocycle, numbers, on: started(mesocycle, numbers, on=on),
    "advance": lambda mesocycle, numbers, on: advanced(mesocycle, numbers, on=on),
    "abandon": lambda mesocycle, on: ended(mesocycle, outcome="abandoned", on=on),
    "deload": _deload,
}


@pytest.mark.parametrize("vector", vectors("mesocycles"), ids=lambda vector: f"{vector['act']}: {vector['name']}")
def test_mesocycle_is_led_as_the_vector_says(vector: dict[str, Any]) -> None:
    try:
        found = {"changes": plain(ACTS[vector["act"]](**parsed(vector["given"])))}
    except DomainError as error:
        found = {"error": error.code}
    assert found == {name: vector[name] for name in vector.keys() - {"act", "name", "given"}}


def test_no_week_comes_after_the_last_there_can_be() -> None:
    mesocycle = {"id": None, "running": True, "started_on": None, "current_week": 2, "outcome": ""}
    with pytest.raises(DomainError, match="52 weeks"):
        with_deload(mesocycle, [{"id": 1, "number": 52}])
