from decimal import ROUND_HALF_UP
from typing import Any

from rest_framework import serializers

from accounts.enums import WeightUnit
from catalog.models.fields import POSITION_LIMIT
from lib.api import OwnedSerializer
from lib.serializer_fields import DecimalField, IdField, NumberField
from training.models import (
    Enrolment,
    Exercise,
    ExerciseAlias,
    Favourite,
    Goal,
    Gym,
    GymItem,
    Measurement,
    Mesocycle,
    MesocycleWeek,
    ProgressionState,
    ScheduledWorkout,
    Set,
    TemplateExercise,
    TemplateSet,
    Workout,
    WorkoutTemplate,
)


class WorkoutSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = Workout


class ExerciseSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = Exercise


class ExerciseAliasSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = ExerciseAlias


class LinkSerializer(serializers.Serializer[Any]):
    workout = IdField()
    position = NumberField(required=False, min_value=-POSITION_LIMIT, max_value=POSITION_LIMIT)


class SetSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = Set


class MeasurementSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = Measurement


class GymSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = Gym


class GymItemSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = GymItem


class WantedSerializer(serializers.Serializer[Any]):
    """The load that somebody wants to put on a bar, a pair of handles, or to take from a rack or a stack."""

    item = IdField(help_text="The bar, handle, rack or stack. Its gym must be this one.")
    load = DecimalField(max_digits=8, decimal_places=3, min_value=0, help_text="Of a handle: for one hand.")
    unit = serializers.ChoiceField(choices=WeightUnit.choices)


class PlatesSerializer(serializers.Serializer[Any]):
    item = serializers.UUIDField()
    weight = serializers.DecimalField(max_digits=8, decimal_places=3)
    unit = serializers.ChoiceField(choices=WeightUnit.choices)
    count = serializers.IntegerField()


class LoadingSerializer(serializers.Serializer[Any]):
    load = serializers.DecimalField(max_digits=8, decimal_places=3, help_text="In the unit that was asked for.")
    side = PlatesSerializer(many=True, help_text="The plates of one side, the heaviest first.")


class LoadingsSerializer(serializers.Serializer[Any]):
    """What can be made nearest to the wanted load: twice the same, where it can be made exactly."""

    below = LoadingSerializer(allow_null=True, help_text="The heaviest that is not more.")
    above = LoadingSerializer(allow_null=True, help_text="The lightest that is not less.")


class SetLoadSerializer(serializers.Serializer[Any]):
    set = serializers.UUIDField()
    effective_load_kg = serializers.DecimalField(
        max_digits=12, decimal_places=2, rounding=ROUND_HALF_UP, allow_null=True, help_text="What one rep moves."
    )
    volume_load_kg = serializers.DecimalField(
        max_digits=16,
        decimal_places=2,
        rounding=ROUND_HALF_UP,
        allow_null=True,
        help_text="That, times reps. null: a warm-up, not done, or without reps or load.",
    )


class LoadsSerializer(serializers.Serializer[Any]):
    """What the sets of a workout load the body with."""

    body_weight_kg = serializers.DecimalField(
        max_digits=10,
        decimal_places=3,
        source="weighed.kg",
        allow_null=True,
        default=None,
        help_text="As of the day. null: not known.",
    )
    weighed_on = serializers.DateField(source="weighed.local_date", allow_null=True, default=None)
    volume_load_kg = serializers.DecimalField(max_digits=16, decimal_places=2, rounding=ROUND_HALF_UP)
    is_complete = serializers.BooleanField(help_text="false: the body weight is needed, and not known.")
    sets = SetLoadSerializer(many=True)


class WorkoutTemplateSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = WorkoutTemplate


class TemplateExerciseSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = TemplateExercise


class TemplateSetSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = TemplateSet


class StartSerializer(WorkoutSerializer):
    """What may be said of a workout that a template is made into."""

    def get_field_names(self, declared_fields: Any, info: Any) -> list[str]:
        return ["id", "planned_on", "started_at", "time_zone"]


class NewTemplateSerializer(WorkoutTemplateSerializer):
    """What may be said of a template that is made from a workout or from another template."""

    def get_field_names(self, declared_fields: Any, info: Any) -> list[str]:
        return ["id", "title"]


class EnrolmentSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = Enrolment


class ProgressionStateSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = ProgressionState


class ScheduledWorkoutSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = ScheduledWorkout


class MesocycleSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = Mesocycle


class MesocycleWeekSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = MesocycleWeek


class FavouriteSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = Favourite


class GoalSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = Goal
