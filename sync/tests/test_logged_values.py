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
from sync.tests.devices import Json, Phone, ago, an_hour_passes, lost
from sync.tests.naive import Naive

ID = "cafe0000-0000-4000-8000-000000000001"

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


def test_emptied_values_are_copied_again_and_every_device_is_told(
    api: SchemaClient, alice: User, phone: Phone, oats: Food
) -> None:
    record_id, _ = item_of(phone, oats)
    _, cursor = phone.pull_all()
    version = phone.records()["meal_log_item", record_id]["version"]
    emptied = phone.one("update", "meal_log_item", record_id, {"nutrients": {}}, base_version=version)
    assert emptied["status"] == "applied"
    (change,) = phone.pull_all(cursor)[0]  # the row is as it was, and yet the phone learns of it
    assert (change["version"], change["data"]["nutrients"]) == (emptied["version"], {"protein": 13.5})


def test_food_that_is_another_one_and_the_same_again_keeps_its_values(phone: Phone, oats: Food) -> None:
    rye = make_food("rye", nutrients={"protein": 10.0})
    record_id, _ = item_of(phone, oats)
    version = phone.records()["meal_log_item", record_id]["version"]
    there = phone.mutation("update", "meal_log_item", record_id, {"food": as_id(rye)}, base_version=version)
    back = phone.mutation("update", "meal_log_item", record_id, {"food": as_id(oats)}, base_version=version)
    results = phone.push(there, back)
    assert {result["version"] for result in results} == {phone.records()["meal_log_item", record_id]["version"]}
    assert MealLogItem.objects.get(pk=record_id).nutrients == {"protein": 13.5}


def test_answer_brings_the_values_of_another_food(phone: Phone, oats: Food) -> None:
    rye = make_food("rye", nutrients={"protein": 10.0})
    record_id, _ = item_of(phone, oats)
    version = phone.records()["meal_log_item", record_id]["version"]
    result = phone.one("update", "meal_log_item", record_id, {"food": as_id(rye)}, base_version=version)
    assert (result["status"], result["record"]["data"]["nutrients"]) == ("merged", {"protein": 10.0})


@pytest.mark.parametrize("first", ["food", "values"])
def test_values_that_somebody_wrote_are_never_lost_silently(
    api: SchemaClient, alice: User, phone: Phone, oats: Food, first: str
) -> None:
    make_nutrient("protein")
    rye = make_food("rye", nutrients={"protein": 10.0})
    record_id, _ = item_of(phone, oats)
    tablet = Phone(api, alice)
    version = phone.records()["meal_log_item", record_id]["version"]
    an_hour_passes(alice)
    food = phone.mutation("update", "meal_log_item", record_id, {"food": as_id(rye)}, base_version=version, at=ago(5))
    typed = {"nutrients": {"protein": 12}}
    values = tablet.mutation("update", "meal_log_item", record_id, typed, base_version=version, at=ago(9))
    for one, mutation in [(phone, food), (tablet, values)] if first == "food" else [(tablet, values), (phone, food)]:
        one.push(mutation)
    row = MealLogItem.objects.get(pk=record_id)
    assert (row.food_id, row.nutrients) == (rye.pk, {"protein": 10.0})
    (conflict,) = phone.conflicts()
    assert lost(conflict)["nutrients"] == {"protein": 12}


def test_whole_record_of_who_knows_no_values_empties_none(api: SchemaClient, alice: User, oats: Food) -> None:
    log, tablet = make(MealLog, alice), Naive(api, alice)
    said: Json = {"meal_log": as_id(log), "food": as_id(oats), "grams": "80.00", "nutrients": {}}
    tablet.edit("meal_log_item", ID, **said)
    tablet.send()
    Food.objects.filter(pk=oats.pk).update(nutrients={"protein": 1.0})
    tablet.edit("meal_log_item", ID, notes="Left some.")
    tablet.send()
    row = MealLogItem.objects.get()
    assert (row.notes, row.nutrients) == ("Left some.", {"protein": 13.5})
    tablet.catch_up()
    assert tablet.base["meal_log_item", ID]["nutrients"] == {"protein": 13.5}


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
    tablet.one("create", "meal_log", ID, said)
    assert MealLog.objects.filter(deleted_at=None).count() == 2
    assert [conflict["kind"] for conflict in phone.conflicts()] == ["unique"]
