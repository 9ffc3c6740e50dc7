"""A day that two phones write offline: what docs/sync.md, "A day on two phones", says comes of it. Nothing is lost."""

from datetime import timedelta
from typing import Any

import pytest

from catalog.tests.factories import make_food, make_nutrient
from dropset_client import Device
from dropset_client.wire import Clock, utc_now
from lib.tests.factories import as_id
from nutrition.tests.factories import make_supplement
from sync.tests.devices import kept, lost
from sync.tests.test_devices_end_to_end import Open, ann, assert_equal, open_device, settle  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db(transaction=True)

DAY = "2026-12-01"
BREAKFAST = {"eaten_on": DAY, "slot": "breakfast"}


@pytest.fixture(autouse=True)
def nutrients(db: None) -> None:
    for slug, unit in (("energy", "kcal"), ("protein", "g"), ("zinc", "mg")):
        make_nutrient(slug, unit=unit)


@pytest.fixture
def phones(open_device: Open) -> tuple[Device, Device]:  # noqa: F811 - a fixture
    """What the one does after the other is later, also within a millisecond: there, the id of the device would decide."""
    clock = in_turn()
    return open_device("phone", clock=clock), open_device("tablet", clock=clock)


def in_turn() -> Clock:
    last = utc_now()

    def clock() -> Any:
        nonlocal last
        last = max(utc_now(), last + timedelta(milliseconds=2))
        return last

    return clock


def oats(**values: Any) -> str:
    return as_id(make_food("oats", nutrients={"energy": 370, "protein": 13.5}, **values))


def log_oats(device: Device, food: str, **values: Any) -> tuple[str, str]:
    """A breakfast of one food. Gives the ids of the log and of its item."""
    with device.batch():
        log = device.create("meal_log", BREAKFAST | values)
        item = device.create("meal_log_item", {"meal_log": log, "food": food, "grams": "80.00"})
    return log, item


def end(*phones: Device) -> list[Any]:
    """Both sync until they are equal; then the conflicts that their user is shown."""
    settle(*phones)
    assert_equal(*phones)
    assert [list(phone.rejected()) for phone in phones] == [[], []]
    return list(phones[0].conflicts())


def test_meal_that_both_logged_is_there_twice_and_told(phones: tuple[Device, Device]) -> None:
    phone, tablet = phones
    food, meal = oats(), phone.create("meal", {"name": "Porridge"})
    settle(phone, tablet)
    first, _ = log_oats(phone, food, meal=meal)
    second, _ = log_oats(tablet, food, meal=meal)
    (conflict,) = end(phone, tablet)
    assert (conflict["kind"], kept(conflict), lost(conflict)) == ("unique", {"id": first}, {"id": second})
    assert {record.id for record in tablet.list("meal_log", meal=meal)} == {first, second}
    assert [item["nutrients"]["energy"] for item in tablet.list("meal_log_item")] == [370, 370]


def test_dose_that_both_took_is_one(phones: tuple[Device, Device]) -> None:
    phone, tablet = phones
    zinc = as_id(make_supplement(nutrients=["zinc"]))
    plan = phone.create("supplement_plan", {"supplement": zinc, "starts_on": DAY, "times": ["08:00"]})
    settle(phone, tablet)
    dose = {
        "plan": plan,
        "supplement": zinc,
        "taken_on": DAY,
        "due_time": "08:00",
        "dose": "15.0000",
        "dose_unit": "mg",
    }
    made = [device.create("supplement_log", dose) for device in phones]
    assert end(phone, tablet) == []
    assert made[0] == made[1]
    (record,) = tablet.list("supplement_log")
    assert (record.id, record["nutrients"]) == (made[0], {"zinc": 15})


def test_dose_that_both_logged_otherwise_is_one_whose_fields_merge(phones: tuple[Device, Device]) -> None:
    phone, tablet = phones
    zinc = as_id(make_supplement())
    plan = phone.create("supplement_plan", {"supplement": zinc, "starts_on": DAY})
    settle(phone, tablet)
    dose = {"plan": plan, "supplement": zinc, "taken_on": DAY}
    early, late = ({"taken_at": f"2026-12-01T0{hour}:00:00.000000Z", "time_zone": "Europe/Berlin"} for hour in (6, 9))
    phone.create("supplement_log", dose | early | {"notes": "With milk."})
    tablet.create("supplement_log", dose | late | {"status": "skipped"})
    (conflict,) = end(phone, tablet)
    (record,) = phone.list("supplement_log")
    assert (record["status"], record["taken_at"], record["notes"]) == ("skipped", late["taken_at"], "With milk.")
    assert conflict["kind"] == "field"
    assert lost(conflict)["taken_at"] == early["taken_at"]


@pytest.mark.parametrize("later", [0, 1])
def test_of_two_targets_from_one_day_the_later_holds(phones: tuple[Device, Device], later: int) -> None:
    said = {"day_kind": "training", "starts_on": DAY}
    first = phones[1 - later].create("nutrition_target", said | {"energy_kcal": "2600.0"})
    second = phones[later].create("nutrition_target", said | {"energy_kcal": "2800.0"})
    (conflict,) = end(*phones)
    assert (conflict["kind"], conflict["record_id"], lost(conflict)) == ("unique", first, {"starts_on": DAY})
    starts = {record.id: record["starts_on"] for record in phones[0].list("nutrition_target")}
    assert starts == {second: DAY, first: None}


def test_target_that_both_changed_has_the_later_number_and_both_are_told(phones: tuple[Device, Device]) -> None:
    phone, tablet = phones
    target = phone.create("nutrition_target", {"starts_on": DAY, "energy_kcal": "2600.0"})
    settle(phone, tablet)
    phone.update("nutrition_target", target, {"energy_kcal": "2400.0", "protein_g": "150.0"})
    tablet.update("nutrition_target", target, {"energy_kcal": "2800.0"})
    (conflict,) = end(phone, tablet)
    record = tablet.get("nutrition_target", target)
    assert record is not None
    assert (record["energy_kcal"], record["protein_g"]) == ("2800.0", "150.0")
    assert (kept(conflict), lost(conflict)) == ({"energy_kcal": "2800.0"}, {"energy_kcal": "2400.0"})


def test_items_of_a_log_that_both_edited_are_merged_by_item_and_field(phones: tuple[Device, Device]) -> None:
    phone, tablet = phones
    food = oats()
    log, item = log_oats(phone, food)
    settle(phone, tablet)
    phone.update("meal_log_item", item, {"grams": "90.00", "portion": "bowl", "portion_count": "1.500"})
    tablet.update("meal_log_item", item, {"notes": "Left some."})
    added = [device.create("meal_log_item", {"meal_log": log, "food": food, "grams": "10.00"}) for device in phones]
    assert end(phone, tablet) == []
    found = {record.id: record for record in tablet.list("meal_log_item", meal_log=log)}
    assert found.keys() == {item, *added}
    assert [found[item][name] for name in ("grams", "portion", "portion_count", "notes")] == [
        "90.00", "bowl", "1.500", "Left some.",
    ]  # fmt: skip


def test_portion_is_that_of_one_phone_as_a_whole(phones: tuple[Device, Device]) -> None:
    phone, tablet = phones
    _, item = log_oats(phone, oats())
    settle(phone, tablet)
    bowl = {"grams": "90.00", "portion": "bowl", "portion_count": "1.500"}
    phone.update("meal_log_item", item, bowl)
    tablet.update("meal_log_item", item, {"grams": "60.00"})
    (conflict,) = end(phone, tablet)
    record = phone.get("meal_log_item", item)
    assert record is not None
    assert [record[name] for name in bowl] == ["60.00", "", None]
    assert lost(conflict) == bowl


def test_log_of_a_meal_that_the_other_phone_deleted_stays(phones: tuple[Device, Device]) -> None:
    phone, tablet = phones
    food, meal = oats(), phone.create("meal", {"name": "Porridge"})
    settle(phone, tablet)
    phone.delete("meal", meal)
    log, item = log_oats(tablet, food, meal=meal, title="Porridge")
    assert end(phone, tablet) == []
    record = phone.get("meal_log", log)
    assert record is not None
    assert (record["title"], record["meal"], phone.get("meal", meal)) == ("Porridge", meal, None)
    assert phone.get("meal_log_item", item) is not None


def test_log_that_one_deleted_and_the_other_went_on_with_comes_back(phones: tuple[Device, Device]) -> None:
    phone, tablet = phones
    food = oats()
    log, item = log_oats(phone, food)
    settle(phone, tablet)
    phone.delete("meal_log", log)
    more = tablet.create("meal_log_item", {"meal_log": log, "food": food, "grams": "20.00"})
    (conflict,) = end(phone, tablet)
    assert (conflict["kind"], conflict["record_id"]) == ("delete", log)
    assert {record.id for record in phone.list("meal_log_item", meal_log=log)} == {item, more}


def test_entry_stays_on_its_day_when_the_zone_changes(phones: tuple[Device, Device]) -> None:
    phone, tablet = phones
    late = {"eaten_on": DAY, "slot": "dinner", "eaten_at": "2026-12-01T22:30:00.000000Z", "time_zone": "Europe/Berlin"}
    log = phone.create("meal_log", late)
    water = phone.create("water_log", {"drunk_on": DAY, "amount_ml": 300})
    settle(phone, tablet)
    phone.update("meal_log", log, {"title": "On the plane"})
    tablet.update("meal_log", log, {"time_zone": "Asia/Tokyo"})
    assert end(phone, tablet) == []
    record, drunk = phone.get("meal_log", log), phone.get("water_log", water)
    assert record is not None
    assert drunk is not None
    assert [record[name] for name in ("eaten_on", "eaten_at", "time_zone", "title")] == [
        DAY, late["eaten_at"], "Asia/Tokyo", "On the plane",
    ]  # fmt: skip
    assert drunk["drunk_on"] == DAY


def test_water_of_both_phones_is_two_glasses(phones: tuple[Device, Device]) -> None:
    for device in phones:
        device.create("water_log", {"drunk_on": DAY, "amount_ml": 250})
    assert end(*phones) == []
    assert [record["amount_ml"] for record in phones[0].list("water_log", drunk_on=DAY)] == [250, 250]


@pytest.mark.parametrize("editor_first", [True, False])
def test_food_that_one_edits_while_the_other_logs_it(phones: tuple[Device, Device], *, editor_first: bool) -> None:
    """Left empty, the values are those that the server has when the log arrives; what a phone sends stays."""
    phone, tablet = phones
    food = phone.create("food", {"name": "My bread", "nutrients": {"protein": 8}})
    settle(phone, tablet)
    phone.update("food", food, {"nutrients": {"protein": 9}})
    log, item = log_oats(tablet, food)
    said = {"meal_log": log, "food": food, "grams": "50.00", "nutrients": {"protein": 8}}
    saw = tablet.create("meal_log_item", said)
    assert end(*(phones if editor_first else reversed(phones))) == []
    found = {record.id: record["nutrients"] for record in phone.list("meal_log_item", meal_log=log)}
    assert found == {item: {"protein": 9 if editor_first else 8}, saw: {"protein": 8}}
    shown = tablet.get("food", food)
    assert shown is not None
    assert shown["nutrients"] == {"protein": 9}
