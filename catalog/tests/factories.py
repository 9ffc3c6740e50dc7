from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from catalog.models import (
    Equipment,
    ExerciseType,
    Food,
    KeptFood,
    Muscle,
    Nutrient,
    NutritionTemplate,
    NutritionTemplateItem,
    NutritionTemplateMeal,
    Program,
    ProgramDay,
    ProgramSet,
    ProgramSlot,
    ProgramWeek,
    RecommendationRule,
    ReferenceIntake,
    Suggestion,
    Supplement,
    SupplementInteraction,
)
from lib.tests.factories import Example, as_id, make, register

BREAK_THE_PRESCRIPTION: dict[str, dict[str, Any]] = {
    "target_typed_load_unit": {"target_typed_load": "225.000"},
    "target_load_as_typed": {"target_load_kg": "100", "target_typed_load": "100", "target_typed_load_unit": "lb"},
    "target_reps_in_order": {"target_reps": 8, "target_max_reps": 6},
    "target_percentage_of": {"target_percentage": "80.00"},
}


def broken_prescriptions(name: str) -> dict[str, dict[str, Any]]:
    """name: of the model's table."""
    return {f"{name}_{fact}": values for fact, values in BREAK_THE_PRESCRIPTION.items()}


def broken_editorial(name: str) -> dict[str, dict[str, Any]]:
    """name: of the model's table."""
    return {
        f"{name}_scheduled_for": {"publish_at": timezone.now()},
        f"{name}_replaced_if_retired": {"replaced_by_id": UUID(int=13)},
    }


def broken_library(name: str) -> dict[str, dict[str, Any]]:
    return {**broken_editorial(name), f"{name}_slug_if_canonical": {"slug": "a-slug"}}


register(
    Example(
        ExerciseType,
        document=lambda user: {"name": "Towel curl"},
        patch={"name": "Towel row", "aliases": ["Beach towel row"]},
        breaks=broken_library("catalog_exercisetype"),
    )
)
register(
    Example(
        Food,
        document=lambda user: {"name": "Grandma's bread"},
        patch={"name": "Rye bread", "brand": "Home", "portions": [{"name": "slice", "grams": 40}]},
        breaks=broken_library("catalog_food"),
    )
)
register(
    Example(
        KeptFood,
        document=lambda user: {"food": as_id(any_food()), "name": "Oats"},
        patch={"name": "Rolled oats", "nutrients": {"protein": 13.2}},
    )
)
register(
    Example(
        Supplement,
        document=lambda user: {"name": "Greens powder"},
        patch={"name": "Green powder", "forms": ["powder"], "warnings": ["Tastes of hay."]},
        breaks={
            **broken_library("catalog_supplement"),
            "catalog_supplement_doses_in_order": {
                "dose_low": "5",
                "dose_high": "3",
                "dose_unit": "g",
                "dose_basis": "day",
            },
            "catalog_supplement_dose_unit": {"dose_low": "5"},
            "catalog_supplement_upper_limit_unit": {"upper_limit": "5"},
        },
    )
)
register(
    Example(
        SupplementInteraction,
        document=lambda user: {
            "supplement": as_id(make(Supplement, user)),
            "with_kind": "medicine",
            "with_name": "Levothyroxine",
        },
        patch={"severity": "serious", "separate_hours": "4.0", "ask_clinician": True},
    )
)
register(
    Example(
        NutritionTemplate,
        document=lambda user: {"name": "My usual week"},
        patch={"name": "A lighter week", "energy_percent": "85.0", "diet": "vegetarian"},
        breaks={
            **broken_library("catalog_nutritiontemplate"),
            "catalog_nutritiontemplate_fat_in_order": {
                "fat_energy_percent_min": "30.0",
                "fat_energy_percent_max": "20.0",
            },
        },
    )
)
register(
    Example(
        NutritionTemplateMeal,
        document=lambda user: {
            "template": as_id(make(NutritionTemplate, user)),
            "name": "Breakfast",
            "slot": "breakfast",
        },
        patch={"name": "Late breakfast", "energy_percent": "30.0", "position": 1.5},
    )
)
register(
    Example(
        NutritionTemplateItem,
        document=lambda user: {
            "meal": as_id(make(NutritionTemplateMeal, user)),
            "food": as_id(any_food()),
            "grams": "80.0",
        },
        patch={"grams": "60.0", "typed_name": "Porridge"},
    )
)
register(
    Example(
        RecommendationRule,
        document=lambda user: {"name": "Rest", "area": "recovery"},
        patch={"message": "Take a day off.", "priority": 200},
        breaks=broken_library("catalog_recommendationrule"),
    )
)
register(
    Example(
        Suggestion,
        document=lambda user: {
            "kind": "exercise_type",
            "row_id": as_id(make(ExerciseType, user)),
            "name": "Towel curl",
        },
        patch={"message": "We all do it."},
        breaks={
            "catalog_suggestion_answered": {"answered_at": timezone.now()},
            "catalog_suggestion_library": {"library_id": UUID(int=13)},
        },
    )
)
register(
    Example(
        Program,
        document=lambda user: {"title": "Four days a week"},
        patch={"title": "Three days a week", "weeks": 12, "tags": ["strength"]},
        breaks={
            **broken_editorial("catalog_program"),
            "catalog_program_slug_if_canonical": {"slug": "four-days-a-week"},
        },
    )
)
register(
    Example(
        ProgramWeek,
        document=lambda user: {"program": as_id(make(Program, user)), "number": 4},
        patch={"kind": "deload", "title": "Easy week"},
    )
)
register(
    Example(
        ProgramDay,
        document=lambda user: {"program": as_id(make(Program, user))},
        patch={"title": "Upper body", "week": 2, "position": 1.5},
    )
)
register(
    Example(
        ProgramSlot,
        document=lambda user: {"day": as_id(make(ProgramDay, user)), "exercise_type": as_id(any_canonical())},
        patch={"progression": {"kind": "linear", "increment": {"value": 2.5, "unit": "kg"}}, "rest_s": 180},
    )
)
register(
    Example(
        ProgramSet,
        document=lambda user: {"slot": as_id(make(ProgramSlot, user)), "target_reps": 5},
        patch={"target_reps": 8, "target_max_reps": 12, "target_rir": "2.0", "week": 1},
        breaks={
            "catalog_programset_one_load": {"target_load_kg": "100.00", "target_rpe": "8.0"},
            **broken_prescriptions("catalog_programset"),
        },
    )
)


def any_canonical() -> ExerciseType:
    return ExerciseType.objects.filter(user=None).first() or make_canonical()


def any_food() -> Food:
    return Food.objects.filter(user=None).first() or make_food()


def make_food(slug: str = "oats", **values: Any) -> Food:
    """Canonical."""
    found: Food = Food.objects.create(user=None, slug=slug, **{"name": slug.replace("-", " ").title(), **values})
    return found


def make_shared(model: Any, slug: str, **values: Any) -> Any:
    """A canonical row of any library that has names."""
    needed = {"area": "recovery"} if model is RecommendationRule else {}
    return model.objects.create(user=None, slug=slug, **{"name": slug.replace("-", " ").title(), **needed, **values})


def make_intake(slug: str = "protein-rda", **values: Any) -> ReferenceIntake:
    nutrient = values.pop("nutrient", "protein")
    if not Nutrient.objects.filter(pk=nutrient).exists():
        make_nutrient(nutrient)
    values = {"kind": "rda", "age_from_y": "19.00", "value": "56.0000", "unit": "g", "source": "a table", **values}
    return ReferenceIntake.objects.create(slug=slug, nutrient_id=nutrient, **values)


def make_nutrient(slug: str = "protein", **values: Any) -> Nutrient:
    values = {"name": slug.title(), "unit": "g", "category": "macronutrient", **values}
    return Nutrient.objects.create(slug=slug, **values)


def make_canonical(slug: str = "bench-press", **values: Any) -> ExerciseType:
    found: ExerciseType = ExerciseType.objects.create(
        user=None, slug=slug, **{"name": slug.replace("-", " ").title(), **values}
    )
    return found


def make_muscle(slug: str = "chest", **values: Any) -> Muscle:
    return Muscle.objects.create(slug=slug, **{"name": slug.title(), "body_region": "upper", "side": "front", **values})


def make_equipment(slug: str = "barbell", **values: Any) -> Equipment:
    return Equipment.objects.create(slug=slug, **{"name": slug.title(), "kind": "free_weight", **values})


def make_program(
    user: User | None = None, *, slug: str = "base", status: str = "draft", days: int = 2, **values: Any
) -> Program:
    """Of two weeks, the second with sets of its own; of days with two slots each. Without a user it is canonical."""
    program = Program.objects.create(
        user=user, slug=None if user else slug, status="draft", **{"title": "Base", "weeks": 2, **values}
    )
    ProgramWeek.objects.create(user=user, program=program, number=2, kind="deload")
    for n in range(1, days + 1):
        day = ProgramDay.objects.create(user=user, program=program, title=f"Day {n}", position=n)
        for position in (1, 2):
            slot = ProgramSlot.objects.create(user=user, day=day, position=position, exercise_type=any_canonical())
            for week, reps in ((None, 5), (None, 5), (2, 3)):
                ProgramSet.objects.create(user=user, slot=slot, week=week, target_reps=reps)
    Program.objects.filter(pk=program.pk).update(status=status)
    program.refresh_from_db()
    return program
