from django.urls import path
from rest_framework.routers import SimpleRouter

from nutrition.api import diary, meals, others

router = SimpleRouter()
router.register("meals", meals.MealViewSet, "meal")
router.register("meal-items", meals.MealItemViewSet, "meal-item")
router.register("meal-logs", diary.MealLogViewSet, "meal-log")
router.register("meal-log-items", diary.MealLogItemViewSet, "meal-log-item")
router.register("nutrition-targets", others.NutritionTargetViewSet, "nutrition-target")
router.register("supplement-plans", others.SupplementPlanViewSet, "supplement-plan")
router.register("supplement-logs", others.SupplementLogViewSet, "supplement-log")
router.register("water-logs", others.WaterLogViewSet, "water-log")

urlpatterns = [
    *router.urls,
    path("nutrition/days/copy/", diary.CopyDayView.as_view(), name="nutrition-copy-day"),
]
