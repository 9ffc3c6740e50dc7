"""Food diaries of other apps: what becomes of them, and what never does. The files are invented."""

import io
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from accounts.tests.factories import give_reason
from catalog.tests.factories import make_nutrient
from config.tests.contract import SchemaClient, check_error
from nutrition.models import MealLog, MealLogItem, WaterLog
from nutrition.services import diaries
from training.models import Measurement

URL = "/api/v1/import/file"
MFP = (
    "\ufeffDate,Meal,Calories,Fat (g),Sodium (mg),Carbohydrates (g),Protein (g),Vitamin A,Iron,Note\n"
    "2026-09-28,Breakfast,550.0,15.0,400,60.0,45.0,20,10,\n"
    "2026-09-28,Snacks,120,0,0,0,0,0,0,at a fair\n"
    "2026-09-29,Breakfast,many,15.0,400,60.0,45.0,20,10,\n"
)
SERVINGS = (
    "Day,Time,Group,Food Name,Amount,Energy (kcal),Vitamin D (IU),Carbs (g),Fat (g),Water (g),Protein (g),Category\n"
    '2026-09-25,08:14 AM,Breakfast,"Oats, rolled",80.00 g,300.8,40,54.0,5.2,8,10.6,Grains\n'
    '2026-09-25,08:14 AM,Breakfast,"Oats, rolled",80.00 g,300.8,40,54.0,5.2,8,10.6,Grains\n'
    "2026-09-25,,Brunch,Eggs,2.00 large,143,,1.1,9.5,,12.6,Eggs\n"
    "2026-09-25,18:00,Dinner,Water,500 ml,0.0,,,,500,,Beverages\n"
)
BIOMETRICS = (
    "Day,Time,Group,Metric,Unit,Amount\n2026-09-25,06:00,,Weight,lbs,180\n2026-09-26,,,Weight,kg,5000\n"
    "2026-09-26,,,Blood Pressure,mmHg,120/80\n"
)
MODELS = (MealLog, MealLogItem, WaterLog, Measurement)


@pytest.fixture(autouse=True)
def nutrients(db: None) -> None:
    for slug, unit in {"energy": "kcal", "protein": "g", "fat": "g", "carbohydrate": "g", "sodium": "mg"}.items():
        make_nutrient(slug, unit=unit)
    make_nutrient("vitamin-d", unit="ug")
    make_nutrient("water", unit="g")


def send(api: SchemaClient, text: str, **asked: Any) -> dict[str, Any]:
    file = io.BytesIO(text.encode())
    file.name = "whatever.bin"
    response = api.post(URL, {"file": file, "time_zone": "Europe/Berlin", **asked}, format="multipart")
    assert response.status_code == 200, response.content
    found: dict[str, Any] = response.json()
    return found


def state(user: User) -> Any:
    """All that stands, to the last letter."""
    return [list(model._default_manager.filter(user=user).order_by("pk").values()) for model in MODELS]


def test_sums_of_myfitnesspal_become_meals_of_quick_numbers(api: SchemaClient, alice: User) -> None:
    report = send(api, MFP)
    assert report["read"] == {"meals": 2, "foods": 2, "water": 0, "measurements": 0, "rows": 3, "days": 1}
    assert report["made"] == {"meals": 2, "foods": 2, "water": 0, "measurements": 0}
    assert [problem["line"] for problem in report["problems"]] == [4]
    assert report["told"][0].startswith("Vitamin A, Iron: left out.")
    breakfast, snack = MealLog.objects.for_user(alice).order_by("slot")
    assert [(one.status, str(one.eaten_on), one.slot, one.source) for one in (breakfast, snack)] == [
        ("eaten", "2026-09-28", "breakfast", "myfitnesspal"),
        ("eaten", "2026-09-28", "snack", "myfitnesspal"),
    ]
    (item,) = breakfast.items.all()
    assert (item.food_id, item.typed_name, item.basis) == (None, "", "whole")
    assert item.nutrients == {"energy": 550, "fat": 15, "sodium": 400, "carbohydrate": 60, "protein": 45}
    (quick,) = snack.items.all()
    assert (quick.nutrients, quick.notes) == ({"energy": 120}, "at a fair")


def test_servings_of_cronometer_become_meals_with_foods_and_water(api: SchemaClient, alice: User) -> None:
    send(api, SERVINGS)
    breakfast, brunch = MealLog.objects.for_user(alice).order_by("-slot")
    assert (breakfast.slot, brunch.slot, brunch.title) == ("breakfast", "", "Brunch")
    assert (str(breakfast.eaten_at), breakfast.time_zone) == ("2026-09-25 06:14:00+00:00", "Europe/Berlin")
    first, second = breakfast.items.order_by("position")
    assert (first.typed_name, first.grams, second.grams) == ("Oats, rolled", Decimal(80), Decimal(80))
    assert first.nutrients["vitamin-d"] == 1
    (eggs,) = brunch.items.all()
    assert (eggs.grams, eggs.portion, eggs.portion_count) == (None, "large", Decimal(2))
    (water,) = WaterLog.objects.for_user(alice)
    assert (str(water.drunk_on), water.amount_ml) == ("2026-09-25", 500)


def test_biometrics_become_measurements_that_are_possible(api: SchemaClient, alice: User) -> None:
    report = send(api, BIOMETRICS)
    found = Measurement.objects.for_user(alice).order_by("measured_at", "-value")
    assert [(one.kind, one.value) for one in found] == [
        ("body_weight", Decimal("81.647")),
        ("blood_pressure_systolic", Decimal(120)),
        ("blood_pressure_diastolic", Decimal(80)),
    ]
    assert report["problems"] == [{"line": 3, "reason": "body_weight 5000.000: It is not 1 to 700 kg."}]


def test_weight_of_myfitnesspal_is_in_the_unit_that_is_said(api: SchemaClient, alice: User) -> None:
    report = send(api, "Date,Weight\n2026-01-15,180\n", weight_unit="lb")
    assert report["assumed"]["weight_unit"] == "lb"
    assert Measurement.objects.for_user(alice).get().value == Decimal("81.647")


@pytest.mark.parametrize("text", [MFP, SERVINGS, BIOMETRICS], ids=["myfitnesspal", "servings", "biometrics"])
def test_a_dry_run_writes_nothing_and_the_same_file_is_taken_once(api: SchemaClient, alice: User, text: str) -> None:
    tried = send(api, text, dry_run="true")
    assert not any(map(list, state(alice)))
    first = send(api, text)
    stood = state(alice)
    again = send(api, text)
    assert first == {**tried, "dry_run": False}
    assert set(again["made"].values()) == {0}
    assert again["there"] == first["made"]
    assert state(alice) == stood


def test_accounts_share_no_ids(api: SchemaClient, bobs_api: SchemaClient, alice: User, bob: User) -> None:
    send(api, SERVINGS)
    send(bobs_api, SERVINGS)
    assert MealLogItem.objects.for_user(alice).count() == MealLogItem.objects.for_user(bob).count() == 3


def test_what_the_user_edited_or_deleted_stays_so(api: SchemaClient, alice: User) -> None:
    send(api, SERVINGS)
    MealLog.objects.filter(user=alice, slot="breakfast").update(eaten_on="2026-10-30")
    MealLogItem.objects.filter(user=alice, typed_name="Eggs").tombstone()
    stood = state(alice)
    report = send(api, SERVINGS)
    assert state(alice) == stood
    assert (report["deleted"]["foods"], report["there"]["foods"]) == (1, 2)
    assert [problem["line"] for problem in report["problems"]] == [2]
    taken = send(api, SERVINGS, take_file="true", bring_back="true")
    assert (taken["changed"]["meals"], taken["made"]["foods"]) == (1, 1)
    assert {str(one.eaten_on) for one in MealLog.objects.for_user(alice)} == {"2026-09-25"}
    assert send(api, SERVINGS, take_file="true", bring_back="true")["made"]["foods"] == 0


def test_sums_do_not_come_beside_their_foods(api: SchemaClient, alice: User) -> None:
    send(api, SERVINGS)
    daily = "Date,Energy (kcal),Carbs (g),Fat (g),Protein (g),Completed\n2026-09-25,745,109,20,34,true\n"
    report = send(api, daily + "2026-09-26,2000,200,70,150,true\n")
    assert report["made"]["meals"] == 1
    assert report["told"][-1].startswith("1 days were left out, the first of them 2026-09-25")


def test_exports_that_are_no_diary_are_refused(api: SchemaClient) -> None:
    text = "Date,Exercise,Type,Exercise Calories,Exercise Minutes,Sets\n2026-01-15,Run,Cardio,350,30,\n"
    check_error(api.post(URL, text, content_type="text/csv"), 400, "file_unreadable", "file")


def test_more_than_a_file_may_hold_is_refused(api: SchemaClient, alice: User, monkeypatch: Any) -> None:
    monkeypatch.setattr(diaries, "MAX_ITEMS", 2)
    check_error(api.post(URL, SERVINGS, content_type="text/csv"), 413, "too_large", "file")


def test_staff_try_a_diary_before_they_take_it(client: Client, charlie: User, alice: User) -> None:
    client.force_login(charlie)
    give_reason(charlie, alice)
    url, values = "/admin/training/workout/import-file/", {"user": alice.email}
    tried = client.post(url, {**values, "file": SimpleUploadedFile("x.csv", SERVINGS.encode())})
    assert "It holds 2 meals, 3 foods, 1 water, 0 measurements, 4 rows, 1 days." in tried.content.decode()
    seal = tried.context["form"].initial["tried"]
    client.post(url, {**values, "tried": seal, "file": SimpleUploadedFile("x.csv", SERVINGS.encode())})
    assert MealLogItem.objects.for_user(alice).count() == 3
