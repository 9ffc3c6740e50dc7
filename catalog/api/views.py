from typing import Any

from django.db.models import QuerySet

from catalog.api import filters, serializers
from catalog.models import Equipment, ExerciseType, Muscle
from lib.api import OwnedViewSet, RenderedReads
from lib.pagination import Pagination


class ByName(Pagination):
    ordering = ("name", "id")


class BySlug(Pagination):
    ordering = ("slug",)


class LibraryViewSet(RenderedReads):
    """A part of the library: read-only, with an ETag on every answer."""


class MuscleViewSet(LibraryViewSet):
    queryset = Muscle.objects.all()
    serializer_class = serializers.MuscleSerializer
    filterset_class = filters.MuscleFilter
    pagination_class = BySlug


class EquipmentViewSet(LibraryViewSet):
    queryset = Equipment.objects.all()
    serializer_class = serializers.EquipmentSerializer
    filterset_class = filters.EquipmentFilter
    pagination_class = BySlug


class LibraryExerciseTypeViewSet(LibraryViewSet):
    """The published exercise types. A retired one is still found by its id, for the logs that name it."""

    queryset = ExerciseType.objects.none()
    serializer_class = serializers.LibraryExerciseTypeSerializer
    filterset_class = filters.LibraryExerciseTypeFilter
    pagination_class = ByName

    def get_queryset(self) -> QuerySet[Any]:
        if self.action == "retrieve":
            return ExerciseType.objects.usable_by(self.request.user).filter(user=None)
        return ExerciseType.objects.published()


class ExerciseTypeViewSet(OwnedViewSet):
    """The user's own exercise types: private, and usable at once."""

    serializer_class = serializers.ExerciseTypeSerializer
    filterset_class = filters.ExerciseTypeFilter
