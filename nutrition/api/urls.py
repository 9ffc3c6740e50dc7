from django.urls import path
from rest_framework.routers import SimpleRouter

from nutrition.api import days, diary, meals, others, suggestions

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
    path("nutrition/days/copy/", diary.CopyDayView.as_view(), name="nutrition-copy-day"),
    path("nutrition/day/", days.DayView.as_view(), name="nutrition-day"),
    path("nutrition/range/", days.RangeView.as_view(), name="nutrition-range"),
    path("nutrition/adherence/", days.AdherenceView.as_view(), name="nutrition-adherence"),
    path("nutrition/targets/suggest/", suggestions.SuggestView.as_view(), name="nutrition-targets-suggest"),
    *router.urls,
]
