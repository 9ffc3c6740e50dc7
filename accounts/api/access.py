"""Who has looked at the caller's data."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import mixins, serializers, viewsets

from accounts.models import AuditEntry, User
from lib.pagination import Pagination


class AuditEntrySerializer(serializers.ModelSerializer[AuditEntry]):
    actor = serializers.UUIDField(source="actor_id", help_text="Whoever runs the server knows who this is.")

    class Meta:
        model = AuditEntry
        fields = ["id", "kind", "at", "actor", "role", "what", "reason", "expires_at"]
        read_only_fields = fields


class AuditPages(Pagination):
    ordering = ("-at", "-id")


class AccessViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Any]):
    """Who of the staff has looked at the caller's data, when, at which pages, and the reason that they gave; newest first."""

    serializer_class = AuditEntrySerializer
    pagination_class = AuditPages

    def get_queryset(self) -> QuerySet[AuditEntry]:
        if getattr(self, "swagger_fake_view", False):
            return AuditEntry.objects.none()
        assert isinstance(self.request.user, User)
        found: QuerySet[AuditEntry] = AuditEntry.objects.about(self.request.user)
        return found
