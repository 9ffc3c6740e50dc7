from rest_framework import serializers

from catalog.api.library import RowSerializer
from catalog.models import Equipment, ExerciseType, Muscle, Nutrient, ReferenceIntake
from lib.api import OwnedSerializer


class MuscleSerializer(serializers.ModelSerializer[Muscle]):
    class Meta:
        model = Muscle
        fields = ["slug", "name", "latin", "body_region", "side"]


class EquipmentSerializer(serializers.ModelSerializer[Equipment]):
    class Meta:
        model = Equipment
        fields = ["slug", "name", "kind"]


class NutrientSerializer(serializers.ModelSerializer[Nutrient]):
    class Meta:
        model = Nutrient
        fields = ["slug", "name", "names", "unit", "category", "fdc_id", "position", "source"]


class ReferenceIntakeSerializer(serializers.ModelSerializer[ReferenceIntake]):
    class Meta:
        model = ReferenceIntake
        fields = [
            *("slug", "nutrient", "kind", "sex", "stage", "age_from_y", "age_below_y", "value", "unit", "applies_to"),
            "source",
        ]


class LibraryExerciseTypeSerializer(RowSerializer):
    class Meta(RowSerializer.Meta):
        model = ExerciseType


class ExerciseTypeSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = ExerciseType
