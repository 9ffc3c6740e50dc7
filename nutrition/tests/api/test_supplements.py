"""Supplements of a day: due and taken, what they hold against limits, what they do not go with; and how plans were kept."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Settings, User
from catalog.models import Supplement, SupplementInteraction
from catalog.tests.factories import make_intake, make_nutrient
from config.tests.contract import SchemaClient, check_error
from lib.tests.factories import as_id, make
from nutrition.models import MealLog, MealLogItem, SupplementLog, SupplementPlan
from nutrition.tests.factories import make_supplement

pytestmark = pytest.mark.django_db

DAY, ADHERENCE = "/api/v1/nutrition/day/", "/api/v1/nutrition/adherence/"
LOGS = "/api/v1/supplement-logs/"
DATE = "2026-03-10"


@pytest.fixture
def magnesium(db: None) -> Supplement:
    make_nutrient("magnesium", unit="mg", name="Magnesium")
    make_intake(
        "magnesium-ul",
        nutrient="magnesium",
        kind="ul",
        value="350",
        unit="mg",
        applies_to="supplements and medicines only",
    )
    return make_supplement("magnesium", nutrients=["magnesium"])


def planned(user: User, supplement: Supplement, *times: str, **values: Any) -> SupplementPlan:
    values = {"starts_on": "2026-03-01", "dose": "200", "dose_unit": "mg", **values}
    return make(SupplementPlan, user, supplement=as_id(supplement), times=list(times), **values)


def taken(user: User, plan: SupplementPlan, due_time: str = "", day: str = DATE, **values: Any) -> SupplementLog:
    values = {"dose": "200", "dose_unit": "mg", **values}
    return make(
        SupplementLog,
        user,
        plan=plan.pk,
        supplement=str(plan.supplement_id),
        taken_on=day,
        due_time=due_time,
        **values,
    )


def day_of(api: SchemaClient, day: str = DATE) -> dict[str, Any]:
    found: dict[str, Any] = api.get(DAY, {"date": day}).json()
    return found


def codes(day: dict[str, Any]) -> list[str]:
    return [one["code"] for one in day["warnings"]]


def test_day_says_what_is_due_taken_skipped_missed_and_taken_besides(
    api: SchemaClient, alice: User, bob: User, magnesium: Supplement
) -> None:
    plan = planned(alice, magnesium, "08:00", "13:00", "20:00", typed_name="My magnesium")
    paused = planned(alice, magnesium, paused=True)
    planned(alice, magnesium, weekdays=["monday"])  # that day is a Tuesday
    planned(bob, magnesium)
    log = taken(alice, plan, "08:00")
    taken(alice, plan, "13:00", status="skipped")
    taken(alice, plan, "23:00", dose="50")
    taken(alice, paused)
    found = day_of(api)["supplements"]
    assert [(one["time"], one["outcome"], one["is_due"], one["name"]) for one in found] == [
        ("08:00", "taken", True, "My magnesium"),
        ("13:00", "skipped", True, "My magnesium"),
        ("20:00", "missed", True, "My magnesium"),
        ("23:00", "taken", False, "My magnesium"),
        ("", "taken", False, "Magnesium"),
    ]
    assert [one["plan"] for one in found] == [*[str(plan.pk)] * 4, str(paused.pk)]
    assert (found[0]["log"], found[2]["log"], found[3]["dose"]) == (str(log.pk), None, 50)


def test_doses_count_toward_the_limit_and_what_is_open_is_told_before(
    api: SchemaClient, alice: User, magnesium: Supplement
) -> None:
    today = str(timezone.now().date())
    plan = planned(alice, magnesium, "08:00", "20:00", starts_on=today)
    day = day_of(api, today)
    (line,) = (one for one in day["nutrients"] if one["nutrient"] == "magnesium")
    assert (line["amount"], codes(day)) == (None, ["would_be_over_limit"])
    taken(alice, plan, "08:00", day=today)
    assert codes(day_of(api, today)) == ["would_be_over_limit"]
    taken(alice, plan, "20:00", day=today)
    day = day_of(api, today)
    (line,) = (one for one in day["nutrients"] if one["nutrient"] == "magnesium")
    assert (line["from_supplements"], line["limits"][0]["counted"], line["limits"][0]["is_over"]) == (400, 400, True)
    assert codes(day) == ["over_limit"]
    assert day["warnings"][0]["detail"].endswith("Talk to a doctor or a pharmacist.")


@pytest.mark.parametrize(
    ("nutrients", "dose", "unit", "held"),
    [
        (["retinol", "vitamin-a"], "0.9", "mg", {"retinol": 900, "vitamin-a": 900}),
        (["retinol", "vitamin-a"], "3000", "iu", {"retinol": 900, "vitamin-a": 900}),
        (["vitamin-d"], "1000", "iu", {"vitamin-d": 25}),
        (["vitamin-a"], "3000", "iu", {}),  # of retinol, or of carotenes, of which it takes more
        (["vitamin-d", "vitamin-k"], "25", "ug", {}),
    ],
)
def test_dose_holds_what_its_nutrients_say(
    alice: User, nutrients: list[str], dose: str, unit: str, held: dict[str, float]
) -> None:
    for slug in ("retinol", "vitamin-a", "vitamin-d", "vitamin-k"):
        make_nutrient(slug, unit="ug")
    plan = planned(alice, make_supplement(nutrients=nutrients))
    log = taken(alice, plan, dose=dose, dose_unit=unit)
    assert SupplementLog.objects.get(pk=log.pk).nutrients == held


def test_dose_of_which_nobody_knows_what_it_held_is_told(api: SchemaClient, alice: User, magnesium: Supplement) -> None:
    taken(alice, planned(alice, magnesium), dose="2", dose_unit="iu")
    herb = make_supplement("ashwagandha")  # which supplies no nutrient at all
    taken(alice, planned(alice, herb))
    day = day_of(api)
    assert codes(day) == ["dose_not_counted"]
    assert [one["amount"] for one in day["nutrients"]] == [None]


def test_limit_of_a_supplement_itself_counts_where_the_tables_have_none(api: SchemaClient, alice: User) -> None:
    """Caffeine: 400 mg of all sources, coffee among them."""
    make_nutrient("caffeine", unit="mg")
    tablets = make_supplement(
        "caffeine",
        nutrients=["caffeine"],
        upper_limit="400",
        upper_limit_unit="mg",
        upper_limit_applies_to="caffeine of all sources",
    )
    taken(alice, planned(alice, tablets), dose="300")
    log = make(MealLog, alice, eaten_on=DATE)
    coffee = make(MealLogItem, alice, meal_log=as_id(log), food=None, grams="250", nutrients={"caffeine": 40})  # 100 mg
    assert codes(day_of(api)) == []
    MealLogItem.objects.filter(pk=coffee.pk).update(grams="260")
    assert codes(day_of(api)) == ["over_limit"]


def test_interaction_is_told_unless_the_times_are_far_enough_apart(api: SchemaClient, alice: User) -> None:
    iron, calcium = make_supplement("iron"), make_supplement("calcium")
    interaction = SupplementInteraction.objects.create(
        supplement=iron, with_supplement=calcium, with_kind="supplement", with_name="Calcium", separate_hours="2.0",
        effect="Calcium slows the uptake of iron.", advice="Apart is better.",
    )  # fmt: skip
    taken(alice, planned(alice, iron, "08:00"), "08:00")
    plan = planned(alice, calcium, "09:00")
    assert codes(day_of(api)) == []  # that of calcium was missed
    log = taken(alice, plan, "09:00")
    (warning,) = day_of(api)["warnings"]
    assert (warning["interaction"], warning["supplements"]) == (str(interaction.pk), [str(iron.pk), str(calcium.pk)])
    assert (warning["effect"], warning["ask_clinician"]) == ("Calcium slows the uptake of iron.", True)
    # taken at 11:30 by the clock in Berlin, though it was due at nine
    SupplementLog.objects.filter(pk=log.pk).update(
        taken_at=dt.datetime(2026, 3, 10, 10, 30, tzinfo=dt.UTC), time_zone="Europe/Berlin"
    )
    assert codes(day_of(api)) == []


def test_contraindications_are_those_that_the_settings_tell(api: SchemaClient, alice: User) -> None:
    herb = make_supplement("ashwagandha", contraindications=["liver-disease", "pregnancy", "under-18"])
    taken(alice, planned(alice, herb))
    assert codes(day_of(api)) == []
    Settings.objects.filter(user=alice).update(birth_date=dt.date(2010, 1, 1), life_stage="pregnancy")
    assert codes(day_of(api)) == ["contraindication", "contraindication"]


def test_adherence_counts_each_plan_and_all(
    api: SchemaClient, alice: User, bob: User, magnesium: Supplement, django_assert_num_queries: Any
) -> None:
    params = {"from": "2026-03-09", "to": "2026-03-15"}
    twice = planned(alice, magnesium, "08:00", "20:00", ends_on="2026-03-11")
    taken(bob, planned(bob, magnesium))
    taken(alice, twice, "08:00", day="2026-03-09")
    with django_assert_num_queries(2):  # the log-in; plans and logs
        found = api.get(ADHERENCE, params).json()
    assert (found["due"], found["taken"], found["missed"], len(found["plans"])) == (6, 1, 5, 1)
    cycle = planned(alice, magnesium, starts_on="2026-03-08", cycle_days_on=2, cycle_days_off=3)
    planned(alice, magnesium, starts_on="2026-03-16")
    taken(alice, cycle, day="2026-03-13")
    taken(alice, cycle, day="2026-03-12")  # a day off
    taken(alice, twice, "20:00", day="2026-03-11", status="skipped")
    with django_assert_num_queries(2):
        found = api.get(ADHERENCE, params).json()
    counts = {
        one["plan"]: [one[name] for name in ("due", "taken", "skipped", "missed", "open", "besides", "share")]
        for one in found["plans"]
    }
    assert counts == {
        str(twice.pk): [6, 1, 1, 4, 0, 0, round(1 / 6, 4)],
        str(cycle.pk): [3, 1, 0, 2, 0, 1, round(1 / 3, 4)],
    }
    assert [found[name] for name in ("due", "taken", "skipped", "missed", "besides")] == [9, 2, 1, 6, 1]


def test_limits_before_ones_own_birth_are_those_of_an_adult(
    api: SchemaClient, alice: User, magnesium: Supplement
) -> None:
    Settings.objects.filter(user=alice).update(birth_date=dt.date(2027, 1, 1))
    taken(alice, planned(alice, magnesium), dose="400")
    day = day_of(api)
    assert (day["age_is_known"], codes(day)) == (False, ["over_limit"])


def test_dose_that_is_logged_again_holds_nothing_of_before(
    api: SchemaClient, alice: User, magnesium: Supplement
) -> None:
    plan = planned(alice, magnesium)
    said = {"plan": as_id(plan), "supplement": as_id(magnesium), "taken_on": DATE, "dose": "400", "dose_unit": "mg"}
    first = api.post(LOGS, said).json()
    assert (api.post(LOGS, said).json(), first["nutrients"]) == (first, {"magnesium": 400})
    api.delete(f"{LOGS}{first['id']}/")
    Settings.objects.filter(user=alice).update(time_zone="Asia/Tokyo")
    unknown = api.post(LOGS, said | {"nutrients": {"stardust": 1}})
    assert (unknown.status_code, unknown.json()["errors"][0]["attr"]) == (400, "nutrients.stardust")
    again = api.post(LOGS, said | {"dose": "200"}).json()
    assert [again[name] for name in ("id", "nutrients", "time_zone")] == [first["id"], {"magnesium": 200}, "Asia/Tokyo"]


def test_id_that_follows_from_nothing_is_used_once(api: SchemaClient, magnesium: Supplement) -> None:
    said = {"supplement": as_id(magnesium), "taken_on": DATE}
    first = api.post(LOGS, said).json()
    api.delete(f"{LOGS}{first['id']}/")
    check_error(api.post(LOGS, said | {"id": first["id"]}), 409, "id_taken", "id")
