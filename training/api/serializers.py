from typing import Any

from rest_framework import serializers

from lib.api import OwnedSerializer
from lib.serializer_fields import IdField, NumberField
from training.models import Exercise, Measurement, Set, Workout
from training.models.workout import POSITION_LIMIT


class WorkoutSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = Workout


class ExerciseSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = Exercise


class LinkSerializer(serializers.Serializer[Any]):
    workout = IdField()
    position = NumberField(required=False, min_value=-POSITION_LIMIT, max_value=POSITION_LIMIT)


class SetSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = Set


class MeasurementSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = Measurement
