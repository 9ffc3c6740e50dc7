from django.urls import path
from rest_framework.routers import SimpleRouter

from catalog.api import (
    barcodes,
    foods,
    nutrition_templates,
    programs,
    recommendation_rules,
    suggestions,
    supplements,
    views,
)

router = SimpleRouter()
router.register("library/muscles", views.MuscleViewSet, "muscle")
router.register("library/equipment", views.EquipmentViewSet, "equipment")
router.register("library/exercise-types", views.LibraryExerciseTypeViewSet, "library-exercise-type")
router.register("library/programs", programs.LibraryProgramViewSet, "library-program")
router.register("library/foods", foods.LibraryFoodViewSet, "library-food")
router.register("library/nutrients", views.NutrientViewSet, "nutrient")
router.register("library/reference-intakes", views.ReferenceIntakeViewSet, "reference-intake")
router.register("library/supplements", supplements.LibrarySupplementViewSet, "library-supplement")
router.register(
    "library/nutrition-templates", nutrition_templates.LibraryNutritionTemplateViewSet, "library-nutrition-template"
)
router.register(
    "library/recommendation-rules",
    recommendation_rules.LibraryRecommendationRuleViewSet,
    "library-recommendation-rule",
)
router.register("exercise-types", views.ExerciseTypeViewSet, "exercise-type")
router.register("programs", programs.ProgramViewSet, "program")
router.register("program-weeks", programs.ProgramWeekViewSet, "program-week")
router.register("program-days", programs.ProgramDayViewSet, "program-day")
router.register("program-slots", programs.ProgramSlotViewSet, "program-slot")
router.register("program-sets", programs.ProgramSetViewSet, "program-set")
router.register("foods", foods.FoodViewSet, "food")
router.register("suggestions", suggestions.SuggestionViewSet, "suggestion")
router.register("kept-foods", foods.KeptFoodViewSet, "kept-food")
router.register("supplements", supplements.SupplementViewSet, "supplement")
router.register("supplement-interactions", supplements.SupplementInteractionViewSet, "supplement-interaction")
router.register("nutrition-templates", nutrition_templates.NutritionTemplateViewSet, "nutrition-template")
router.register("nutrition-template-meals", nutrition_templates.NutritionTemplateMealViewSet, "nutrition-template-meal")
router.register("nutrition-template-items", nutrition_templates.NutritionTemplateItemViewSet, "nutrition-template-item")

urlpatterns = [path("foods/barcode/<str:gtin>/", barcodes.BarcodeView.as_view(), name="food-barcode"), *router.urls]
