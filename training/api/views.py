from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from lib.api import OwnedViewSet, answer_made, said_of_new
from lib.models import OwnedModel
from lib.parsers import sent_body
from lib.writes import writing
from training.api import serializers
from training.api.templates import NEW_TEMPLATE_EXAMPLES
from training.enums import GymItemKind
from training.models import GymItem, Workout
from training.services import exercises, gyms, loads, scheduled, templates

LOADS_EXAMPLE = OpenApiExample(
    "three pull-ups with a belt",
    {
        "body_weight_kg": "80.000",
        "weighed_on": "2026-03-01",
        "volume_load_kg": "270.00",
        "is_complete": True,
        "sets": [
            {
                "set": "0197f5f0-0000-7000-8000-000000000001",
                "effective_load_kg": "90.00",
                "volume_load_kg": "270.00",
            }
        ],
    },
    response_only=True,
)


class WorkoutViewSet(OwnedViewSet):
    """Planned, running and past workouts."""

    serializer_class = serializers.WorkoutSerializer
    filterset_fields = {"status": ["exact"], "local_date": ["exact", "gte", "lte"], "started_at": ["gte", "lt"]}

    def write_update(self, row: Any, values: dict[str, Any]) -> None:
        """What was scheduled is done when the workout is that fulfils it."""
        super().write_update(row, values)
        if "status" in values:
            scheduled.follow_workouts(workout_ids={row.pk})

    @extend_schema(
        request=serializers.NewTemplateSerializer,
        responses={201: serializers.WorkoutTemplateSerializer},
        examples=NEW_TEMPLATE_EXAMPLES,
    )
    @action(detail=True, methods=["post"], url_path="save-as-template")
    def save_as_template(self, request: Request, pk: Any = None) -> Response:
        """Makes a template of what the sets aimed at; of what was done where they aimed at nothing.

        Repeating it with the same `id` changes nothing.
        """
        said = said_of_new(serializers.NewTemplateSerializer, request)
        with writing(user=request.user, source="api"):
            workout: Any = self.locked_object(request)
            title = said.get("title", workout.title)
            templates.save_as_template(workout=workout, template_id=said["id"], title=title)
        return answer_made(serializers.WorkoutTemplateSerializer, said["id"])

    @extend_schema(responses={200: serializers.LoadsSerializer}, examples=[LOADS_EXAMPLE], filters=False)
    @action(detail=True, pagination_class=None)
    def loads(self, request: Request, pk: Any = None) -> Response:
        """What each set loads the body with, with body weight as of the day, and the volume load of the whole."""
        workout: Any = self.get_object()
        return Response(serializers.LoadsSerializer(loads.loads_of(workout)).data)


@extend_schema_view(
    create=extend_schema(
        examples=[
            OpenApiExample(
                "on a treadmill",
                {"exercise_type": "0197f5f0-0000-7000-8000-000000000003", "metadata": {"machine": "B4"}},
                request_only=True,
            )
        ]
    )
)
class ExerciseViewSet(OwnedViewSet):
    """Performances of exercise types, in a workout or on their own. Adding one to a planned workout starts it.

    Those of one `workout` are listed in their order, all others the newest first.
    """

    serializer_class = serializers.ExerciseSerializer
    filterset_fields = {"workout": ["exact", "isnull"], "exercise_type": ["exact"], "performed_at": ["gte", "lt"]}
    order_within = {"workout": ("position", "id")}

    def write_rows(self, rows: list[OwnedModel]) -> None:
        exercises.add_exercises(exercises=rows, at=timezone.now())  # type: ignore[arg-type]  # this view's rows are exercises

    def write_update(self, row: Any, values: dict[str, Any]) -> None:
        """A patch of `workout` links or unlinks, with the same effects as the actions below."""
        workout_id = values.get("workout_id", row.workout_id)
        kept = exercises.kept_on_leaving(row) if workout_id is None else {}
        super().write_update(row, kept | values)
        if workout_id is not None and "workout_id" in values:
            exercises.start_planned({workout_id}, at=timezone.now())

    @extend_schema(request=serializers.LinkSerializer)
    @action(detail=True, methods=["post"])
    def link(self, request: Request, pk: Any = None) -> Response:
        """Makes the exercise part of a workout."""
        asked = serializers.LinkSerializer(data=sent_body(request))
        asked.is_valid(raise_exception=True)
        with writing(user=request.user, source="api"):
            exercise: Any = self.locked_object(request)
            workout = Workout.objects.for_user(request.user).filter(pk=asked.validated_data["workout"]).first()
            if workout is None:
                raise ValidationError({"workout": [ErrorDetail("There is no such row of yours.", "does_not_exist")]})
            exercises.link_exercise(
                exercise=exercise, workout=workout, position=asked.validated_data.get("position"), at=timezone.now()
            )
        return self.answer_with(exercise)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def unlink(self, request: Request, pk: Any = None) -> Response:
        """Takes the exercise out of its workout; it stays, on its own."""
        with writing(user=request.user, source="api"):
            exercise: Any = self.locked_object(request)
            exercises.unlink_exercise(exercise=exercise)
        return self.answer_with(exercise)


@extend_schema_view(
    create=extend_schema(
        examples=[
            OpenApiExample(
                "of one side",
                {
                    "exercise": "0197f5f0-0000-7000-8000-000000000002",
                    "side": "left",
                    "reps": 8,
                    "load_kg": "42.00",
                    "completed_at": "2026-03-01T10:05:00Z",
                },
                request_only=True,
            ),
            OpenApiExample(
                "cardio, with metadata",
                {
                    "exercise": "0197f5f0-0000-7000-8000-000000000002",
                    "duration_s": 95,
                    "distance_m": "400.00",
                    "metadata": {"incline": 1.5, "calories": 35},
                },
                request_only=True,
            ),
        ]
    )
)
class SetViewSet(OwnedViewSet):
    """Sets of an exercise: aim and result.

    Those of one `exercise`, or of one workout (`exercise__workout`), are listed in their order, all others the newest first.
    """

    serializer_class = serializers.SetSerializer
    filterset_fields = {
        "exercise": ["exact"],
        "exercise__workout": ["exact"],
        "kind": ["exact"],
        "completed_at": ["gte", "lt"],
    }
    order_within = {
        "exercise": ("position", "id"),
        "exercise__workout": ("exercise__position", "exercise_id", "position", "id"),
    }


class MeasurementViewSet(OwnedViewSet):
    """Numbers about the body: weight, girths, resting heart rate, sleep."""

    serializer_class = serializers.MeasurementSerializer
    filterset_fields = {"kind": ["exact"], "measured_at": ["gte", "lt"], "local_date": ["gte", "lte"]}


class GymViewSet(OwnedViewSet):
    """Places to train. At most one is the default."""

    serializer_class = serializers.GymSerializer
    filterset_fields = {"is_default": ["exact"]}

    @extend_schema(
        parameters=[serializers.WantedSerializer], responses={200: serializers.LoadingsSerializer}, filters=False
    )
    @action(detail=True, pagination_class=None)
    def loadings(self, request: Request, pk: Any = None) -> Response:
        """Which plates make a load, and which loads near it can be made with what is there."""
        asked = serializers.WantedSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        gym: Any = self.get_object()
        wanted = asked.validated_data
        items = list(GymItem.objects.for_user(request.user).filter(gym=gym))
        item = next((item for item in items if item.pk == wanted["item"]), None)
        if item is None or item.kind == GymItemKind.PLATE:
            detail = "There is no such bar, handle, rack or stack in this gym."
            raise ValidationError({"item": [ErrorDetail(detail, "does_not_exist")]})
        found = gyms.loadings(item=item, items=items, load=wanted["load"], unit=wanted["unit"])
        return Response(serializers.LoadingsSerializer(found).data)


class GymItemViewSet(OwnedViewSet):
    """Plates, bars, handles, racks and stacks of a gym."""

    serializer_class = serializers.GymItemSerializer
    filterset_fields = {"gym": ["exact"], "kind": ["exact"]}
    order_within = {"gym": ("id",)}


class ExerciseAliasViewSet(OwnedViewSet):
    """Names by which the user's files call an exercise type. An import remembers the corrections of its matches here."""

    serializer_class = serializers.ExerciseAliasSerializer
    filterset_fields = {"exercise_type": ["exact"]}
