"""Where curators maintain the library."""

from catalog.admin.exercise_types import ExerciseTypeAdmin
from catalog.admin.foods import FoodAdmin, KeptFoodAdmin
from catalog.admin.imports import ImportRunAdmin
from catalog.admin.merging import MergeAdmin
from catalog.admin.nutrition_templates import NutritionTemplateAdmin
from catalog.admin.programs import ProgramAdmin
from catalog.admin.proposals import ProposalAdmin
from catalog.admin.rules import RecommendationRuleAdmin
from catalog.admin.suggestions import EditorialStepAdmin, SuggestionAdmin
from catalog.admin.supplements import SupplementAdmin
from catalog.admin.vocabularies import EquipmentAdmin, MuscleAdmin, NutrientAdmin, ReferenceIntakeAdmin

__all__ = [
    "EditorialStepAdmin",
    "EquipmentAdmin",
    "ExerciseTypeAdmin",
    "FoodAdmin",
    "ImportRunAdmin",
    "KeptFoodAdmin",
    "MergeAdmin",
    "MuscleAdmin",
    "NutrientAdmin",
    "NutritionTemplateAdmin",
    "ProgramAdmin",
    "ProposalAdmin",
    "RecommendationRuleAdmin",
    "ReferenceIntakeAdmin",
    "SuggestionAdmin",
    "SupplementAdmin",
]
