"""The user's own foods."""

from catalog.api.suggestions import Suggesting
from catalog.models import Food
from lib.api import OwnedSerializer


class FoodSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = Food


class FoodViewSet(Suggesting):
    """The user's own foods: private, and usable at once."""

    serializer_class = FoodSerializer
    filterset_fields = {"category": ["exact"], "barcode": ["exact"]}
