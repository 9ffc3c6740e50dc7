"""The user's own nutrition templates."""

from catalog.models import NutritionTemplate, NutritionTemplateItem, NutritionTemplateMeal
from lib.api import OwnedSerializer, OwnedViewSet


class NutritionTemplateSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = NutritionTemplate


class NutritionTemplateMealSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = NutritionTemplateMeal


class NutritionTemplateItemSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = NutritionTemplateItem


class NutritionTemplateViewSet(OwnedViewSet):
    """The user's own ways to eat."""

    serializer_class = NutritionTemplateSerializer
    filterset_fields = {"diet": ["exact"], "goal": ["exact"]}


class NutritionTemplateMealViewSet(OwnedViewSet):
    """Meals of the user's own templates. Those of one `template` are listed in their order."""

    serializer_class = NutritionTemplateMealSerializer
    filterset_fields = {"template": ["exact"]}
    order_within = {"template": ("position", "id")}


class NutritionTemplateItemViewSet(OwnedViewSet):
    """Foods of meals. Those of one `meal`, or of one template (`meal__template`), are listed in their order."""

    serializer_class = NutritionTemplateItemSerializer
    filterset_fields = {"meal": ["exact"], "meal__template": ["exact"]}
    order_within = {
        "meal": ("position", "id"),
        "meal__template": ("meal__position", "meal_id", "position", "id"),
    }
