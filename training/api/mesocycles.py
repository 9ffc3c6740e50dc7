"""Mesocycles and their weeks."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from lib.api import OwnedViewSet
from training.api import acts, serializers
from training.api.schedule import ON_EXAMPLES
from training.services import mesocycles


class MesocycleViewSet(acts.ActingViewSet):
    """Some weeks with one aim. At most one is under way."""

    serializer_class = serializers.MesocycleSerializer
    filterset_fields = {"running": ["exact"]}

    @extend_schema(request=acts.OnSerializer, examples=ON_EXAMPLES)
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: Any = None) -> Response:
        """Its first week is the current one. Another mesocycle that is under way is so no more."""
        on = acts.day_said(request)
        return self.act_on(request, lambda row: mesocycles.start(mesocycle=row, on=on))

    @extend_schema(request=acts.OnSerializer, examples=ON_EXAMPLES)
    @action(detail=True, methods=["post"])
    def advance(self, request: Request, pk: Any = None) -> Response:
        """The next week is the current one; after the last one it is completed."""
        on = acts.day_said(request)
        return self.act_on(request, lambda row: mesocycles.advance(mesocycle=row, on=on))

    @extend_schema(request=acts.OnSerializer, examples=ON_EXAMPLES)
    @action(detail=True, methods=["post"])
    def abandon(self, request: Request, pk: Any = None) -> Response:
        """Ends it before its end."""
        on = acts.day_said(request)
        return self.act_on(request, lambda row: mesocycles.abandon(mesocycle=row, on=on))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def deload(self, request: Request, pk: Any = None) -> Response:
        """Puts an easy week after the current one; the later ones come a week later."""
        return self.act_on(request, lambda row: mesocycles.add_deload(mesocycle=row))


class MesocycleWeekViewSet(OwnedViewSet):
    """Weeks of mesocycles. Those of one `mesocycle` are listed in their order, all others the newest first."""

    serializer_class = serializers.MesocycleWeekSerializer
    filterset_fields = {"mesocycle": ["exact"]}
    order_within = {"mesocycle": ("number", "id")}
