"""Supplements: those of the library, and the user's own."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api import filters
from catalog.api.library import RowSerializer, RowsViewSet, usable_row
from catalog.models import Supplement, SupplementInteraction
from catalog.queries import trees
from lib.api import OwnedSerializer, OwnedViewSet


class SupplementSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = Supplement


class LibrarySupplementSerializer(RowSerializer):
    class Meta(RowSerializer.Meta):
        model = Supplement


class SupplementInteractionSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = SupplementInteraction


class SupplementTreeSerializer(LibrarySupplementSerializer):
    """A supplement with what it does not go with."""

    interactions = SupplementInteractionSerializer(many=True)

    def get_field_names(self, declared_fields: Any, info: Any) -> list[str]:
        return [*super().get_field_names(declared_fields, info), "interactions"]


class Trees(viewsets.GenericViewSet[Any]):
    """Supplements that can be read whole."""

    @extend_schema(responses=SupplementTreeSerializer)
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def tree(self, request: Request, pk: Any = None) -> Response:
        """The supplement with its interactions, in their order."""
        return Response(SupplementTreeSerializer(trees.supplement_tree(usable_row(self))).data)


class LibrarySupplementViewSet(Trees, RowsViewSet):
    """The published supplements. They inform; they prescribe nothing."""

    serializer_class = LibrarySupplementSerializer
    filterset_class = filters.LibrarySupplementFilter
    facet_columns: ClassVar = {
        "category": "category",
        "evidence_grade": "evidence_grade",
        "nutrient": "nutrients",
        "timing": "timing",
        "source": "source",
    }


class SupplementViewSet(Trees, OwnedViewSet):
    """The user's own supplements: private, and usable at once."""

    serializer_class = SupplementSerializer
    filterset_fields = {"category": ["exact"]}


class SupplementInteractionViewSet(OwnedViewSet):
    """What the user's own supplements do not go with. Those of one `supplement` are listed in their order."""

    serializer_class = SupplementInteractionSerializer
    filterset_fields = {"supplement": ["exact"]}
    order_within = {"supplement": ("position", "id")}
