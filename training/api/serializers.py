from typing import Any

from rest_framework import serializers

from lib.api import OwnedSerializer
from training.models import Exercise, Measurement, Set, Workout


class WorkoutSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = Workout


class ExerciseSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = Exercise


class LinkSerializer(serializers.Serializer[Any]):
    workout = serializers.UUIDField()
    position = serializers.FloatField(required=False, min_value=-1e9, max_value=1e9)


class SetSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = Set


class MeasurementSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = Measurement
