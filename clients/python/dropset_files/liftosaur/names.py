"""The exercises of Liftosaur, which its JSON names by ids in one word: `benchPress` with `barbell`."""

import re
from collections.abc import Mapping
from typing import Any

_PART = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_EQUIPMENT = {
    "bodyweight": "",
    "ezbar": "EZ Bar",
    "leverageMachine": "Machine",
    "medicineball": "Medicine Ball",
    "smith": "Smith Machine",
    "trapbar": "Trap Bar",
}


def words_of(identifier: str) -> str:
    """ "benchPress" -> "Bench Press"."""
    return " ".join(part[:1].upper() + part[1:] for part in _PART.findall(identifier)) or identifier


def name_of(exercise: Mapping[str, Any], own: Mapping[str, Any]) -> str:
    """As the app calls it. `own` are the exercises that the athlete has made, by their ids."""
    identifier, equipment = str(exercise.get("id") or ""), str(exercise.get("equipment") or "")
    made = own.get(identifier)
    said = made.get("name") if isinstance(made, Mapping) else None
    name = said.strip() if isinstance(said, str) else words_of(identifier)
    tool = _EQUIPMENT.get(equipment, words_of(equipment)) if equipment else ""
    return f"{name} ({tool})" if tool and tool.casefold() not in name.casefold() else name
