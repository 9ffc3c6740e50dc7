"""Targets that are suggested: with a reason for each number, or with the reason why there is none. Nothing is written."""

import datetime as dt
from typing import Any

import pytest

from accounts.models import Settings, User
from catalog.models import NutritionTemplate
from catalog.tests.factories import make_shared
from config.tests.contract import SchemaClient, check_error
from lib.tests.factories import as_id, make
from nutrition.models import MealLog, MealLogItem, NutritionTarget
from training.models import Goal, Measurement

SUGGEST, TARGETS = "/api/v1/nutrition/targets/suggest/", "/api/v1/nutrition-targets/"
STARTS_ON = "2026-04-01"


@pytest.fixture
def man(alice: User) -> User:
    """30 years, 1.80 m and 80 kg: 1,780 kcal at rest, 2,759 with moderate activity."""
    Settings.objects.filter(user=alice).update(sex="male", birth_date=dt.date(1996, 4, 1), height_m="1.80")
    weigh(alice, dt.date(2026, 3, 30), 80)
    return alice


def weigh(user: User, day: dt.date, kg: float) -> None:
    make(Measurement, user, kind="body_weight", value=f"{kg:.3f}", measured_at=f"{day}T07:00:00Z")


def suggest(api: SchemaClient, **said: Any) -> dict[str, Any]:
    response = api.post(SUGGEST, {"starts_on": STARTS_ON, **said})
    assert response.status_code == 200, response.content
    found: dict[str, Any] = response.json()
    return found


def goal_of(user: User, kg: str, **values: Any) -> str:
    return as_id(make(Goal, user, kind="measurement", measurement_kind="body_weight", target_value=kg, **values))


def test_suggestion_by_formula_keeps_the_weight_and_can_be_posted(api: SchemaClient, man: User) -> None:
    found = suggest(api)
    # 1,780 x 1.55 = 2,759, to the next ten; 1.6 g of protein for a kg; 25 % of fat; the rest is carbohydrate
    target = found["target"]
    numbers = {name: target[name] for name in ("energy_kcal", "protein_g", "fat_g", "carbohydrate_g", "fiber_g")}
    assert numbers == {
        "energy_kcal": "2760.0", "protein_g": "128.0", "fat_g": "77.0", "carbohydrate_g": "390.0", "fiber_g": "39.0",
    }  # fmt: skip
    assert (target["method"], found["floor_kcal"], found["code"]) == ("calculated", 1780, "")
    assert {reason["of"] for reason in found["reasons"]} >= set(numbers)
    assert not NutritionTarget.objects.exists()
    made = api.post(TARGETS, target)
    assert (made.status_code, made.json()["energy_kcal"]) == (201, "2760.0")
    sitting = suggest(api, activity="sedentary")
    assert (sitting["target"]["energy_kcal"], sitting["expenditure"]["kcal"]) == ("2140.0", 2136)


def test_suggestion_holds_the_floor_of_this_mornings_weight(api: SchemaClient, man: User) -> None:
    """The trend is lower, but the floor of a target goes by the last weighing."""
    weigh(man, dt.date.fromisoformat(STARTS_ON), 90)
    found = suggest(api, activity="sedentary", goal=goal_of(man, "70.000", due_on="2026-04-15"))
    assert (found["target"]["energy_kcal"], found["floor_kcal"]) == ("1880.0", 1880)
    assert api.post(TARGETS, found["target"]).status_code == 201


def test_suggestion_toward_a_goal_and_by_a_template(api: SchemaClient, man: User) -> None:
    goal = goal_of(man, "76.000", due_on="2026-06-10")  # 4 kg in 10 weeks: 440 kcal a day
    assert suggest(api, goal=goal)["target"]["energy_kcal"] == "2320.0"
    template = make_shared(
        NutritionTemplate,
        "cut",
        status="published",
        energy_percent="80.0",
        protein_g_per_kg="2.00",
        fat_energy_percent_min="30",
    )
    found = suggest(api, template=as_id(template))["target"]
    # 80 % of 2,759 are 2,207; 30 % of 2,210 are 663 kcal or 74 g
    assert [found[name] for name in ("energy_kcal", "protein_g", "fat_g", "method")] == [
        "2210.0",
        "160.0",
        "74.0",
        "template",
    ]


def test_suggestion_reads_the_expenditure_from_the_diary(
    api: SchemaClient, man: User, django_assert_num_queries: Any
) -> None:
    """27 days of 28 with 2,500 kcal at a steady weight: that is what the body expends, whatever the formula says."""
    for number in range(2, 30):
        day = dt.date(2026, 3, 1) + dt.timedelta(days=number)
        weigh(man, day, 80)
        log = make(MealLog, man, eaten_on=day)
        make(MealLogItem, man, meal_log=as_id(log), food=None, grams=None, basis="whole", nutrients={"energy": 2500})
    with django_assert_num_queries(2):  # the log-in; the diary
        found = suggest(api)
    assert found["expenditure"] == {
        "kcal": 2509, "resting_kcal": 1780, "is_from_diary": True,  # 2,759 - 27 / 28 x 259
        "evidence": round(27 / 28, 4), "weighings": 27, "complete_days": 27,
    }  # fmt: skip
    assert (found["target"]["energy_kcal"], found["target"]["method"]) == ("2510.0", "adaptive")


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"birth_date": dt.date(2009, 4, 1)}, "ask_a_professional"),
        ({"sex": "female", "life_stage": "pregnancy"}, "ask_a_professional"),
        ({"sex": "female", "life_stage": "lactation"}, "ask_a_professional"),
        ({"eating_disorder_flag": True}, "ask_a_professional"),
        ({"height_m": "2.10"}, "ask_a_professional"),  # 18.1
        ({"sex": ""}, "facts_missing"),
    ],
)
def test_nothing_is_suggested_where_it_is_a_professionals_work(
    api: SchemaClient, man: User, facts: dict[str, Any], code: str
) -> None:
    Settings.objects.filter(user=man).update(**facts)
    for said in ({}, {"goal": goal_of(man, "90.000")}):
        found = suggest(api, **said)
        assert (found["target"], found["floor_kcal"], found["code"]) == (None, None, code)
        assert found["reasons"]


def test_no_suggestion_is_below_the_floor(api: SchemaClient, man: User) -> None:
    low = make_shared(NutritionTemplate, "low", status="published", energy_percent="50.0")
    found = suggest(api, template=as_id(low), activity="sedentary")
    assert (found["target"]["energy_kcal"], found["floor_kcal"]) == ("1780.0", 1780)
    assert (
        suggest(api, goal=goal_of(man, "70.000", due_on="2026-04-08"))["target"]["energy_kcal"] == "1880.0"
    )  # 1 % a week


def test_goals_and_templates_are_those_that_the_athlete_may_use(api: SchemaClient, man: User, bob: User) -> None:
    draft = make_shared(NutritionTemplate, "draft", status="draft")
    bobs = goal_of(bob, "76.000")
    other = as_id(make(Goal, man, kind="measurement", measurement_kind="waist", target_value="0.850"))
    for said, code, attr in (
        ({"goal": bobs}, "does_not_exist", "goal"),
        ({"goal": other}, "goal_not_of_weight", "goal"),
        ({"template": as_id(draft)}, "does_not_exist", "template"),
        ({"goal": bobs, "template": as_id(draft)}, "invalid", "template"),
        ({"activity": "couch"}, "invalid_choice", "activity"),
    ):
        check_error(api.post(SUGGEST, {"starts_on": STARTS_ON, **said}), 400, code, attr)
    check_error(api.post(SUGGEST, {}), 400, "required", "starts_on")
