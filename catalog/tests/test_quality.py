"""Each fault: a row that has it is found, and a sound one beside it is not."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from catalog.models import (
    ExerciseType,
    Food,
    NutritionTemplate,
    NutritionTemplateMeal,
    Program,
    ProgramSet,
    ProgramSlot,
    RecommendationRule,
    Supplement,
)
from catalog.models.nutrient import ReferenceIntake
from catalog.services import quality
from catalog.tests.factories import make_canonical, make_muscle, make_nutrient, make_program

pytestmark = pytest.mark.django_db
NAMES = {"de": "Name", "es": "Nombre", "fr": "Nom"}
SOUND: dict[Any, dict[str, Any]] = {
    ExerciseType: {"instructions": "1. Lift.", "primary_muscles": ["chest"]},
    Food: {
        "nutrients": {"energy": 60, "protein": 10, "fat": 0, "carbohydrate": 5, "water": 85},
    },
    Supplement: {},
    NutritionTemplate: {},
    RecommendationRule: {"area": "recovery"},
    Program: {},
}
number = iter(range(1_000_000))


def sound(model: Any, **values: Any) -> Any:
    """A row without any fault, but for what `values` say."""
    unique = next(number)
    called = {"title": f"Row {unique}"} if model is Program else {"name": f"Row {unique}", "names": NAMES}
    given = {"slug": f"row-{unique}", "source": "dropset", **called, **SOUND[model], **values}
    return model.objects.create(user=None, **given)


def food(**nutrients: float) -> Any:
    return sound(Food, nutrients={"protein": 10, "fat": 0, "carbohydrate": 5, **nutrients})


def template(*shares: str) -> Any:
    made = sound(NutritionTemplate)
    for share in shares:
        NutritionTemplateMeal.objects.create(user=None, template=made, name="Meal", slot="lunch", energy_percent=share)
    return made


def twins(model: Any) -> list[Any]:
    return [sound(model, name=f"Élan {model.__name__}"), sound(model, name=f"elan, {model.__name__.upper()}!")]


def broken_chain(model: Any) -> Any:
    """Leads to a row that is retired too, and to none after it."""
    return sound(model, status="retired", replaced_by=sound(model, status="retired"))


def program(source: str = "dropset") -> Any:
    return make_program(slug=f"program-{next(number)}", source=source)


def program_without_sets() -> Any:
    made = program()
    slot = ProgramSlot.objects.filter(day__program=made).first()
    ProgramSet.objects.filter(slot=slot).delete()
    return made


MAKE: dict[str, Callable[[], Any]] = {
    "exercisetype.missing_instructions": lambda: sound(ExerciseType, instructions=""),
    "exercisetype.no_muscles": lambda: sound(ExerciseType, primary_muscles=[]),
    "food.no_nutrients": lambda: sound(Food, nutrients={}),
    "food.energy_off": lambda: food(energy=251),  # kJ for kcal
    "food.too_heavy": lambda: food(water=89),
    "supplement.dose_over_limit": lambda: sound(
        Supplement,
        dose_low="1",
        dose_high="3",
        dose_unit="g",
        dose_basis="day",
        upper_limit="2500",
        upper_limit_unit="mg",
    ),
    "supplement.no_citation": lambda: sound(Supplement, evidence_grade="a"),
    "program.no_days": lambda: sound(Program),
    "program.no_sets": program_without_sets,
    "nutritiontemplate.shares_off": lambda: template("50", "40"),
}
for each in quality.NAMED:
    MAKE[f"{each._meta.model_name}.no_translation"] = partial(sound, each, names={"de": "Name", "es": "Nombre"})
    MAKE[f"{each._meta.model_name}.duplicate_name"] = partial(twins, each)
for each in quality.WITH_STATUS:
    MAKE[f"{each._meta.model_name}.broken_chain"] = partial(broken_chain, each)
    MAKE[f"{each._meta.model_name}.no_source"] = partial(sound, each, source="")
MAKE["program.no_source"] = partial(program, source="")
MAKE["nutrient.no_source"] = lambda: make_nutrient("zinc")
MAKE["referenceintake.no_source"] = lambda: ReferenceIntake.objects.create(
    slug="zinc-rda",
    nutrient=make_nutrient("zinc", source="USDA"),
    kind="rda",
    age_from_y="19",
    value="11",
    unit="mg",
    source="",
)


@pytest.fixture(autouse=True)
def muscles() -> None:
    make_muscle("chest")


def test_every_fault_is_tried() -> None:
    assert {fault.key for fault in quality.faults()} == set(MAKE)


@pytest.mark.parametrize("key", sorted(MAKE))
def test_fault_is_found_and_nothing_else(key: str, alice: User) -> None:
    for model in quality.NAMED:
        sound(model)
    program()
    template("60", "40")
    assert quality.findings() == []
    made = MAKE[key]()
    rows = made if isinstance(made, list) else [made]
    (finding,) = (found for found in quality.findings() if found.fault.key == key)
    assert ({row.pk for row in finding.shown}, finding.count) == ({row.pk for row in rows}, len(rows))


@pytest.mark.parametrize(
    ("energy", "others", "found"),
    [
        (60, {}, []),
        (20, {"fiber": 5}, []),  # fibre gives less than 4 kcal/g
        (20, {}, ["energy_off"]),
        (231, {"alcohol": 33, "protein": 0, "carbohydrate": 0}, []),
        (231, {"protein": 0, "carbohydrate": 0}, ["energy_off"]),
    ],
)
def test_energy_has_room_for_fibre_and_alcohol(energy: float, others: dict[str, float], found: list[str]) -> None:
    food(energy=energy, **others)
    assert [one.fault.code for one in quality.findings()] == found


def test_what_a_drink_does_not_say_may_be_alcohol() -> None:
    spirits = {"energy": 231, "protein": 0, "fat": 0, "carbohydrate": 0, "water": 66.6, "ash": 0}
    sound(Food, nutrients=spirits, category="beverages")
    assert quality.findings() == []


def test_limit_in_another_unit_is_not_compared_with_another_kind_of_dose() -> None:
    limit = {"upper_limit": "2", "upper_limit_unit": "mg", "dose_low": "5", "dose_basis": "day"}
    sound(Supplement, **limit, dose_unit="cfu")
    sound(Supplement, **limit, dose_unit="mg", warnings=["More than the limit."])
    sound(Supplement, **(limit | {"dose_basis": "kg_day"}), dose_unit="mg")
    assert quality.findings() == []


def test_chain_that_ends_at_something_published_is_whole_and_a_circle_is_not() -> None:
    end = sound(ExerciseType)
    middle = sound(ExerciseType, status="retired", replaced_by=end)
    sound(ExerciseType, status="retired", replaced_by=middle)
    assert quality.findings() == []
    one = sound(ExerciseType, status="retired")
    other = sound(ExerciseType, status="retired", replaced_by=one)
    ExerciseType.objects.filter(pk=one.pk).update(replaced_by=other)
    (finding,) = quality.findings()
    assert {row.pk for row in finding.shown} == {one.pk, other.pk}


def test_branded_food_has_one_name_everywhere_and_may_share_it_with_another_brand() -> None:
    for brand in ("Acme", "Bolt"):
        sound(Food, name="Peanut butter", brand=brand, names={})
    assert quality.findings() == []


def test_what_is_retired_or_private_is_left_alone(alice: User) -> None:
    sound(ExerciseType, instructions="", primary_muscles=[], names={}, source="", status="retired")
    ExerciseType.objects.create(user=alice, name="Mine")
    assert quality.findings() == []


@pytest.mark.parametrize("count", [1, 30])
def test_it_asks_as_much_however_much_is_wrong(count: int, django_assert_num_queries: Any) -> None:
    for n in range(count):
        make_canonical(f"type-{n}", source="dropset")
    # a count for each fault, and the rows of the three that are there
    with django_assert_num_queries(len(quality.faults()) + 3):
        assert [found.count for found in quality.findings()] == [count] * 3


def test_command_says_what_is_wrong_and_fails(capsys: Any) -> None:
    sound(ExerciseType, slug="bench-press", instructions="")
    with pytest.raises(CommandError, match="Kinds of faults: 1"):
        call_command("check_catalog")
    assert capsys.readouterr().out == "exercise types: No instructions: 1\n  bench-press\n"


def test_command_is_content_with_a_sound_library(capsys: Any) -> None:
    sound(ExerciseType)
    call_command("check_catalog")
    assert capsys.readouterr().out == "The library has no faults.\n"
