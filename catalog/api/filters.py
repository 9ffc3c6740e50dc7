from decimal import Decimal
from typing import Any, ClassVar

import django_filters
from django.db.models import FloatField, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from rest_framework.exceptions import ErrorDetail, ValidationError

from accounts.enums import Goal, Level
from catalog import enums
from catalog.models import Equipment, ExerciseType, Muscle, Nutrient, ReferenceIntake

Rows = QuerySet[Any]
SEARCHED = "Words or their beginnings, in names and aliases of any language, with accents or without."
SEARCH_MAX_LENGTH = 100


class ChoicesFilter(django_filters.MultipleChoiceFilter):
    """One of several values of a column. No row is found twice, so nothing has to be told apart."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"distinct": False, **kwargs})


class SlugsFilter(django_filters.BaseInFilter, django_filters.CharFilter):
    """Slugs with commas between them."""


class SearchFilter(django_filters.FilterSet):
    search = django_filters.CharFilter(method="by_words", help_text=SEARCHED, max_length=SEARCH_MAX_LENGTH)

    def by_words(self, queryset: Any, name: str, value: str) -> Rows:
        found: Rows = queryset.search(value)
        return found


class LibraryFilter(django_filters.FilterSet):
    search = django_filters.CharFilter(
        method="as_it_is",
        help_text=f"{SEARCHED} Best first, 200 at most; what is written nearly so where little else is found.",
        max_length=SEARCH_MAX_LENGTH,
    )
    source = django_filters.CharFilter(help_text="Where it comes from: dropset, usda-sr28...")

    def as_it_is(self, queryset: Rows, name: str, value: str) -> Rows:
        """The list itself searches: by rank."""
        return queryset

    def by_member(self, queryset: Rows, name: str, value: str) -> Rows:
        return queryset.filter(**{f"{name}__contains": [value]})


class LibraryExerciseTypeFilter(LibraryFilter):
    muscle = django_filters.CharFilter(method="by_muscle", help_text="Slug of a primary or secondary muscle.")
    primary_muscle = django_filters.CharFilter(method="by_member", field_name="primary_muscles")
    equipment = django_filters.CharFilter(method="by_member")
    category = ChoicesFilter(choices=enums.Category)
    level = ChoicesFilter(choices=Level)
    movement_pattern = ChoicesFilter(choices=enums.MovementPattern)
    mechanic = django_filters.ChoiceFilter(choices=enums.Mechanic)
    force = django_filters.ChoiceFilter(choices=enums.Force)
    laterality = django_filters.ChoiceFilter(choices=enums.Laterality)

    def by_muscle(self, queryset: Rows, name: str, value: str) -> Rows:
        return queryset.filter(Q(primary_muscles__contains=[value]) | Q(secondary_muscles__contains=[value]))


class LibraryProgramFilter(LibraryFilter):
    goal = django_filters.ChoiceFilter(choices=Goal)
    level = django_filters.ChoiceFilter(choices=Level)
    days_per_week = django_filters.NumberFilter()
    days_per_week__lte = django_filters.NumberFilter(field_name="days_per_week", lookup_expr="lte")
    slug = django_filters.CharFilter()
    equipment = django_filters.CharFilter(method="by_member")
    tag = django_filters.CharFilter(method="by_member", field_name="tags")


def amount(field_name: str, lookup_expr: str) -> django_filters.NumberFilter:
    return django_filters.NumberFilter(field_name=field_name, lookup_expr=lookup_expr, help_text="In 100 g.")


class LibraryFoodFilter(LibraryFilter):
    category = ChoicesFilter(choices=enums.FoodCategory)
    diet = django_filters.CharFilter(method="by_member", field_name="diets")
    without_allergens = SlugsFilter(
        method="by_absence", field_name="allergens", help_text="Slugs with commas between them; none of these is named."
    )
    brand = django_filters.CharFilter()
    barcode = django_filters.CharFilter()
    energy_kcal__gte, energy_kcal__lte = amount("energy_kcal", "gte"), amount("energy_kcal", "lte")
    protein_g__gte, protein_g__lte = amount("protein_g", "gte"), amount("protein_g", "lte")
    fat_g__gte, fat_g__lte = amount("fat_g", "gte"), amount("fat_g", "lte")
    carbohydrate_g__gte, carbohydrate_g__lte = amount("carbohydrate_g", "gte"), amount("carbohydrate_g", "lte")
    fiber_g__gte, fiber_g__lte = amount("fiber_g", "gte"), amount("fiber_g", "lte")
    nutrient = django_filters.CharFilter(method="by_nutrient", help_text="Slug of a nutrient that was measured.")
    nutrient_min = django_filters.NumberFilter(method="by_amount", help_text="Of `nutrient`, in 100 g and in its unit.")
    nutrient_max = django_filters.NumberFilter(method="by_amount", help_text="Of `nutrient`, in 100 g and in its unit.")

    def by_absence(self, queryset: Rows, name: str, value: list[str]) -> Rows:
        return queryset.exclude(**{f"{name}__overlap": value})

    def by_nutrient(self, queryset: Rows, name: str, value: str) -> Rows:
        return queryset.filter(nutrients__has_key=value)

    def by_amount(self, queryset: Rows, name: str, value: Decimal) -> Rows:
        nutrient = self.form.cleaned_data.get("nutrient")
        if not nutrient:
            raise ValidationError({name: [ErrorDetail("Say of which nutrient.", "nutrient_missing")]})
        held = Cast(KeyTextTransform(nutrient, "nutrients"), FloatField())
        comparison = "gte" if name == "nutrient_min" else "lte"
        found: Rows = queryset.alias(held=held).filter(**{f"held__{comparison}": float(value)})
        return found


class LibrarySupplementFilter(LibraryFilter):
    category = ChoicesFilter(choices=enums.SupplementCategory)
    evidence_grade = ChoicesFilter(choices=enums.EvidenceGrade)
    nutrient = django_filters.CharFilter(
        method="by_member", field_name="nutrients", help_text="Slug of what it supplies."
    )
    timing = django_filters.CharFilter(method="by_member")
    without_contraindications = SlugsFilter(
        method="by_absence", field_name="contraindications", help_text="Slugs with commas between them."
    )

    def by_absence(self, queryset: Rows, name: str, value: list[str]) -> Rows:
        return queryset.exclude(**{f"{name}__overlap": value})


class LibraryNutritionTemplateFilter(LibraryFilter):
    diet = ChoicesFilter(choices=enums.Diet)
    goal = ChoicesFilter(choices=enums.NutritionGoal)
    without_allergens = SlugsFilter(
        method="by_exclusions", field_name="exclusions", help_text="Slugs with commas between them; all are left out."
    )
    tag = django_filters.CharFilter(method="by_member", field_name="tags")

    def by_exclusions(self, queryset: Rows, name: str, value: list[str]) -> Rows:
        return queryset.filter(**{f"{name}__contains": value})


class LibraryRuleFilter(LibraryFilter):
    area = ChoicesFilter(choices=enums.RuleArea)


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


class NutrientFilter(django_filters.FilterSet):
    class Meta:
        model = Nutrient
        fields = ["category", "unit", "fdc_id"]


class ReferenceIntakeFilter(django_filters.FilterSet):
    nutrient = django_filters.CharFilter(field_name="nutrient_id", help_text="Slug.")
    sex = django_filters.ChoiceFilter(
        choices=enums.IntakeSex, method="by_sex", help_text="Those for this sex, and those for both."
    )
    stage = django_filters.ChoiceFilter(
        choices=[*enums.IntakeStage.choices, ("none", "None of these")], method="by_stage"
    )
    age_y = django_filters.NumberFilter(method="by_age", help_text="Years; 0.5 is six months.")

    class Meta:
        model = ReferenceIntake
        fields: ClassVar[list[str]] = ["kind"]

    def by_sex(self, queryset: Rows, name: str, value: str) -> Rows:
        return queryset.filter(sex__in={value, enums.IntakeSex.BOTH.value})

    def by_stage(self, queryset: Rows, name: str, value: str) -> Rows:
        return queryset.filter(stage="" if value == "none" else value)

    def by_age(self, queryset: Rows, name: str, value: Decimal) -> Rows:
        return queryset.filter(Q(age_below_y=None) | Q(age_below_y__gt=value), age_from_y__lte=value)
