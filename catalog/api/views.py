"""The words of the library, and exercise types."""

from typing import ClassVar

from catalog.api import filters, serializers
from catalog.api.library import LibraryViewSet, RowsViewSet
from catalog.api.pages import ByPosition
from catalog.api.suggestions import Suggesting
from catalog.models import Equipment, Muscle, Nutrient, ReferenceIntake


class MuscleViewSet(LibraryViewSet):
    queryset = Muscle.objects.all()
    serializer_class = serializers.MuscleSerializer
    filterset_class = filters.MuscleFilter


class EquipmentViewSet(LibraryViewSet):
    queryset = Equipment.objects.all()
    serializer_class = serializers.EquipmentSerializer
    filterset_class = filters.EquipmentFilter


class NutrientViewSet(LibraryViewSet):
    """What foods are made of, in the order of labels."""

    queryset = Nutrient.objects.all()
    serializer_class = serializers.NutrientSerializer
    filterset_class = filters.NutrientFilter
    pagination_class = ByPosition


class ReferenceIntakeViewSet(LibraryViewSet):
    """How much of a nutrient people need a day, or should not exceed."""

    queryset = ReferenceIntake.objects.all()
    serializer_class = serializers.ReferenceIntakeSerializer
    filterset_class = filters.ReferenceIntakeFilter


class LibraryExerciseTypeViewSet(RowsViewSet):
    """The published exercise types. A retired one is still found by its id or slug, for the logs that name it."""

    serializer_class = serializers.LibraryExerciseTypeSerializer
    filterset_class = filters.LibraryExerciseTypeFilter
    facet_columns: ClassVar = {
        "category": "category",
        "level": "level",
        "movement_pattern": "movement_pattern",
        "mechanic": "mechanic",
        "equipment": "equipment",
        "primary_muscle": "primary_muscles",
        "source": "source",
    }


class ExerciseTypeViewSet(Suggesting):
    """The user's own exercise types: private, and usable at once."""

    serializer_class = serializers.ExerciseTypeSerializer
    filterset_class = filters.ExerciseTypeFilter
