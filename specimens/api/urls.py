from rest_framework.routers import SimpleRouter

from specimens.api import views

router = SimpleRouter()
router.register("plans", views.PlanViewSet, "plan")
router.register("plan-days", views.PlanDayViewSet, "plan-day")
router.register("plan-slots", views.PlanSlotViewSet, "plan-slot")

urlpatterns = router.urls
