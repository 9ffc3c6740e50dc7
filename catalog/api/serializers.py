from rest_framework import serializers

from catalog.models import Equipment, ExerciseType, Muscle
from lib import wire
from lib.api import OwnedSerializer


class MuscleSerializer(serializers.ModelSerializer[Muscle]):
    class Meta:
        model = Muscle
        fields = ["slug", "name", "latin", "body_region", "side"]


class EquipmentSerializer(serializers.ModelSerializer[Equipment]):
    class Meta:
        model = Equipment
        fields = ["slug", "name", "kind"]


class LibraryExerciseTypeSerializer(serializers.ModelSerializer[ExerciseType]):
    replaced_by = serializers.UUIDField(source="replaced_by_id", read_only=True, allow_null=True)

    class Meta:
        model = ExerciseType
        fields = ["id", "slug", "status", "replaced_by", *wire.entity_of(ExerciseType).field_names, "updated_at"]


class ExerciseTypeSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = ExerciseType
