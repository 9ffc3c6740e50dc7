"""The calendar: of the API, and as a file for the calendars of phones."""

import datetime as dt
import hashlib
from typing import Any

import orjson
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from lib.serializer_fields import asked_range
from training import queries
from training.api import acts
from training.domain.ics import calendar_file
from training.services import addresses

RANGE_MAX_DAYS = 732
FEED_BEFORE, FEED_AFTER = dt.timedelta(days=90), dt.timedelta(days=366)
STATES = ("planned", "in_progress", "done", "skipped", "missed", "paused")


class EntrySerializer(serializers.Serializer[Any]):
    """What is scheduled, a workout, or both where one fulfils the other."""

    state = serializers.ChoiceField(choices=STATES)
    title = serializers.CharField(allow_blank=True)
    workout = serializers.UUIDField(allow_null=True)
    scheduled_workout = serializers.UUIDField(allow_null=True)
    enrolment = serializers.UUIDField(allow_null=True)
    program_day = serializers.UUIDField(allow_null=True)
    template = serializers.UUIDField(allow_null=True)
    week = serializers.IntegerField(allow_null=True)
    round = serializers.IntegerField(allow_null=True)
    exercises = serializers.IntegerField()
    sets = serializers.IntegerField()
    reps = serializers.IntegerField()
    volume_kg = serializers.DecimalField(
        max_digits=12, decimal_places=2, help_text="Reps times load as it was logged, without warm-up sets."
    )
    distance_m = serializers.DecimalField(max_digits=12, decimal_places=2)
    duration_s = serializers.IntegerField(allow_null=True)


class DaySerializer(serializers.Serializer[Any]):
    date = serializers.DateField()
    entries = EntrySerializer(many=True)


class CalendarSerializer(serializers.Serializer[Any]):
    """The days that have entries, in their order."""

    today = serializers.DateField(help_text="In the zone of the settings: open days before it were missed.")
    days = DaySerializer(many=True)


class AddressSerializer(serializers.Serializer[Any]):
    url = serializers.URLField(
        help_text="Keep it secret: whoever knows it can read the calendar. It is shown this once."
    )


RANGE = [
    OpenApiParameter("from", OpenApiTypes.DATE, required=True, description="The first day."),
    OpenApiParameter("to", OpenApiTypes.DATE, required=True, description="The last day; at most two years later."),
]
ENTRY: dict[str, Any] = {
    "state": "planned", "title": "Upper A", "workout": None,
    "scheduled_workout": "6f1c1f6e-6f0e-5c58-8e5b-3a3f9f0d7a01", "enrolment": "0b7c8f52-7d39-4b0e-9d7a-0c6a4f9a5a11",
    "program_day": "2d1f6c1e-9b7c-5d0a-8a4e-0c0a4f9a5b01", "template": None, "week": 1, "round": 1,
    "exercises": 0, "sets": 0, "reps": 0, "volume_kg": "0.00", "distance_m": "0.00", "duration_s": None,
}  # fmt: skip
EXAMPLES = [
    OpenApiExample(
        "a day",
        {"today": "2026-03-01", "days": [{"date": "2026-03-02", "entries": [ENTRY]}]},
        response_only=True,
    )
]
ADDRESS_EXAMPLES = [
    OpenApiExample(
        "an address", {"url": "https://dropset.example.org/api/v1/calendar/dGhpcyBpcyBzZWNyZXQ.ics"}, response_only=True
    )
]


class CalendarView(APIView):
    @extend_schema(
        operation_id="calendar",
        parameters=RANGE,
        responses={200: CalendarSerializer},
        examples=EXAMPLES,
        tags=["calendar"],
    )
    def get(self, request: Request) -> Response:
        """What was planned, done, skipped and missed, by days of the user's calendar."""
        first, last = asked_range(request.query_params, days_max=RANGE_MAX_DAYS)
        today = acts.today_of(request.user)
        days = queries.calendar(user_id=request.user.pk, first=first, last=last, today=today)
        return Response({"today": today, "days": orjson.Fragment(days)})


class AddressView(APIView):
    @extend_schema(
        operation_id="calendar_address_create", request=None, responses={201: AddressSerializer}, examples=ADDRESS_EXAMPLES,
        tags=["calendar"],
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Makes a private address of the calendar, for phone calendars to subscribe to. An earlier one stops to work."""
        secret = addresses.renew_address(user=request.user)
        url = request.build_absolute_uri(reverse("calendar-feed", kwargs={"secret": secret}))
        return Response({"url": url}, status=status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"})

    @extend_schema(operation_id="calendar_address_delete", responses={204: None}, tags=["calendar"])
    def delete(self, request: Request) -> Response:
        """Revokes the address."""
        addresses.revoke_address(user=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class FeedView(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="calendar_feed",
        responses={(200, "text/calendar"): OpenApiTypes.STR},
        auth=[],
        tags=["calendar"],
    )
    def get(self, request: Request, secret: str) -> HttpResponse:
        """The calendar as iCalendar: 90 days back, a year ahead. Whoever knows the address can read it."""
        user = addresses.user_of(secret)
        if user is None:
            raise Http404
        today = acts.today_of(user)
        days = queries.calendar(user_id=user.pk, first=today - FEED_BEFORE, last=today + FEED_AFTER, today=today)
        etag = f'"{hashlib.sha256(days).hexdigest()[:32]}"'
        if request.headers.get("If-None-Match") == etag:
            return HttpResponse(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": etag})
        content = calendar_file(orjson.loads(days), made_at=timezone.now())
        headers = {"ETag": etag, "Cache-Control": "private, max-age=300"}
        return HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=headers)
