from typing import Any

from rest_framework import serializers

from catalog.enums import MealSlot
from lib.api import OwnedSerializer
from lib.serializer_fields import IdField
from nutrition.enums import MealLogStatus
from nutrition.models import (
    Meal,
    MealItem,
    MealLog,
    MealLogItem,
    NutritionTarget,
    SupplementLog,
    SupplementPlan,
    WaterLog,
)


class MealSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = Meal


class MealItemSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = MealItem


class MealLogSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = MealLog


class MealLogItemSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = MealLogItem


class NutritionTargetSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = NutritionTarget


class SupplementPlanSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = SupplementPlan


class SupplementLogSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = SupplementLog


class WaterLogSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = WaterLog


class LogMealSerializer(MealLogSerializer):
    """What may be said of a log that a meal is made into."""

    def get_field_names(self, declared_fields: Any, info: Any) -> list[str]:
        return ["id", "eaten_on", "slot", "status", "servings", "eaten_at", "time_zone"]


class CopyLogSerializer(MealLogSerializer):
    """What may be said of a copy."""

    def get_field_names(self, declared_fields: Any, info: Any) -> list[str]:
        return ["id", "eaten_on", "slot", "status", "eaten_at", "time_zone"]


class NewMealSerializer(MealSerializer):
    """What may be said of a meal that a log is made into."""

    foods_only = serializers.BooleanField(
        default=False, help_text="Numbers alone, which no meal can hold, are left out."
    )

    class Meta(MealSerializer.Meta):
        extra_kwargs = {
            **MealSerializer.Meta.extra_kwargs,
            "name": {"required": False, "help_text": "If it is left out: the title of the log."},
        }

    def get_field_names(self, declared_fields: Any, info: Any) -> list[str]:
        return ["id", "name", "slot", "foods_only"]


class CopyDaySerializer(serializers.Serializer[Any]):
    id = IdField(
        required=False, help_text="Of the act: the ids of the copies follow from it. The same again changes nothing."
    )
    from_date = serializers.DateField()
    to_date = serializers.DateField()
    slot = serializers.ChoiceField(
        MealSlot.choices,
        required=False,
        allow_blank=True,
        help_text="Only what was logged in this one; empty: in none.",
    )
    status = serializers.ChoiceField(
        MealLogStatus.choices, required=False, help_text="Of the copies. If it is left out, as it is of the originals."
    )


class CopiedDaySerializer(serializers.Serializer[Any]):
    results = MealLogSerializer(many=True)


class TakenOverSerializer(serializers.Serializer[Any]):
    results = MealLogItemSerializer(many=True)


class ShareSerializer(serializers.Serializer[Any]):
    amount = serializers.FloatField(
        help_text="In the nutrient's unit. At least so much: what nobody knows is not in it."
    )
    per_serving = serializers.FloatField()
    coverage = serializers.FloatField(help_text="The share of the grams of which it is known, 0 to 1.")
    is_complete = serializers.BooleanField(help_text="Whether it is known of every food.")


class MacrosSerializer(serializers.Serializer[Any]):
    protein = ShareSerializer(allow_null=True)
    fat = ShareSerializer(allow_null=True)
    carbohydrate = ShareSerializer(allow_null=True)
    fiber = ShareSerializer(allow_null=True)


class MealTotalsSerializer(serializers.Serializer[Any]):
    servings = serializers.FloatField()
    grams = serializers.FloatField()
    energy = ShareSerializer(allow_null=True, help_text="In kcal, by the best figure of each food.")
    macros = MacrosSerializer()
    nutrients = serializers.DictField(child=ShareSerializer(), help_text="All of which something is known, by slug.")
