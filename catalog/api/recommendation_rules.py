"""Rules by which something is recommended."""

from typing import ClassVar

from catalog.api import filters
from catalog.api.library import RowSerializer, RowsViewSet
from catalog.models import RecommendationRule


class LibraryRecommendationRuleSerializer(RowSerializer):
    class Meta(RowSerializer.Meta):
        model = RecommendationRule


class LibraryRecommendationRuleViewSet(RowsViewSet):
    """The published rules: data, so that a device can apply them too."""

    serializer_class = LibraryRecommendationRuleSerializer
    filterset_class = filters.LibraryRuleFilter
    facet_columns: ClassVar = {"area": "area", "source": "source"}
