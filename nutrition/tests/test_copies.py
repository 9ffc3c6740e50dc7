"""What was logged keeps its values, whoever writes it."""

from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import give_reason
from catalog.models import Food, Supplement
from catalog.services import merging
from catalog.tests.factories import make_food, make_nutrient
from config.tests.contract import SchemaClient, check_error
from lib.tests.factories import as_id, make, new_document
from nutrition.models import MealLog, MealLogItem, SupplementLog, SupplementPlan
from nutrition.tests.factories import make_supplement

ITEMS, DOSES = "/api/v1/meal-log-items/", "/api/v1/supplement-logs/"


@pytest.fixture
def oats(db: None) -> Food:
    return make_food("oats", nutrients={"protein": 13.5, "iron": 4.2})


@pytest.fixture
def rye(db: None) -> Food:
    return make_food("rye", nutrients={"protein": 10.0})


@pytest.fixture
def zinc(db: None) -> Supplement:
    make_nutrient("zinc", unit="mg")
    return make_supplement("zinc-tablets", nutrients=["zinc"])


def item_of(user: User, food: Food | None, **values: Any) -> dict[str, Any]:
    named = {} if food is None else {"food": as_id(food)}
    return {"meal_log": as_id(make(MealLog, user)), "grams": "80.00", **named, **values}


# --- foods ---


def test_item_has_the_values_of_its_food_and_keeps_them(api: SchemaClient, alice: User, oats: Food) -> None:
    made = api.post(ITEMS, item_of(alice, oats))
    assert (made.status_code, made.json()["nutrients"]) == (201, {"protein": 13.5, "iron": 4.2})
    Food.objects.filter(pk=oats.pk).update(nutrients={"protein": 1.0})
    api.patch(f"{ITEMS}{made.json()['id']}/", {"grams": "90.00"})
    assert api.get(f"{ITEMS}{made.json()['id']}/").json()["nutrients"] == {"protein": 13.5, "iron": 4.2}


def test_item_of_an_own_food_has_its_values(api: SchemaClient, alice: User, bob: User) -> None:
    own, bobs = (make(Food, user, nutrients={"iron": 1.5}) for user in (alice, bob))
    assert api.post(ITEMS, item_of(alice, own)).json()["nutrients"] == {"iron": 1.5}
    check_error(api.post(ITEMS, item_of(alice, bobs)), 400, "does_not_exist", "food")


def test_post_that_comes_again_says_the_same(api: SchemaClient, alice: User, oats: Food, zinc: Supplement) -> None:
    item = new_document(MealLogItem, alice) | item_of(alice, oats)
    dose = new_document(SupplementLog, alice) | {"supplement": as_id(zinc), "dose": "15.0000", "dose_unit": "mg"}
    for url, document in ((ITEMS, item), (DOSES, dose)):
        first = api.post(url, document)
        Food.objects.filter(pk=oats.pk).update(nutrients={"protein": 1.0})
        again = api.post(url, document)
        assert (again.status_code, again.json()) == (201, first.json())
        assert first.json()["nutrients"] != {}
        check_error(api.post(url, document | {"nutrients": {"iron": 1}}), 409, "id_taken", "id")


def test_values_that_are_said_stand(api: SchemaClient, alice: User, oats: Food, rye: Food) -> None:
    make_nutrient("protein")
    made = api.post(ITEMS, item_of(alice, oats, nutrients={"protein": 12})).json()
    url = f"{ITEMS}{made['id']}/"
    assert made["nutrients"] == {"protein": 12}
    assert api.patch(url, {"food": as_id(rye), "nutrients": {"protein": 9}}).json()["nutrients"] == {"protein": 9}
    assert api.patch(url, {"grams": "1.00"}).json()["nutrients"] == {"protein": 9}
    assert api.patch(url, {"nutrients": {}}).json()["nutrients"] == {"protein": 10.0}


@pytest.mark.parametrize("said", [{}, {"nutrients": {}}])
def test_another_food_brings_its_values(
    api: SchemaClient, alice: User, oats: Food, rye: Food, said: dict[str, Any]
) -> None:
    made = api.post(ITEMS, item_of(alice, oats)).json()
    changed = api.patch(f"{ITEMS}{made['id']}/", {"food": as_id(rye), **said})
    assert changed.json()["nutrients"] == {"protein": 10.0}
    assert api.patch(f"{ITEMS}{made['id']}/", {"food": None}).json()["nutrients"] == {"protein": 10.0}


def test_numbers_of_the_whole_are_left_alone(api: SchemaClient, alice: User, oats: Food) -> None:
    make_nutrient("energy", unit="kcal")
    quick = api.post(ITEMS, item_of(alice, None, grams=None, basis="whole", nutrients={"energy": 450})).json()
    assert quick["nutrients"] == {"energy": 450}
    named = api.patch(f"{ITEMS}{quick['id']}/", {"food": as_id(oats)})
    assert named.json()["nutrients"] == {"energy": 450}
    weighed = api.patch(f"{ITEMS}{quick['id']}/", {"basis": "per_100_g"})
    check_error(weighed, 400, "grams_missing", "non_field_errors")


def test_food_that_gets_values_later_changes_no_log(alice: User, oats: Food) -> None:
    bare = make_food("water", nutrients={})
    row = make(MealLogItem, alice, food=as_id(bare))
    Food.objects.filter(pk=bare.pk).update(nutrients={"iron": 1})
    row.notes = "From the tap."
    row.save()
    row.refresh_from_db()
    assert row.nutrients == {}


def test_many_rows_are_copied_in_one_statement(alice: User, oats: Food, django_assert_num_queries: Any) -> None:
    log = make(MealLog, alice)
    rows = [MealLogItem(user=alice, meal_log=log, food=oats, grams=n) for n in range(1000)]
    with django_assert_num_queries(1):
        MealLogItem.objects.bulk_create(rows)
    assert set(MealLogItem.objects.values_list("nutrients__protein", flat=True)) == {13.5}


def test_staff_who_name_another_food_bring_its_values(
    client: Client, alice: User, charlie: User, oats: Food, rye: Food
) -> None:
    row = make(MealLogItem, alice, food=as_id(oats))
    client.force_login(charlie)
    give_reason(charlie, alice)
    url = f"/admin/nutrition/meallogitem/{row.pk}/change/"
    form = client.get(url).context["adminform"].form
    fields = {name: "" if form[name].value() is None else form[name].value() for name in form.fields}
    shown = {"initial-nutrients": fields["nutrients"]}  # as browsers send it: whether it was changed
    assert client.post(url, {**fields, **shown, "food": as_id(rye)}).status_code == 302
    row.refresh_from_db()
    assert (row.food_id, row.nutrients) == (rye.pk, {"protein": 10.0})


def test_merged_foods_leave_what_was_not_known(alice: User, charlie: User, oats: Food) -> None:
    bare = make_food("bare")
    row = make(MealLogItem, alice, food=as_id(bare))
    merging.merge(loser=bare, winner=oats, by=charlie, at=timezone.now())
    row.refresh_from_db()
    assert (row.food_id, row.nutrients) == (oats.pk, {})


def test_merged_foods_leave_the_values_of_logs(alice: User, charlie: User, oats: Food, rye: Food) -> None:
    row = make(MealLogItem, alice, food=as_id(rye))
    made = merging.merge(loser=rye, winner=oats, by=charlie, at=timezone.now())
    row.refresh_from_db()
    assert (row.food_id, row.nutrients) == (oats.pk, {"protein": 10.0})
    merging.undo(merge=made, by=charlie, at=timezone.now())
    row.refresh_from_db()
    assert (row.food_id, row.nutrients) == (rye.pk, {"protein": 10.0})


# --- doses ---

WHEY: dict[str, Any] = {
    "contents": {"protein": 24, "calcium": 120},
    "nutrients": ["protein"],
    "dose_low": "30.0000",
    "dose_unit": "g",
    "dose_basis": "serving",
}


@pytest.mark.parametrize(
    ("supplement", "dose", "held"),
    [
        ({"nutrients": ["zinc"]}, ("15", "mg"), {"zinc": 15}),
        ({"nutrients": ["zinc"]}, ("0.015", "g"), {"zinc": 15}),
        ({"nutrients": ["zinc"], "contents": {"zinc": 10}}, ("5", "mg"), {"zinc": 5}),
        ({"nutrients": ["zinc"], "contents": {"zinc": 10}}, (None, ""), {"zinc": 10}),
        ({"nutrients": ["zinc"]}, ("400", "iu"), {}),
        ({"nutrients": ["zinc"]}, (None, ""), {}),
        ({"nutrients": ["protein", "zinc"]}, ("15", "mg"), {}),
        (WHEY, ("45", "g"), {"protein": 36, "calcium": 180}),
        (WHEY, ("15000", "mg"), {"protein": 12, "calcium": 60}),
        (WHEY, (None, ""), {"protein": 24, "calcium": 120}),
        (WHEY, ("250", "ml"), {}),
        ({**WHEY, "dose_basis": "day"}, ("30", "g"), {}),
    ],
)
def test_dose_holds_what_its_supplement_says(alice: User, supplement: Any, dose: Any, held: Any) -> None:
    make_nutrient("zinc", unit="mg")
    make_nutrient("protein")
    named = make_supplement("a-supplement", **supplement)
    row = make(SupplementLog, alice, supplement=as_id(named), dose=dose[0], dose_unit=dose[1])
    assert row.nutrients == held


def test_another_dose_is_worked_out_anew(api: SchemaClient, alice: User) -> None:
    make_nutrient("protein")
    whey = make_supplement("whey", **WHEY)
    made = api.post(DOSES, {"supplement": as_id(whey), "taken_on": "2026-03-02", "dose": "30", "dose_unit": "g"}).json()
    url = f"{DOSES}{made['id']}/"
    assert api.patch(url, {"dose": "15"}).json()["nutrients"] == {"protein": 12, "calcium": 60}
    Supplement.objects.filter(pk=whey.pk).update(contents={"protein": 1})
    assert api.patch(url, {"status": "skipped", "dose": "15"}).json()["nutrients"] == {"protein": 12, "calcium": 60}
    assert api.patch(url, {"dose": "45", "nutrients": {"protein": 30}}).json()["nutrients"] == {"protein": 30}


def test_another_supplement_brings_what_it_holds(api: SchemaClient, alice: User, zinc: Supplement) -> None:
    row = make(SupplementLog, alice, supplement=as_id(zinc), dose="15", dose_unit="mg")
    other = make_supplement("more-zinc", contents={"zinc": 50})
    answer = api.patch(f"{DOSES}{row.pk}/", {"supplement": as_id(other), "dose": None, "dose_unit": ""})
    assert answer.json()["nutrients"] == {"zinc": 50}


def test_merged_supplements_leave_the_values_of_logs(alice: User, charlie: User, zinc: Supplement) -> None:
    row = make(SupplementLog, alice, supplement=as_id(zinc), dose="15", dose_unit="mg")
    winner = make_supplement("zinc", contents={"iron": 1})
    merging.merge(loser=zinc, winner=winner, by=charlie, at=timezone.now())
    row.refresh_from_db()
    assert (row.supplement_id, row.nutrients) == (winner.pk, {"zinc": 15})


def test_doses_stay_when_their_plan_goes(api: SchemaClient, alice: User, zinc: Supplement) -> None:
    plan = make(SupplementPlan, alice)
    document = {"plan": as_id(plan), "supplement": as_id(zinc), "taken_on": "2026-03-02", "due_time": "08:00"}
    made = api.post(DOSES, document).json()
    assert api.delete(f"/api/v1/supplement-plans/{plan.pk}/").status_code == 204
    assert api.get(f"{DOSES}{made['id']}/").json() == made
    with pytest.raises(IntegrityError, match="nutrition_supplementlog_id"):
        SupplementLog.objects.filter(pk=made["id"]).update(due_time="09:00")
