"""The user's own supplements."""

from catalog.models import Supplement, SupplementInteraction
from lib.api import OwnedSerializer, OwnedViewSet


class SupplementSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = Supplement


class SupplementInteractionSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = SupplementInteraction


class SupplementViewSet(OwnedViewSet):
    """The user's own supplements: private, and usable at once."""

    serializer_class = SupplementSerializer
    filterset_fields = {"category": ["exact"]}


class SupplementInteractionViewSet(OwnedViewSet):
    """What the user's own supplements do not go with. Those of one `supplement` are listed in their order."""

    serializer_class = SupplementInteractionSerializer
    filterset_fields = {"supplement": ["exact"]}
    order_within = {"supplement": ("position", "id")}
