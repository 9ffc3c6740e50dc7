"""Floors are held wherever a target is set: over REST and by sync, in the admin, and for what comes together with the facts."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Settings, User
from accounts.tests.factories import give_reason, settings_of
from config.tests.contract import SchemaClient, check_error
from conftest import client_of
from lib.tests.factories import make
from nutrition.models import NutritionTarget
from sync.tests.devices import Phone
from training.models import Goal, Measurement

TARGETS, GOALS, SETTINGS = "/api/v1/nutrition-targets/", "/api/v1/goals/", "/api/v1/settings/"
ALL_THREE = {"energy_kcal": None, "protein_g": "100.0", "fat_g": "50.0", "carbohydrate_g": "100.0"}  # 1,250 kcal


@pytest.fixture
def man(alice: User) -> User:
    """At rest 1,780 kcal; a body mass index of 18.5 is 59.94 kg."""
    Settings.objects.filter(user=alice).update(sex="male", height_m="1.80", birth_date=thirty_years_ago())
    weigh(alice, "80.000")
    return alice


@pytest.fixture
def phone(man: User) -> Phone:
    return Phone(client_of(man), man)


def thirty_years_ago() -> dt.date:
    return timezone.now().date().replace(day=1) - dt.timedelta(days=30 * 366)


def weigh(user: User, kg: str) -> None:
    make(Measurement, user, kind="body_weight", value=kg, measured_at="2026-03-01T07:00:00Z")


@pytest.mark.parametrize(
    ("document", "status"),
    [
        ({"energy_kcal": "1700.0"}, 400),
        ({"energy_kcal": "1800.0"}, 201),
        ({"energy_kcal": "1700.0", "method": "professional"}, 201),
        (ALL_THREE, 400),
        ({**ALL_THREE, "method": "professional"}, 201),
        ({"protein_g": "100.0"}, 201),
    ],
)
def test_no_target_is_set_below_the_floor_but_by_a_professional(
    api: SchemaClient, man: User, document: dict[str, Any], status: int
) -> None:
    response = api.post(TARGETS, document)
    assert response.status_code == status
    if status == 400:
        check_error(response, 400, "target_below_floor", "energy_kcal")
        assert not NutritionTarget.objects.exists()


@pytest.mark.parametrize(
    ("facts", "kcal", "code"),
    [
        ({"sex": "male", "height_m": None}, "1499.0", "target_below_floor"),
        ({"sex": "", "height_m": None}, "1199.0", "target_below_floor"),
        ({"birth_date": dt.date(2015, 1, 1)}, "2500.0", "ask_a_professional"),
        ({"life_stage": "pregnancy"}, "2500.0", "ask_a_professional"),
        ({"life_stage": "lactation"}, "2500.0", "ask_a_professional"),
        ({"eating_disorder_flag": True}, "2500.0", "ask_a_professional"),
        ({"height_m": "2.10"}, "2500.0", "ask_a_professional"),
    ],
)
def test_floor_is_that_of_the_athlete(
    api: SchemaClient, man: User, facts: dict[str, Any], kcal: str, code: str
) -> None:
    Settings.objects.filter(user=man).update(**facts)
    check_error(api.post(TARGETS, {"energy_kcal": kcal}), 400, code, "energy_kcal")
    assert api.post(TARGETS, {"energy_kcal": kcal, "method": "professional"}).status_code == 201
    assert api.post(TARGETS, {"protein_g": "100.0"}).status_code == 201


def test_target_that_stands_is_judged_when_its_energy_changes(api: SchemaClient, man: User) -> None:
    target = make(NutritionTarget, man, energy_kcal="1500.0")  # set when other things held
    url = f"{TARGETS}{target.pk}/"
    assert api.patch(url, {"reason": "A note.", "starts_on": "2026-03-01", "water_ml": 2000}).status_code == 200
    check_error(api.patch(url, {"energy_kcal": "1600.0"}), 400, "target_below_floor", "energy_kcal")
    assert api.patch(url, {"energy_kcal": "1600.0", "method": "professional"}).status_code == 200
    check_error(api.patch(url, {"method": "manual"}), 400, "target_below_floor", "energy_kcal")
    assert api.delete(url).status_code == 204


def test_batch_names_each_target_that_is_too_low(api: SchemaClient, man: User) -> None:
    items = [
        {"energy_kcal": kcal, "starts_on": f"2026-03-0{n}"} for n, kcal in enumerate(("1700.0", "2000.0", "900.0"), 1)
    ]
    errors = api.post(f"{TARGETS}batch/", {"items": items}).json()["errors"]
    assert [(error["code"], error["attr"]) for error in errors] == [
        ("target_below_floor", "items.0.energy_kcal"),
        ("target_below_floor", "items.2.energy_kcal"),
    ]
    assert not NutritionTarget.objects.exists()


def test_floor_holds_by_sync_and_what_is_refused_alone_is_refused(phone: Phone, man: User) -> None:
    low, good, professional = (str(uuid4()) for _ in range(3))
    results = phone.push(
        phone.mutation("create", "nutrition_target", low, {"energy_kcal": "900.0", "starts_on": "2026-03-01"}),
        phone.mutation("create", "nutrition_target", good, {"energy_kcal": "2000.0", "starts_on": "2026-03-02"}),
        phone.mutation(
            "create",
            "nutrition_target",
            professional,
            {"energy_kcal": "900.0", "starts_on": "2026-03-03", "method": "professional"},
        ),
    )
    assert [result["status"] for result in results] == ["rejected", "applied", "applied"]
    assert (results[0]["error"]["code"], set(results[0]["error"]["fields"])) == ("target_below_floor", {"energy_kcal"})
    assert {str(row.pk) for row in NutritionTarget.objects.for_user(man)} == {good, professional}


def test_what_is_said_of_the_athlete_in_the_same_push_counts(phone: Phone, man: User) -> None:
    """A phone that was offline says all at once that she is pregnant, what she weighs, and what she means to eat."""
    settings = str(settings_of(man).pk)
    (_, target) = phone.push(
        phone.mutation("update", "settings", settings, {"sex": "female", "life_stage": "pregnancy"}),
        phone.mutation("create", "nutrition_target", str(uuid4()), {"energy_kcal": "2500.0"}),
    )
    assert (target["status"], target["error"]["code"]) == ("rejected", "ask_a_professional")
    weighing = {"kind": "body_weight", "value": "150.000", "measured_at": "2026-03-05T07:00:00.000000Z"}
    phone.push(phone.mutation("update", "settings", settings, {"sex": "male", "life_stage": ""}))
    (_, target) = phone.push(
        phone.mutation("create", "measurement", str(uuid4()), weighing),
        phone.mutation("create", "nutrition_target", str(uuid4()), {"energy_kcal": "2000.0"}),  # at rest it is 2,480
    )
    assert (target["status"], target["error"]["code"]) == ("rejected", "target_below_floor")


def test_floor_holds_in_the_admin(client: Client, charlie: User, man: User) -> None:
    give_reason(charlie, man)
    client.force_login(charlie)
    url = "/admin/nutrition/nutritiontarget/add/"
    said = {
        "id": str(uuid4()),
        "user": str(man.pk),
        "day_kind": "every",
        "method": "manual",
        "energy_kcal": "900.0",
        "nutrients": "{}",
    }
    page = client.post(url, said)
    assert "energy_kcal" in page.context["adminform"].form.errors
    page = client.post(url, {**said, "method": "professional"})
    assert page.status_code == 302, page.context["adminform"].form.errors
    assert NutritionTarget.objects.get(user=man).method == "professional"


def test_nobody_is_judged_by_the_facts_of_others(api: SchemaClient, bob: User, man: User) -> None:
    Settings.objects.filter(user=bob).update(eating_disorder_flag=True)
    weigh(bob, "40.000")
    assert api.post(TARGETS, {"energy_kcal": "1800.0"}).status_code == 201


@pytest.mark.parametrize(
    ("kg", "weight", "status"), [("59.000", "80.000", 400), ("60.000", "80.000", 201), ("59.000", "55.000", 201)]
)
def test_no_goal_of_body_weight_leads_below_a_healthy_one(
    api: SchemaClient, man: User, kg: str, weight: str, status: int
) -> None:
    Measurement.objects.update(value=weight)
    said = {"title": "Race", "kind": "measurement", "measurement_kind": "body_weight", "target_value": kg}
    response = api.post(GOALS, said)
    assert response.status_code == status
    if status == 400:
        check_error(response, 400, "target_below_floor", "target_value")
    assert Goal.objects.for_user(man).count() == (status == 201)


def test_floor_takes_one_query_and_none_where_no_target_is_set(api: SchemaClient, man: User) -> None:
    target = make(NutritionTarget, man, energy_kcal="2500.0")

    def queries(**patch: Any) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert api.patch(f"{TARGETS}{target.pk}/", patch).status_code == 200
        return len([query for query in asked.captured_queries if "floors" in query["sql"]])

    assert [queries(energy_kcal="2400.0"), queries(water_ml=2000)] == [1, 0]
