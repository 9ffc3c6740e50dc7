from rest_framework.routers import SimpleRouter

from catalog.api import views

router = SimpleRouter()
router.register("library/muscles", views.MuscleViewSet, "muscle")
router.register("library/equipment", views.EquipmentViewSet, "equipment")
router.register("library/exercise-types", views.LibraryExerciseTypeViewSet, "library-exercise-type")
router.register("exercise-types", views.ExerciseTypeViewSet, "exercise-type")

urlpatterns = router.urls
