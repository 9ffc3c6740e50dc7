from typing import Any

from catalog.models import Supplement
from catalog.tests.factories import any_food
from lib.tests.factories import Example, as_id, make, register
from nutrition.models import (
    Meal,
    MealItem,
    MealLog,
    MealLogItem,
    NutritionTarget,
    SupplementLog,
    SupplementPlan,
    WaterLog,
)

DAY = "2026-03-02"


def any_supplement() -> Supplement:
    return Supplement.objects.filter(user=None).first() or make_supplement()


def make_supplement(slug: str = "zinc-tablets", **values: Any) -> Supplement:
    """Canonical."""
    found: Supplement = Supplement.objects.create(
        user=None, slug=slug, **{"name": slug.replace("-", " ").title(), **values}
    )
    return found


register(
    Example(
        Meal,
        document=lambda user: {"name": "Porridge"},
        patch={"servings": "2.00", "slot": "breakfast", "tags": ["warm"]},
    )
)
register(
    Example(
        MealItem,
        document=lambda user: {"meal": as_id(make(Meal, user)), "food": as_id(any_food()), "grams": "80.00"},
        patch={"grams": "100.00", "portion": "cup", "portion_count": "1.000"},
        breaks={"nutrition_mealitem_portion": {"portion": "cup"}},
    )
)
register(
    Example(
        MealLog,
        document=lambda user: {"eaten_on": DAY},
        patch={"slot": "lunch", "title": "Canteen", "status": "planned"},
    )
)
register(
    Example(
        MealLogItem,
        document=lambda user: {"meal_log": as_id(make(MealLog, user)), "food": as_id(any_food()), "grams": "150.00"},
        patch={"grams": "120.00", "notes": "Left some."},
        breaks={
            "nutrition_meallogitem_portion": {"portion_count": "2.000"},
            "nutrition_meallogitem_weighed": {"grams": None},
        },
    )
)
register(
    Example(
        NutritionTarget,
        document=lambda user: {"energy_kcal": "2400.0"},
        patch={"protein_g": "150.0", "reason": "More training."},
        breaks={"nutrition_nutritiontarget_says_something": {"energy_kcal": None}},
    )
)
register(
    Example(
        SupplementPlan,
        document=lambda user: {"supplement": as_id(any_supplement()), "starts_on": DAY},
        patch={"dose": "15.0000", "dose_unit": "mg", "weekdays": ["friday", "monday"]},
        breaks={
            "nutrition_supplementplan_dose_unit": {"dose": "15.0000"},
            "nutrition_supplementplan_weekdays_known": {"weekdays": ["someday"]},
            "nutrition_supplementplan_cycle": {"cycle_days_on": 5},
            "nutrition_supplementplan_ends_after_start": {"ends_on": "2026-03-01"},
        },
    )
)
register(
    Example(
        SupplementLog,
        document=lambda user: {"supplement": as_id(any_supplement()), "taken_on": DAY},
        patch={"status": "skipped", "notes": "Forgotten."},
        breaks={
            "nutrition_supplementlog_dose_unit": {"dose_unit": "mg"},
            "nutrition_supplementlog_id": {"plan": "00000000-0000-4000-8000-000000000000"},
        },
    )
)
register(
    Example(
        WaterLog,
        document=lambda user: {"drunk_on": DAY, "amount_ml": 250},
        patch={"amount_ml": 300},
    )
)
