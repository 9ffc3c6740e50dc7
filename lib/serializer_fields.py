"""Serializer fields that take a value for what it is in JSON, as sync does: DRF's own take 0 for a text or an id, true for 1.

And the range of days that lists of days take.
"""

import datetime as dt
from typing import Any
from uuid import UUID

import msgspec
from rest_framework import serializers

from lib import wire
from lib.errors import RangeBackwards, RangeTooLong


class IdField(serializers.UUIDField):
    def to_internal_value(self, data: Any) -> UUID:
        try:
            return msgspec.convert(data, UUID)
        except msgspec.ValidationError:
            self.fail("invalid", value=data)


class TextField(serializers.CharField):
    """A text as it was written, with the blanks at its ends."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"trim_whitespace": False, **kwargs})

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class NumberField(serializers.FloatField):
    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return super().to_internal_value(data)


class DecimalField(serializers.DecimalField):
    """Written with the digits 0 to 9."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, str) and not wire.DECIMAL_TEXT.fullmatch(data):
            self.fail("invalid")
        return super().to_internal_value(data)


class SlugSetSerializerField(serializers.ListField):
    child = serializers.SlugField(max_length=64)

    def to_internal_value(self, data: Any) -> list[str]:
        return sorted(set(super().to_internal_value(data)))


class CalendarDateField(serializers.DateField):
    """A day that somebody asks about: beyond these, sums of days and zones might leave the calendar."""

    FIRST, LAST = dt.date(1900, 1, 1), dt.date(2199, 12, 31)
    default_error_messages = {"out_of_range": f"Must be between {FIRST} and {LAST}."}

    def to_internal_value(self, value: Any) -> dt.date:
        day = super().to_internal_value(value)
        if not self.FIRST <= day <= self.LAST:
            self.fail("out_of_range")
        return day


class RangeSerializer(serializers.Serializer[Any]):
    """Days, both of them included."""

    to = CalendarDateField()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {"from": CalendarDateField(), **super().get_fields()}


def asked_range(query: Any, *, days_max: int) -> tuple[dt.date, dt.date]:
    """The first and the last day in the parameters `from` and `to`. Raises RangeBackwards, RangeTooLong."""
    asked = RangeSerializer(data=query)
    asked.is_valid(raise_exception=True)
    first, last = asked.validated_data["from"], asked.validated_data["to"]
    if last < first:
        raise RangeBackwards
    if (last - first).days >= days_max:
        raise RangeTooLong(f"This is more than {days_max} days. Ask for a shorter time.")
    return first, last


class ZonedDateTimeField(serializers.DateTimeField):
    """A moment: it names its zone, as in sync. Without one it would mean something else on every device."""

    default_error_messages = {"naive": "Name the zone: 2026-03-01T10:00:00Z or 2026-03-01T11:00:00+01:00."}

    def enforce_timezone(self, value: dt.datetime) -> dt.datetime:
        if value.tzinfo is None:
            self.fail("naive")
        return super().enforce_timezone(value)
