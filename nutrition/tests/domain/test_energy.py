import datetime as dt
from itertools import pairwise

import hypothesis.strategies as st
import pytest
from hypothesis import given

from nutrition.domain.energy import (
    Activity,
    Expenditure,
    TooLittle,
    Weighing,
    adaptive_expenditure,
    bmi,
    cunningham,
    harris_benedict_revised,
    katch_mcardle,
    lean_mass_kg,
    mifflin_st_jeor,
    observed_expenditure,
    weight_trend,
)

DAY = dt.date(2026, 3, 1)


def days(count: int, start: dt.date = DAY) -> list[dt.date]:
    return [start + dt.timedelta(days=n) for n in range(count)]


def daily(weights: list[float], start: dt.date = DAY) -> list[Weighing]:
    return [Weighing(day, kg) for day, kg in zip(days(len(weights), start), weights, strict=True)]


def test_formulas_give_their_reference_values() -> None:
    assert mifflin_st_jeor(weight_kg=70, height_m=1.75, age_y=30, sex="male") == 1648.75
    assert mifflin_st_jeor(weight_kg=80, height_m=1.80, age_y=30, sex="male") == 1780
    assert mifflin_st_jeor(weight_kg=65, height_m=1.68, age_y=30, sex="female") == 1389
    assert harris_benedict_revised(weight_kg=80, height_m=1.80, age_y=30, sex="male") == pytest.approx(1853.632)
    assert harris_benedict_revised(weight_kg=65, height_m=1.68, age_y=30, sex="female") == pytest.approx(1439.212)
    assert lean_mass_kg(80, 15) == 68
    assert katch_mcardle(68) == pytest.approx(1838.8)
    assert cunningham(68) == 1996
    assert bmi(81, 1.8) == pytest.approx(25)
    assert [level.value for level in Activity] == [1.2, 1.375, 1.55, 1.725, 1.9]


@pytest.mark.parametrize("formula", [mifflin_st_jeor, harris_benedict_revised])
def test_formula_by_sex_says_nothing_where_that_is_not_said(formula: object) -> None:
    assert callable(formula)
    with pytest.raises(ValueError, match="a woman or a man"):
        formula(weight_kg=70, height_m=1.75, age_y=30, sex="")


def test_trend_gives_its_reference_values() -> None:
    trend = weight_trend(daily([80, 80.5, 79.8, 80.2, 79.5]))
    assert [point.weight_kg for point in trend] == pytest.approx([80, 80.05, 80.025, 80.0425, 79.98825])


def test_weighing_after_a_gap_counts_as_if_it_had_stood_on_each_day() -> None:
    with_gap = weight_trend([Weighing(DAY, 80), Weighing(DAY + dt.timedelta(days=5), 82)])
    without = weight_trend([Weighing(DAY, 80), *(Weighing(day, 82) for day in days(5, DAY + dt.timedelta(days=1)))])
    assert with_gap[-1].weight_kg == pytest.approx(without[-1].weight_kg)
    assert with_gap[-1].weight_kg == pytest.approx(80 + (1 - 0.9**5) * 2)


def test_several_weighings_of_a_day_are_their_mean() -> None:
    assert weight_trend([Weighing(DAY, 81), Weighing(DAY, 79)]) == [Weighing(DAY, 80)]


weights = st.lists(st.tuples(st.integers(0, 200), st.floats(30, 250)), min_size=1, max_size=40)


@given(weights, st.floats(-20, 20))
def test_trend_lies_among_the_weighings_and_moves_with_them(said: list[tuple[int, float]], by: float) -> None:
    weighings = [Weighing(DAY + dt.timedelta(days=n), kg) for n, kg in said]
    trend = weight_trend(weighings)
    kilos = [kg for _, kg in said]
    assert all(min(kilos) - 1e-9 <= point.weight_kg <= max(kilos) + 1e-9 for point in trend)
    assert all(a.day < b.day for a, b in pairwise(trend))
    moved = weight_trend([Weighing(one.day, one.weight_kg + by) for one in weighings])
    assert [point.weight_kg for point in moved] == pytest.approx([point.weight_kg + by for point in trend])


def test_observed_expenditure_gives_its_reference_value() -> None:
    assert observed_expenditure(2400, -0.5 / 14) == pytest.approx(2675)


def diary(kcal: float, count: int) -> dict[dt.date, float]:
    return dict.fromkeys(days(count), kcal)


def test_expenditure_of_a_steady_weight_is_what_was_eaten_by_as_much_as_the_days_say() -> None:
    found = adaptive_expenditure(
        prior_kcal=2400, complete_days=diary(2600, 14), weighings=daily([80] * 14), first=DAY, last=days(14)[-1]
    )
    assert found == Expenditure(2500, 2600, 0.5, bounded=False, weighings=14, complete_days=14)
    whole = adaptive_expenditure(
        prior_kcal=2400, complete_days=diary(2600, 28), weighings=daily([80] * 28), first=DAY, last=days(28)[-1]
    )
    assert isinstance(whole, Expenditure)
    assert (whole.kcal, whole.evidence) == (2600, 1)


def test_expenditure_moves_by_150_kcal_a_week_at_most() -> None:
    for eaten, expected in ((4000.0, 2700), (1000.0, 2100)):
        found = adaptive_expenditure(
            prior_kcal=2400, complete_days=diary(eaten, 14), weighings=daily([80] * 14), first=DAY, last=days(14)[-1]
        )
        assert isinstance(found, Expenditure)
        assert (found.kcal, found.bounded) == (expected, True)


def test_falling_weight_means_that_more_was_expended_than_eaten() -> None:
    """A trend that has settled falls as the weight does: 0.05 kg a day are 385 kcal."""
    before = DAY - dt.timedelta(days=70)
    weighings = daily([90 - 0.05 * n for n in range(98)], before)
    found = adaptive_expenditure(
        prior_kcal=2400, complete_days=diary(2100, 28), weighings=weighings, first=DAY, last=days(28)[-1]
    )
    assert isinstance(found, Expenditure)
    assert found.observed_kcal == pytest.approx(2100 + 385, abs=2)


def test_too_little_says_what_there_is() -> None:
    def of(complete: int, weighed: int) -> Expenditure | TooLittle:
        return adaptive_expenditure(
            prior_kcal=2400,
            complete_days=diary(2400, complete),
            weighings=daily([80] * weighed),
            first=DAY,
            last=days(14)[-1],
        )

    assert of(complete=11, weighed=14) == TooLittle(14, 11, 12)  # 11 of 14 days are 79 %
    assert of(complete=14, weighed=9) == TooLittle(9, 14, 12)
    assert isinstance(of(complete=12, weighed=10), Expenditure)


@given(st.integers(14, 28), st.floats(800, 6000), st.floats(1200, 5000), st.floats(-0.2, 0.2))
def test_expenditure_stays_within_reach_of_the_prior(count: int, eaten: float, prior: float, slope: float) -> None:
    found = adaptive_expenditure(
        prior_kcal=prior,
        complete_days=diary(eaten, count),
        weighings=daily([100 + slope * n for n in range(count)]),
        first=DAY,
        last=days(count)[-1],
    )
    assert isinstance(found, Expenditure)
    assert abs(found.kcal - prior) <= 150 * count / 7 + 1e-6
    assert min(prior, found.observed_kcal) - 1e-6 <= found.kcal <= max(prior, found.observed_kcal) + 1e-6


@pytest.mark.parametrize("count", [13, 29])
def test_window_has_two_to_four_weeks(count: int) -> None:
    with pytest.raises(ValueError, match="14 to 28 days"):
        adaptive_expenditure(prior_kcal=2400, complete_days={}, weighings=[], first=DAY, last=days(count)[-1])
