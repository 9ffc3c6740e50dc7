"""Programs: those of the library, and the user's own."""

from typing import Any, ClassVar
from uuid import uuid4

from django.db.models import Case, IntegerField, QuerySet, Value, When
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api import filters
from catalog.api.library import RowSerializer, RowsViewSet, usable_row
from catalog.api.pages import ByTitle
from catalog.enums import Status
from catalog.models import Program, ProgramDay, ProgramSet, ProgramSlot, ProgramWeek
from catalog.queries import trees
from catalog.services import programs
from lib.api import OwnedSerializer, OwnedViewSet, etag_of
from lib.parsers import sent_body

COPY_EXAMPLES = [OpenApiExample("with a title", {"title": "My upper and lower"}, request_only=True)]


class ProgramSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = Program


class LibraryProgramSerializer(RowSerializer):
    class Meta(RowSerializer.Meta):
        model = Program

    def get_field_names(self, declared_fields: Any, info: Any) -> list[str]:
        first, second, *others = super().get_field_names(declared_fields, info)
        return [first, second, "version", *others]


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


class Trees(viewsets.GenericViewSet[Any]):
    """Programs that can be read whole."""

    @extend_schema(responses=ProgramTreeSerializer)
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def tree(self, request: Request, pk: Any = None) -> Response:
        """The program with its weeks, its days, their exercises and what these prescribe."""
        return Response(ProgramTreeSerializer(trees.program_tree(usable_row(self))).data)


class LibraryProgramViewSet(Trees, RowsViewSet):
    """The published programs. A version that another one has replaced is still found by its id, for those who are doing it; a
    slug finds the one that is offered.
    """

    serializer_class = LibraryProgramSerializer
    filterset_class = filters.LibraryProgramFilter
    pagination_class = ByTitle
    facet_columns: ClassVar = {
        "goal": "goal",
        "level": "level",
        "days_per_week": "days_per_week",
        "equipment": "equipment",
        "tag": "tags",
        "source": "source",
    }

    @classmethod
    def rows_for(cls, user: Any, action: str) -> QuerySet[Any]:
        rows = super().rows_for(user, action)
        if action != "retrieve":
            return rows
        offered = Case(When(status=Status.PUBLISHED, then=Value(0)), default=Value(1), output_field=IntegerField())
        return rows.order_by(offered, "-version")


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
