"""Meals logged, logs copied and kept as meals, days copied: each once, whoever asks how often."""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from accounts.models import User
from catalog.models import Food
from catalog.tests.factories import make_food
from config.tests.contract import SchemaClient, check_error
from lib.identity import id_within
from lib.tests.factories import as_id, make
from nutrition.models import Meal, MealItem, MealLog, MealLogItem
from nutrition.services.diary import MAX_ITEMS, MAX_LOGS

MEALS, LOGS, ITEMS, DAY = (
    "/api/v1/meals/",
    "/api/v1/meal-logs/",
    "/api/v1/meal-log-items/",
    "/api/v1/nutrition/days/copy/",
)
MONDAY, TUESDAY = "2026-03-02", "2026-03-03"
ID = "cafe0000-0000-4000-8000-000000000001"


@pytest.fixture
def oats(db: None) -> Food:
    return make_food("oats", nutrients={"protein": 13.5, "iron": 4.2})


@pytest.fixture
def meal(alice: User, oats: Food) -> Meal:
    """For two: 80 g of oats in one cup, and 400 g of milk."""
    milk = make_food("milk", nutrients={"protein": 3.4, "fat": 1.5, "carbohydrate": 5.0})
    made = make(Meal, alice, name="Porridge", servings="2.00", slot="breakfast", instructions="Stir.")
    make(MealItem, alice, meal=made.pk, food=oats.pk, grams="80", portion="cup", portion_count="1", typed_name="Oats!")
    make(MealItem, alice, meal=made.pk, food=milk.pk, grams="400", position=1)
    deleted = make(MealItem, alice, meal=made.pk, grams="5")
    MealItem.objects.filter(pk=deleted.pk).tombstone()
    return made


@pytest.fixture
def log(alice: User, oats: Food) -> MealLog:
    """A food and numbers alone."""
    made = make(MealLog, alice, eaten_on=MONDAY, slot="lunch", title="Canteen", notes="Loud.", source="an-app")
    add_item(made, food=oats, grams="80", nutrients={"protein": 12})
    add_item(made, basis="whole", nutrients={"energy": 450})
    return made


def add_item(log: MealLog, **values: Any) -> MealLogItem:
    return MealLogItem.objects.create(user_id=log.user_id, meal_log=log, **values)


def items_of(log_id: Any) -> list[tuple[Any, ...]]:
    rows = MealLogItem.objects.filter(meal_log=log_id).order_by("grams", "id")
    return [(row.pk, row.grams, row.portion_count, row.nutrients) for row in rows]


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Meal, MealItem, MealLog, MealLogItem))


# --- a meal is logged ---


def test_servings_scale_the_meal_and_foods_bring_their_values(api: SchemaClient, meal: Meal) -> None:
    answer = api.post(f"{MEALS}{meal.pk}/log/", {"id": ID, "eaten_on": MONDAY, "servings": "3"})
    assert answer.status_code == 201, answer.content
    said = {name: answer.json()[name] for name in ("title", "slot", "meal", "servings", "status", "eaten_at", "notes")}
    assert said == {
        "title": "Porridge", "slot": "breakfast", "meal": as_id(meal), "servings": "3.00", "status": "eaten",
        "eaten_at": None, "notes": "",
    }  # fmt: skip
    found = {row.pk: row for row in MealLogItem.objects.filter(meal_log=UUID(ID))}
    assert set(found) == {id_within(UUID(ID), row.pk) for row in MealItem.objects.live().filter(meal=meal)}
    oats, milk = sorted(found.values(), key=lambda row: row.grams)
    assert (oats.grams, oats.portion, oats.portion_count) == (Decimal("120.00"), "cup", Decimal("1.500"))
    assert (oats.typed_name, oats.nutrients) == ("Oats!", {"protein": 13.5, "iron": 4.2})
    assert (milk.grams, milk.portion_count, milk.nutrients["fat"]) == (Decimal("600.00"), None, 1.5)


def test_meal_is_logged_once_by_its_id(api: SchemaClient, meal: Meal, oats: Food) -> None:
    body = {"id": ID, "eaten_on": MONDAY}
    first = api.post(f"{MEALS}{meal.pk}/log/", body)
    before = counts(), items_of(ID)
    Food.objects.filter(pk=oats.pk).update(nutrients={})
    again = api.post(f"{MEALS}{meal.pk}/log/", body | {"servings": "2", "eaten_on": TUESDAY})
    assert (again.status_code, again.json()) == (201, first.json())
    assert (counts(), items_of(ID)) == before
    assert api.post(f"{MEALS}{meal.pk}/log/", {"eaten_on": MONDAY}).json()["id"] != ID


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({}, "eaten_on"),
        ({"eaten_on": "yesterday"}, "eaten_on"),
        ({"eaten_on": MONDAY, "servings": "0"}, "servings"),
        ({"eaten_on": MONDAY, "servings": "many"}, "servings"),
        ({"eaten_on": MONDAY, "slot": "supper"}, "slot"),
        ({"eaten_on": MONDAY, "id": 1}, "id"),
        ({"eaten_on": MONDAY, "status": "burnt"}, "status"),
        ({"eaten_on": MONDAY, "title": "Mine"}, "title"),
    ],
)
def test_garbage_logs_nothing(api: SchemaClient, meal: Meal, body: dict[str, Any], attr: str) -> None:
    before = counts()
    answer = api.post(f"{MEALS}{meal.pk}/log/", body)
    assert (answer.status_code, [error["attr"] for error in answer.json()["errors"]]) == (400, [attr])
    assert counts() == before


def test_servings_beyond_what_an_item_may_weigh_are_refused(api: SchemaClient, meal: Meal) -> None:
    MealItem.objects.filter(meal=meal).update(grams="99999")
    check_error(
        api.post(f"{MEALS}{meal.pk}/log/", {"eaten_on": MONDAY, "servings": "999"}), 400, "out_of_range", "servings"
    )
    assert not MealLog.objects.exists()


# --- whose, and how many ---


def test_others_meals_and_logs_are_not_there(bobs_api: SchemaClient, meal: Meal, log: MealLog) -> None:
    item = MealLogItem.objects.filter(meal_log=log).first()
    assert item is not None
    acts: list[tuple[str, dict[str, Any]]] = [
        (f"{MEALS}{meal.pk}/log/", {"eaten_on": MONDAY}),
        (f"{LOGS}{log.pk}/copy/", {"eaten_on": MONDAY}),
        (f"{LOGS}{log.pk}/save-as-meal/", {"foods_only": True}),
        (f"{LOGS}{log.pk}/take-over/", {}),
        (f"{ITEMS}{item.pk}/take-over/", {}),
    ]
    before = counts()
    for url, body in acts:
        check_error(bobs_api.post(url, body), 404, "not_found")
    check_error(bobs_api.get(f"{MEALS}{meal.pk}/totals/"), 404, "not_found")
    day = bobs_api.post(DAY, {"from_date": MONDAY, "to_date": TUESDAY})
    assert (day.status_code, day.json(), counts()) == (201, {"results": []}, before)


def test_id_of_something_else_is_taken(api: SchemaClient, alice: User, bob: User, meal: Meal, log: MealLog) -> None:
    bobs = make(MealLog, bob)
    other = make(MealLog, alice)
    add_item(other, basis="whole")
    gone = api.post(f"{MEALS}{meal.pk}/log/", {"eaten_on": MONDAY}).json()["id"]
    api.delete(f"{LOGS}{gone}/")
    before = counts()
    for taken in (bobs.pk, other.pk, gone):
        check_error(api.post(f"{MEALS}{meal.pk}/log/", {"id": str(taken), "eaten_on": MONDAY}), 409, "id_taken", "id")
        check_error(api.post(f"{LOGS}{log.pk}/copy/", {"id": str(taken), "eaten_on": MONDAY}), 409, "id_taken", "id")
    check_error(
        api.post(f"{LOGS}{log.pk}/save-as-meal/", {"id": str(meal.pk), "foods_only": True}), 409, "id_taken", "id"
    )
    assert counts() == before


def test_crafted_ids_of_others_are_taken(api: SchemaClient, bob: User, log: MealLog) -> None:
    item = MealLogItem.objects.filter(meal_log=log).first()
    assert item is not None
    make(MealLog, bob, id=id_within(UUID(ID), log.pk))
    check_error(api.post(DAY, {"id": ID, "from_date": MONDAY, "to_date": TUESDAY}), 409, "id_taken", "id")
    add_item(make(MealLog, bob), id=id_within(UUID(int=7), item.pk), basis="whole")
    check_error(api.post(f"{LOGS}{log.pk}/copy/", {"id": str(UUID(int=7)), "eaten_on": MONDAY}), 409, "id_taken", "id")
    assert MealLog.objects.for_user(log.user).count() == 1


@pytest.mark.parametrize("count", [1, 60])
def test_acts_take_the_same_number_of_queries(
    api: SchemaClient, meal: Meal, log: MealLog, count: int, django_assert_num_queries: Any
) -> None:
    food, alice = any_food_id(meal), meal.user
    MealItem.objects.bulk_create(MealItem(user=alice, meal=meal, food_id=food, grams=n) for n in range(count))
    MealLogItem.objects.bulk_create(MealLogItem(user=alice, meal_log=log, food_id=food, grams=n) for n in range(count))
    MealLog.objects.bulk_create(MealLog(user=alice, eaten_on=MONDAY) for _ in range(count))
    # the token; the transaction and the head (3); the row, its items, what stands, two inserts; the answer
    acts: list[tuple[str, dict[str, Any], int]] = [
        (f"{MEALS}{meal.pk}/log/", {"eaten_on": MONDAY, "time_zone": "UTC"}, 10),
        (f"{LOGS}{log.pk}/copy/", {"eaten_on": TUESDAY}, 10),
        (f"{LOGS}{log.pk}/save-as-meal/", {"foods_only": True}, 10),
        (f"{LOGS}{log.pk}/take-over/", {}, 7),
        (DAY, {"from_date": MONDAY, "to_date": TUESDAY}, 10),
    ]
    for url, body, queries in acts:
        with django_assert_num_queries(queries):
            assert api.post(url, body).status_code in (200, 201)
    with django_assert_num_queries(3):  # the token, the meal, its items
        assert api.get(f"{MEALS}{meal.pk}/totals/").status_code == 200


def any_food_id(meal: Meal) -> UUID:
    found: UUID = MealItem.objects.filter(meal=meal).values_list("food", flat=True)[0]
    return found


def test_more_than_fits_is_refused_as_a_whole(api: SchemaClient, alice: User, meal: Meal, log: MealLog) -> None:
    food = any_food_id(meal)
    MealItem.objects.bulk_create(MealItem(user=alice, meal=meal, food_id=food, grams=1) for _ in range(MAX_ITEMS - 2))
    assert api.post(f"{MEALS}{meal.pk}/log/", {"id": ID, "eaten_on": TUESDAY}).status_code == 201
    assert MealLogItem.objects.filter(meal_log=UUID(ID)).count() == MAX_ITEMS
    make(MealItem, alice, meal=meal.pk)
    before = counts()
    check_error(api.post(f"{MEALS}{meal.pk}/log/", {"eaten_on": MONDAY}), 413, "too_large")
    check_error(api.get(f"{MEALS}{meal.pk}/totals/"), 413, "too_large")
    MealLog.objects.bulk_create(MealLog(user=alice, eaten_on=MONDAY) for _ in range(MAX_LOGS))
    check_error(api.post(DAY, {"from_date": MONDAY, "to_date": TUESDAY}), 413, "too_large")
    assert counts()[0:2] == before[0:2]


# --- logs ---


def test_copy_has_the_values_of_the_log_and_not_its_moment(api: SchemaClient, log: MealLog) -> None:
    made = api.post(f"{LOGS}{log.pk}/copy/", {"id": ID, "eaten_on": TUESDAY, "status": "planned"}).json()
    said = {name: made[name] for name in ("title", "slot", "status", "eaten_on", "notes", "source")}
    assert said == {
        "title": "Canteen", "slot": "lunch", "status": "planned", "eaten_on": TUESDAY, "notes": "", "source": "",
    }  # fmt: skip
    assert [row[1:] for row in items_of(ID)] == [row[1:] for row in items_of(log.pk)]
    again = api.post(f"{LOGS}{log.pk}/copy/", {"id": ID, "eaten_on": TUESDAY})
    assert (again.json(), counts()[2]) == (made, 2)


def test_log_becomes_a_meal_of_its_foods(api: SchemaClient, log: MealLog) -> None:
    url = f"{LOGS}{log.pk}/save-as-meal/"
    check_error(api.post(url, {}), 400, "not_of_foods")
    made = api.post(url, {"id": ID, "foods_only": True})
    assert (made.status_code, made.json()["name"], made.json()["slot"]) == (201, "Canteen", "lunch")
    assert [(row.grams, row.pk) for row in MealItem.objects.filter(meal=UUID(ID))] == [
        (Decimal("80.00"), id_within(UUID(ID), items_of(log.pk)[0][0]))
    ]
    assert api.post(url, {"id": ID, "foods_only": True}).json() == made.json()
    MealLog.objects.update(title="")
    check_error(api.post(url, {"foods_only": True}), 400, "required", "name")
    check_error(api.post(url, {"foods_only": "maybe", "name": "Lunch"}), 400, "invalid", "foods_only")


def test_present_values_are_taken_over_when_they_are_asked_for(api: SchemaClient, log: MealLog) -> None:
    item, quick = MealLogItem.objects.filter(meal_log=log).order_by("grams")
    taken = api.post(f"{ITEMS}{item.pk}/take-over/", {})
    assert (taken.status_code, taken.json()["nutrients"]) == (200, {"protein": 13.5, "iron": 4.2})
    check_error(api.post(f"{ITEMS}{quick.pk}/take-over/", {}), 409, "nothing_to_take_over")
    Food.objects.update(nutrients={"protein": 14})
    answer = api.post(f"{LOGS}{log.pk}/take-over/", {})
    assert sorted(row["nutrients"].get("protein", 0) for row in answer.json()["results"]) == [0, 14]
    before = MealLogItem.objects.get(pk=item.pk).updated_at
    api.post(f"{LOGS}{log.pk}/take-over/", {})
    assert MealLogItem.objects.get(pk=item.pk).updated_at == before


# --- days ---


def test_day_is_copied_once_and_what_is_there_stays(api: SchemaClient, alice: User, log: MealLog) -> None:
    planned = make(MealLog, alice, eaten_on=MONDAY, slot="dinner", status="planned")
    make(MealLog, alice, eaten_on=MONDAY, status="skipped")
    MealLog.objects.filter(pk=make(MealLog, alice, eaten_on=MONDAY).pk).tombstone()
    there = make(MealLog, alice, eaten_on=TUESDAY)
    body = {"id": ID, "from_date": MONDAY, "to_date": TUESDAY}
    first = api.post(DAY, body)
    copies = [as_id(id_within(UUID(ID), row.pk)) for row in (log, planned)]
    assert [(row["id"], row["status"]) for row in first.json()["results"]] == [
        (copies[0], "eaten"),
        (copies[1], "planned"),
    ]
    make(MealLog, alice, eaten_on=MONDAY, title="Later")
    assert api.post(DAY, body).json()["results"] == first.json()["results"]
    of_tuesday = MealLog.objects.live().filter(eaten_on=TUESDAY)
    assert {str(key) for key in of_tuesday.values_list("pk", flat=True)} == {*copies, as_id(there)}
    assert len(items_of(copies[0])) == 2


def test_slot_and_status_of_a_copied_day_are_chosen(api: SchemaClient, alice: User, log: MealLog) -> None:
    make(MealLog, alice, eaten_on=MONDAY, slot="dinner")
    bare = make(MealLog, alice, eaten_on=MONDAY)
    lunch = api.post(DAY, {"from_date": MONDAY, "to_date": TUESDAY, "slot": "lunch", "status": "planned"}).json()
    assert [(row["title"], row["status"]) for row in lunch["results"]] == [("Canteen", "planned")]
    none = api.post(DAY, {"id": ID, "from_date": MONDAY, "to_date": TUESDAY, "slot": ""}).json()
    assert [row["id"] for row in none["results"]] == [str(id_within(UUID(ID), bare.pk))]


@pytest.mark.parametrize(
    ("body", "attrs"),
    [
        ({}, ["from_date", "to_date"]),
        ({"from_date": MONDAY, "to_date": "2026-02-30"}, ["to_date"]),
        ({"from_date": MONDAY, "to_date": TUESDAY, "slot": "supper"}, ["slot"]),
        ({"from_date": MONDAY, "to_date": TUESDAY, "id": "x"}, ["id"]),
        ([], ["non_field_errors"]),
    ],
)
def test_garbage_copies_no_day(api: SchemaClient, log: MealLog, body: Any, attrs: list[str]) -> None:
    answer = api.post(DAY, body)
    assert (answer.status_code, [error["attr"] for error in answer.json()["errors"]]) == (400, attrs)
    assert counts()[2] == 1


# --- totals ---


def test_totals_say_how_much_of_them_is_known(api: SchemaClient, meal: Meal) -> None:
    """By hand: 80 g of oats, 400 g of milk. Energy is known of the milk alone: 3.4 x 4 + 1.5 x 9 + 5 x 4 = 47.1 kcal."""
    found = api.get(f"{MEALS}{meal.pk}/totals/").json()
    assert (found["servings"], found["grams"]) == (2, 480)
    assert found["energy"] == {"amount": 188.4, "per_serving": 94.2, "coverage": 0.833333, "is_complete": False}
    assert found["macros"]["protein"] == {"amount": 24.4, "per_serving": 12.2, "coverage": 1, "is_complete": True}
    assert found["macros"]["fiber"] is None
    assert found["nutrients"]["iron"] == {
        "amount": 3.36,
        "per_serving": 1.68,
        "coverage": 0.166667,
        "is_complete": False,
    }
    assert set(found["nutrients"]) == {"energy", "protein", "fat", "carbohydrate", "iron"}


def test_totals_of_nothing_are_unknown_and_not_zero(api: SchemaClient, alice: User) -> None:
    found = api.get(f"{MEALS}{make(Meal, alice).pk}/totals/").json()
    assert found == {
        "servings": 1, "grams": 0, "energy": None, "nutrients": {},
        "macros": {"protein": None, "fat": None, "carbohydrate": None, "fiber": None},
    }  # fmt: skip
    check_error(api.get(f"{MEALS}{uuid4()}/totals/"), 404, "not_found")
