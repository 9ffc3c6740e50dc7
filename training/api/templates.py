"""Workout templates, what is in them, and what is made of them."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from lib.api import OwnedViewSet, answer_made, said_of_new
from lib.writes import writing
from training.api import serializers
from training.domain.templates import Start
from training.services import templates

START_EXAMPLES = [
    OpenApiExample("planned for a day", {"planned_on": "2026-03-02"}, request_only=True),
    OpenApiExample(
        "in progress",
        {
            "id": "0b7c8f52-7d39-4b0e-9d7a-0c6a4f9a5a11",
            "started_at": "2026-03-02T17:00:00.000000Z",
            "time_zone": "Europe/Berlin",
        },
        request_only=True,
    ),
]
NEW_TEMPLATE_EXAMPLES = [OpenApiExample("with a title", {"title": "Push day, heavier"}, request_only=True)]


class WorkoutTemplateViewSet(OwnedViewSet):
    """Workouts to be done again and again."""

    serializer_class = serializers.WorkoutTemplateSerializer
    filterset_fields = {"folder": ["exact"]}

    @extend_schema(
        request=serializers.StartSerializer, responses={201: serializers.WorkoutSerializer}, examples=START_EXAMPLES
    )
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: Any = None) -> Response:
        """Makes a workout of the template: planned if only `planned_on` is said, else in progress, from now if nothing is said.

        Its exercises and sets get ids that follow from its own. Repeating it with the same `id` changes nothing.
        """
        user: Any = request.user
        said = said_of_new(serializers.StartSerializer, request)
        planned_on = said.get("planned_on")
        start = Start(
            workout_id=said["id"],
            time_zone=said.get("time_zone") or user.home_zone(),
            planned_on=planned_on,
            started_at=said.get("started_at") or (None if planned_on else timezone.now()),
        )
        with writing(user=user, source="api"):
            template: Any = self.locked_object(request)
            templates.start_workout(template=template, start=start)
        return answer_made(serializers.WorkoutSerializer, start.workout_id)

    @extend_schema(
        request=serializers.NewTemplateSerializer,
        responses={201: serializers.WorkoutTemplateSerializer},
        examples=NEW_TEMPLATE_EXAMPLES,
    )
    @action(detail=True, methods=["post"])
    def copy(self, request: Request, pk: Any = None) -> Response:
        """Makes another template like this one. Repeating it with the same `id` changes nothing."""
        said = said_of_new(serializers.NewTemplateSerializer, request)
        with writing(user=request.user, source="api"):
            template: Any = self.locked_object(request)
            title = said.get("title", template.title)
            templates.copy_template(template=template, template_id=said["id"], title=title)
        return answer_made(serializers.WorkoutTemplateSerializer, said["id"])


class TemplateExerciseViewSet(OwnedViewSet):
    """Exercises of templates. Those of one `template` are listed in their order, all others the newest first."""

    serializer_class = serializers.TemplateExerciseSerializer
    filterset_fields = {"template": ["exact"], "exercise_type": ["exact"]}
    order_within = {"template": ("position", "id")}


class TemplateSetViewSet(OwnedViewSet):
    """Sets that templates prescribe.

    Those of one `template_exercise`, or of one template (`template_exercise__template`), are listed in their order, all others
    the newest first.
    """

    serializer_class = serializers.TemplateSetSerializer
    filterset_fields = {"template_exercise": ["exact"], "template_exercise__template": ["exact"]}
    order_within = {
        "template_exercise": ("position", "id"),
        "template_exercise__template": ("template_exercise__position", "template_exercise_id", "position", "id"),
    }
