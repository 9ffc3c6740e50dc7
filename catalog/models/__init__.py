from catalog.models.editorial import DistinctPair, EditorialStep, Merge, MovedRow, Suggestion
from catalog.models.exercise_type import ExerciseType
from catalog.models.food import Food, KeptFood, StaleFood
from catalog.models.import_run import ImportRun
from catalog.models.nutrient import Nutrient, ReferenceIntake
from catalog.models.nutrition_template import NutritionTemplate, NutritionTemplateItem, NutritionTemplateMeal
from catalog.models.program import Program, ProgramDay, ProgramSet, ProgramSlot, ProgramWeek
from catalog.models.proposal import Proposal
from catalog.models.recommendation_rule import RecommendationRule
from catalog.models.saved_filter import SavedFilter
from catalog.models.search import SearchWord
from catalog.models.seeded_row import SeededRow
from catalog.models.supplement import Supplement, SupplementInteraction
from catalog.models.vocabulary import Equipment, Muscle

__all__ = [
    "DistinctPair",
    "EditorialStep",
    "Equipment",
    "ExerciseType",
    "Food",
    "ImportRun",
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
    "Proposal",
    "RecommendationRule",
    "ReferenceIntake",
    "SavedFilter",
    "SearchWord",
    "SeededRow",
    "StaleFood",
    "Suggestion",
    "Supplement",
    "SupplementInteraction",
]
