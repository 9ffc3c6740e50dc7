from rest_framework.routers import SimpleRouter

from specimens.api import views

router = SimpleRouter()
router.register("plans", views.PlanViewSet, "plan")
router.register("plan-days", views.PlanDayViewSet, "plan-day")
router.register("plan-slots", views.PlanSlotViewSet, "plan-slot")
router.register("rooms", views.RoomViewSet, "room")
router.register("racks", views.RackViewSet, "rack")
router.register("day-notes", views.DayNoteViewSet, "day-note")
router.register("kits", views.KitViewSet, "kit")
router.register("shelves", views.ShelfViewSet, "shelf")
router.register("crates", views.CrateViewSet, "crate")

urlpatterns = router.urls
