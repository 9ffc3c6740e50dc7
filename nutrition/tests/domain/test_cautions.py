from dataclasses import replace

import pytest

from catalog.domain.reference_intakes import Kind, Source
from nutrition.domain.cautions import (
    Interaction,
    InUse,
    OwnLimit,
    contraindicated,
    interactions_among,
    not_counted,
    of_target,
    over_limits,
    over_own_limits,
)
from nutrition.domain.days import Limit, Line, Nutrient
from nutrition.domain.people import Athlete

IRON = InUse("1", "Iron", frozenset({"iron"}), ("08:00",))
CALCIUM = InUse("2", "Calcium", frozenset({"calcium"}), ("09:30",))
KEEP_APART = Interaction("i", "1", with_supplement="2", severity="caution", separate_hours=2, advice="Apart is better.")
MAN = Athlete(age_y=30, sex="male", height_m=1.80, weight_kg=80)


def over(slug: str, counted: float) -> Line:
    limit = Limit(Kind.UL, 350, slug, (Source.SUPPLEMENT,), "supplements and medicines only", counted)
    return Line(Nutrient(slug, slug.title(), "mg"), counted, None, counted, None, None, (limit,))


def test_two_that_should_be_apart_and_are_not_are_told() -> None:
    (caution,) = interactions_among([IRON, CALCIUM], [KEEP_APART])
    assert (caution.code, caution.severity, caution.supplements) == ("interaction", "caution", ("1", "2"))
    assert caution.detail == "Iron and Calcium are not known to be 2 hours apart. Talk to a doctor or a pharmacist."
    assert (caution.advice, caution.interaction) == ("Apart is better.", "i")


@pytest.mark.parametrize(
    ("times", "count"), [(("10:00",), 0), (("09:59",), 1), (("12:00", "09:00"), 1), (("",), 1), (("06:00", "20:00"), 0)]
)
def test_hours_between_all_their_times_decide(times: tuple[str, ...], count: int) -> None:
    assert len(interactions_among([IRON, replace(CALCIUM, times=times)], [KEEP_APART])) == count


def test_what_supplies_the_nutrient_interacts_too_and_each_pair_is_told_once() -> None:
    zinc = InUse("3", "Bone mix", frozenset({"calcium", "vitamin-d"}))
    known = [
        Interaction("a", "1", with_nutrients=frozenset({"calcium"}), severity="info"),
        Interaction("b", "3", with_supplement="1", severity="serious"),
        Interaction("c", "1", with_supplement="9"),  # not in use
    ]
    found = interactions_among([IRON, zinc], known)
    assert [(one.interaction, one.severity) for one in found] == [("b", "serious")]
    assert interactions_among([IRON], known) == []


def test_good_to_know_is_no_matter_for_a_clinician() -> None:
    (caution,) = interactions_among([IRON, CALCIUM], [Interaction("i", "1", with_supplement="2", severity="info")])
    assert (caution.ask_clinician, caution.detail) == (False, "Iron and Calcium affect each other.")


def test_dose_over_a_limit_is_told_once_now_or_with_what_is_due() -> None:
    now, later = [over("magnesium", 400), over("zinc", 50)], [over("magnesium", 800), over("zinc", 500)]
    found = over_limits(now, later)
    assert [(one.code, one.nutrient) for one in found] == [("over_limit", "magnesium"), ("would_be_over_limit", "zinc")]
    assert "supplements and medicines only" in found[0].detail
    assert over_limits([], []) == []


def test_limit_of_a_supplement_itself_counts_its_doses_and_where_it_says_so_food() -> None:
    caffeine = OwnLimit("5", "Caffeine", 400, "mg", "caffeine of all sources", "caffeine")
    extract = OwnLimit("6", "Green tea", 0.8, "g")
    doses = {"5": [(200.0, "mg")], "6": [(500.0, "mg"), (2.0, "iu")]}
    assert over_own_limits([caffeine, extract], doses, doses, {"caffeine": (0.2, "g")}) == []
    later = {"5": doses["5"], "6": [*doses["6"], (0.4, "g")]}
    found = over_own_limits([caffeine, extract], doses, later, {"caffeine": (200.1, "mg")})
    assert [(one.code, one.supplements) for one in found] == [("over_limit", ("5",)), ("would_be_over_limit", ("6",))]


def test_contraindications_are_those_that_are_known() -> None:
    herb = InUse("4", "Ashwagandha", contraindications=frozenset({"pregnancy", "under-18", "liver-disease"}))
    assert contraindicated([herb], MAN) == []
    assert [one.detail[:46] for one in contraindicated([herb], Athlete(life_stage="pregnancy"))] == [
        "Ashwagandha is not for people in pregnancy. Ta"
    ]
    assert len(contraindicated([herb, IRON], Athlete(age_y=16, life_stage="pregnancy"))) == 2


def test_target_in_force_is_held_to_the_floor_of_today() -> None:
    assert [one.code for one in of_target(1779, "manual", MAN)] == ["target_below_floor"]
    assert of_target(1780, "manual", MAN) == []
    assert of_target(None, "manual", replace(MAN, age_y=16)) == []
    assert [one.code for one in of_target(2500, "manual", replace(MAN, age_y=16))] == ["ask_a_professional"]
    assert of_target(1200, "professional", replace(MAN, age_y=16)) == []


def test_no_word_prescribes() -> None:
    everything = [
        *over_limits([over("magnesium", 400)], [over("zinc", 500)]),
        *interactions_among([IRON, CALCIUM], [KEEP_APART]),
        *contraindicated([replace(IRON, contraindications=frozenset({"under-18"}))], Athlete(age_y=16)),
        *not_counted(["Iron"]),
    ]
    assert len(everything) == 5
    for one in everything:
        assert not [word for word in ("take ", "stop", "should", " mg", "dose of 4") if word in one.detail.lower()]
