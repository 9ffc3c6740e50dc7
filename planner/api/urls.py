from django.urls import path
from rest_framework.routers import SimpleRouter

from planner.api import days, views

router = SimpleRouter()
router.register("schedule-blocks", views.ScheduleBlockViewSet, "schedule-block")
router.register("block-exceptions", views.BlockExceptionViewSet, "block-exception")
router.register("habits", views.HabitViewSet, "habit")
router.register("completions", views.CompletionViewSet, "completion")
router.register("top-three-items", views.TopThreeItemViewSet, "top-three-item")
router.register("mechanisms", views.MechanismViewSet, "mechanism")
router.register("log-entries", views.LogEntryViewSet, "log-entry")
router.register("reminders", views.ReminderViewSet, "reminder")

urlpatterns = [
    path("planner/day/", days.DayView.as_view(), name="planner-day"),
    path("planner/week/", days.WeekView.as_view(), name="planner-week"),
    *router.urls,
]
