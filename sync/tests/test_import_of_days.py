"""What there is once for a day is taken in by an import: in another account its id is another one, and follows all the same."""

from uuid import UUID

import pytest

from accounts.models import User
from catalog.models import Food
from catalog.tests.factories import make_food, make_nutrient
from config.tests.contract import SchemaClient
from lib.identity import derived_id
from lib.tests.factories import as_id
from nutrition.models import MealLogItem
from nutrition.tests.factories import make_supplement
from sync.tests.devices import Json, Phone
from sync.tests.transfers import contents, counted, documents, exported, imported, record_line, snapshot_lines

pytestmark = pytest.mark.django_db(transaction=True)

DAY = "2026-12-01"


def once(phone: Phone, entity: str, namespace: object, *parts: object, **values: object) -> None:
    record_id = str(derived_id(UUID(str(namespace)), entity, *parts))
    assert phone.one("create", entity, record_id, values)["status"] == "applied"


def live_a_day(phone: Phone, user: User) -> None:
    zinc = as_id(make_supplement())
    plan = phone.create("supplement_plan", {"supplement": zinc, "starts_on": DAY, "times": ["08:00"]})
    dose = {"plan": plan, "supplement": zinc, "taken_on": DAY, "due_time": "08:00"}
    once(phone, "supplement_log", plan, DAY, "08:00", **dose)
    phone.create("supplement_log", {"supplement": zinc, "taken_on": DAY})
    habit = phone.create("habit", {"title": "Read", "starts_on": DAY})
    once(phone, "completion", habit, DAY, habit=habit, day=DAY)
    once(phone, "top_three_item", user.pk, DAY, 1, day=DAY, place=1, title="Call the bank")


@pytest.mark.parametrize("mode", ["merge", "replace"])
def test_day_of_an_account_is_taken_in_by_another_one(  # noqa: PLR0917 - two people and a way
    api: SchemaClient, bobs_api: SchemaClient, phone: Phone, alice: User, bob: User, mode: str
) -> None:
    live_a_day(phone, alice)
    archive = exported(api)
    job = imported(bobs_api, archive, mode)
    assert (job["state"], job["report"]["rejected_total"]) == ("done", 0)
    assert contents(bob) == contents(alice)
    assert documents(bob).keys().isdisjoint(documents(alice).keys())
    before = documents(bob)
    assert counted(imported(bobs_api, archive, mode)) == {"noop": len(before)}
    assert documents(bob) == before


def test_what_a_food_held_when_it_was_logged_is_not_filled_in_by_an_import(
    api: SchemaClient, bobs_api: SchemaClient, phone: Phone, bob: User
) -> None:
    make_nutrient("protein", unit="g")
    food = make_food("oats", nutrients={})
    log = phone.create("meal_log", {"eaten_on": DAY})
    phone.create("meal_log_item", {"meal_log": log, "food": as_id(food), "grams": "80.00"})
    archive = exported(api)
    Food.objects.filter(pk=food.pk).update(nutrients={"protein": 13.5})
    for _ in range(2):
        assert imported(bobs_api, archive, "merge")["state"] == "done"
        assert MealLogItem.objects.get(user=bob).nutrients == {}


def test_day_of_an_account_that_no_server_knows_is_taken_in(api: SchemaClient, alice: User) -> None:
    """Its ids are nobody's here, and stay; the one that follows from the user follows from this one."""
    theirs: Json = {"day": DAY, "place": 1, "title": "Call the bank"}
    job = imported(api, snapshot_lines(record_line("top_three_item", theirs)))
    assert counted(job) == {"created": 1}
    ((_, record_id),) = (key for key in documents(alice) if key[0] == 148)
    assert record_id == str(derived_id(alice.pk, "top_three_item", DAY, 1))
