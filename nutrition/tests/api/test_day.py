"""A day and a range: three days worked out by hand, what was not measured, supplements, and the number of queries."""

import datetime as dt
from typing import Any

import pytest

from accounts.models import Settings, User
from catalog.models import Food
from catalog.tests.factories import make_food, make_intake, make_nutrient
from config.tests.contract import SchemaClient, check_error
from lib.tests.factories import as_id, make
from nutrition.models import MealLog, MealLogItem, NutritionTarget, WaterLog
from nutrition.tests.three_days import EATEN, FACTS, HAND, KCAL_BY_SLOT
from training.models import Measurement, ScheduledWorkout, Workout

DAY, RANGE = "/api/v1/nutrition/day/", "/api/v1/nutrition/range/"
DATES = {1: "2026-03-10", 2: "2026-03-11", 3: "2026-03-12"}  # examples of items make a log on the 2nd
UNITS = {"energy": "kcal", "magnesium": "mg", "sodium": "mg"} | dict.fromkeys(
    ("vitamin-d", "vitamin-k", "retinol", "folic-acid"), "ug"
)


@pytest.fixture
def foods(db: None) -> dict[str, Food]:
    for slug in ("energy", "protein", "fat", "carbohydrate", "fiber", *list(UNITS)[1:]):
        make_nutrient(slug, unit=UNITS.get(slug, "g"))
    return {number: make_food(f"ndb-{number}", nutrients=facts) for number, facts in FACTS.items()}


def eat(user: User, day: int, foods: dict[str, Food], **values: Any) -> None:
    for slot in dict.fromkeys(slot for slot, _, _ in EATEN[day]):
        log = make(MealLog, user, eaten_on=DATES[day], slot=slot, **values)
        for position, (of, number, grams) in enumerate(EATEN[day]):
            if of == slot:
                food = as_id(foods[number])
                make(MealLogItem, user, meal_log=as_id(log), food=food, grams=str(grams), position=position)


def day_of(api: SchemaClient, day: int = 1) -> dict[str, Any]:
    response = api.get(DAY, {"date": DATES[day]})
    assert response.status_code == 200, response.content
    found: dict[str, Any] = response.json()
    return found


def line(day: dict[str, Any], slug: str) -> dict[str, Any]:
    return next(one for one in day["nutrients"] if one["nutrient"] == slug)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_day_has_the_sums_worked_out_by_hand(
    api: SchemaClient, alice: User, bob: User, foods: dict[str, Food], number: int
) -> None:
    eat(alice, number, foods)
    eat(bob, number, foods)
    day = day_of(api, number)
    expected = {slug: amount for slug, (amount, _) in HAND[number].items() if slug != "energy"}
    assert {one["nutrient"]: one["amount"] for one in day["nutrients"]} == pytest.approx(expected, abs=1e-4)
    assert day["totals"]["energy"]["kcal"] == pytest.approx(HAND[number]["energy"][0])
    assert {slot["slot"]: slot["energy"]["kcal"] for slot in day["slots"]} == pytest.approx(KCAL_BY_SLOT[number])
    macros = [day["totals"][name] for name in ("protein_g", "fat_g", "carbohydrate_g", "fiber_g")]
    assert macros == pytest.approx(
        [HAND[number][slug][0] for slug in ("protein", "fat", "carbohydrate", "fiber")], abs=1e-4
    )


def test_range_has_the_same_sums(api: SchemaClient, alice: User, foods: dict[str, Food]) -> None:
    for number in EATEN:
        eat(alice, number, foods)
    make(WaterLog, alice, drunk_on=DATES[2], amount_ml=500)
    make(WaterLog, alice, drunk_on=DATES[2], amount_ml=250)
    response = api.get(RANGE, {"from": "2026-03-09", "to": "2026-03-13"})
    days = {day["date"]: day for day in response.json()}
    assert list(days) == ["2026-03-09", *DATES.values(), "2026-03-13"]
    for number, date in DATES.items():
        assert days[date]["energy"]["kcal"] == pytest.approx(HAND[number]["energy"][0])
        assert days[date]["protein_g"] == pytest.approx(HAND[number]["protein"][0], abs=1e-4)
    assert (days["2026-03-09"]["energy"], days["2026-03-09"]["items"], days["2026-03-09"]["target"]) == (None, 0, None)
    assert [day["water_ml"] for day in days.values()] == [0, 0, 750, 0, 0]
    # half of 1,200 kcal, for nothing is known of alice: 513.5 kcal are less
    assert [day["is_whole"] for day in days.values()] == [False, True, True, False, False]


def test_what_nobody_measured_is_no_zero(api: SchemaClient, alice: User, foods: dict[str, Food]) -> None:
    make_intake("calcium-rda", nutrient="calcium", value="1000.0000", unit="g", sex="both")
    eat(alice, 2, foods)
    day = day_of(api, 2)
    assert (line(day, "vitamin-k")["coverage"], line(day, "vitamin-k")["is_complete"]) == (round(385 / 735, 4), False)
    calcium = line(day, "calcium")
    assert (calcium["amount"], calcium["coverage"], calcium["reference"]) == (None, 0, {"kind": "rda", "amount": 1000})


def test_planned_and_skipped_are_no_part_of_the_totals(api: SchemaClient, alice: User, foods: dict[str, Food]) -> None:
    eat(alice, 1, foods, status="planned")
    day = day_of(api)
    assert (day["totals"]["energy"], day["planned"]["energy"]["kcal"]) == (None, pytest.approx(1525.5))
    assert [slot["energy"] for slot in day["slots"]] == [None] * 4
    MealLog.objects.update(status="skipped")
    assert day_of(api)["planned"]["energy"] is None


def test_entry_stays_on_its_day_whatever_the_zone_becomes(
    api: SchemaClient, alice: User, foods: dict[str, Food]
) -> None:
    """Eaten at 23:30 in Auckland, which is noon in Berlin and the day before in New York."""
    Settings.objects.filter(user=alice).update(time_zone="Pacific/Auckland")
    eat(alice, 3, foods, eaten_at="2026-03-12T10:30:00Z", time_zone="Pacific/Auckland")
    before = day_of(api, 3)
    for zone in ("Europe/Berlin", "Pacific/Honolulu"):
        Settings.objects.filter(user=alice).update(time_zone=zone)
        assert day_of(api, 3) == before
        assert day_of(api, 2)["slots"] == []
    assert before["totals"]["energy"]["kcal"] == pytest.approx(513.5)


def test_target_of_the_kind_of_day_is_in_force(api: SchemaClient, alice: User, foods: dict[str, Food]) -> None:
    every = make(NutritionTarget, alice, starts_on="2026-02-01", energy_kcal="2400.0", protein_g="140.0")
    training = make(
        NutritionTarget,
        alice,
        starts_on="2026-02-02",
        day_kind="training",
        energy_kcal="2700.0",
        nutrients={"sodium": 2000},
    )
    make(NutritionTarget, alice, energy_kcal="9999.0")  # a draft
    make(ScheduledWorkout, alice, scheduled_on=DATES[1], title="Upper")
    make(ScheduledWorkout, alice, scheduled_on=DATES[2], title="Upper", status="skipped")
    make(Workout, alice, planned_on=DATES[3])
    found = [day_of(api, number) for number in DATES]
    assert [day["is_training_day"] for day in found] == [True, False, True]
    assert [day["target"]["id"] for day in found] == [str(training.pk), str(every.pk), str(training.pk)]
    eat(alice, 2, foods)
    assert line(day_of(api, 2), "protein")["target"] == 140
    eat(alice, 1, foods)
    assert line(day_of(api, 1), "sodium")["target"] == 2000
    days = api.get(RANGE, {"from": DATES[1], "to": DATES[3]}).json()
    assert [day["target"]["id"] for day in days] == [day["target"]["id"] for day in found]


def test_needs_and_limits_are_those_of_the_athlete(api: SchemaClient, alice: User, foods: dict[str, Food]) -> None:
    for sex, value in (("female", "320"), ("male", "420")):
        make_intake(
            f"magnesium-{sex}", nutrient="magnesium", sex=sex, age_from_y="31", age_below_y="51", value=value, unit="mg"
        )
    make_intake("magnesium-pregnancy", nutrient="magnesium", sex="female", stage="pregnancy", value="360", unit="mg")
    make_intake(
        "magnesium-ul",
        nutrient="magnesium",
        kind="ul",
        value="350",
        unit="mg",
        applies_to="supplements and medicines only",
    )
    eat(alice, 1, foods)

    def need(**settings: Any) -> Any:
        Settings.objects.filter(user=alice).update(**settings)
        reference = line(day_of(api), "magnesium")["reference"]
        return reference and reference["amount"]

    assert need() is None  # neither sex nor age are said, and the figures differ
    assert need(sex="male", birth_date=dt.date(1990, 1, 1)) == 420
    assert need(sex="female") == 320
    assert need(life_stage="pregnancy") == 360
    (limit,) = line(day_of(api), "magnesium")["limits"]  # foods hold 447.3 mg, and none of it counts
    assert (limit["amount"], limit["counted"], limit["is_over"], limit["sources"]) == (350, None, None, ["supplement"])


def test_body_weight_is_that_of_the_day(api: SchemaClient, alice: User) -> None:
    for at, kg in (
        ("2026-02-20T07:00:00Z", "81.000"),
        ("2026-03-11T07:00:00Z", "80.000"),
        ("2026-03-19T07:00:00Z", "79"),
    ):
        make(Measurement, alice, kind="body_weight", value=kg, measured_at=at)
    assert [day_of(api, number)["body_weight_kg"] for number in DATES] == [81, 80, 80]


def test_target_that_stands_below_the_floor_of_today_is_told(api: SchemaClient, alice: User) -> None:
    make(NutritionTarget, alice, starts_on="2026-02-01", energy_kcal="1400.0")
    assert day_of(api)["warnings"] == []
    Settings.objects.filter(user=alice).update(sex="male")
    assert [one["code"] for one in day_of(api)["warnings"]] == ["target_below_floor"]
    Settings.objects.filter(user=alice).update(sex="female", life_stage="pregnancy")
    assert [one["code"] for one in day_of(api)["warnings"]] == ["ask_a_professional"]


def test_day_and_range_take_two_queries_however_much_there_is(
    api: SchemaClient, alice: User, foods: dict[str, Food], django_assert_num_queries: Any
) -> None:
    log = make(MealLog, alice, eaten_on=DATES[1])
    make(MealLogItem, alice, meal_log=as_id(log), food=as_id(foods["08120"]), grams="80")
    for times in (0, 3):
        for number in range(times):
            eat(alice, 1, foods)
            make(WaterLog, alice, drunk_on=DATES[1], amount_ml=100)
            make(NutritionTarget, alice, starts_on=f"2026-02-0{number + 1}")
        with django_assert_num_queries(2):  # the log-in; the day
            day = day_of(api)
        assert sum(len(one["items"]) for slot in day["slots"] for one in slot["logs"]) == 1 + times * 9
        with django_assert_num_queries(2):  # the log-in; the range
            api.get(RANGE, {"from": "2026-02-01", "to": "2026-04-03"})


@pytest.mark.parametrize(
    ("url", "params", "code", "attr"),
    [
        (DAY, {}, "required", "date"),
        (DAY, {"date": "2026-02-30"}, "invalid", "date"),
        (RANGE, {"from": "2026-03-02", "to": "2026-03-01"}, "ends_before_start", "to"),
        (RANGE, {"from": "2026-03-01", "to": "2026-05-02"}, "range_too_long", "to"),
        ("/api/v1/nutrition/adherence/", {"from": "2026-03-01", "to": "2027-03-02"}, "range_too_long", "to"),
    ],
)
def test_bad_days_are_refused(api: SchemaClient, url: str, params: dict[str, str], code: str, attr: str) -> None:
    check_error(api.get(url, params), 400, code, attr)


def test_longest_range_is_62_days(api: SchemaClient) -> None:
    assert len(api.get(RANGE, {"from": "2026-03-01", "to": "2026-05-01"}).json()) == 62


@pytest.mark.parametrize("date", ["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31"])
def test_days_beyond_the_calendar_are_refused(api: SchemaClient, date: str) -> None:
    check_error(api.get(DAY, {"date": date}), 400, "out_of_range", "date")
    both = api.get(RANGE, {"from": date, "to": date})
    assert [(error["code"], error["attr"]) for error in both.json()["errors"]] == [
        ("out_of_range", "from"),
        ("out_of_range", "to"),
    ]
    check_error(api.post("/api/v1/nutrition/targets/suggest/", {"starts_on": date}), 400, "out_of_range", "starts_on")


def test_slots_come_in_the_order_of_the_day(api: SchemaClient, alice: User) -> None:
    for slot in ("", "dinner", "breakfast", "snack", "lunch"):
        make(MealLog, alice, eaten_on=DATES[1], slot=slot)
    assert [one["slot"] for one in day_of(api)["slots"]] == ["breakfast", "lunch", "dinner", "snack", ""]
