"""Favourites and goals."""

from lib.api import OwnedViewSet
from training.api import serializers


class FavouriteViewSet(OwnedViewSet):
    """Exercise types, templates, programs and foods that the user wants at hand."""

    serializer_class = serializers.FavouriteSerializer
    filterset_fields = {
        "exercise_type": ["isnull"],
        "template": ["isnull"],
        "program": ["isnull"],
        "food": ["exact", "isnull"],
    }


class GoalViewSet(OwnedViewSet):
    """Numbers to reach, by a day."""

    serializer_class = serializers.GoalSerializer
    filterset_fields = {"kind": ["exact"], "exercise_type": ["exact"]}
