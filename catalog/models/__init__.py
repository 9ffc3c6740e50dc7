from catalog.models.editorial import DistinctPair, EditorialStep, Merge, MovedRow, Suggestion
from catalog.models.exercise_type import ExerciseType
from catalog.models.food import Food, KeptFood, StaleFood
from catalog.models.nutrient import Nutrient, ReferenceIntake
from catalog.models.nutrition_template import NutritionTemplate, NutritionTemplateItem, NutritionTemplateMeal
from catalog.models.program import Program, ProgramDay, ProgramSet, ProgramSlot, ProgramWeek
from catalog.models.recommendation_rule import RecommendationRule
from catalog.models.search import SearchWord
from catalog.models.supplement import Supplement, SupplementInteraction
from catalog.models.vocabulary import Equipment, Muscle

__all__ = [
    "DistinctPair",
    "EditorialStep",
    "Equipment",
    "ExerciseType",
    "Food",
    "KeptFood",
    "Merge",
    "MovedRow",
    "Muscle",
    "Nutrient",
    "NutritionTemplate",
    "NutritionTemplateItem",
    "NutritionTemplateMeal",
    "Program",
    "ProgramDay",
    "ProgramSet",
    "ProgramSlot",
    "ProgramWeek",
    "RecommendationRule",
    "ReferenceIntake",
    "SearchWord",
    "StaleFood",
    "Suggestion",
    "Supplement",
    "SupplementInteraction",
]
