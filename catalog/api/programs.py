"""Programs: those of the library, and the user's own."""

from typing import Any
from uuid import uuid4

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from catalog import queries
from catalog.api.views import LibraryViewSet
from catalog.models import Program, ProgramDay, ProgramSet, ProgramSlot, ProgramWeek
from catalog.services import programs
from lib.api import OwnedSerializer, OwnedViewSet, etag_of
from lib.pagination import Pagination
from lib.parsers import sent_body

COPY_EXAMPLES = [OpenApiExample("with a title", {"title": "My upper and lower"}, request_only=True)]


class ProgramSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = Program


class LibraryProgramSerializer(ProgramSerializer):
    def get_field_names(self, declared_fields: Any, info: Any) -> list[str]:
        return ["id", "slug", "version", "status", *self.entity.field_names, "updated_at"]


class ProgramCopySerializer(ProgramSerializer):
    """What may be said of a program that is copied from another one."""

    title = serializers.CharField(max_length=200, required=False)

    def get_field_names(self, declared_fields: Any, info: Any) -> list[str]:
        return ["id", "title"]


class ProgramWeekSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = ProgramWeek


class ProgramDaySerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = ProgramDay


class ProgramSlotSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = ProgramSlot


class ProgramSetSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = ProgramSet


class SlotTreeSerializer(ProgramSlotSerializer):
    sets = ProgramSetSerializer(many=True)

    def get_field_names(self, declared_fields: Any, info: Any) -> list[str]:
        return [*super().get_field_names(declared_fields, info), "sets"]


class DayTreeSerializer(ProgramDaySerializer):
    slots = SlotTreeSerializer(many=True)

    def get_field_names(self, declared_fields: Any, info: Any) -> list[str]:
        return [*super().get_field_names(declared_fields, info), "slots"]


class ProgramTreeSerializer(LibraryProgramSerializer):
    """A program with all that is in it, each part in its order."""

    described_weeks = ProgramWeekSerializer(many=True)
    days = DayTreeSerializer(many=True)

    def get_field_names(self, declared_fields: Any, info: Any) -> list[str]:
        return [*super().get_field_names(declared_fields, info), "described_weeks", "days"]


class ByTitle(Pagination):
    ordering = ("title", "id")


class Trees(viewsets.GenericViewSet[Any]):
    """Programs that can be read whole."""

    @extend_schema(responses=ProgramTreeSerializer)
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def tree(self, request: Request, pk: Any = None) -> Response:
        """The program with its weeks, its days, their exercises and what these prescribe."""
        program = get_object_or_404(Program.objects.usable_by(request.user), pk=pk)
        return Response(ProgramTreeSerializer(queries.program_tree(program)).data)


class LibraryProgramViewSet(Trees, LibraryViewSet):
    """The published programs. A version that another one has replaced is still found by its id, for those who are doing it."""

    queryset = Program.objects.none()
    serializer_class = LibraryProgramSerializer
    filterset_fields = {"goal": ["exact"], "level": ["exact"], "days_per_week": ["exact", "lte"], "slug": ["exact"]}
    pagination_class = ByTitle

    @classmethod
    def rows_for(cls, user: Any, action: str) -> QuerySet[Any]:
        if action == "retrieve":
            return Program.objects.usable_by(user).filter(user=None)
        return Program.objects.published()


class ProgramViewSet(Trees, OwnedViewSet):
    """The user's own programs. Each can be done as it is; one of the library can be copied, and then changed."""

    serializer_class = ProgramSerializer
    filterset_fields = {"copied_from": ["exact"], "goal": ["exact"]}

    @extend_schema(request=ProgramCopySerializer, responses={201: ProgramSerializer}, examples=COPY_EXAMPLES)
    @action(detail=True, methods=["post"])
    def copy(self, request: Request, pk: Any = None) -> Response:
        """Makes a program of one's own: of one of the library, or of another one of one's own.

        What is in it gets ids that follow from the new one's. Repeating it with the same `id` changes nothing.
        """
        asked = ProgramCopySerializer(data=sent_body(request))
        asked.is_valid(raise_exception=True)
        program: Any = get_object_or_404(Program.objects.usable_by(request.user), pk=pk)
        new_id = asked.validated_data.get("id") or uuid4()
        title = asked.validated_data.get("title", program.title)
        programs.copy_program(program=program, new_id=new_id, title=title, user=request.user)
        data = ProgramSerializer(Program.objects.get(pk=new_id)).data
        return Response(data, status=status.HTTP_201_CREATED, headers={"ETag": etag_of(data)})


class ProgramWeekViewSet(OwnedViewSet):
    """What the weeks of the user's own programs are for."""

    serializer_class = ProgramWeekSerializer
    filterset_fields = {"program": ["exact"]}
    order_within = {"program": ("number", "id")}


class ProgramDayViewSet(OwnedViewSet):
    """Days of the user's own programs. Those of one `program` are listed in their order, all others the newest first."""

    serializer_class = ProgramDaySerializer
    filterset_fields = {"program": ["exact"], "week": ["exact", "isnull"]}
    order_within = {"program": ("position", "id")}


class ProgramSlotViewSet(OwnedViewSet):
    """Exercises of days. Those of one `day`, or of one program (`day__program`), are listed in their order."""

    serializer_class = ProgramSlotSerializer
    filterset_fields = {"day": ["exact"], "day__program": ["exact"], "exercise_type": ["exact"]}
    order_within = {
        "day": ("position", "id"),
        "day__program": ("day__position", "day_id", "position", "id"),
    }


class ProgramSetViewSet(OwnedViewSet):
    """What is prescribed. The sets of one `slot`, `slot__day` or `slot__day__program` are listed in their order."""

    serializer_class = ProgramSetSerializer
    filterset_fields = {"slot": ["exact"], "slot__day": ["exact"], "slot__day__program": ["exact"]}
    order_within = {
        "slot": ("position", "id"),
        "slot__day": ("slot__position", "slot_id", "position", "id"),
        "slot__day__program": (
            *("slot__day__position", "slot__day_id", "slot__position", "slot_id"),
            *("position", "id"),
        ),
    }
