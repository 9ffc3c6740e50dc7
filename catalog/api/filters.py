from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from accounts.enums import Level
from catalog import enums
from catalog.models import Equipment, ExerciseType, Muscle


class SearchFilter(django_filters.FilterSet):
    search = django_filters.CharFilter(
        method="by_words",
        help_text="Words or their beginnings, in names and aliases, with accents or without.",
        max_length=100,
    )

    def by_words(self, queryset: Any, name: str, value: str) -> QuerySet[ExerciseType]:
        found: QuerySet[ExerciseType] = queryset.search(value)
        return found


class LibraryExerciseTypeFilter(SearchFilter):
    muscle = django_filters.CharFilter(method="by_muscle", help_text="Slug of a primary or secondary muscle.")
    primary_muscle = django_filters.CharFilter(method="by_member", field_name="primary_muscles")
    equipment = django_filters.CharFilter(method="by_member")
    category = django_filters.MultipleChoiceFilter(choices=enums.Category)
    level = django_filters.MultipleChoiceFilter(choices=Level)
    movement_pattern = django_filters.MultipleChoiceFilter(choices=enums.MovementPattern)
    mechanic = django_filters.ChoiceFilter(choices=enums.Mechanic)

    class Meta:
        model = ExerciseType
        fields: list[str] = []

    def by_muscle(self, queryset: Any, name: str, value: str) -> QuerySet[ExerciseType]:
        found: QuerySet[ExerciseType] = queryset.filter(
            Q(primary_muscles__contains=[value]) | Q(secondary_muscles__contains=[value])
        )
        return found

    def by_member(self, queryset: Any, name: str, value: str) -> QuerySet[ExerciseType]:
        found: QuerySet[ExerciseType] = queryset.filter(**{f"{name}__contains": [value]})
        return found


class ExerciseTypeFilter(SearchFilter):
    class Meta:
        model = ExerciseType
        fields = ["category"]


class MuscleFilter(django_filters.FilterSet):
    class Meta:
        model = Muscle
        fields = ["body_region", "side"]


class EquipmentFilter(django_filters.FilterSet):
    class Meta:
        model = Equipment
        fields = ["kind"]
