"""Mutations that were refused: what the server keeps until the user repairs or discards them."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from lib.pagination import PARAMETERS, Pagination
from sync.api import requests
from sync.api import schema_conflicts as schemas
from sync.api.views import SyncView
from sync.domain import shapes
from sync.services.push import rejected


class RejectedPages(Pagination):
    ordering = ("-received_at", "-mutation_id")


class RejectedView(SyncView):
    @extend_schema(operation_id="sync_rejected", parameters=PARAMETERS, responses={200: schemas.REJECTED_PAGE})
    def get(self, request: Request) -> Response:
        """What was refused or still waits, and is neither repaired nor discarded; the newest first."""
        pages = RejectedPages()
        page: Any = pages.paginate_queryset(rejected.open_of(self.user), request, view=self)
        return pages.get_paginated_response([rejected.shown(row) for row in page])


class RejectedOneView(SyncView):
    @extend_schema(operation_id="sync_rejected_one", responses={200: schemas.REJECTED})
    def get(self, request: Request, mutation_id: UUID) -> Response:
        """One refused mutation, even if it is settled."""
        row = rejected.refused_of(self.user).filter(mutation_id=mutation_id).first()
        if row is None:
            raise Http404
        return Response(rejected.shown(row))

    @extend_schema(operation_id="sync_rejected_discard", responses={204: None})
    def delete(self, request: Request, mutation_id: UUID) -> Response:
        """Discards it. If its device sends it again, it is told so."""
        rejected.discard(user=self.user, mutation_id=mutation_id, at=timezone.now())
        return Response(status=204)


class DiscardView(SyncView):
    @extend_schema(
        operation_id="sync_rejected_discard_many",
        request=schemas.DISCARD,
        responses={200: schemas.DISCARDED},
        examples=schemas.DISCARD_EXAMPLES,
    )
    def post(self, request: Request) -> Response:
        """Discards several; the answer says how many of them were open."""
        ids = requests.body(request, shapes.Discard).mutation_ids
        return Response({"discarded": rejected.discard_all(user=self.user, mutation_ids=ids, at=timezone.now())})


class RepairView(SyncView):
    @extend_schema(
        operation_id="sync_rejected_repair",
        request=schemas.REPAIR,
        responses={200: schemas.PUSHED},
        examples=schemas.REPAIR_EXAMPLES,
    )
    def post(self, request: Request, mutation_id: UUID) -> Response:
        """Pushes a new mutation in its place. Unless that is refused too, the old one is settled."""
        asked = requests.body(request, shapes.Repair)
        return Response(rejected.repair(user=self.user, mutation_id=mutation_id, request=asked, at=timezone.now()))
