"""What is said of acts on schedules and mesocycles."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from lib.api import OwnedViewSet, told
from lib.parsers import sent_body
from lib.serializer_fields import IdField
from lib.weekdays import WEEKDAYS
from lib.writes import writing

WEEKS_MAX = 104


class ActingViewSet(OwnedViewSet):
    """A view set with acts on its rows."""

    def act_on(self, request: Request, act: Callable[[Any], object]) -> Response:
        """Does it to the row of the address, which is locked; answers with the row as it stands then."""
        with writing(user=request.user, source="api"):
            row = self.locked_object(request)
            act(row)
        return self.answer_with(row)


class ScheduleSerializer(serializers.Serializer[Any]):
    """How a program is to be done."""

    id = IdField(required=False, help_text="Of the enrolment. The same again changes nothing.")
    starts_on = serializers.DateField()
    weekdays = serializers.ListField(child=serializers.ChoiceField(choices=WEEKDAYS), allow_empty=False, max_length=7)
    until = serializers.DateField(required=False, help_text="The last day. Not together with `weeks`.")
    weeks = serializers.IntegerField(
        required=False, min_value=1, max_value=WEEKS_MAX, help_text="Of the calendar, from the start on."
    )
    gym = IdField(required=False, allow_null=True)
    title = serializers.CharField(required=False, allow_blank=True, max_length=200, help_text="That of the program.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "until" in attrs and "weeks" in attrs:
            raise ValidationError(
                {"weeks": [ErrorDetail("Say until when or for how many weeks, not both.", "invalid")]}
            )
        if "weeks" in attrs:
            attrs["until"] = attrs["starts_on"] + dt.timedelta(weeks=attrs["weeks"], days=-1)
        return attrs


class ExtendSerializer(serializers.Serializer[Any]):
    until = serializers.DateField()


class OnSerializer(serializers.Serializer[Any]):
    on = serializers.DateField(required=False, help_text="From which day on. If it is left out: today.")


class MoveSerializer(serializers.Serializer[Any]):
    to = serializers.DateField()
    following = serializers.BooleanField(
        default=False, help_text="All open days of its enrolment from it on move by as many days."
    )


class SwapSerializer(serializers.Serializer[Any]):
    other = IdField(help_text="The scheduled workout that takes its day.")


class FulfilSerializer(serializers.Serializer[Any]):
    workout = IdField(allow_null=True, help_text="The workout that fulfils it; null: none does.")


def sent(request: Request) -> dict[str, Any]:
    """The body as it came, if it is an object."""
    body = sent_body(request)
    return body if isinstance(body, dict) else {}


def today_of(user: Any) -> dt.date:
    """The day in the zone of the user's settings. Asks for them."""
    return timezone.now().astimezone(ZoneInfo(user.home_zone())).date()


def day_said(request: Request) -> dt.date:
    on: dt.date | None = told(OnSerializer, request).get("on")
    return on or today_of(request.user)


def not_yours(field: str) -> ValidationError:
    return ValidationError({field: [ErrorDetail("There is no such row of yours.", "does_not_exist")]})
