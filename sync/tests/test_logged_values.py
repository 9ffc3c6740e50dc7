"""What was logged keeps its values: the server copies them, and devices learn them with their next pull."""

import pytest

from accounts.models import User
from catalog.models import Food
from catalog.tests.factories import make_food, make_nutrient
from config.tests.contract import SchemaClient
from lib.identity import derived_id
from lib.tests.factories import as_id, make
from nutrition.models import MealLog, MealLogItem, SupplementLog, SupplementPlan
from nutrition.tests.factories import make_supplement
from sync.tests.devices import Json, Phone

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def oats(db: None) -> Food:
    return make_food("oats", nutrients={"protein": 13.5})


def item_of(phone: Phone, food: Food) -> tuple[str, Json]:
    log = phone.create("meal_log", {"eaten_on": "2026-03-02"})
    patch = {"meal_log": log, "food": as_id(food), "grams": "80.00"}
    return phone.create("meal_log_item", patch), patch


def test_values_come_with_the_pull_and_a_repeat_changes_nothing(phone: Phone, oats: Food) -> None:
    record_id, patch = item_of(phone, oats)
    data = phone.records()["meal_log_item", record_id]["data"]
    row = MealLogItem.objects.get(pk=record_id)
    assert (data["nutrients"], row.nutrients) == ({"protein": 13.5}, {"protein": 13.5})
    _, cursor = phone.pull_all()
    Food.objects.filter(pk=oats.pk).update(nutrients={"protein": 1.0})
    again = phone.one("create", "meal_log_item", record_id, patch)
    assert (again["status"], again["conflict_ids"]) == ("noop", [])
    assert [c for c in phone.pull_all(cursor)[0] if c["entity"] == "meal_log_item"] == []


def test_edits_of_one_push_are_of_the_food_in_the_end(phone: Phone, oats: Food) -> None:
    rye = make_food("rye", nutrients={"protein": 10.0})
    log = phone.create("meal_log", {"eaten_on": "2026-03-02"})
    first = phone.mutation("create", "meal_log_item", log, {"meal_log": log, "food": as_id(oats), "grams": "80.00"})
    then = phone.mutation("update", "meal_log_item", log, {"food": as_id(rye)})
    assert [result["status"] for result in phone.push(first, then)] == ["applied", "applied"]
    assert phone.records()["meal_log_item", log]["data"]["nutrients"] == {"protein": 10.0}


def test_emptied_values_stay_empty_and_later_versions_tell_every_device(
    api: SchemaClient, alice: User, phone: Phone, oats: Food
) -> None:
    record_id, _ = item_of(phone, oats)
    tablet = Phone(api, alice)
    seen, cursor = tablet.pull_all()
    base = max(change["version"] for change in seen)
    emptied = tablet.one("update", "meal_log_item", record_id, {"nutrients": {}}, base_version=base)
    assert emptied["status"] == "applied"
    (change,) = phone.pull_all(cursor)[0]
    assert (change["version"], change["data"]["nutrients"]) == (emptied["version"], {})
    other = make_food("rye", nutrients={"protein": 10.0})
    tablet.one("update", "meal_log_item", record_id, {"food": as_id(other)}, base_version=emptied["version"])
    assert phone.records()["meal_log_item", record_id]["data"]["nutrients"] == {"protein": 10.0}


def test_two_phones_that_log_one_dose_make_one(api: SchemaClient, alice: User, phone: Phone) -> None:
    make_nutrient("zinc", unit="mg")
    zinc = make_supplement(nutrients=["zinc"])
    plan = make(SupplementPlan, alice, supplement=as_id(zinc))
    record_id = str(derived_id(plan.pk, "supplement_log", "2026-03-02", "08:00"))
    patch = {
        "plan": as_id(plan), "supplement": as_id(zinc), "taken_on": "2026-03-02", "due_time": "08:00",
        "dose": "15.0000", "dose_unit": "mg",
    }  # fmt: skip
    first = phone.one("create", "supplement_log", record_id, patch)
    second = Phone(api, alice).one("create", "supplement_log", record_id, patch | {"notes": "With lunch."})
    assert (first["status"], second["status"], second["conflict_ids"]) == ("applied", "merged", [])
    row = SupplementLog.objects.get()
    assert (row.nutrients, row.notes) == ({"zinc": 15}, "With lunch.")
    assert phone.records()["supplement_log", record_id]["data"]["nutrients"] == {"zinc": 15}


def test_meal_that_two_phones_logged_is_there_twice_and_told(api: SchemaClient, alice: User, phone: Phone) -> None:
    meal = phone.create("meal", {"name": "Porridge"})
    tablet = Phone(api, alice)
    said = {"eaten_on": "2026-03-02", "slot": "breakfast", "meal": meal}
    phone.create("meal_log", said)
    tablet.one("create", "meal_log", "cafe0000-0000-4000-8000-000000000001", said)
    assert MealLog.objects.filter(deleted_at=None).count() == 2
    assert [conflict["kind"] for conflict in phone.conflicts()] == ["unique"]
