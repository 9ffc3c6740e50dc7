"""The day and the week: all that an app shows of them, in one request."""

import datetime as dt
from typing import Any

import msgspec
import orjson
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.enums import WithFood
from lib.fields import validate_time_zone
from lib.serializer_fields import CalendarDateField
from planner import queries
from planner.api.serializers import (
    CompletionSerializer,
    LogEntrySerializer,
    MechanismSerializer,
    TopThreeItemSerializer,
)
from planner.domain.days import Day, Frame, days
from planner.domain.walls import zone_of
from planner.enums import PlanCategory, ReminderChannel

WEEK = 7


class AskedSerializer(serializers.Serializer[Any]):
    date = CalendarDateField(required=False, help_text="If left out, it is today.")
    time_zone = serializers.CharField(
        required=False,
        validators=[validate_time_zone],
        help_text="Where the user is; if left out, that of the settings.",
    )


@extend_schema_field({"type": "array", "items": {"$ref": "#/components/schemas/Entry"}})
class EntriesField(serializers.JSONField):
    """As the calendar has them."""


@extend_schema_field({"type": "array", "items": {"$ref": "#/components/schemas/MealLog"}})
class MealLogsField(serializers.JSONField):
    """As the list of meal logs has them."""


@extend_schema_field({"$ref": "#/components/schemas/SupplementLog"})
class LogOfDoseField(serializers.JSONField):
    """As the list of supplement logs has it."""


class BlockOfDaySerializer(serializers.Serializer[Any]):
    block = serializers.UUIDField()
    title = serializers.CharField(allow_blank=True)
    category = serializers.ChoiceField(choices=PlanCategory.choices)
    colour = serializers.CharField(allow_blank=True)
    template = serializers.UUIDField(allow_null=True)
    meal = serializers.UUIDField(allow_null=True)
    notes = serializers.CharField(allow_blank=True)
    day = serializers.DateField(help_text="That of the block's rule: the one of completions and exceptions.")
    starts_at = serializers.DateTimeField(allow_null=True, help_text="null: all day.")
    ends_at = serializers.DateTimeField(allow_null=True)
    began_before = serializers.BooleanField(help_text="It goes on from the day before.")
    moved = serializers.BooleanField(help_text="From another day to this one.")
    cancelled = serializers.BooleanField()
    exception = serializers.UUIDField(allow_null=True, help_text="What is different on this day.")
    completion = CompletionSerializer(allow_null=True)


class StreakSerializer(serializers.Serializer[Any]):
    current = serializers.IntegerField()
    best = serializers.IntegerField()
    counts = serializers.ChoiceField(choices=("days", "weeks"))


class HabitOfDaySerializer(serializers.Serializer[Any]):
    habit = serializers.UUIDField()
    title = serializers.CharField(allow_blank=True)
    target_count = serializers.IntegerField()
    unit = serializers.CharField(allow_blank=True)
    due = serializers.BooleanField(help_text="false: it was done all the same.")
    completion = CompletionSerializer(allow_null=True)
    streak = StreakSerializer(help_text="As it stands today.")


class SupplementOfDaySerializer(serializers.Serializer[Any]):
    plan = serializers.UUIDField()
    supplement = serializers.UUIDField()
    title = serializers.CharField()
    time = serializers.CharField(allow_blank=True, help_text="On the wall; empty: at any time.")
    dose = serializers.CharField(allow_null=True)
    dose_unit = serializers.CharField(allow_blank=True)
    with_food = serializers.ChoiceField(choices=WithFood.choices)
    due = serializers.BooleanField(help_text="false: it was logged all the same.")
    log = LogOfDoseField(allow_null=True, help_text="What became of it.")


class ReminderOfDaySerializer(serializers.Serializer[Any]):
    reminder = serializers.UUIDField()
    of = serializers.UUIDField(help_text="The block, the habit or the supplement plan.")
    day = serializers.DateField(help_text="That of its completion or its log.")
    at = serializers.DateTimeField()
    channel = serializers.ChoiceField(choices=ReminderChannel.choices)


class DayPlanSerializer(serializers.Serializer[Any]):
    date = serializers.DateField()
    blocks = BlockOfDaySerializer(many=True)
    habits = HabitOfDaySerializer(many=True)
    top_three = TopThreeItemSerializer(many=True)
    log_entries = LogEntrySerializer(many=True)
    supplements = SupplementOfDaySerializer(many=True)
    meals = MealLogsField(help_text="Those that are planned; what was eaten is in the diary.")
    training = EntriesField()
    reminders = ReminderOfDaySerializer(many=True)


class SeenFromSerializer(serializers.Serializer[Any]):
    today = serializers.DateField()
    time_zone = serializers.CharField(help_text="In which times without a zone were resolved.")
    mechanisms = MechanismSerializer(many=True, help_text="Those that are active.")


class DayViewSerializer(SeenFromSerializer):
    day = DayPlanSerializer()


class WeekViewSerializer(SeenFromSerializer):
    days = DayPlanSerializer(many=True)


def parameters(date: str) -> list[OpenApiParameter]:
    return [
        OpenApiParameter("date", OpenApiTypes.DATE, description=f"{date} If left out, it is today."),
        OpenApiParameter("time_zone", str, description="Where the user is; if left out, the zone of the settings."),
    ]


BLOCK: dict[str, Any] = {
    "block": "6f1c1f6e-6f0e-4c58-8e5b-3a3f9f0d7a01", "title": "Deep work", "category": "work", "colour": "#1f6feb",
    "template": None, "meal": None, "notes": "", "day": "2026-12-01",
    "starts_at": "2026-12-01T08:00:00.000000Z", "ends_at": "2026-12-01T10:30:00.000000Z",
    "began_before": False, "moved": False, "cancelled": False, "exception": None, "completion": None,
}  # fmt: skip
HABIT: dict[str, Any] = {
    "habit": "0b7c8f52-7d39-4b0e-9d7a-0c6a4f9a5a11", "title": "Read", "target_count": 20, "unit": "pages", "due": True,
    "completion": None, "streak": {"current": 12, "best": 30, "counts": "days"},
}  # fmt: skip
REMINDER: dict[str, Any] = {
    "reminder": "2d1f6c1e-9b7c-4d0a-8a4e-0c0a4f9a5b01", "of": BLOCK["block"], "day": "2026-12-01",
    "at": "2026-12-01T07:45:00.000000Z", "channel": "push",
}  # fmt: skip
DAY: dict[str, Any] = {
    "date": "2026-12-01", "blocks": [BLOCK], "habits": [HABIT], "top_three": [], "log_entries": [], "supplements": [],
    "meals": [], "training": [], "reminders": [REMINDER],
}  # fmt: skip
SEEN_FROM: dict[str, Any] = {"today": "2026-12-01", "time_zone": "Europe/Berlin", "mechanisms": []}
DAY_EXAMPLES = [OpenApiExample("a day", SEEN_FROM | {"day": DAY}, response_only=True)]
WEEK_EXAMPLES = [OpenApiExample("a week, of which one day is shown", SEEN_FROM | {"days": [DAY]}, response_only=True)]


class PlanView(APIView):
    """What both have in common. Queries: the log-in, the settings, and all of the days."""

    def frame_of(self, request: Request, home: queries.Home) -> Frame:
        asked = AskedSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        zone = zone_of(said["time_zone"]) if "time_zone" in said else home.zone
        today = timezone.now().astimezone(zone).date()
        date = said.get("date", today)
        return Frame(date, date, today, zone, home.first_weekday)

    def answer(self, request: Request, frame: Frame) -> tuple[dict[str, Any], list[Day]]:
        facts = queries.facts(user_id=request.user.pk, first=frame.first, last=frame.last, today=frame.today)
        seen_from = {
            "today": frame.today,
            "time_zone": frame.zone.key,
            "mechanisms": orjson.Fragment(bytes(facts.mechanisms)),
        }
        return seen_from, days(facts, frame)


class DayView(PlanView):
    @extend_schema(
        operation_id="planner_day", parameters=parameters("The day."), responses={200: DayViewSerializer}, examples=DAY_EXAMPLES,
        tags=["planner"],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """All of a day: blocks, habits, top three, log entries, supplements, meals, training, and when to remind of what."""
        seen_from, (day,) = self.answer(request, self.frame_of(request, queries.home_of(request.user)))
        return Response(seen_from | {"day": orjson.Fragment(msgspec.json.encode(day))})


class WeekView(PlanView):
    @extend_schema(
        operation_id="planner_week", parameters=parameters("A day of the week."), responses={200: WeekViewSerializer},
        examples=WEEK_EXAMPLES, tags=["planner"],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """The same of the seven days of a week, which begins with the first weekday of the settings."""
        frame = self.frame_of(request, queries.home_of(request.user))
        first = frame.first - dt.timedelta(days=(frame.first.isoweekday() - frame.first_weekday) % WEEK)
        week = msgspec.structs.replace(frame, first=first, last=first + dt.timedelta(days=WEEK - 1))
        seen_from, found = self.answer(request, week)
        return Response(seen_from | {"days": orjson.Fragment(msgspec.json.encode(found))})
