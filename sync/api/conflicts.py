"""Conflicts of the user, for apps that do not keep them, and for decisions while online."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from lib.models import OwnedQuerySet
from lib.pagination import Pagination
from sync.api import requests
from sync.api import schema_conflicts as schemas
from sync.api.views import SyncView
from sync.domain import shapes
from sync.models import Conflict
from sync.services.push import conflicts


class ConflictPages(Pagination):
    def get_ordering(self, request: Request, view: Any) -> tuple[str, ...]:
        ordering = requests.query(request, shapes.ConflictQuery).ordering
        return (ordering, ordering.replace("created_at", "id"))


class ConflictsView(SyncView):
    @extend_schema(
        operation_id="sync_conflicts", parameters=schemas.CONFLICT_PARAMETERS, responses={200: schemas.CONFLICTS}
    )
    def get(self, request: Request) -> Response:
        """The user's conflicts, newest first, each with its record as it stands."""
        asked = requests.query(request, shapes.ConflictQuery)
        given = {"status": asked.status, "kind": asked.kind, "entity": asked.entity, "record_id": asked.record_id}
        rows: OwnedQuerySet = Conflict.objects.for_user(self.user)
        rows = rows.filter(**{name: value for name, value in given.items() if value is not None})
        pages = ConflictPages()
        page: Any = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response(conflicts.shown(user=self.user, conflicts=page))


class ConflictView(SyncView):
    @extend_schema(operation_id="sync_conflict", responses={200: schemas.CONFLICT})
    def get(self, request: Request, conflict_id: UUID) -> Response:
        """One conflict, with its record as it stands."""
        found = conflicts.shown(user=self.user, conflicts=Conflict.objects.for_user(self.user).filter(pk=conflict_id))
        if not found:
            raise Http404
        return Response(found[0])


class ResolveView(SyncView):
    @extend_schema(
        operation_id="sync_conflict_resolve",
        request=schemas.RESOLVE,
        responses={200: schemas.PUSHED, 409: schemas.STALE},
        examples=schemas.RESOLVE_EXAMPLES,
    )
    def post(self, request: Request, conflict_id: UUID) -> Response:
        """Decides a conflict. It is an ordinary mutation: the same as `resolve` in a push, and safe to repeat."""
        asked = requests.body(request, shapes.DecisionOnline)
        item = asked.decision(conflict_id)
        return Response(conflicts.resolve_one(user=self.user, sender=asked, item=item, at=timezone.now()))


class ResolveManyView(SyncView):
    @extend_schema(
        operation_id="sync_conflicts_resolve",
        request=schemas.RESOLVE_MANY,
        responses={200: schemas.PUSHED, 409: schemas.STALE},
        examples=schemas.RESOLVE_MANY_EXAMPLES,
    )
    def post(self, request: Request) -> Response:
        """Decides several conflicts; none of them if one is stale."""
        asked = requests.body(request, shapes.DecisionsOnline)
        return Response(conflicts.resolve(user=self.user, sender=asked, items=asked.items, at=timezone.now()))
