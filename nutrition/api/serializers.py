from lib.api import OwnedSerializer
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
