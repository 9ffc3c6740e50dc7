"""A day on two phones without a network: one logs what was eaten, and both tick the same block of the day."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dropset_client.demo.library import Found
from dropset_client.demo.scenario import Phone, sync_until_quiet
from dropset_client.device import Device
from dropset_client.wire import JsonObject

_GRAMS = "60.00"
_CANTEEN: JsonObject = {"typed_name": "Canteen", "nutrients": {"energy": 620}, "basis": "whole"}


@dataclass(frozen=True, slots=True)
class Day:
    """The log of a meal, and the block that is done."""

    quiet: bool
    meal_log_id: str
    block_id: str


def live_a_day(first: Phone, second: Phone, *, found: Found, today: date) -> Day:
    """The block is there on both; then each phone goes on alone, and does not know that the other ticks it too."""
    walk = {"title": "Walk", "on_date": today, "starts_at": "18:00", "ends_at": "18:30"}
    block = first.device.create("schedule_block", walk)
    quiet = sync_until_quiet([first, second])
    lunch = _log_lunch(first.device, found, today)
    ticks = {phone.device.create("completion", {"block": block, "day": today}) for phone in (first, second)}
    second.device.update("completion", ticks.pop(), {"notes": "in the rain"})
    quiet = sync_until_quiet([first, second]) and quiet
    return Day(quiet, lunch, block)


def _log_lunch(device: Device, found: Found, today: date) -> str:
    """Of the food that was found, whose values the server keeps with it; or of a number alone."""
    with device.batch():
        log = device.create("meal_log", {"eaten_on": today, "slot": "lunch", "title": "Lunch"})
        food: JsonObject = {"food": found.food_id, "grams": _GRAMS}
        device.create("meal_log_item", {"meal_log": log, **(food if found.food_id else _CANTEEN)})
    return log


def ticks_on(phone: Phone, day: Day) -> int:
    return len(phone.device.list("completion", block=day.block_id))


def energy_on(phone: Phone, day: Day) -> Decimal:
    """In kcal, of what the log holds on this phone."""
    items = phone.device.list("meal_log_item", meal_log=day.meal_log_id)
    return sum((_energy_of(item.data or {}) for item in items), Decimal(0))


def _energy_of(item: JsonObject) -> Decimal:
    amount = Decimal(str(item["nutrients"].get("energy", 0)))
    return amount if item["basis"] == "whole" else amount * Decimal(item["grams"]) / 100


def unlike_days(phones: Sequence[Phone], day: Day) -> Iterator[str]:
    """What of the day is not as it must be on a phone."""
    for phone in phones:
        if ticks_on(phone, day) != 1:
            yield f"{phone.label} has {ticks_on(phone, day)} completions of a block that two phones ticked"
        if energy_on(phone, day) <= 0 or phone.device.get("meal_log", day.meal_log_id) is None:
            yield f"{phone.label} does not hold the lunch with its energy"
