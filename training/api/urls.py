from django.urls import path
from rest_framework.routers import SimpleRouter

from training.api import calendar, files, mesocycles, schedule, templates, views, wishes

router = SimpleRouter()
router.register("workouts", views.WorkoutViewSet, "workout")
router.register("exercises", views.ExerciseViewSet, "exercise")
router.register("exercise-aliases", views.ExerciseAliasViewSet, "exercise-alias")
router.register("sets", views.SetViewSet, "set")
router.register("measurements", views.MeasurementViewSet, "measurement")
router.register("gyms", views.GymViewSet, "gym")
router.register("gym-items", views.GymItemViewSet, "gymitem")
router.register("workout-templates", templates.WorkoutTemplateViewSet, "workout-template")
router.register("template-exercises", templates.TemplateExerciseViewSet, "template-exercise")
router.register("template-sets", templates.TemplateSetViewSet, "template-set")

router.register("enrolments", schedule.EnrolmentViewSet, "enrolment")
router.register("scheduled-workouts", schedule.ScheduledWorkoutViewSet, "scheduled-workout")
router.register("progression-states", schedule.ProgressionStateViewSet, "progression-state")
router.register("mesocycles", mesocycles.MesocycleViewSet, "mesocycle")
router.register("mesocycle-weeks", mesocycles.MesocycleWeekViewSet, "mesocycle-week")
router.register("favourites", wishes.FavouriteViewSet, "favourite")
router.register("goals", wishes.GoalViewSet, "goal")

urlpatterns = [
    *router.urls,
    path("programs/<uuid:pk>/schedule/", schedule.ScheduleView.as_view(), name="program-schedule"),
    path("calendar", calendar.CalendarView.as_view(), name="calendar"),
    path("calendar/address", calendar.AddressView.as_view(), name="calendar-address"),
    path("calendar/<str:secret>.ics", calendar.FeedView.as_view(), name="calendar-feed"),
    path("import/file", files.ImportFileView.as_view(), name="import-file"),
]
