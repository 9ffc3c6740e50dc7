"""Users who write a diary of two days: what they eat, take and drink, and what they aim at."""

from typing import Any
from uuid import uuid4

from dropset_client import shapes
from sync.tests.proof.devices import Phone
from sync.tests.proof.people import Key, foods, supplement
from sync.tests.proof.stage import CHOICES, DEVICES, PAUSES, PICKS
from sync.tests.proof.steps import step
from sync.tests.proof.users import Users
from sync.tests.proof.values import DAYS

SLOTS = ("breakfast", "lunch")
TIMES = ("08:00", "")


class Diarists(Users):
    @step(0, who=DEVICES, which=PICKS, what=CHOICES, pause=PAUSES)
    def write_day(self, who: int, which: int, what: int, pause: float) -> None:
        """Two of them make some things twice, and others once: the dose of a plan, a day and a time."""
        phone, day = self.phone(who), DAYS[which % 2]
        match what % 6:
            case 0:
                self._eat(phone, which, {"eaten_on": day, "slot": SLOTS[what // 6]})
            case 1:
                log = self.pick(phone, which, "meal_log")
                self._item(phone, None if log is None else log[1], what)
            case 2:
                self._take(phone, which, {"taken_on": day, "due_time": TIMES[what // 6]})
            case 3:
                self._make(phone, "water_log", {"drunk_on": day, "amount_ml": 100 + what})
            case _:
                self._aim(phone, {"starts_on": [*DAYS, None][which % 3], "energy_kcal": f"{2000 + which}.0"}, what)
        self.wrote(phone, pause)

    def _eat(self, phone: Phone, which: int, data: dict[str, Any]) -> None:
        meal = self.pick(phone, which, "meal")
        with phone.device.batch(group=which % 3 == 0):
            log = self._make(phone, "meal_log", {**data, "meal": None if meal is None else meal[1]})
            self._item(phone, log[1], which)

    def _item(self, phone: Phone, log: str | None, what: int) -> None:
        """Of a food, whose values the server copies; with the values that the phone saw; or of numbers alone."""
        kinds: list[dict[str, Any]] = [
            {"food": foods()[what % 2], "grams": "80.00"},
            {"food": foods()[what % 2], "grams": "80.00", "nutrients": {"protein": what}},
            {"nutrients": {"protein": what}, "basis": "whole", "typed_name": "canteen"},
        ]
        if log is not None:
            self._make(phone, "meal_log_item", {"meal_log": log, **kinds[what % 3]})

    def _take(self, phone: Phone, which: int, data: dict[str, Any]) -> None:
        plan = self.pick(phone, which, "supplement_plan")
        if plan is None:
            return
        data |= {"plan": plan[1], "supplement": supplement(), "status": ("taken", "skipped")[which % 2]}
        key = ("supplement_log", shapes.shape("supplement_log").id_of(data, owner=str) or "")
        if phone.shows(key) is not None:
            phone.device.update(*key, {"status": data["status"]})
            return
        phone.device.create("supplement_log", data)
        if key not in self.world.alice.keys:
            self.world.alice.ids["supplement_log"].append(key[1])

    def _aim(self, phone: Phone, data: dict[str, Any], what: int) -> None:
        new = ("nutrition_target", str(uuid4()))
        if what % 4:
            self._take_down(phone, new, data)
        else:
            self.foreign()  # it knows of no other, or means to make two
        self._make(phone, "nutrition_target", data, new[1])

    def _make(self, phone: Phone, entity: str, data: dict[str, Any], record_id: str = "") -> Key:
        made = phone.device.create(entity, data, id=record_id or str(uuid4()))
        self.world.alice.ids[entity].append(made)
        return entity, made
