"""Programs that are being done, and the days on which their workouts are to be."""

from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.models import Program
from lib.api import OwnedViewSet, answer_made, said_of_new, told
from lib.writes import writing
from training.api import acts, serializers
from training.api.templates import START_EXAMPLES
from training.domain.schedule import Span
from training.domain.templates import Start
from training.enums import EnrolmentOutcome
from training.models import Gym, ScheduledWorkout, Workout
from training.services import enrolments, scheduled
from training.services.enrolments import Enrolling

SCHEDULE_EXAMPLES = [
    OpenApiExample(
        "twelve weeks, four days a week",
        {
            "id": "0b7c8f52-7d39-4b0e-9d7a-0c6a4f9a5a11",
            "starts_on": "2026-03-02",
            "weekdays": ["monday", "tuesday", "thursday", "friday"],
            "weeks": 12,
        },
        request_only=True,
    )
]
MOVE_EXAMPLES = [OpenApiExample("with all that follow", {"to": "2026-03-09", "following": True}, request_only=True)]
ON_EXAMPLES = [OpenApiExample("from a day on", {"on": "2026-03-09"}, request_only=True)]
SWAP_EXAMPLES = [OpenApiExample("two days", {"other": "0b7c8f52-7d39-4b0e-9d7a-0c6a4f9a5a12"}, request_only=True)]
FULFIL_EXAMPLES = [
    OpenApiExample("by a workout", {"workout": "0b7c8f52-7d39-4b0e-9d7a-0c6a4f9a5a13"}, request_only=True)
]
EXTEND_EXAMPLES = [OpenApiExample("up to a day", {"until": "2026-08-31"}, request_only=True)]


class ScheduleView(APIView):
    """Begins a program of the library or of one's own."""

    @extend_schema(
        operation_id="programs_schedule_create",
        request=acts.ScheduleSerializer,
        responses={201: serializers.EnrolmentSerializer},
        examples=SCHEDULE_EXAMPLES,
        tags=["programs"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Makes an enrolment and all of its scheduled workouts: the days of the program in their order, one on each weekday.

        A program that repeats needs `until` or `weeks`; another one goes on to its end. Repeating it with the same `id` changes
        nothing.
        """
        user: Any = request.user
        said = told(acts.ScheduleSerializer, request)
        program: Any = get_object_or_404(Program.objects.usable_by(user), pk=pk)
        enrolling = Enrolling(
            enrolment_id=said.get("id") or uuid4(),
            span=Span(said["starts_on"], frozenset(said["weekdays"]), said.get("until")),
            title=said.get("title", program.title),
            gym=_gym(user, said.get("gym")),
        )
        with writing(user=user, source="api"):
            enrolments.schedule_program(program=program, enrolling=enrolling, user=user)
        return answer_made(serializers.EnrolmentSerializer, enrolling.enrolment_id)


def _gym(user: Any, key: UUID | None) -> Gym | None:
    if key is None:
        return None
    gym: Gym | None = Gym.objects.for_user(user).filter(pk=key).first()
    if gym is None:
        raise acts.not_yours("gym")
    return gym


class EnrolmentViewSet(acts.ActingViewSet):
    """Programs that the user is doing, or did. Deleting one deletes its scheduled workouts; workouts stay."""

    serializer_class = serializers.EnrolmentSerializer
    filterset_fields = {"program": ["exact"], "running": ["exact"]}

    @extend_schema(request=acts.ExtendSerializer, examples=EXTEND_EXAMPLES)
    @action(detail=True, methods=["post"])
    def extend(self, request: Request, pk: Any = None) -> Response:
        """Schedules a program that repeats up to a later day. What was scheduled before stays as it is."""
        until = told(acts.ExtendSerializer, request)["until"]
        return self.act_on(request, lambda row: enrolments.schedule_more(enrolment=row, until=until))

    @extend_schema(request=acts.OnSerializer, examples=ON_EXAMPLES)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: Any = None) -> Response:
        """Its open days are not missed until it is resumed."""
        on = acts.day_said(request)
        return self.act_on(request, lambda row: enrolments.pause(enrolment=row, on=on))

    @extend_schema(request=acts.OnSerializer, examples=ON_EXAMPLES)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: Any = None) -> Response:
        """Its open days move to its weekdays from that day on, in their order."""
        on = acts.day_said(request)
        return self.act_on(request, lambda row: enrolments.resume(enrolment=row, on=on))

    @extend_schema(request=acts.OnSerializer, examples=ON_EXAMPLES)
    @action(detail=True, methods=["post"])
    def finish(self, request: Request, pk: Any = None) -> Response:
        """Ends it as done. Open days from that day on are deleted."""
        on = acts.day_said(request)
        return self.act_on(request, lambda row: enrolments.end(enrolment=row, outcome=EnrolmentOutcome.FINISHED, on=on))

    @extend_schema(request=acts.OnSerializer, examples=ON_EXAMPLES)
    @action(detail=True, methods=["post"])
    def abandon(self, request: Request, pk: Any = None) -> Response:
        """Ends it before its end. Open days from that day on are deleted."""
        on = acts.day_said(request)
        return self.act_on(
            request, lambda row: enrolments.end(enrolment=row, outcome=EnrolmentOutcome.ABANDONED, on=on)
        )


class ScheduledWorkoutViewSet(acts.ActingViewSet):
    """What is to be trained on a day. Those of one `enrolment` are listed by their days, all others the newest first."""

    serializer_class = serializers.ScheduledWorkoutSerializer
    filterset_fields = {
        "enrolment": ["exact", "isnull"],
        "scheduled_on": ["exact", "gte", "lte"],
        "status": ["exact"],
        "workout": ["exact"],
        "template": ["exact"],
    }
    order_within = {"enrolment": ("scheduled_on", "id")}

    @extend_schema(request=acts.MoveSerializer, examples=MOVE_EXAMPLES)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: Any = None) -> Response:
        """Moves one day, or it and all that follow."""
        said = told(acts.MoveSerializer, request)
        return self.act_on(
            request, lambda row: scheduled.move(scheduled=row, to=said["to"], following=said["following"])
        )

    @extend_schema(request=acts.SwapSerializer, examples=SWAP_EXAMPLES)
    @action(detail=True, methods=["post"])
    def swap(self, request: Request, pk: Any = None) -> Response:
        """Two open days change places."""
        key = told(acts.SwapSerializer, request)["other"]

        def act(row: ScheduledWorkout) -> None:
            other = self.get_queryset().select_for_update(of=("self",)).filter(pk=key).first()
            if other is None:
                raise acts.not_yours("other")
            scheduled.swap(scheduled=row, other=other)

        return self.act_on(request, act)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def skip(self, request: Request, pk: Any = None) -> Response:
        """It will not be done, on purpose."""
        return self.act_on(request, lambda row: scheduled.skip(scheduled=row))

    @extend_schema(request=acts.FulfilSerializer, examples=FULFIL_EXAMPLES)
    @action(detail=True, methods=["post"])
    def fulfil(self, request: Request, pk: Any = None) -> Response:
        """Says which workout fulfils it: it is done when that is."""
        key = told(acts.FulfilSerializer, request)["workout"]

        def act(row: ScheduledWorkout) -> None:
            workout = None if key is None else Workout.objects.for_user(request.user).filter(pk=key).first()
            if key is not None and workout is None:
                raise acts.not_yours("workout")
            scheduled.link(scheduled=row, workout=workout)

        return self.act_on(request, act)

    @extend_schema(
        request=serializers.StartSerializer, responses={201: serializers.WorkoutSerializer}, examples=START_EXAMPLES
    )
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: Any = None) -> Response:
        """Makes a workout of what the day prescribes, in progress from now on if nothing else is said, and links it.

        Repeating it gives the workout of the first time. Its id follows from that of the scheduled workout if none is said, those
        of its exercises and sets from its own.
        """
        user: Any = request.user
        said = said_of_new(serializers.StartSerializer, request)
        chosen = "id" in acts.sent(request)
        with writing(user=user, source="api"):
            row: Any = self.locked_object(request)
            planned_on = said.get("planned_on")
            start = Start(
                workout_id=said["id"] if chosen else scheduled.workout_id_for(row),
                time_zone=said.get("time_zone") or user.home_zone(),
                planned_on=planned_on,
                started_at=said.get("started_at") or (None if planned_on else timezone.now()),
            )
            made = scheduled.start(scheduled=row, start=start)
        return answer_made(serializers.WorkoutSerializer, made)


class ProgressionStateViewSet(OwnedViewSet):
    """How far the exercises of programs have come."""

    serializer_class = serializers.ProgressionStateSerializer
    filterset_fields = {"enrolment": ["exact"], "slot": ["exact"]}
    order_within = {"enrolment": ("id",)}
