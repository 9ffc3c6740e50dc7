import datetime as dt
from dataclasses import dataclass, replace

import hypothesis.strategies as st
import pytest
from hypothesis import given

from nutrition.domain.people import Athlete, Guard, age_y, energy_floor, guards_of, least_weight_kg, person_to_look_up
from nutrition.domain.targets import (
    Macros,
    NotSuggested,
    Shape,
    Suggestion,
    Way,
    macros_of,
    reference_mass_kg,
    suggested,
    target_on,
    way_to_weight,
)

DAY = dt.date(2026, 3, 2)
MAN = Athlete(age_y=30, sex="male", height_m=1.80, weight_kg=80)  # at rest 1,780 kcal
WOMAN = Athlete(age_y=30, sex="female", height_m=1.68, weight_kg=65)  # 1,389 kcal


@dataclass(frozen=True)
class Target:
    day_kind: str
    starts_on: dt.date | None
    name: str = ""


def test_target_that_started_last_is_in_force() -> None:
    base = Target("every", DAY)
    training = Target("training", DAY + dt.timedelta(days=10))
    anew = Target("every", DAY + dt.timedelta(days=20))
    draft = Target("every", None)
    targets = [anew, training, draft, base]

    def on(days: int, *, is_training_day: bool) -> Target | None:
        return target_on(targets, DAY + dt.timedelta(days=days), is_training_day=is_training_day)

    assert on(-1, is_training_day=True) is None
    assert [on(n, is_training_day=True) for n in (0, 9, 10, 19, 20)] == [base, base, training, training, anew]
    assert [on(n, is_training_day=False) for n in (0, 10, 20)] == [base, base, anew]
    assert target_on([draft], DAY, is_training_day=False) is None


def test_target_of_the_kind_of_day_goes_before_one_of_every_day_from_the_same_day_on() -> None:
    targets = [Target("every", DAY, "e"), Target("rest", DAY, "r"), Target("training", DAY, "t")]
    for order in (targets, targets[::-1]):
        found = [target_on(order, DAY, is_training_day=training) for training in (True, False)]
        assert [one and one.name for one in found] == ["t", "r"]


@pytest.mark.parametrize(
    ("born", "day", "years"),
    [
        (dt.date(2008, 3, 3), DAY, 17),
        (dt.date(2008, 3, 2), DAY, 18),
        (dt.date(2008, 2, 29), dt.date(2026, 2, 28), 17),
        (dt.date(2008, 2, 29), dt.date(2026, 3, 1), 18),
    ],
)
def test_age_turns_on_the_birthday(born: dt.date, day: dt.date, years: int) -> None:
    found = age_y(born, day)
    assert found is not None
    assert int(found) == years
    assert (guards_of(Athlete(age_y=found)) == [Guard.UNDER_18]) is (years < 18)


@given(st.dates(dt.date(1920, 1, 1), dt.date(2026, 1, 1)), st.integers(0, 40000))
def test_age_never_falls(born: dt.date, days: int) -> None:
    day = born + dt.timedelta(days=days)
    found, later = age_y(born, day), age_y(born, day + dt.timedelta(days=1))
    assert found is not None
    assert later is not None
    assert 0 <= found < later
    assert abs(found - days / 365.25) < 0.02
    assert age_y(born, born - dt.timedelta(days=1)) is None
    assert age_y(None, day) is None


@pytest.mark.parametrize(
    ("athlete", "kcal"),
    [
        (Athlete(), 1200),
        (Athlete(sex="female"), 1200),
        (Athlete(sex="male"), 1500),
        (MAN, 1780),
        (WOMAN, 1389),
        (replace(MAN, height_m=None), 1500),
        (Athlete(age_y=80, sex="female", height_m=1.5, weight_kg=50), 1200),  # at rest 876.5
    ],
)
def test_floor_is_the_larger_of_rest_and_a_least(athlete: Athlete, kcal: float) -> None:
    assert energy_floor(athlete).kcal == kcal


@pytest.mark.parametrize(
    ("athlete", "guard"),
    [
        (replace(MAN, age_y=17.9), Guard.UNDER_18),
        (replace(WOMAN, life_stage="pregnancy"), Guard.PREGNANCY),
        (replace(WOMAN, life_stage="lactation"), Guard.LACTATION),
        (replace(MAN, weight_kg=59.9), Guard.UNDERWEIGHT),  # 18.5 is 59.94 kg
        (replace(MAN, eating_disorder=True), Guard.EATING_DISORDER),
    ],
)
def test_nothing_is_suggested_to_people_whose_targets_are_a_professionals_work(athlete: Athlete, guard: Guard) -> None:
    assert guards_of(athlete) == [guard]
    found = suggested(athlete, Way("So."), expenditure_kcal=2500, expenditure_said="So.")
    assert isinstance(found, NotSuggested)
    assert (found.code, len(found.reasons)) == ("ask_a_professional", 2)


def test_body_mass_index_of_a_child_is_read_by_other_tables() -> None:
    child = Athlete(age_y=12, height_m=1.5, weight_kg=38)
    assert guards_of(child) == [Guard.UNDER_18]
    assert least_weight_kg(child) is None
    assert least_weight_kg(MAN) == pytest.approx(59.94)


def test_what_is_missing_is_named() -> None:
    found = suggested(Athlete(age_y=30, sex="male"), Way("So."), expenditure_kcal=2500, expenditure_said="So.")
    assert isinstance(found, NotSuggested)
    assert (found.code, found.missing) == ("facts_missing", ("height_m", "body_weight"))
    assert found.reasons[0].text == "Not known: height, body weight."


def grams_of(macros: Macros) -> list[float]:
    return [macros.protein_g, macros.fat_g, macros.carbohydrate_g]


def test_macros_are_protein_by_weight_least_fat_and_the_rest() -> None:
    # 80 kg: 128 g of protein (512 kcal); 25 % of 2,400 are 600 kcal or 66.7 g of fat; 1,288 kcal are left
    assert grams_of(macros_of(2400, 80, Shape())) == pytest.approx([128, 600 / 9, 322])
    # 6 g of carbohydrate for a kg are 1,920 kcal, which leaves 768 kcal of 3,200 for fat: 24 %, and 25 % is the least
    assert grams_of(macros_of(3200, 80, Shape(carbohydrate_g_per_kg=6))) == pytest.approx([128, 800 / 9, 472])
    # 3 g for a kg leave 1,728 kcal, which is more than the 35 % that fat may be
    assert grams_of(macros_of(3200, 80, Shape(carbohydrate_g_per_kg=3))) == pytest.approx([128, 1120 / 9, 392])


@given(
    st.floats(800, 6000),
    st.floats(35, 250),
    st.builds(
        Shape,
        protein_g_per_kg=st.floats(0.8, 3.1),
        fat_g_per_kg_min=st.floats(0.3, 1.2),
        fat_percent_min=st.floats(15, 30),
        fat_percent_max=st.floats(30, 45),
        carbohydrate_g_per_kg=st.none() | st.floats(0, 12),
    ),
)
def test_macros_are_all_of_the_energy(energy_kcal: float, weight_kg: float, shape: Shape) -> None:
    macros = macros_of(energy_kcal, weight_kg, shape)
    assert macros.kcal == pytest.approx(energy_kcal)
    assert min(macros.protein_g, macros.fat_g, macros.carbohydrate_g) >= 0
    assert macros.protein_g <= shape.protein_g_per_kg * weight_kg + 1e-9


def test_suggestion_says_why() -> None:
    way = way_to_weight(MAN, target_kg=76, day=DAY, due_on=DAY + dt.timedelta(weeks=10))
    assert isinstance(way, Way)
    found = suggested(MAN, way, expenditure_kcal=2760, expenditure_said="You expend about 2,760 kcal a day.")
    # 4 kg in 10 weeks are 0.4 kg a week: 440 kcal a day less; 160 g of protein; 25 % of 2,320 are 64 g of fat
    assert isinstance(found, Suggestion)
    assert (found.energy_kcal, found.protein_g, found.fat_g, found.carbohydrate_g) == (2320, 160, 64, 275)
    assert (found.fiber_g, found.floor_kcal) == (32, 1780)
    assert [reason.text for reason in found.reasons[:2]] == [
        "You expend about 2,760 kcal a day.",
        "To lose 0.5 % of your weight a week.",
    ]
    assert {reason.of for reason in found.reasons} == {"energy_kcal", "protein_g", "fat_g", "carbohydrate_g", "fiber_g"}


@pytest.mark.parametrize(
    ("target_kg", "weeks", "change_kg", "is_bounded"),
    [
        (76.0, None, -0.4, False),  # 0.5 % a week where there is no day
        (76.0, 2, -0.8, True),  # 1 % at most
        (76.0, 50, -0.08, False),  # slower is taken as it is
        (84.0, None, 0.08, False),
        (84.0, 4, 0.2, True),  # 0.25 % at most
        (80.3, 4, 0.0, False),  # reached
    ],
)
def test_pace_of_a_goal_is_bounded(target_kg: float, weeks: int | None, change_kg: float, *, is_bounded: bool) -> None:
    due_on = None if weeks is None else DAY + dt.timedelta(weeks=weeks)
    way = way_to_weight(MAN, target_kg=target_kg, day=DAY, due_on=due_on)
    assert isinstance(way, Way)
    assert [way.change_kg_per_week, way.is_bounded] == pytest.approx([change_kg, is_bounded])


def test_goal_below_the_least_weight_is_not_aimed_at() -> None:
    found = way_to_weight(MAN, target_kg=58, day=DAY, due_on=None)
    assert isinstance(found, NotSuggested)
    assert found.code == "target_below_floor"
    assert isinstance(way_to_weight(replace(MAN, weight_kg=55), target_kg=58, day=DAY, due_on=None), Way)
    unknown = way_to_weight(replace(MAN, weight_kg=None), target_kg=76, day=DAY, due_on=None)
    assert isinstance(unknown, NotSuggested)
    assert unknown.missing == ("body_weight",)


def test_what_goes_by_weight_goes_by_a_body_mass_index_of_30_at_most() -> None:
    assert reference_mass_kg(MAN) == 80
    assert reference_mass_kg(replace(MAN, weight_kg=150)) == pytest.approx(97.2)


athletes = st.builds(
    Athlete,
    age_y=st.floats(18, 95),
    sex=st.sampled_from(["female", "male"]),
    height_m=st.floats(1.4, 2.1),
    weight_kg=st.floats(65, 220),
).filter(lambda one: not guards_of(one))


@given(athletes, st.floats(1000, 5000), st.floats(50, 130), st.floats(-2, 1))
def test_no_suggestion_is_below_the_floor(athlete: Athlete, kcal: float, percent: float, change: float) -> None:
    way = Way("So.", energy_percent=percent, change_kg_per_week=change)
    found = suggested(athlete, way, expenditure_kcal=kcal, expenditure_said="So.")
    assert isinstance(found, Suggestion)
    assert found.energy_kcal >= energy_floor(athlete).kcal
    made_of = 4 * found.protein_g + 9 * found.fat_g + 4 * found.carbohydrate_g
    assert abs(made_of - found.energy_kcal) <= 8.5 + 1e-9


def test_tables_are_read_for_an_adult_where_the_age_is_not_said_and_for_a_woman_in_pregnancy() -> None:
    assert person_to_look_up(Athlete()).age_y == 30
    pregnant = person_to_look_up(Athlete(age_y=25, sex="male", life_stage="pregnancy"))
    assert (pregnant.sex, pregnant.stage) == (None, "pregnancy")
