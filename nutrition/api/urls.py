from rest_framework.routers import SimpleRouter

from nutrition.api import logs, meals

router = SimpleRouter()
router.register("meals", meals.MealViewSet, "meal")
router.register("meal-items", meals.MealItemViewSet, "meal-item")
router.register("meal-logs", logs.MealLogViewSet, "meal-log")
router.register("meal-log-items", logs.MealLogItemViewSet, "meal-log-item")
router.register("nutrition-targets", logs.NutritionTargetViewSet, "nutrition-target")
router.register("supplement-plans", logs.SupplementPlanViewSet, "supplement-plan")
router.register("supplement-logs", logs.SupplementLogViewSet, "supplement-log")
router.register("water-logs", logs.WaterLogViewSet, "water-log")

urlpatterns = router.urls
