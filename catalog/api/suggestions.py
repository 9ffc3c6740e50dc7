"""What the user offers to the library, and the answers."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.models import Suggestion
from catalog.services.suggestions import suggest
from lib.api import OwnedSerializer, OwnedViewSet
from lib.parsers import sent_body
from lib.reads import RenderedReads
from lib.serializer_fields import TextField

EXAMPLES = [OpenApiExample("with a reason", {"message": "Common in our gym."}, request_only=True)]


@extend_schema_serializer(component_name="LibrarySuggestion")  # imports of files suggest, too
class SuggestionSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = Suggestion


class SuggestSerializer(serializers.Serializer[Any]):
    message = TextField(max_length=2000, required=False, allow_blank=True, default="", help_text="For the curators.")


class SuggestionViewSet(RenderedReads):
    """What the user offered to the library, the newest first, with the curators' answers. Devices have them by sync."""

    serializer_class = SuggestionSerializer
    filterset_fields = {"state": ["exact"], "kind": ["exact"], "row_id": ["exact"]}

    @classmethod
    def rows_for(cls, user: Any, action: str) -> QuerySet[Any]:
        return Suggestion.objects.for_user(user)


class Suggesting(OwnedViewSet):
    """Rows of the user's own that may be offered to the library."""

    @extend_schema(
        request=SuggestSerializer, responses={200: SuggestionSerializer, 201: SuggestionSerializer}, examples=EXAMPLES
    )
    @action(detail=True, methods=["post"], filter_backends=[], pagination_class=None)
    def suggest(self, request: Request, pk: Any = None) -> Response:
        """Offers it to the curators of the library, who answer. It stays usable meanwhile.

        When it is accepted and published, or merged into what the library has already, the user's logs name the row of the
        library, and their own is retired. Repeating it while it waits for an answer changes nothing (200).
        """
        row = get_object_or_404(self.get_queryset(), pk=pk)
        asked = SuggestSerializer(data=sent_body(request))
        asked.is_valid(raise_exception=True)
        made, is_new = suggest(row=row, user=request.user, message=asked.validated_data["message"], at=timezone.now())
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(SuggestionSerializer(made).data, status=code)
