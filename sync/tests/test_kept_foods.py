"""Foods of the library on the devices of those who use them, and on no others."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.models import User
from catalog.models import Food, KeptFood, StaleFood
from catalog.services.kept_foods import refresh_kept_foods
from catalog.tasks import refresh
from catalog.tests.factories import make_canonical, make_food
from config.tests.contract import SchemaClient, check_error
from conftest import client_of
from lib.tests.factories import make, make_user
from sync.models import LogEntry, Record
from sync.tests.devices import Json, Phone
from training.models import Favourite

pytestmark = pytest.mark.django_db(transaction=True)


def kept_on(phone: Phone) -> list[Json]:
    return [change["data"] for (entity, _), change in phone.records().items() if entity == "kept_food"]


def counts() -> tuple[int, int]:
    return Record.objects.count(), LogEntry.objects.count()


def test_favourite_food_reaches_the_devices_of_its_athlete_alone(api: SchemaClient, alice: User, bob: User) -> None:
    food = make_food(nutrients={"protein": 13.5}, portions=[{"name": "cup", "grams": 80}], attribution="USDA")
    phone, tablet, bobs = Phone(api, alice), Phone(api, alice), Phone(client_of(bob), bob)
    _, cursor = tablet.pull_all()
    phone.create("favourite", {"food": str(food.pk)})
    changes, cursor = tablet.pull_all(cursor)
    assert {change["entity"] for change in changes} == {"favourite", "kept_food"}
    (kept,) = kept_on(phone)
    assert kept == {
        "food": str(food.pk), "name": "Oats", "names": {}, "brand": "", "barcode": "", "category": "other",
        "nutrients": {"protein": 13.5}, "portions": [{"name": "cup", "grams": 80}], "attribution": "USDA",
    }  # fmt: skip
    assert kept_on(bobs) == []


def test_correction_reaches_those_who_keep_the_food(api: SchemaClient, alice: User, bob: User) -> None:
    food, other = make_food("oats"), make_food("rye")
    phone, bobs = Phone(api, alice), Phone(client_of(bob), bob)
    phone.create("favourite", {"food": str(food.pk)})
    bobs.create("favourite", {"food": str(other.pk)})
    _, cursor = phone.pull_all()
    _, bobs_cursor = bobs.pull_all()
    Food.objects.filter(pk=food.pk).update(nutrients={"protein": 13.2})
    assert phone.pull_all(cursor)[0] == []  # not yet
    refresh(0)
    (change,) = phone.pull_all(cursor)[0]
    assert (change["entity"], change["data"]["nutrients"]) == ("kept_food", {"protein": 13.2})
    assert bobs.pull_all(bobs_cursor)[0] == []
    assert not StaleFood.objects.exists()


@pytest.mark.parametrize("change", [{"source": "elsewhere"}, {"aliases": ["Haver"]}, {"status": "retired"}])
def test_change_of_what_no_device_has_is_no_correction(db: None, alice: User, change: Any) -> None:
    food = make_food()
    make(Favourite, alice, food=str(food.pk))
    Food.objects.filter(pk=food.pk).update(**change)
    assert not StaleFood.objects.exists()


def test_change_of_a_food_that_nobody_keeps_is_not_marked(db: None) -> None:
    make_food()
    Food.objects.update(name="Other")
    assert not StaleFood.objects.exists()


def test_athletes_are_written_in_batches_until_all_have_it(db: None) -> None:
    food = make_food()
    for n in range(5):
        make(Favourite, make_user(f"athlete-{n}@example.org"), food=str(food.pk))
    Food.objects.update(brand="Mill")
    assert refresh_kept_foods(at_once=2) == 5
    assert set(KeptFood.objects.values_list("brand", flat=True)) == {"Mill"}
    before = counts()
    assert refresh_kept_foods() == 0
    assert counts() == before


def test_food_that_changed_again_meanwhile_stays_marked(db: None, alice: User) -> None:
    food = make_food()
    make(Favourite, alice, food=str(food.pk))
    Food.objects.update(brand="One")
    seen = list(StaleFood.objects.all())
    Food.objects.update(brand="Two")
    (mark,) = StaleFood.objects.all()
    assert mark.catalog_version > seen[0].catalog_version
    StaleFood.objects.filter(
        pk=seen[0].pk, catalog_version=seen[0].catalog_version
    ).delete()  # as the job that saw it first
    assert StaleFood.objects.exists()
    refresh_kept_foods()
    assert KeptFood.objects.get().brand == "Two"


def test_food_is_kept_once_however_often_it_is_used(api: SchemaClient, alice: User) -> None:
    food, other = make_food("oats"), make_food("rye")
    phone = Phone(api, alice)
    first = phone.create("favourite", {"food": str(food.pk)})
    assert phone.one("delete", "favourite", first)["status"] == "applied"
    again = phone.create("favourite", {"food": str(food.pk)})
    assert phone.one("update", "favourite", again, {"food": str(other.pk)})["status"] == "applied"
    assert sorted(kept["name"] for kept in kept_on(phone)) == ["Oats", "Rye"]
    assert KeptFood.objects.count() == 2


def test_id_of_a_kept_food_follows_from_its_athlete_and_the_food(db: None, alice: User, bob: User) -> None:
    food = make_food()
    for user in (alice, bob):
        make(Favourite, user, food=str(food.pk))
    assert len(set(KeptFood.objects.values_list("pk", flat=True))) == 2


def test_ones_own_food_is_not_kept_a_second_time(api: SchemaClient, alice: User) -> None:
    phone = Phone(api, alice)
    own = phone.create("food", {"name": "Grandma's bread"})
    phone.create("favourite", {"food": own})
    assert kept_on(phone) == []


def test_food_of_somebody_else_is_no_favourite(api: SchemaClient, alice: User, bob: User) -> None:
    bobs = make(Food, bob)
    check_error(api.post("/api/v1/favourites/", {"food": str(bobs.pk)}), 400, "does_not_exist", "food")


def test_favourite_is_of_one_thing_alone(api: SchemaClient, alice: User) -> None:
    both = {"food": str(make_food().pk), "exercise_type": str(make_canonical().pk)}
    check_error(api.post("/api/v1/favourites/", both), 400, "several_favourites", "non_field_errors")


def test_kept_foods_are_read_and_not_written(api: SchemaClient, alice: User, bob: User) -> None:
    food = make_food()
    for user in (alice, bob):
        make(Favourite, user, food=str(food.pk))
    (row,) = api.get("/api/v1/kept-foods/").json()["results"]
    assert (row["food"], row["name"]) == (str(food.pk), "Oats")
    url = f"/api/v1/kept-foods/{row['id']}/"
    check_error(api.patch(url, {"name": "x"}), 405, "method_not_allowed")
    check_error(api.post("/api/v1/kept-foods/", {}), 405, "method_not_allowed")
    check_error(client_of(bob).get(url), 404, "not_found")
    assert Phone(api, alice).one("update", "kept_food", row["id"], {"name": "x"})["status"] == "rejected"


def test_import_of_foods_costs_no_device_anything(api: SchemaClient, alice: User) -> None:
    food = make_food()
    phone = Phone(api, alice)
    phone.create("favourite", {"food": str(food.pk)})
    _, cursor = phone.pull_all()
    before = counts()
    Food.objects.bulk_create([Food(slug=f"food-{n}", name=f"Food {n}") for n in range(1000)])
    Food.objects.exclude(pk=food.pk).update(brand="Mill")
    assert counts() == before
    assert phone.pull_all(cursor)[0] == []
    catalogue = api.get("/api/v1/sync/pull", {"scope": "catalog", "device_id": phone.id}).json()
    assert "food" not in {change["entity"] for change in catalogue["changes"]}


@pytest.mark.parametrize("corrected_first", [True, False])
def test_correction_and_favourite_at_once_end_alike(alice: User, corrected_first: bool) -> None:  # noqa: FBT001 - a parameter
    """Whoever comes second waits: the copy is of the corrected food, or the food is marked."""
    food = make_food()
    began, may_commit = Event(), Event()

    def correct() -> None:
        Food.objects.filter(pk=food.pk).update(brand="Mill")

    def like() -> None:
        make(Favourite, alice, food=str(food.pk))

    def held(act: Any) -> None:
        with transaction.atomic():
            act()
            began.set()
            may_commit.wait(1)
        connection.close()

    def free(act: Any) -> None:
        began.wait(10)
        act()
        connection.close()

    first, second = (correct, like) if corrected_first else (like, correct)
    with ThreadPoolExecutor(2) as pool:
        works = [pool.submit(held, first), pool.submit(free, second)]
        for work in works:
            work.result(20)
    refresh_kept_foods()
    assert KeptFood.objects.get().brand == "Mill"
