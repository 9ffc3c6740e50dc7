"""The library: searched online, with slips; a food of it is at hand offline, on every phone, once it is a favourite."""

from dataclasses import dataclass

from dropset_client.demo.scenario import Phone, sync_until_quiet
from dropset_client.wire import JsonObject

_SLIP, _FOOD = "bankdruken", "oats"  # for Bankdrücken


@dataclass(frozen=True, slots=True)
class Found:
    """What a search brought, and the food that both phones hold afterwards. Empty where the library has no such row."""

    quiet: bool
    exercise_type: str
    food_id: str
    food: str


def look_up(first: Phone, second: Phone) -> Found:
    """The first phone searches and marks a food; the second one has it after a sync."""
    exercise_type = _best(first, "library/exercise-types/", _SLIP)
    food = _best(first, "library/foods/", _FOOD)
    if food is None:
        return Found(quiet=True, exercise_type=_name(exercise_type), food_id="", food="")
    if not any(first.device.list("favourite", food=food["id"])):
        first.device.create("favourite", {"food": food["id"]})
    quiet = sync_until_quiet([first, second])
    return Found(quiet=quiet, exercise_type=_name(exercise_type), food_id=str(food["id"]), food=_name(food))


def _best(phone: Phone, path: str, words: str) -> JsonObject | None:
    found = phone.device.fetch(path, search=words, page_size=1)["results"]
    return found[0] if found else None


def _name(row: JsonObject | None) -> str:
    return "" if row is None else str(row["name"])
