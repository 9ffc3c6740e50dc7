from rest_framework.routers import SimpleRouter

from training.api import templates, views

router = SimpleRouter()
router.register("workouts", views.WorkoutViewSet, "workout")
router.register("exercises", views.ExerciseViewSet, "exercise")
router.register("sets", views.SetViewSet, "set")
router.register("measurements", views.MeasurementViewSet, "measurement")
router.register("gyms", views.GymViewSet, "gym")
router.register("gym-items", views.GymItemViewSet, "gymitem")
router.register("workout-templates", templates.WorkoutTemplateViewSet, "workout-template")
router.register("template-exercises", templates.TemplateExerciseViewSet, "template-exercise")
router.register("template-sets", templates.TemplateSetViewSet, "template-set")

urlpatterns = router.urls
