from nutrition.models.meal import Meal, MealItem
from nutrition.models.meal_log import MealLog, MealLogItem
from nutrition.models.supplement import SupplementLog, SupplementPlan
from nutrition.models.target import NutritionTarget
from nutrition.models.water import WaterLog

__all__ = [
    "Meal",
    "MealItem",
    "MealLog",
    "MealLogItem",
    "NutritionTarget",
    "SupplementLog",
    "SupplementPlan",
    "WaterLog",
]
